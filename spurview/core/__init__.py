"""Pure science: arrays and settings in, arrays and records out. No Qt, no HDF5, no files."""

import os

# oneDNN, by which torch convolves on a CPU, keeps 1,024 prepared convolutions, one for each number
# of images that it has met: 199 such at 64 px left 3.6 GB. Preparing one anew takes little time.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "32")
