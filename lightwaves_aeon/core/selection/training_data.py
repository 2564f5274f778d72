"""The training cases of a search, and what is drawn of them."""

from __future__ import annotations

__all__ = ["TrainingData"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.data.augmentation import Mixtures, draw_mixtures
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.data.sampling import stratified_sample
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.selection.select import Selector
from lightwaves_aeon.core.selection.variants import Variant
from lightwaves_aeon.core.targets import Targets

CASES_FOR_THRESHOLDS = 5
"""Cases whose responses give the thresholds of PPV."""


class TrainingData(NamedTuple):
    """What the stages of a search work on.

    Attributes
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        The cases, with short gaps filled.
    targets : Targets
        Of these.
    order : np.ndarray of int, shape (n_cases,)
        See `case_order`.
    constants : tuple of np.ndarray, each of shape (n_channels,)
        Means and deviations of channels, and their longest gaps that are short.
    channels : np.ndarray of int
        The channels that vary.
    has_gaps, has_blocks : bool
        Whether values are missing, and whether in longer gaps, too.
    rng : np.random.RandomState
        Source of what is drawn.
    backend : Threads
        Where the work is done.
    """

    X: Collection
    targets: Targets
    order: np.ndarray
    constants: tuple[np.ndarray, np.ndarray, np.ndarray]
    channels: np.ndarray
    has_gaps: bool
    has_blocks: bool
    rng: np.random.RandomState
    backend: Threads

    def sample(self, n_cases: int) -> np.ndarray:
        """Draw cases, ordered by class."""
        order = self.order
        return order[stratified_sample(self.targets.classes[order], n_cases, self.rng)]

    def quantile_cases(self, n_cases: int, variant: Variant) -> np.ndarray:
        """Draw the cases of a sample whose responses give thresholds, if any do."""
        if not variant.quantiles:
            return np.empty(0, np.int64)
        drawn = self.rng.permutation(min(n_cases, len(self.order)))
        return np.sort(drawn[:CASES_FOR_THRESHOLDS])

    def mixtures(
        self, sample: np.ndarray, selector: Selector, dropped: float
    ) -> Mixtures:
        """Draw the augmented cases that go with a sample, by the weights of that."""
        n_mixtures = selector.n_augmented(len(sample))
        how = dropped, self.has_blocks, self.targets.take(sample).weights
        return draw_mixtures(len(sample), n_mixtures, self.rng, *how)
