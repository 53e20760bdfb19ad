"""Linked plots of where images lie; the views speak through selection and focus alone."""
