"""The window. Views read the document and never call one another."""
