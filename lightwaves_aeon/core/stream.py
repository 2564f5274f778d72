"""Decisions over a stream of samples, as the exported C makes them."""

from __future__ import annotations

__all__ = ["Decision", "Stream"]

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lightwaves_aeon.core.checks import check_at_least
from lightwaves_aeon.core.data.scaling import LARGEST_SCALED, divisors
from lightwaves_aeon.core.model import Model


class Decision(NamedTuple):
    """What a stream says of its last window.

    Attributes
    ----------
    n_samples : int
        Samples up to the end of the window, since the stream began.
    predicted : label or number
        What ``predict`` gives for the window.
    probabilities : np.ndarray of float64, shape (n_classes,), or None
        What ``predict_proba`` gives for it; None where there are none.
    """

    n_samples: int
    predicted: Any
    probabilities: np.ndarray | None


class Stream:
    """Takes samples one by one, and decides about windows of them.

    Made by ``LightWaveSClassifier.stream``. The first decision comes as soon as there
    are as many samples as a window has, the next ones each `hop` samples later: those
    of a C program that was exported with the same `hop`. Samples are kept in single
    precision, as in C, and a decision is equal to the last bit to that of ``predict``
    for the window.

    Parameters
    ----------
    model : Model
        Gives the features of a window.
    head : LinearHead, RegressionHead or Pipeline
        Predicts from features.
    n_channels : int
        Values of a sample.
    n_timepoints : int
        Samples of a window.
    hop : int, default=1
        Samples from one decision to the next.
    channel_names : sequence of str, optional
        What errors call the channels; by default their numbers.

    Attributes
    ----------
    n_samples : int
        Samples taken since the stream began.
    """

    def __init__(
        self,
        model: Model,
        head: Any,
        n_channels: int,
        n_timepoints: int,
        hop: int = 1,
        channel_names: Sequence[str] | None = None,
    ):
        check_at_least("n_timepoints", n_timepoints, 1)
        check_at_least("hop", hop, 1)
        self.n_timepoints, self.hop = int(n_timepoints), int(hop)
        self.allows_missing = model.allows_missing
        self._transform, self._head = model.transform, head
        self._names = range(n_channels) if channel_names is None else channel_names
        self._scales = divisors(model.transform.stds)
        self._ring = np.empty((n_channels, self.n_timepoints), np.float32)
        self.reset()

    def reset(self) -> None:
        """Begin anew, without any samples."""
        self.n_samples, self._due = 0, self.n_timepoints

    def push(self, sample: ArrayLike) -> Decision | None:
        """Take the next sample.

        Parameters
        ----------
        sample : array-like, shape (n_channels,)
            A value of each channel; NaN is one that was not observed. In a series of
            pandas that has the names of the channels these may be in any order.

        Returns
        -------
        Decision or None
            None up to the next decision.

        Raises
        ------
        ValueError
            If there are not as many values as channels, they have other names, or one
            of a channel in use is infinite, far out of scale, or NaN where missing
            values are an error. The sample is left out then, and the stream goes on.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> X, y = load_basic_motions(split="train")
        >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
        >>> stream = clf.stream(hop=20)
        >>> for sample in X[12].T[:99]:  # a window has 100
        ...     assert stream.push(sample) is None
        >>> str(stream.push(X[12].T[99]).predicted)
        'running'
        """
        values = self.checked(sample)
        self._ring[:, self.n_samples % self.n_timepoints] = values
        self.n_samples += 1
        self._due -= 1
        if self._due > 0:
            return None
        self._due = self.hop
        return self._decide()

    def checked(self, sample: ArrayLike) -> np.ndarray:
        """Give a sample as `push` keeps it, or raise what that raises.

        Parameters
        ----------
        sample : array-like, shape (n_channels,)
            A value of each channel.

        Returns
        -------
        np.ndarray of float32, shape (n_channels,)

        Raises
        ------
        ValueError
            As `push` does.
        """
        if isinstance(sample, pd.Series):
            sample = self._in_order(sample)
        with np.errstate(over="ignore", invalid="ignore"):  # both are found below
            values = np.asarray(sample, np.float32)
            if values.shape != (len(self._ring),):
                raise ValueError(
                    f"a sample has {len(self._ring)} values, one a channel, got the "
                    f"shape {values.shape}"
                )
            own = values[self._transform.plan.channels]
            scaled = np.abs((own - self._transform.means) / self._scales)
        usable = scaled < LARGEST_SCALED
        if not usable.all():
            self._refuse(own, usable)
        return values

    def _in_order(self, sample: pd.Series) -> pd.Series:
        """Order values by the names of the channels, if both have names."""
        has_names = not isinstance(self._names, range)
        if not has_names or isinstance(sample.index, pd.RangeIndex):
            return sample
        if sorted(map(str, sample.index)) != sorted(map(str, self._names)):
            raise ValueError(
                f"a sample has values of {', '.join(map(str, sample.index))}, but the "
                f"channels are {', '.join(map(str, self._names))}"
            )
        return sample.reindex(list(self._names))

    def _refuse(self, own: np.ndarray, usable: np.ndarray) -> None:
        if self.allows_missing:
            usable = usable | np.isnan(own)
        for position in np.flatnonzero(~usable)[:1]:
            nan = "" if self.allows_missing else "NaN, "
            raise ValueError(
                f"channel {self._names[self._transform.plan.channels[position]]} is "
                f"{own[position]}: {nan}infinity and values more than "
                f"{LARGEST_SCALED:g} standard deviations from the training mean "
                "cannot be used"
            )

    def _decide(self) -> Decision:
        oldest = self.n_samples % self.n_timepoints
        parts = self._ring[:, oldest:], self._ring[:, :oldest]
        features = self._transform.transform_one(np.concatenate(parts, axis=1))
        probabilities = None
        if hasattr(self._head, "predict_proba"):
            probabilities = self._head.predict_proba(features)[0]
        return Decision(self.n_samples, self._head.predict(features)[0], probabilities)
