"""From checked data to a fitted table and head, for the shells of all frameworks."""

from __future__ import annotations

__all__ = [
    "fit_classifier",
    "fit_table",
    "metadata_of",
    "number_of_features",
    "progress_bar",
    "search_channels",
]

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any
from zlib import crc32

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from lightwaves_aeon.core.checks import check_at_least
from lightwaves_aeon.core.data.collection import (
    Collection,
    UnequalLengthCollection,
    fingerprint,
)
from lightwaves_aeon.core.data.sampling import numbered_classes
from lightwaves_aeon.core.data.source import CaseSource, as_source
from lightwaves_aeon.core.fitted import ClassifierState, FittedClassifier
from lightwaves_aeon.core.linear.channel_loss import channel_losses, fit_exponent
from lightwaves_aeon.core.linear.head import DistilledRidge, default_ridge
from lightwaves_aeon.core.linear.temperature import HeldOut, fit_inverse_temperature
from lightwaves_aeon.core.linear.unobserved import Unobserved, importances_of
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.progress import Track, no_progress
from lightwaves_aeon.core.search import Search
from lightwaves_aeon.core.search_result import SearchResult
from lightwaves_aeon.estimators.large import (
    class_weights,
    features_of_all,
    fit_head,
    is_large,
    refined,
    sampled,
)
from lightwaves_aeon.estimators.passes import LocalPass, Pass

SHARE_OF_ROCKET = 0.025
"""Features kept, as a share of the two per kernel that ROCKET computes."""


def fit_table(
    shell: Any,
    X: Collection | CaseSource,
    y: np.ndarray,
    n_features: int | str | None = None,
    calibrate: bool = False,
    passes: Callable[..., Pass] = LocalPass,
) -> tuple[SearchResult, Collection, np.ndarray]:
    """Search for a table by the parameters of an estimator.

    Parameters
    ----------
    shell : LightWaveS or LightWaveSClassifier
        Of any framework, being fitted.
    X : Collection or CaseSource, shape (n_cases, n_channels, n_timepoints)
        Checked collection; of a large one, a sample is searched on.
    y : np.ndarray, shape (n_cases,)
        Checked labels, of two classes at least.
    n_features : int or "auto", optional
        Number of features; by default the parameter of this name.
    calibrate : bool, default=False
        Whether to score held-out cases, unless the collection is large.
    passes : callable, default=LocalPass
        Makes the passes over the blocks of a large collection.

    Returns
    -------
    found : SearchResult
    sample : Collection
        The cases that it is of: all, unless these are many.
    classes : np.ndarray of int
        Class of each of them.
    """
    names = {field.name for field in fields(Search)} - {"calibrate", "of_sample"}
    parameters = {name: getattr(shell, name) for name in names}
    if n_features is not None:
        parameters["n_features"] = n_features
    search = Search(**parameters, calibrate=calibrate)
    classes, rng, backend = _checked(search, shell, X, y)
    search, sample, of_sample = sampled(search, X, classes, rng, backend)
    track = _track_of(shell, backend)
    found = search.fit(sample, of_sample, rng, backend, track)
    number = search.refined_to
    if number is not None:
        cases = sample, as_source(X), classes
        model = refined(found.model, number, *cases, rng, passes, backend, track)
        found = found._replace(model=model)
    return found, sample, of_sample


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
    classes, rng, backend = _checked(search, shell, X, y)
    search, sample, of_sample = sampled(search, X, classes, rng, backend)
    return search.find_channels(sample, of_sample, rng, backend)


def _backend_of(shell: Any) -> Threads:
    return replace(shell._backend, n_jobs=shell._n_threads())


def _checked(
    search: Search, shell: Any, X: Collection | CaseSource, y: np.ndarray
) -> tuple[np.ndarray, np.random.RandomState, Threads]:
    """Make sure that all processes are asked for the same."""
    y = np.asarray(y)
    for label in y if y.dtype.hasobject else ():
        if isinstance(label, str) and label.endswith("\0"):
            raise ValueError(
                f"y holds the label {label!r}: NumPy drops the NUL at its end"
            )
    labels, classes = numbered_classes(y)
    # None means fresh entropy: NumPy's global generator is nobody's to advance.
    seed = shell.random_state
    rng = check_random_state(np.random.RandomState() if seed is None else seed)
    backend = _backend_of(shell)
    backend.check_same(
        {
            **fingerprint(X),
            "what fit was asked for": search,
            "the set of labels": labels.tolist(),
            "the checksum of y": crc32(classes.data),
        }
    )
    return classes, rng, backend


def _track_of(shell: Any, backend: Threads) -> Track:
    return progress_bar if shell.verbose and backend.is_root else no_progress


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


