"""Pure science: arrays and settings in, arrays and records out. No Qt, no HDF5, no files."""
