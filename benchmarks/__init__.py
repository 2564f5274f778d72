"""Benchmarks: what the package is measured by. Run each with ``python -m``."""
