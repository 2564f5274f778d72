"""From checked data to a table, for the shells of all frameworks."""

from __future__ import annotations

__all__ = [
    "fit_table",
    "number_of_features",
    "progress_bar",
    "search_channels",
    "targets_of_labels",
]

import warnings
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any
from zlib import crc32

import numpy as np
from sklearn.utils import check_random_state

from lightwaves_aeon.core.checks import check_at_least, check_positive
from lightwaves_aeon.core.data.collection import (
    Collection,
    fingerprint,
)
from lightwaves_aeon.core.data.sampling import numbered_classes
from lightwaves_aeon.core.data.source import CaseSource, as_source
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.progress import no_progress
from lightwaves_aeon.core.search import Search
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.estimators.frames import checked_names
from lightwaves_aeon.estimators.heads import TableFit
from lightwaves_aeon.estimators.large import refined, sampled
from lightwaves_aeon.estimators.passes import LocalPass, Pass

SHARE_OF_ROCKET = 0.025
"""Features kept, as a share of the two per kernel that ROCKET computes."""

LEAST_KERNELS = 100
"""Kernels of ROCKET below which there is a warning: they give 5 features."""

MAY_DIFFER = {"n_jobs", "verbose", "random_state", "backend"}
"""Parameters that need not be the same in all processes."""


def fit_table(
    shell: Any,
    X: Collection | CaseSource,
    targets: Targets,
    labels: np.ndarray | None = None,
    passes: Callable[..., Pass] = LocalPass,
) -> TableFit:
    """Search for a table by the parameters of an estimator.

    Parameters
    ----------
    shell : LightWaveS, LightWaveSClassifier or LightWaveSRegressor
        Of any framework, being fitted.
    X : Collection or CaseSource, shape (n_cases, n_channels, n_timepoints)
        Checked collection; of a large one, a sample is searched on.
    targets : Targets
        Of the cases; classes are two at least.
    labels : np.ndarray, optional
        Labels of the classes, where these are what is to be told.
    passes : callable, default=LocalPass
        Makes the passes over the blocks of a large collection.

    Returns
    -------
    TableFit
        The table, and what a head is fitted with.
    """
    if shell.sampling_rate is not None:
        check_positive("sampling_rate", shell.sampling_rate)
    names = {field.name for field in fields(Search)} - {"calibrate", "of_sample"}
    parameters = {name: getattr(shell, name) for name in names}
    if hasattr(shell, "n_kernels"):  # a classifier or a regressor
        parameters["n_features"] = _features_asked(shell)
        parameters["calibrate"] = shell.estimator is None
    search = Search(**parameters)
    rng, backend = _checked(search, shell, X, targets, labels)
    search, sample, of_sample = sampled(search, X, targets, rng, backend)
    track = progress_bar if shell.verbose and backend.is_root else no_progress
    found = search.fit(sample, of_sample, rng, backend, track)
    number = search.refined_to
    if number is not None:
        cases = sample, as_source(X), targets
        model = refined(found.model, number, *cases, rng, passes, backend, track)
        found = found._replace(model=model)
    return TableFit(shell, X, targets, found, sample, of_sample, passes, backend, track)


def search_channels(shell: Any, X: Collection, y: np.ndarray) -> np.ndarray:
    """Find channels by the parameters of a channel selector.

    Parameters
    ----------
    shell : LightWaveSChannelSelector
        Of any framework, being fitted.
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Checked collection.
    y : np.ndarray, shape (n_cases,)
        Checked labels, of two classes at least.

    Returns
    -------
    np.ndarray of dtype `CHANNEL_PATH`, shape (n_channels,)
        See `channel_path`.
    """
    if shell.max_channels is None:
        raise ValueError("max_channels must be a number or 'auto', got None")
    search = Search(variant=shell.variant, max_channels=shell.max_channels)
    targets, labels = targets_of_labels(y)
    rng, backend = _checked(search, shell, X, targets, labels)
    search, sample, of_sample = sampled(search, X, targets, rng, backend)
    return search.find_channels(sample, of_sample, rng, backend)