def fit_classifier(
    shell: Any,
    X: Collection | CaseSource,
    y: np.ndarray,
    passes: Callable[..., Pass] = LocalPass,
) -> ClassifierState:
    """Fit table and head by the parameters of a classifier.

    Parameters
    ----------
    shell : LightWaveSClassifier
        Of any framework, being fitted.
    X : Collection or CaseSource, shape (n_cases, n_channels, n_timepoints)
        Checked collection; of a large one, few cases are in memory at a time.
    y : np.ndarray, shape (n_cases,)
        Checked labels, of two classes at least.
    passes : callable, default=LocalPass
        Makes the passes over the blocks of a large collection.

    Returns
    -------
    ClassifierState
    """
    given, names = shell.estimator, getattr(shell, "feature_names_in_", None)
    if given is not None and shell.class_weight is not None:
        warnings.warn(
            "class_weight is for the default estimator, and has no effect on the "
            f"{type(given).__name__} that is given as estimator",
            stacklevel=2,
        )
    n_features = number_of_features(shell.n_features, shell.n_kernels)
    found, sample, of_sample = fit_table(
        shell, X, y, n_features, calibrate=given is None, passes=passes
    )
    backend, held_out = _backend_of(shell), found.held_out
    if not is_large(X.shape):
        scaler, estimator = _fit_to_all(shell, found, sample, y, backend)
    elif given is None:
        labels, classes = numbered_classes(y)
        weights = class_weights(shell.class_weight, labels, np.bincount(classes))
        of_all = as_source(X), classes, range(len(y)), backend
        scaler, estimator, scored = fit_head(
            found.model,
            sample,
            of_sample,
            labels,
            weights,
            shell.class_weight,
            passes(*of_all, _track_of(shell, backend)),
            backend,
        )
        held_out = [scored]
    else:
        features = features_of_all(found.model, as_source(X), backend)
        scaler, estimator = backend.on_root(
            lambda: _fit_estimator(shell._seeded(given), features, y)
        )
    n_cases, n_channels, longest = X.shape
    n_timepoints = None if isinstance(X, UnequalLengthCollection) else longest
    fitted, model = None, found.model
    if given is not None:
        model = model.with_unobserved(scaler.mean_) if model.allows_missing else model
    else:
        fitted = _fitted_value(
            model,
            scaler,
            estimator,
            held_out,
            np.bincount(numbered_classes(y)[1]) / n_cases,
            backend,
            n_channels=n_channels,
            n_timepoints=n_timepoints,
            channel_names=names,
            has_gaps=found.has_gaps,
        )
        model = fitted.model
    return ClassifierState(
        model=model,
        head=make_pipeline(scaler, estimator) if fitted is None else fitted.head,
        fitted=fitted,
        scaler=scaler,
        estimator=estimator,
        parameters=shell.get_params(deep=False),
        metadata=metadata_of(n_cases, n_channels, n_timepoints, found.has_gaps),
        path=found.path,
        channel_path=found.channel_path,
        channel_names=names,
    )


def _fitted_value(
    model: Model,
    scaler: StandardScaler,
    estimator: Any,
    held_out: Sequence[HeldOut],
    priors: np.ndarray,
    backend: Threads,
    **about: Any,
) -> FittedClassifier:
    """Calibrate the default estimator, and make one value of it and the table."""

    def calibrated() -> tuple[float, float, np.ndarray]:
        inverse_temperature = fit_inverse_temperature(held_out)
        exponent = fit_exponent(held_out, inverse_temperature, priors)
        return inverse_temperature, exponent, channel_losses(held_out, model.channels)

    inverse_temperature, exponent, losses = backend.on_root(calibrated)
    if model.allows_missing:  # the head knows what stands in for a feature
        model = model.with_unobserved(np.full(len(model.rows), np.nan))
    importances = importances_of(np.atleast_2d(estimator.coef_).T)
    unobserved = Unobserved(scaler.mean_, importances, priors, exponent)
    return FittedClassifier.from_estimator(
        model,
        scaler,
        estimator,
        inverse_temperature,
        unobserved,
        channel_losses=losses,
        **about,
    )


def _fit_to_all(
    shell: Any, found: SearchResult, X: Collection, y: np.ndarray, backend: Threads
) -> tuple[StandardScaler, Any]:
    """Fit scaler and estimator to the features of all cases, in memory together."""
    given, order = shell.estimator, found.order
    features, y = found.model.features(X, backend, order), y[order]
    if given is not None:
        return backend.on_root(
            lambda: _fit_estimator(shell._seeded(given), features, y)
        )
    lesson = found.lesson if shell.class_weight is None else None
    if lesson is None:
        ridge = default_ridge(len(y), shell.class_weight)
        with one_blas_thread:
            return backend.on_root(lambda: _fit_estimator(ridge, features, y))
    of_mixtures = found.model.features_of_mixtures(X, lesson.mixtures, backend)

    def fit_distilled() -> tuple[StandardScaler, DistilledRidge]:
        scaler = StandardScaler().fit(features)
        place = np.argsort(order)  # of each case among the features
        of_cases = features[place[lesson.cases]]
        taught = scaler.transform(np.concatenate([of_cases, of_mixtures]))
        standard, targets = scaler.transform(features), lesson.soft_targets
        with one_blas_thread:
            return scaler, DistilledRidge().fit(standard, y, taught, targets)

    return backend.on_root(fit_distilled)


def _fit_estimator(
    estimator: Any, features: np.ndarray, y: np.ndarray
) -> tuple[StandardScaler, Any]:
    scaler = StandardScaler().fit(features)
    return scaler, estimator.fit(scaler.transform(features), y)


def metadata_of(
    n_cases: int, n_channels: int, n_timepoints: int | None, has_gaps: bool = False
) -> dict:
    """Say of a collection what aeon says; there is no one length where it is None."""
    return {
        "multivariate": n_channels > 1,
        "missing_values": has_gaps,
        "unequal_length": n_timepoints is None,
        "n_cases": n_cases,
        "n_channels": n_channels,
        "n_timepoints": n_timepoints,
    }
