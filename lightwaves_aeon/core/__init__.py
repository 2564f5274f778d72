"""The method itself; it knows no framework."""
