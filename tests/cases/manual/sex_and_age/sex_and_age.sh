# Restricting label edits: new attributes of people, and nothing else may change. Whatever else people do is refused.
labelferry export quickstart --run cvat_edit_restrictions --field ground_truth --classes person --attributes '{"sex": {"type": "select", "values": ["male", "female"]}, "age": {"type": "text"}}' --no-allow-additions --no-allow-deletions --no-allow-label-edits --no-allow-spatial-edits -o out
cvat out -o back --edits edits.json
labelferry merge cvat_edit_restrictions back --dataset quickstart --in-place
labelferry diff before quickstart
