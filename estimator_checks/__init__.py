"""The conformance suites of aeon and sktime, run whole on every estimator."""
