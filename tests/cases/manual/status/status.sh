# The status of a run: what export asked for, and what the archives that are back say.
labelferry export quickstart --run cvat_multiple_fields --schema schema.json -o out
labelferry runs status cvat_multiple_fields --dataset quickstart
cvat out -o back --edits edits.json
labelferry runs status cvat_multiple_fields back/return_000.zip --dataset quickstart
labelferry merge cvat_multiple_fields back --dataset quickstart --in-place
labelferry runs status cvat_multiple_fields --dataset quickstart
