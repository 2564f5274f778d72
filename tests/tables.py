"""Fitted classifiers made of any table and head."""

import numpy as np

from lightwaves_aeon.core.fitted import FittedClassifier


def fitted_from(model, head, means=None, n_channels=3, n_timepoints=None):
    """A classifier with this head, whose features have these means."""
    means = np.zeros(len(model.rows)) if means is None else means
    intercepts = head.bias + means @ head.weights
    stds = np.ones(len(means))
    return FittedClassifier(
        model, head, intercepts, means, stds, n_channels, n_timepoints
    )
