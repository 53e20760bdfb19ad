"""What speaks for a candidate, and what would weaken it."""
