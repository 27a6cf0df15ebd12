# Editing existing labels: a new class and a new attribute; iscrowd is inferred.
labelferry export quickstart --run cvat_existing_field --field ground_truth --classes person,dog,cat,helicopter --attributes '{"iscrowd": {}, "attr2": {"type": "select", "values": ["val1", "val2"]}}' -o out
cvat out -o back --edits edits.json
labelferry merge cvat_existing_field back --dataset quickstart --in-place
labelferry diff before quickstart
