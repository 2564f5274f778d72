"""Tables at random, and fitted classifiers made of any table and head."""

import numpy as np

from lightwaves_aeon.core.convolution.features import ROW
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.fitted import FittedClassifier


def fitted_from(model, head, means=None, n_channels=3, n_timepoints=None):
    """A classifier with this head, whose features have these means."""
    means = np.zeros(len(model.rows)) if means is None else means
    intercepts = head.bias + means @ head.weights
    stds = np.ones(len(means))
    return FittedClassifier(
        model, head, intercepts, means, stds, n_channels, n_timepoints
    )


def random_rows(
    n_features, inputs, kernels, levels, statistics, thresholds=(0,), seed=0
):
    """Rows of three channels at random, none twice."""
    rng = np.random.default_rng(seed)
    rows = np.zeros(n_features, ROW)
    rows["channel"] = rng.integers(0, 3, n_features)
    rows["input"] = rng.choice(
        [REPRESENTATION_NAMES.index(name) for name in inputs], n_features
    )
    pairs = rows["input"] >= REPRESENTATION_NAMES.index("sum")
    rows["other"] = np.where(pairs, (rows["channel"] + 1) % 3, -1)
    rows["dilation"] = rng.choice([1, 2, 7, 2**30], n_features)
    rows["kernel"] = rng.choice(kernels, n_features)
    rows["level"] = rng.choice(levels, n_features)
    names = [POOLING_NAMES.index(name) for name in statistics]
    rows["statistic"] = rng.choice(names, n_features)
    shares = rows["statistic"] == POOLING_NAMES.index("ppv")
    rows["threshold"][shares] = rng.choice(thresholds, shares.sum())
    return rng.permutation(np.unique(rows))
