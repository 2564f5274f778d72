"""A fitted classifier as C99."""
