"""Series and labels in files, read a few cases at a time; it knows no framework."""
