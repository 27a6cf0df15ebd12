# Assigning users: two images a job, names in turns; the sheet says who, and the status until CVAT says otherwise.
labelferry export quickstart --run cvat_assign_users --schema schema.json --segment-size 2 --task-assignee username1 --job-assignees username2,username3 --job-reviewers username4,username5,username6,username7 -o out
grep -A 5 "^  Task" out/SHEET.txt
grep asked out/run/run.json
labelferry runs show cvat_assign_users --dataset quickstart | grep -e assignee -e reviewers -e segment
labelferry runs status cvat_assign_users --dataset quickstart
cvat out -o back --edits edits.json
labelferry merge cvat_assign_users back --dataset quickstart --in-place
labelferry runs status cvat_assign_users --dataset quickstart
labelferry runs register cvat_assign_users --dataset quickstart
grep -o '"segment_size.*"job_reviewers": [^]]*]' quickstart/metadata.json
