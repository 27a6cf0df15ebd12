# Editing existing labels: classes and attributes are those of the dataset.
labelferry export quickstart --run cvat_existing_field --field ground_truth -o out
cvat out -o back --edits edits.json
labelferry merge cvat_existing_field back --dataset quickstart --in-place
labelferry diff before quickstart
