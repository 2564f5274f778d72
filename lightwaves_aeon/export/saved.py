"""What of a fitted classifier stands in a model file, and how it comes back."""

from __future__ import annotations

__all__ = ["load_classifier", "save_classifier"]

from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import RidgeClassifierCV
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon import __version__
from lightwaves_aeon.core.convolution.features import ROW
from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.fitted import ClassifierState, FittedClassifier
from lightwaves_aeon.core.linear.channel_loss import CHANNEL_LOSS
from lightwaves_aeon.core.linear.head import DistilledRidge, LinearHead, fitted_ridge
from lightwaves_aeon.core.linear.unobserved import Unobserved, importances_of
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.selection.channels import CHANNEL_PATH
from lightwaves_aeon.core.selection.detachment import PATH
from lightwaves_aeon.export.model_file import ModelFileError, load_model, save_model
from lightwaves_aeon.export.saved_checks import (
    CHANNEL,
    FLAGS,
    HEAD,
    KERNEL,
    LABEL_KINDS,
    LOSS,
    RIDGE,
    SCALER,
    SIZES,
    TABLE,
    Arrays,
    check_arrays,
    check_metadata,
    check_names,
    check_table,
    require,
)

NOT_SAVED = ("estimator", "n_jobs", "backend")
"""Parameters that belong to the machine, or are the same in all files."""


def save_classifier(path: str | Path, state: ClassifierState) -> None:
    """Write a fitted classifier to a model file.

    Parameters
    ----------
    path : str or Path
        Where to; a file that is there already is replaced.
    state : ClassifierState
        The classifier, of any framework, with the default estimator.

    Raises
    ------
    ValueError
        If its labels or parameters are such as no model file can hold.
    """
    model, head, names = state.model, state.head, state.channel_names
    losses = np.asarray(state.linear.channel_losses)
    rows, bank = model.rows, model.bank
    header = {
        "written_by": f"lightwaves-aeon {__version__}",
        "parameters": _plain(state.parameters),
        "metadata": {name: state.metadata[name] for name in (*FLAGS, *SIZES)},
        "allows_missing": model.allows_missing,
        "estimator": type(state.estimator).__name__,
        "kernel_names": bank.names,
        "kernel_wavelets": bank.wavelets,
        "channel_names": None if names is None else [str(name) for name in names],
        "selection_path": _steps(state.path),
        "channel_path": _steps(state.channel_path),
    }
    arrays = {
        **{f"table_{name}": rows[name] for name in TABLE},
        "channels": model.channels,
        "channel_means": model.transform.means,
        "channel_stds": model.transform.stds,
        "channel_longest_gaps": model.transform.longest_gaps,
        **_parts("kernel", bank, KERNEL),
        **{f"loss_{name}": losses[name] for name in LOSS},
        "classes": _plain_classes(head.classes),
        "class_priors": head.unobserved.priors,
        "confidence_exponent": np.float64(head.unobserved.exponent),
        **_parts("head", head, HEAD),
        **_parts("scaler", state.scaler, SCALER),
        **_parts_of_ridge(state.estimator),
    }
    save_model(path, header, arrays)


def _parts(prefix: str, whole: Any, names: Sequence[str]) -> Arrays:
    return {f"{prefix}_{name}": np.asarray(getattr(whole, name)) for name in names}


def _parts_of_ridge(ridge: Any) -> Arrays:
    if isinstance(ridge, DistilledRidge):
        return {
            "ridge_alphas": ridge.alphas_,
            # One of them stands for both, and there is no score.
            "ridge_alpha_": ridge.alphas_[0],
            "ridge_best_score_": np.array(np.nan),
            **_parts("ridge", ridge, ("coef_", "intercept_")),
        }
    return _parts("ridge", ridge, RIDGE)


def _parts_of(arrays: Arrays, prefix: str, names: Sequence[str]) -> dict[str, Any]:
    """Give parts by their names; those without a dimension are scalars."""
    return {name: arrays[f"{prefix}_{name}"][()] for name in names}


def _plain_classes(classes: np.ndarray) -> np.ndarray:
    """Give labels as an array without objects, if one can hold them."""
    plain = np.array(classes.tolist()) if classes.dtype.hasobject else classes
    if plain.dtype.kind not in LABEL_KINDS:
        raise ValueError(f"a model file cannot hold labels of type {plain.dtype}")
    for label, kept in zip(classes.tolist(), plain.tolist(), strict=True):
        if label != kept:
            raise ValueError(f"a model file cannot hold the label {label!r}")
    return plain


def load_classifier(path: str | Path) -> ClassifierState:
    """Read a fitted classifier from a model file.

    Parameters
    ----------
    path : str or Path
        A file that `save_classifier` wrote.

    Returns
    -------
    ClassifierState

    Raises
    ------
    ModelFileError
        If the file is truncated, altered, of a newer version or no model file at all.
    OSError
        If it cannot be read.
    """
    header, arrays = load_model(path)
    try:
        check_arrays(arrays)
        return _restored(header, arrays)
    except Exception as error:  # of whatever a file may hold that someone else made
        raise ModelFileError(f"{path} holds no fitted classifier: {error}") from error


