"""The project file: the only package that imports h5py."""
