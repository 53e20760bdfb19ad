"""What spurview costs in time, measured beside what it is compared with: `python -m benchmarks`.

Not part of the installed package. Nothing in `spurview` imports it, and no test compares clocks.
"""
