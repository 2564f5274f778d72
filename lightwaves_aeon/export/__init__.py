"""Fitted models outside of Python's memory: everything here reads the table."""
