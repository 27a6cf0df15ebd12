# Managing annotation runs: the record of a run goes, the labels that it brought stay. What a merge could be undone with
# goes only if it is said twice.
labelferry export quickstart --run cvat_existing_field --field ground_truth -o out
cvat out -o back --edits edits.json
labelferry merge cvat_existing_field back --dataset quickstart --in-place
labelferry runs list --dataset quickstart
labelferry runs delete cvat_existing_field --dataset quickstart
labelferry runs delete cvat_existing_field --dataset quickstart --force
labelferry runs list --dataset quickstart
labelferry diff before quickstart
