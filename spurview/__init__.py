"""spurview finds what an image classifier has learnt that it should not have.

Importing this package loads neither torch nor Qt.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
