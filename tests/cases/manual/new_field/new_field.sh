# Adding new label fields: the short form, and the same task as a label schema. What is sent is equal, byte for byte.
labelferry export quickstart --run cvat_new_field --field new_classifications:classifications --classes dog,cat,person -o out
cp -r before other
labelferry export other --run cvat_new_field --schema schema.json -o out2
diff -r out out2
cvat out -o back --edits edits.json
labelferry merge cvat_new_field back --dataset quickstart --in-place
labelferry diff before quickstart
