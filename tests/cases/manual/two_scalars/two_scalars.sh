# Scalar labels: two new fields, one with classes and one without.
labelferry export quickstart --run cvat_scalar_fields --schema schema.json -o out
cvat out -o back --edits edits.json
labelferry merge cvat_scalar_fields back --dataset quickstart --in-place
labelferry diff before quickstart
