# Uploading alternate media: blurred images are sent, of the originals nothing; the labels come back as ever.
blur quickstart blurred
blur view blurred
cp -r quickstart unedited
labelferry export view --runs-dir runs --run cvat_alt_media --field ground_truth --attributes iscrowd --media-field alt_filepath -o out
labelferry export view --runs-dir runs --run cvat_alt_media --field ground_truth --attributes iscrowd --media-field alt_filepath --media-root blurred -o out
labelferry runs show cvat_alt_media --runs-dir runs --dataset quickstart | grep ^media
mkdir media && cd media && python3 -m zipfile -e ../out/media.zip .
cmp media/000001.png blurred/000001.png
cvat out -o back --edits edits.json
labelferry merge cvat_alt_media back --runs-dir runs --dataset quickstart --in-place
labelferry diff unedited quickstart
labelferry runs delete cvat_alt_media --runs-dir runs --dataset quickstart
