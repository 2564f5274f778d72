"""What a fitted model says: importances, contributions, where in a series; pictures."""
