"""What a search looks at: dilations, inputs, and the candidates of each."""

from __future__ import annotations

__all__ = [
    "LARGEST_DILATION",
    "CandidateSet",
    "InputAtDilation",
    "candidate_sets",
    "dilations_of",
    "inputs_of",
    "list_inputs",
]

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.features import (
    ROW,
    candidate_rows,
    series_rows,
)
from lightwaves_aeon.core.convolution.kernels import KernelBank, dilations_up_to
from lightwaves_aeon.core.convolution.pooling import slots_of
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS, number_of
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.data.collection import Collection, subset, typical_length
from lightwaves_aeon.core.data.gaps import fill_columns
from lightwaves_aeon.core.selection.variants import Variant

LARGEST_DILATION = 2**30
"""What the table can hold; from the length of the series on, dilations see padding."""

PAPERS_LARGEST = 32
"""The paper's largest dilation."""

LEAST_DEVIATION = 1e-5
"""Deviation, in units of the scaled channel, up to which a feature of level 0 says how
values were rounded: of a series that was standardised alone, say, its mean."""

N_PAIRS = 300
"""Sums and differences that are looked at, in all dilations together."""


class InputAtDilation(NamedTuple):
    """Where candidates come from; in their order they are ascending.

    Attributes
    ----------
    number : int
        Number of the representation.
    channel, other : int
        The channels that it is made of; `other` is -1 where it is one.
    dilation : int
        The dilation; 0 for the series itself.
    """

    number: int
    channel: int
    other: int
    dilation: int

    @property
    def channels(self) -> list[int]:
        """The channels to read."""
        return [self.channel] if self.other < 0 else [self.channel, self.other]


