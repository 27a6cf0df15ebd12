# Annotating multiple fields: each has its own task.
labelferry export quickstart --run cvat_multiple_fields --schema schema.json -o out
cvat out -o back --edits edits.json
labelferry merge cvat_multiple_fields back --dataset quickstart --in-place
labelferry diff before quickstart
