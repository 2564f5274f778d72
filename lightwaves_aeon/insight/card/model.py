"""What a fitted model says of itself: channels, time scales, features, origin."""

from __future__ import annotations

__all__ = [
    "Channel",
    "ModelFacts",
    "Origin",
    "Scale",
    "facts_of",
    "origin_of",
]

import platform
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from lightwaves_aeon.core.convolution.features import spans_of
from lightwaves_aeon.core.fitted import FittedLinear
from lightwaves_aeon.insight.importance import held_out_quality, ranked_channels, shares
from lightwaves_aeon.insight.report import strongest_features
from lightwaves_aeon.insight.words import channel_label, scale_of

N_STRONGEST = 5
"""Features that are said in words."""

SCALES = ("values", "short", "medium", "long")
"""What features look at: values of the series, or patterns of one of these scales."""

PACKAGES = ("lightwaves-aeon", "aeon", "sktime", "numpy", "numba", "scikit-learn")


class Channel(NamedTuple):
    """What a channel is to the model.

    Attributes
    ----------
    label : str
        Its name, or its number where it has none.
    share : float
        Of the importance of all channels.
    n_features : int
        Features that read it.
    without : float
        Accuracy, or R2, on held-out cases without it; NaN where it is not known.
    """

    label: str
    share: float
    n_features: int
    without: float


class Scale(NamedTuple):
    """What the features of a time scale are to the model.

    Attributes
    ----------
    name : str
        One of `SCALES`.
    share : float
        Of the importance of all features.
    shortest, longest : int
        Time points that one value of their responses depends on; 0 of values.
    """

    name: str
    share: float
    shortest: int
    longest: int


@dataclass(frozen=True)
class ModelFacts:
    """What there is to say of a model without any cases.

    Attributes
    ----------
    n_features, n_channels : int
        Features of the table, and channels of a case, in use or not.
    n_timepoints : int or None
        Of the training cases; None if they differ.
    sampling_rate : float or None
        Time points a second, where it is known.
    n_training_cases : int
        Cases that it was fitted to.
    channels : list of Channel
        Those in use, the most important first.
    unused : list of str
        Labels of the others.
    whole : float
        Accuracy, or R2, on held-out cases with all channels; NaN where not known.
    channel_path : list of dict
        Rows of ``channel_path_``, where channels were chosen.
    scales : list of Scale
        Those that have features, in the order of `SCALES`.
    strongest : list of (str, str, float)
        The strongest features in words, what a high value says, and their importance.
    """

    n_features: int
    n_channels: int
    n_timepoints: int | None
    sampling_rate: float | None
    n_training_cases: int
    channels: list[Channel]
    unused: list[str]
    whole: float
    channel_path: list[dict[Hashable, Any]]
    scales: list[Scale]
    strongest: list[tuple[str, str, float]]


def facts_of(estimator: Any) -> ModelFacts:
    """Read off a fitted estimator what a card says of it.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted, of aeon or sktime.

    Returns
    -------
    ModelFacts

    Raises
    ------
    ValueError
        If it is not linear.

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.insight.card.model import facts_of
    >>> clf = LightWaveSClassifier(n_features=50, variant="L1L2")
    >>> facts = facts_of(clf.fit(*load_basic_motions(split="train")))
    >>> [channel.label for channel in facts.channels]
    ['channel 0', 'channel 2', 'channel 1']
    >>> [(scale.name, scale.longest) for scale in facts.scales]
    [('short', 25), ('medium', 65), ('long', 385)]
    """
    fitted, state = estimator._linear(), estimator._state
    table, held_out = ranked_channels(fitted), held_out_quality(fitted)
    labels = [channel_label(n, fitted.channel_names) for n in range(fitted.n_channels)]
    path = state.channel_path
    return ModelFacts(
        n_features=len(fitted.model.rows),
        n_channels=fitted.n_channels,
        n_timepoints=state.metadata["n_timepoints"],
        sampling_rate=fitted.sampling_rate,
        n_training_cases=state.metadata["n_cases"],
        channels=[
            Channel(labels[n], share, n_features, float(held_out.without[n]))
            for n, share, n_features in table.itertuples(name=None)
        ],
        unused=[label for n, label in enumerate(labels) if n not in table.index],
        whole=held_out.whole,
        channel_path=[] if path is None else _steps(path, labels),
        scales=_scales(fitted),
        strongest=strongest_features(fitted, N_STRONGEST),
    )


def _steps(path: np.ndarray, labels: list[str]) -> list[dict[Hashable, Any]]:
    table = pd.DataFrame(path).sort_values("n_channels")
    table["label"] = [labels[channel] for channel in table["channel"]]
    return table.to_dict("records")


def _scales(fitted: FittedLinear) -> list[Scale]:
    rows, bank = fitted.model.rows, fitted.model.bank
    importance, spans = shares(fitted).sum(axis=1), spans_of(rows, bank.lengths)
    name = np.array(
        [scale_of(row["dilation"]) if row["level"] > 0 else SCALES[0] for row in rows]
    )
    found = []
    for scale in SCALES:
        parts, reach = importance[name == scale], spans[name == scale]
        if len(reach) > 0:
            ends = int(reach.min()), int(reach.max())
            found.append(Scale(scale, float(parts.sum()), *ends))
    return found


@dataclass(frozen=True)
class Origin:
    """Where a model comes from.

    Attributes
    ----------
    estimator : str
        Its class.
    parameters : dict of str to str
        Those of the estimator.
    versions : dict of str to str
        Of Python and the packages that are installed here.
    file, checksum : str or None
        Name and SHA-256 of the model file, if there is one.
    date : str or None
        When it was written.
    """

    estimator: str
    parameters: dict[str, str]
    versions: dict[str, str]
    file: str | None
    checksum: str | None
    date: str | None


def origin_of(
    estimator: Any, model_file: str | Path | None = None, date: str | None = None
) -> Origin:
    """Tell how a model was made.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted, of aeon or sktime.
    model_file : str or Path, optional
        The file that it stands in.
    date : str, optional
        As it is to be shown; by default the day on which the file was written, in UTC.

    Returns
    -------
    Origin

    Raises
    ------
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.insight.card.model import origin_of
    >>> origin = origin_of(LightWaveSClassifier(variant="L1"), date="2026-01-31")
    >>> origin.parameters["variant"], origin.date, origin.checksum
    ("'L1'", '2026-01-31', None)
    """
    kind, name, checksum = type(estimator), None, None
    parameters = estimator.get_params(deep=False)
    versions = {"Python": platform.python_version()}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            versions[package] = version(package)
    if model_file is not None:
        path = Path(model_file)
        with path.open("rb") as file:
            name, checksum = path.name, file_digest(file, "sha256").hexdigest()
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        date = date or f"{written:%Y-%m-%d}"
    return Origin(
        f"{kind.__module__}.{kind.__qualname__}",
        {name: repr(value) for name, value in parameters.items()},
        versions,
        name,
        checksum,
        date,
    )
