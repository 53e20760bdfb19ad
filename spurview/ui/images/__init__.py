"""The grid of images, the large view, and what composes their pictures."""
