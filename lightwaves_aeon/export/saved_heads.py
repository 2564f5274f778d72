"""What of the head of a classifier, or a regressor, stands in a model file."""

from __future__ import annotations

__all__ = ["HEADS", "Common", "HeadFormat", "parts", "parts_of"]

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import RidgeClassifierCV

from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.core.linear.channel_loss import (
    CHANNEL_LOSS,
    CHANNEL_LOSS_OF_NUMBERS,
)
from lightwaves_aeon.core.linear.head import DistilledRidge, LinearHead, fitted_ridge
from lightwaves_aeon.core.linear.intervals import Intervals
from lightwaves_aeon.core.linear.regression import (
    DistilledRidgeRegressor,
    RegressionHead,
)
from lightwaves_aeon.core.linear.unobserved import Unobserved, importances_of
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.selection.channels import (
    CHANNEL_PATH,
    CHANNEL_PATH_OF_NUMBERS,
)
from lightwaves_aeon.core.selection.detachment import PATH, PATH_OF_NUMBERS
from lightwaves_aeon.export.saved_checks import (
    ARRAYS,
    ARRAYS_OF_NUMBERS,
    HEAD,
    HEAD_OF_NUMBERS,
    INTERVALS,
    LABEL_KINDS,
    RIDGE,
    Arrays,
    Specification,
    require,
)


class Common(NamedTuple):
    """What classifiers and regressors have alike, as it was read from a file.

    Attributes
    ----------
    model : Model
        The table.
    scaler : StandardScaler
        Of the features.
    name : str
        Of the class of the fitted estimator.
    parameters : dict
        Those of the estimator of the framework.
    about : dict
        What a `FittedLinear` has beside a head.
    """

    model: Model
    scaler: Any
    name: str
    parameters: dict[str, Any]
    about: dict[str, Any]


class HeadFormat(NamedTuple):
    """How a model file holds a kind of head.

    Attributes
    ----------
    name : str
        What has it, in words.
    estimators : tuple of str
        Names of the classes of the fitted estimator.
    arrays : mapping
        Types and shapes of all arrays of a file.
    path, channel_path : np.dtype
        Of what there was to choose from.
    arrays_of, arrays_of_ridge : callable
        Give the arrays of a fitted value, and of a fitted estimator.
    restored : callable
        Makes a fitted value, and an estimator, of what a file holds.
    """

    name: str
    estimators: tuple[str, ...]
    arrays: Mapping[str, Specification]
    path: np.dtype
    channel_path: np.dtype
    arrays_of: Callable[[Any], Arrays]
    arrays_of_ridge: Callable[[Any], Arrays]
    restored: Callable[[Common, Arrays], tuple[Any, Any]]


def parts(prefix: str, whole: Any, names: Sequence[str]) -> Arrays:
    """Give attributes as arrays, by their names."""
    return {f"{prefix}_{name}": np.asarray(getattr(whole, name)) for name in names}


def parts_of(arrays: Arrays, prefix: str, names: Sequence[str]) -> dict[str, Any]:
    """Give parts by their names; those without a dimension are scalars."""
    return {name: arrays[f"{prefix}_{name}"][()] for name in names}


def _losses(fitted: Any) -> Arrays:
    losses = np.asarray(fitted.channel_losses)
    names = losses.dtype.names or ()
    return {f"loss_{name}": losses[name] for name in names if name != "channel"}


def _restored_losses(arrays: Arrays, dtype: np.dtype) -> np.ndarray:
    losses = np.zeros(len(arrays["channels"]), dtype)
    for name in dtype.names or ():
        losses[name] = arrays["channels" if name == "channel" else f"loss_{name}"]
    return losses


def _arrays_of_classifier(fitted: FittedClassifier) -> Arrays:
    head, unobserved = fitted.head, fitted.head.unobserved
    assert unobserved is not None  # of the default estimator
    return {
        **_losses(fitted),
        "classes": _plain_classes(head.classes),
        "class_priors": unobserved.priors,
        "confidence_exponent": np.array(unobserved.exponent),
        **parts("head", head, HEAD),
    }


def _parts_of_ridge(ridge: Any) -> Arrays:
    if isinstance(ridge, DistilledRidge):
        return {
            "ridge_alphas": ridge.alphas_,
            # One of them stands for both, and there is no score.
            "ridge_alpha_": ridge.alphas_[0],
            "ridge_best_score_": np.array(np.nan),
            **parts("ridge", ridge, ("coef_", "intercept_")),
        }
    return parts("ridge", ridge, RIDGE)


def _plain_classes(classes: np.ndarray) -> np.ndarray:
    """Give labels as an array without objects, if one can hold them."""
    plain = np.array(classes.tolist()) if classes.dtype.hasobject else classes
    if plain.dtype.kind not in LABEL_KINDS:
        raise ValueError(f"a model file cannot hold labels of type {plain.dtype}")
    for label, kept in zip(classes.tolist(), plain.tolist(), strict=True):
        if label != kept:
            raise ValueError(f"a model file cannot hold the label {label!r}")
    return plain


