"""A fitted model as C99."""
