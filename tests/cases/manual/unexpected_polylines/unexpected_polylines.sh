# Unexpected annotations: polylines in a field of boxes. Where FiftyOne asks for a field, a first merge stops and says
# what there is; the field is an option.
labelferry export quickstart --run cvat_unexpected --field ground_truth -o out
cvat out -o back --edits edits.json
labelferry merge cvat_unexpected back --dataset quickstart --in-place
labelferry merge cvat_unexpected back --dataset quickstart --in-place --unexpected-field polylines=new_polylines
labelferry diff before quickstart
