"""From all that could be computed to the features that are kept."""
