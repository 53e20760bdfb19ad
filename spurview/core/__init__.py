"""Pure science: arrays and settings in, arrays and records out. No Qt, no HDF5, no files."""

import os

# oneDNN, by which torch convolves on a CPU, keeps 1,024 prepared convolutions, one for each number
# of images that it has met: gigabytes after an hour. Preparing one anew takes next to no time.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "32")
