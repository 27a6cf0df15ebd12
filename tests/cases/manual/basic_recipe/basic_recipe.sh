# The basic recipe: one sample of the dataset goes out as a view, its edits come back into the dataset.
labelferry export view --runs-dir runs --run cvat_basic_recipe --field ground_truth --attributes iscrowd -o out
cvat out -o back --edits edits.json
labelferry merge cvat_basic_recipe back --runs-dir runs --dataset quickstart --in-place
labelferry diff before quickstart
labelferry runs show cvat_basic_recipe --runs-dir runs --dataset quickstart --ids
labelferry runs delete cvat_basic_recipe --runs-dir runs --dataset quickstart
labelferry runs list --runs-dir runs