def _restored_classifier(
    common: Common, arrays: Arrays
) -> tuple[FittedClassifier, Any]:
    ridge = _ridge(common.name, arrays, common.parameters)
    head = LinearHead(classes=arrays["classes"], **parts_of(arrays, "head", HEAD))
    head = head._replace(
        inverse_temperature=float(head.inverse_temperature),
        unobserved=Unobserved(
            means=common.scaler.mean_,
            importances=importances_of(np.atleast_2d(ridge.coef_).T),
            priors=arrays["class_priors"],
            exponent=float(arrays["confidence_exponent"]),
        ),
    )
    fitted = FittedClassifier(
        head=head,
        intercepts=np.atleast_1d(ridge.intercept_),
        channel_losses=_restored_losses(arrays, CHANNEL_LOSS),
        **common.about,
    )
    return fitted, ridge


def _ridge(
    name: str, arrays: Arrays, parameters: dict[str, Any]
) -> RidgeClassifierCV | DistilledRidge:
    require(name in ("RidgeClassifierCV", "DistilledRidge"), "estimator")
    has_score = name == "RidgeClassifierCV"
    fits = np.isnan(arrays["ridge_best_score_"]) != has_score
    require(bool(fits), "ridge_best_score_")
    if not has_score:
        distilled = DistilledRidge()
        distilled.alphas_ = arrays["ridge_alphas"]
        distilled.coef_ = arrays["ridge_coef_"]
        distilled.intercept_ = arrays["ridge_intercept_"]
        distilled.classes_ = arrays["classes"]
        distilled.n_features_in_ = distilled.coef_.shape[1]
        return distilled
    alphas, *chosen, coef, intercept = (arrays[f"ridge_{part}"] for part in RIDGE)
    alpha, best_score = map(float, chosen)
    weight, classes = parameters.get("class_weight"), arrays["classes"]
    return fitted_ridge(classes, alphas, alpha, best_score, coef, intercept, weight)


def _arrays_of_regressor(fitted: FittedRegressor) -> Arrays:
    assert fitted.intervals is not None  # of the default estimator
    return {
        **_losses(fitted),
        **parts("head", fitted.head, HEAD_OF_NUMBERS),
        **parts("interval", fitted.intervals, INTERVALS),
    }


def _parts_of_regression(ridge: DistilledRidgeRegressor) -> Arrays:
    return {
        "ridge_alpha_": np.array(ridge.alpha_),
        "ridge_coef_": np.atleast_2d(ridge.coef_),
        "ridge_intercept_": np.atleast_1d(ridge.intercept_),
    }


def _restored_regressor(
    common: Common, arrays: Arrays
) -> tuple[FittedRegressor, DistilledRidgeRegressor]:
    require(common.name == "DistilledRidgeRegressor", "estimator")
    coef, intercept = arrays["ridge_coef_"], arrays["ridge_intercept_"]
    limits = arrays["head_limits"]
    is_vector = bool(arrays["head_is_vector"])
    require(len(intercept) == 1 or not is_vector, "head_is_vector")
    ridge = DistilledRidgeRegressor()
    ridge.alpha_, ridge.n_features_in_ = float(arrays["ridge_alpha_"]), coef.shape[1]
    ridge.limits_ = limits[:, 0] if is_vector else limits
    ridge.coef_ = coef[0] if is_vector else coef
    ridge.intercept_ = float(intercept[0]) if is_vector else intercept
    means = common.scaler.mean_ if common.model.allows_missing else None
    head = RegressionHead(
        arrays["head_weights"], arrays["head_bias"], is_vector, means, limits
    )
    fitted = FittedRegressor(
        head=head,
        intercepts=intercept,
        channel_losses=_restored_losses(arrays, CHANNEL_LOSS_OF_NUMBERS),
        intervals=Intervals(**parts_of(arrays, "interval", INTERVALS)),
        **common.about,
    )
    return fitted, ridge


HEADS: dict[type, HeadFormat] = {
    FittedClassifier: HeadFormat(
        "classifier",
        ("RidgeClassifierCV", "DistilledRidge"),
        ARRAYS,
        PATH,
        CHANNEL_PATH,
        _arrays_of_classifier,
        _parts_of_ridge,
        _restored_classifier,
    ),
    FittedRegressor: HeadFormat(
        "regressor",
        ("DistilledRidgeRegressor",),
        ARRAYS_OF_NUMBERS,
        PATH_OF_NUMBERS,
        CHANNEL_PATH_OF_NUMBERS,
        _arrays_of_regressor,
        _parts_of_regression,
        _restored_regressor,
    ),
}
"""The kinds of heads, by the type of the fitted value."""
