"""`python -m spurview`, the same as the command `spurview`."""

from spurview.cli import main

main()
