"""The strip of stages, its pop-over, and the run that brings them up to date."""
