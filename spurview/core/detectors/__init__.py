"""Cheap guesses at which images of a predicted class share something: many, and mostly wrong.

One module for each detector; `by_family` tells which of them propose for which kind of pattern.
"""