def _restored(header: dict[str, Any], arrays: Arrays) -> ClassifierState:
    rows = np.empty(len(arrays["table_channel"]), ROW)
    for name in TABLE:
        rows[name] = arrays[f"table_{name}"]
    bank = KernelBank(
        **_parts_of(arrays, "kernel", KERNEL),
        names=check_names(header["kernel_names"], str, "names of the kernels"),
        wavelets=check_names(
            header["kernel_wavelets"], (str, type(None)), "names of the kernels"
        ),
    )
    metadata, names = header["metadata"], header["channel_names"]
    check_metadata(metadata)
    check_table(rows, bank, arrays["channels"], metadata["n_channels"])
    if names is not None:
        distinct = set(check_names(names, str, "channel names"))
        n_channels = metadata["n_channels"]
        require(len(names) == len(distinct) == n_channels, "channel names")
    parameters = _from_plain(header["parameters"])
    ridge = _ridge(header["estimator"], arrays, parameters)
    scaler = StandardScaler()
    vars(scaler).update(_parts_of(arrays, "scaler", SCALER))
    scaler.n_features_in_ = len(rows)
    scaler.n_samples_seen_ = metadata["n_cases"]
    head = LinearHead(classes=arrays["classes"], **_parts_of(arrays, "head", HEAD))
    head = head._replace(
        inverse_temperature=float(head.inverse_temperature),
        unobserved=Unobserved(
            means=scaler.mean_,
            importances=importances_of(np.atleast_2d(ridge.coef_).T),
            priors=arrays["class_priors"],
            exponent=float(arrays["confidence_exponent"]),
        ),
    )
    losses = np.zeros(len(arrays["channels"]), CHANNEL_LOSS)
    losses["channel"] = arrays["channels"]
    for name in LOSS:
        losses[name] = arrays[f"loss_{name}"]
    allow_missing = header["allows_missing"]
    require(type(allow_missing) is bool, "allows_missing")
    fitted = FittedClassifier(
        model=_model(rows, bank, arrays, allow_missing),
        head=head,
        intercepts=np.atleast_1d(ridge.intercept_),
        means=scaler.mean_,
        stds=np.sqrt(scaler.var_),
        n_channels=metadata["n_channels"],
        n_timepoints=None if metadata["unequal_length"] else metadata["n_timepoints"],
        channel_names=names,
        channel_losses=losses,
        has_gaps=metadata["missing_values"],
    )
    return ClassifierState(
        model=fitted.model,
        head=head,
        fitted=fitted,
        scaler=scaler,
        estimator=ridge,
        parameters=parameters,
        metadata=dict(metadata),
        path=_path(header["selection_path"], PATH),
        channel_path=_path(header["channel_path"], CHANNEL_PATH),
        channel_names=names,
    )


def _model(
    rows: np.ndarray, bank: KernelBank, arrays: Arrays, allow_missing: bool
) -> Model:
    # Arranged as if there were no channels but those in use: a file may claim any
    # number of others.
    channels = arrays["channels"]
    close = rows.copy()
    close["channel"] = np.searchsorted(channels, rows["channel"])
    pairs = rows["other"] >= 0
    close["other"][pairs] = np.searchsorted(channels, rows["other"][pairs])
    plan = Plan.from_rows(close, bank)._replace(channels=channels)
    means, stds, longest = (arrays[f"channel_{name}"] for name in CHANNEL)
    unobserved = np.full(len(rows), np.nan, np.float32) if allow_missing else None
    return Model(rows, bank, FeatureTransform(plan, means, stds, longest, unobserved))


def _steps(path: np.ndarray | None) -> list[tuple] | None:
    return None if path is None else path.tolist()


def _path(steps: Any, dtype: np.dtype) -> np.ndarray | None:
    if steps is None:
        return None
    steps = [tuple(step) for step in steps]
    path = np.array(steps, dtype)
    require(path.tolist() == steps, "path of a selection")
    return path


def _ridge(
    name: str, arrays: Arrays, parameters: dict[str, Any]
) -> RidgeClassifierCV | DistilledRidge:
    require(name in ("RidgeClassifierCV", "DistilledRidge"), "estimator")
    has_score = name == "RidgeClassifierCV"
    fits = np.isnan(arrays["ridge_best_score_"]) != has_score
    require(bool(fits), "ridge_best_score_")
    if not has_score:
        distilled = DistilledRidge()
        distilled.alphas_, distilled.coef_ = (
            arrays["ridge_alphas"],
            arrays["ridge_coef_"],
        )
        distilled.intercept_ = arrays["ridge_intercept_"]
        distilled.classes_ = arrays["classes"]
        distilled.n_features_in_ = distilled.coef_.shape[1]
        return distilled
    alphas, *chosen, coef, intercept = (arrays[f"ridge_{part}"] for part in RIDGE)
    alpha, best_score = map(float, chosen)
    weight, classes = parameters.get("class_weight"), arrays["classes"]
    return fitted_ridge(classes, alphas, alpha, best_score, coef, intercept, weight)


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    """Say parameters in JSON, but for those not saved and the state of a generator."""
    plain = {}
    for name, value in parameters.items():
        if name == "class_weight" and isinstance(value, dict):
            value = [[np.asarray(k).item(), float(v)] for k, v in value.items()]
        elif name == "random_state" and not isinstance(value, Integral):
            value = None
        if name not in NOT_SAVED:
            plain[name] = value.item() if isinstance(value, np.generic) else value
    return plain


def _from_plain(parameters: dict[str, Any]) -> dict[str, Any]:
    require(parameters.keys().isdisjoint(NOT_SAVED), "parameters")
    weights = parameters.get("class_weight")
    if isinstance(weights, list):
        return {**parameters, "class_weight": dict(weights)}
    return parameters
