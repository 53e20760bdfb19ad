"""Data that ships with spurview: real digits and icons."""