def targets_of_labels(y: np.ndarray) -> tuple[Targets, np.ndarray]:
    """Give classes to tell, and their labels.

    Parameters
    ----------
    y : np.ndarray, shape (n_cases,)
        Checked labels.

    Returns
    -------
    targets : Targets
    labels : np.ndarray, shape (n_classes,)
        Labels of the classes.

    Raises
    ------
    ValueError
        If a label ends with NUL.
    """
    y = np.asarray(y)
    for label in y if y.dtype.hasobject else ():
        if isinstance(label, str) and label.endswith("\0"):
            raise ValueError(
                f"y holds the label {label!r}: NumPy drops the NUL at its end"
            )
    labels, classes = numbered_classes(y)
    return Targets(classes), labels


def _checked(
    search: Search,
    shell: Any,
    X: Collection | CaseSource,
    targets: Targets,
    labels: np.ndarray | None,
) -> tuple[np.random.RandomState, Threads]:
    """Make sure that all processes are asked for the same."""
    given = checked_names(shell.channel_names, X.shape[1])
    if given is not None:
        shell.feature_names_in_ = np.array(given, dtype=object)
    # None means fresh entropy: NumPy's global generator is nobody's to advance.
    seed = shell.random_state
    rng = check_random_state(np.random.RandomState() if seed is None else seed)
    backend = replace(shell._backend, n_jobs=shell._n_threads())
    numbers = targets.classes if targets.numbers is None else targets.numbers
    weights = b"" if targets.weights is None else targets.weights.data
    backend.check_same(
        {
            # First: by its zeros the shape of X may differ, too.
            "the checksum of sample_weight": crc32(weights),
            **fingerprint(X),
            **_parameters_to_compare(shell),
            "what fit was asked for": search,
            "the set of labels": None if labels is None else labels.tolist(),
            "the checksum of y": crc32(np.ascontiguousarray(numbers).data),
        }
    )
    return rng, backend


def _parameters_to_compare(shell: Any) -> dict[str, Any]:
    """Give the parameters that a search does not have, as far as they can be said."""
    names = {field.name for field in fields(Search)} | MAY_DIFFER
    found: dict[str, Any] = {}
    for name, value in shell.get_params(deep=False).items():
        if name in names:
            continue
        found[name] = _said(value)
        if hasattr(value, "get_params") and not isinstance(value, type):
            of_value = value.get_params(deep=True).items()
            found[name] += f" of { ({key: _said(one) for key, one in of_value}) }"
    return found


def _said(value: Any) -> str:
    """Say a value in words that do not tell where in memory it is."""
    text = repr(value)
    is_object = hasattr(value, "get_params") or " at 0x" in text
    return type(value).__qualname__ if is_object else text


def progress_bar(results: Iterable, total: int) -> Iterable:
    """Show how much is done, and the time left, on stderr."""
    from rich.progress import track

    return track(results, description="LightWaveS", total=total)


def number_of_features(n_features: int | str | None, n_kernels: int) -> int | str:
    """Give the number asked for, or else 2.5 % of what ROCKET would compute.

    Examples
    --------
    >>> from lightwaves_aeon.estimators.fitting import number_of_features
    >>> number_of_features(None, n_kernels=10_000)
    500
    """
    check_at_least("n_kernels", n_kernels, 1)
    if n_features is not None:
        return n_features
    return max(1, round(2 * n_kernels * SHARE_OF_ROCKET))


def _features_asked(shell: Any) -> int | str:
    """Give the number of features that a fit is asked for.

    Warns
    -----
    UserWarning
        If `n_kernels` makes it very small, which is hardly what it was given for.
    """
    number = number_of_features(shell.n_features, shell.n_kernels)
    if shell.n_features is None and shell.n_kernels < LEAST_KERNELS:
        warnings.warn(
            f"n_kernels={shell.n_kernels} keeps {number} features: it is a number of "
            "ROCKET kernels to match, not of kernels here; say by n_features what to "
            "keep",
            stacklevel=2,
        )
    return number