class CandidateSet(NamedTuple):
    """Candidates of one representation type, at first bound to no channel and dilation.

    Attributes
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_candidates,)
        The candidates, with thresholds of 0.
    transform : FeatureTransform
        The same, arranged for evaluation.
    n_thresholds : int
        Number of quantiles of the responses that PPV has for thresholds; 0 to leave
        its threshold 0.
    """

    rows: np.ndarray
    transform: FeatureTransform
    n_thresholds: int

    @classmethod
    def from_series(cls, bank: KernelBank, length: float) -> CandidateSet:
        """List the statistics of level 0."""
        rows = series_rows(0, length)
        transform = FeatureTransform.from_rows(rows, bank, np.zeros(1), np.ones(1))
        return cls(rows, transform, 0)

    @classmethod
    def from_kernels(
        cls,
        bank: KernelBank,
        levels: Sequence[int],
        operators: tuple[str, ...],
        quantiles: bool,
    ) -> CandidateSet:
        """List the pooled responses of all kernels."""
        rows = candidate_rows(0, 1, len(bank.names), levels, operators)
        transform = FeatureTransform.from_rows(rows, bank, np.zeros(1), np.ones(1))
        return cls(rows, transform, operators.count("ppv") if quantiles else 0)

    def bind(
        self,
        source: InputAtDilation,
        means: np.ndarray,
        stds: np.ndarray,
        longest_gaps: np.ndarray,
    ) -> CandidateSet:
        """Return a copy bound to an input and dilation.

        Parameters
        ----------
        source : InputAtDilation
            Where to.
        means, stds : np.ndarray of float64, shape (n_channels,)
            Scaling constants of all channels.
        longest_gaps : np.ndarray of int, shape (n_channels,)
            The longest gaps of all channels that are short.

        Returns
        -------
        CandidateSet
        """
        # As bytes, which NumPy copies in a tenth of the time.
        rows = self.rows.view(np.uint8).copy().view(ROW)
        channels = source.channels
        rows["input"], rows["channel"], rows["other"], rows["dilation"] = source
        constants = means[channels], stds[channels], longest_gaps[channels]
        bound = self.transform.bind(source.number, source.dilation, *constants)
        return self._replace(rows=rows, transform=bound)

    def features(
        self, X: Collection, quantile_cases: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Compute the candidates.

        Parameters
        ----------
        X : Collection, shape (n_cases, n_channels, n_timepoints)
            The channels that the input is made of.
        quantile_cases : np.ndarray of int
            Cases whose responses give the thresholds.

        Returns
        -------
        rows : np.ndarray of dtype `ROW`, shape (n_candidates,)
            The candidates, with their thresholds.
        columns : np.ndarray of float32, shape (n_cases, n_candidates)
            Their values; where nothing was observed, their means.
        distinct : np.ndarray of bool, shape (n_candidates,)
            False for those that a threshold makes equal to another, and for those of
            level 0 that do not vary but for rounding.
        """
        distinct = np.ones(len(self.rows), bool)
        n_thresholds = self.n_thresholds
        if n_thresholds == 0:
            columns = fill_columns(self.transform(X))
            if not self.rows["level"].any():
                distinct = columns.std(axis=0, dtype=np.float64) > LEAST_DEVIATION
            return self.rows, columns, distinct
        some = subset(X, quantile_cases, range(X.shape[1]))
        found = self.transform.quantile_thresholds(some, n_thresholds)
        plan, rows = self.transform.plan, self.rows.copy()
        thresholds = plan.convolutions.thresholds.copy()
        thresholds[:, 0, :n_thresholds] = found
        convolutions = plan.convolutions._replace(thresholds=thresholds)
        columns = convolutions.columns[:, 0, slots_of("ppv")[:n_thresholds]]
        rows["threshold"][columns] = found
        distinct[columns[:, 1:][found[:, 1:] == found[:, :-1]]] = False
        moved = self.transform._replace(plan=plan._replace(convolutions=convolutions))
        return rows, fill_columns(moved(X)), distinct


def dilations_of(
    variant: Variant, X: Collection, max_dilation: int | None
) -> list[int]:
    """List the dilations, up to the largest of the variant where none is given.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.candidates import dilations_of
    >>> from lightwaves_aeon.core.selection.variants import VARIANTS
    >>> dilations_of(VARIANTS["plus"], np.zeros((4, 1, 50)), None)
    [1, 2, 3, 4, 6, 8, 12]
    """
    if max_dilation is None:
        max_dilation = PAPERS_LARGEST
        if variant.max_dilation_fraction is not None:
            largest = max(1, int(variant.max_dilation_fraction * typical_length(X)))
            max_dilation = min(largest, LARGEST_DILATION)
    powers = dilations_up_to(max_dilation).tolist()
    if variant.quantiles:
        between = (3 * d // 2 for d in powers[1:])
        powers = sorted({*powers, *(d for d in between if d <= max_dilation)})
    return powers


def inputs_of(
    variant: Variant, n_channels: int, n_dilations: int, rng: np.random.RandomState
) -> list[tuple[int, int, int]]:
    """List the inputs that kernels are applied to at one of the dilations.

    Parameters
    ----------
    variant : Variant
        What is offered.
    n_channels : int
        Number of channels.
    n_dilations : int
        Number of dilations that the pairs of channels are spread over.
    rng : np.random.RandomState
        Draws the pairs of channels, where a variant has any.

    Returns
    -------
    list of tuple of int
        Number of the representation; channel; and the other channel or -1. First the
        channels, then sums and differences; the first differences of a channel that is
        alone.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.candidates import inputs_of
    >>> from lightwaves_aeon.core.selection.variants import VARIANTS
    >>> inputs_of(VARIANTS["L1"], 2, 1, np.random.RandomState(0))
    [(0, 0, -1), (0, 1, -1)]
    >>> inputs_of(VARIANTS["plus"], 2, 1, np.random.RandomState(0))[2:]
    [(2, 0, 1), (3, 0, 1)]
    >>> inputs_of(VARIANTS["plus"], 1, 1, np.random.RandomState(0))[1:]
    [(1, 0, -1)]
    """
    of_pair = [number_of("sum"), number_of("difference")]
    inputs = [(number_of("channel"), channel, -1) for channel in range(n_channels)]
    if not variant.derived_pooling:
        return inputs
    # First differences help where there is nothing else, and add nothing beside pairs.
    if n_channels == 1:
        return [*inputs, (number_of("change"), 0, -1)]
    n_all = n_channels * (n_channels - 1) // 2 * len(of_pair)
    n_pairs = min(n_all, N_PAIRS // n_dilations)
    drawn = rng.permutation(n_all)[:n_pairs]
    one, other = np.triu_indices(n_channels, 1)
    pair, of = np.divmod(drawn, len(of_pair))
    pairs = np.array(of_pair)[of].tolist(), one[pair].tolist(), other[pair].tolist()
    return inputs + sorted(zip(*pairs, strict=True))


def list_inputs(
    variant: Variant,
    channels: np.ndarray,
    dilations: list[int],
    rng: np.random.RandomState,
) -> list[InputAtDilation]:
    """List the inputs made of some channels, each at a dilation.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.candidates import list_inputs
    >>> from lightwaves_aeon.core.selection.variants import VARIANTS
    >>> rng = np.random.RandomState(0)
    >>> inputs = list_inputs(VARIANTS["L1"], np.array([4, 7]), [1, 2], rng)
    >>> [tuple(source) for source in inputs]
    [(0, 4, -1, 1), (0, 4, -1, 2), (0, 7, -1, 1), (0, 7, -1, 2)]
    """
    names = np.append(channels, -1).tolist()  # what is no channel stays -1
    # Other pairs at each dilation: at the same cost, more of them are looked at.
    inputs = [
        InputAtDilation(number, names[one], names[other], dilation)
        for dilation in dilations
        for number, one, other in inputs_of(variant, len(channels), len(dilations), rng)
    ]
    of_channels = {of._replace(dilation=0) for of in inputs if of.other < 0}
    return sorted([*inputs, *(of_channels if variant.series else ())])


def candidate_sets(variant: Variant, bank: KernelBank) -> list[CandidateSet]:
    """Make the candidates of each of `REPRESENTATIONS` that the variant looks at."""
    of = partial(
        CandidateSet.from_kernels, bank, variant.levels, quantiles=variant.quantiles
    )
    derived = [of(variant.derived_pooling)] if variant.derived_pooling else []
    return [of(variant.pooling), *(len(REPRESENTATIONS) - 1) * derived]
