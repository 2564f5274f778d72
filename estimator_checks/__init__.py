"""aeon's conformance suite, run whole on every estimator of the package."""
