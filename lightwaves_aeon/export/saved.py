"""What of a fitted classifier stands in a model file, and how it comes back."""

from __future__ import annotations

__all__ = ["load_classifier", "save_classifier"]

from collections.abc import Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import RidgeClassifierCV
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon import __version__
from lightwaves_aeon.core.convolution.features import ROW
from lightwaves_aeon.core.convolution.kernels import N_TAPS, KernelBank
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.pooling import POOLING_OPERATORS
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.fitted import ClassifierState, FittedClassifier
from lightwaves_aeon.core.linear.head import DistilledRidge, LinearHead, fitted_ridge
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.selection.candidates import LARGEST_DILATION
from lightwaves_aeon.core.selection.channels import CHANNEL_PATH
from lightwaves_aeon.core.selection.detachment import PATH
from lightwaves_aeon.export.model_file import ModelFileError, load_model, save_model

Arrays = dict[str, np.ndarray]

TABLE = tuple(ROW.names or ())
KEY = [name for name in TABLE if not name.endswith("_score")]
"""The fields of the table that no two rows share."""
KERNEL = ("weights", "lengths", "taps")
HEAD = ("weights", "bias", "inverse_temperature")
SCALER = ("mean_", "scale_", "var_")
RIDGE = ("alphas", "alpha_", "best_score_", "coef_", "intercept_")

ARRAYS: dict[str, tuple[type[np.generic], tuple[str, ...]]] = {
    **{f"table_{name}": (ROW[name].type, ("features",)) for name in TABLE},
    "channels": (np.int32, ("channels in use",)),
    "channel_means": (np.float64, ("channels in use",)),
    "channel_stds": (np.float64, ("channels in use",)),
    "kernel_weights": (np.float32, ("kernels", "longest")),
    "kernel_lengths": (np.int32, ("kernels",)),
    "kernel_taps": (np.int32, ("kernels", "taps")),
    "classes": (np.generic, ("classes",)),
    "head_weights": (np.float64, ("features", "scores")),
    "head_bias": (np.float64, ("scores",)),
    "head_inverse_temperature": (np.float64, ()),
    **{f"scaler_{name}": (np.floating, ("features",)) for name in SCALER},
    "ridge_alphas": (np.floating, ("alphas",)),
    "ridge_alpha_": (np.floating, ()),
    "ridge_best_score_": (np.floating, ()),
    "ridge_coef_": (np.floating, ("scores", "features")),
    "ridge_intercept_": (np.floating, ("scores",)),
}
"""Type and shape of each array; where a name stands twice, it is the same length."""

LABEL_KINDS = "biufmMU"
"""Kinds of labels: logical, numbers, times and strings."""

MAYBE_NAN = ("table_f_score", "table_selection_score", "ridge_best_score_")

FLAGS = ("multivariate", "missing_values", "unequal_length")
SIZES = ("n_cases", "n_channels", "n_timepoints")
LARGEST_SIZE = 2**31 - 1

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
    rows, bank = model.rows, model.bank
    header = {
        "written_by": f"lightwaves-aeon {__version__}",
        "parameters": _plain(state.parameters),
        "metadata": {name: state.metadata[name] for name in (*FLAGS, *SIZES)},
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
        **_parts("kernel", bank, KERNEL),
        "classes": _plain_classes(head.classes),
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
        _check_arrays(arrays)
        return _restored(header, arrays)
    except Exception as error:  # of whatever a file may hold that someone else made
        raise ModelFileError(f"{path} holds no fitted classifier: {error}") from error


def _restored(header: dict[str, Any], arrays: Arrays) -> ClassifierState:
    rows = np.empty(len(arrays["table_channel"]), ROW)
    for name in TABLE:
        rows[name] = arrays[f"table_{name}"]
    bank = KernelBank(
        **_parts_of(arrays, "kernel", KERNEL),
        names=_names(header["kernel_names"], str, "names of the kernels"),
        wavelets=_names(
            header["kernel_wavelets"], (str, type(None)), "names of the kernels"
        ),
    )
    metadata, names = header["metadata"], header["channel_names"]
    _check_metadata(metadata)
    _check_table(rows, bank, arrays["channels"], metadata["n_channels"])
    if names is not None:
        distinct = set(_names(names, str, "channel names"))
        n_channels = metadata["n_channels"]
        _require(len(names) == len(distinct) == n_channels, "channel names")
    parameters = _from_plain(header["parameters"])
    ridge = _ridge(header["estimator"], arrays, parameters)
    scaler = StandardScaler()
    vars(scaler).update(_parts_of(arrays, "scaler", SCALER))
    scaler.n_features_in_ = len(rows)
    scaler.n_samples_seen_ = metadata["n_cases"]
    head = LinearHead(classes=arrays["classes"], **_parts_of(arrays, "head", HEAD))
    head = head._replace(inverse_temperature=float(head.inverse_temperature))
    fitted = FittedClassifier(
        model=_model(rows, bank, arrays),
        head=head,
        intercepts=np.atleast_1d(ridge.intercept_),
        means=scaler.mean_,
        stds=np.sqrt(scaler.var_),
        n_channels=metadata["n_channels"],
        n_timepoints=None if metadata["unequal_length"] else metadata["n_timepoints"],
        channel_names=names,
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


def _model(rows: np.ndarray, bank: KernelBank, arrays: Arrays) -> Model:
    # Arranged as if there were no channels but those in use: a file may claim any
    # number of others.
    channels = arrays["channels"]
    close = rows.copy()
    close["channel"] = np.searchsorted(channels, rows["channel"])
    pairs = rows["other"] >= 0
    close["other"][pairs] = np.searchsorted(channels, rows["other"][pairs])
    plan = Plan.from_rows(close, bank)._replace(channels=channels)
    constants = arrays["channel_means"], arrays["channel_stds"]
    return Model(rows, bank, FeatureTransform(plan, *constants))


def _steps(path: np.ndarray | None) -> list[tuple] | None:
    return None if path is None else path.tolist()


def _path(steps: Any, dtype: np.dtype) -> np.ndarray | None:
    if steps is None:
        return None
    steps = [tuple(step) for step in steps]
    path = np.array(steps, dtype)
    _require(path.tolist() == steps, "path of a selection")
    return path


def _ridge(
    name: str, arrays: Arrays, parameters: dict[str, Any]
) -> RidgeClassifierCV | DistilledRidge:
    _require(name in ("RidgeClassifierCV", "DistilledRidge"), "estimator")
    has_score = name == "RidgeClassifierCV"
    fits = np.isnan(arrays["ridge_best_score_"]) != has_score
    _require(bool(fits), "ridge_best_score_")
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


def _check_arrays(arrays: Arrays) -> None:
    """Refuse arrays that do not fit together, or hold what no fit computes."""
    differing = sorted(arrays.keys() ^ ARRAYS.keys())
    if differing:
        raise ValueError(f"arrays are missing or unknown: {', '.join(differing)}")
    # Of two classes scikit-learn gives a row or a vector, as its version has it.
    arrays = {**arrays, "ridge_coef_": np.atleast_2d(arrays["ridge_coef_"])}
    lengths = {"taps": N_TAPS}
    for name, (dtype, shape) in ARRAYS.items():
        array = arrays[name]
        _require(np.issubdtype(array.dtype, dtype), f"type of {name}")
        _require(array.ndim == len(shape) and array.size > 0, f"shape of {name}")
        for axis, length in zip(shape, array.shape, strict=True):
            _require(lengths.setdefault(axis, length) == length, f"shape of {name}")
        if array.dtype.kind != "U" and name not in MAYBE_NAN:
            _require(bool(np.isfinite(array).all()), name)
    classes = arrays["classes"]
    _require(classes.dtype.kind in LABEL_KINDS, "type of the classes")
    _require(len(classes) > 1 and bool((classes[:-1] < classes[1:]).all()), "classes")
    n_scores = len(classes) if len(classes) > 2 else 1
    _require(lengths["scores"] == n_scores, "number of classes")
    _require(bool((arrays["channel_stds"] >= 0).all()), "channel_stds")
    _require(bool((arrays["scaler_scale_"] > 0).all()), "scaler_scale_")
    _require(bool(arrays["head_inverse_temperature"] > 0), "head_inverse_temperature")


def _check_metadata(metadata: Mapping[str, Any]) -> None:
    """Refuse a shape of the cases that no cases have."""
    _require(set(metadata) == {*FLAGS, *SIZES}, "metadata")
    for name in FLAGS:
        _require(type(metadata[name]) is bool, name)
    unequal = metadata["unequal_length"]
    for name in SIZES:
        size = metadata[name]
        fits = type(size) is int and 1 <= size <= LARGEST_SIZE
        _require(fits or (name == "n_timepoints" and unequal and size is None), name)


def _check_table(
    rows: np.ndarray, bank: KernelBank, channels: np.ndarray, n_channels: int
) -> None:
    """Refuse a table that the compiled loops would follow out of their arrays.

    They would also leave a column as it is, of two that ask for the same feature.
    """
    n_kernels, longest = bank.weights.shape
    # Features of level 0 have no kernel.
    of_series = rows["level"] == 0
    others = rows[~of_series]
    _require(n_kernels == len(bank.names) == len(bank.wavelets), "names of the kernels")
    for name, values, least, greatest in (
        ("lengths of the kernels", bank.lengths, 1, longest),
        ("taps of the kernels", bank.taps, -1, N_TAPS - 1),
        ("channels", rows["channel"], 0, n_channels - 1),
        ("inputs", rows["input"], 0, len(REPRESENTATIONS) - 1),
        ("other channels", rows["other"], -1, n_channels - 1),
        ("levels", rows["level"], 0, 2),
        ("kernels", others["kernel"], 0, n_kernels - 1),
        ("kernels", rows["kernel"][of_series], -1, -1),
        ("dilations", others["dilation"], 1, LARGEST_DILATION),
        ("dilations", rows["dilation"][of_series], 0, 0),
        ("intervals", rows["start"], 0, 1),
        ("intervals", rows["stop"], 0, 1),
        ("intervals", others["start"], 0, 0),
        ("intervals", others["stop"], 1, 1),
        ("statistics", rows["statistic"], 0, len(POOLING_OPERATORS) - 1),
    ):
        _require(bool(((values >= least) & (values <= greatest)).all()), name)
    tapped = bank.taps[:, 0] >= 0
    _require(bool((bank.lengths[tapped] == N_TAPS).all()), "lengths of the kernels")
    _require(bool((bank.taps[tapped] >= 0).all()), "taps of the kernels")
    pairs = rows["other"] >= 0
    n_channels_of = [row.n_channels for row in REPRESENTATIONS.values()]
    of_two = np.array(n_channels_of)[rows["input"]] == 2
    _require(np.array_equal(pairs, of_two), "other channels")
    used = np.unique(np.append(rows["channel"], rows["other"][pairs]))
    _require(np.array_equal(channels, used), "channels in use")
    _require(bool((rows["start"] < rows["stop"]).all()), "intervals")
    levels = [row.of_series for row in POOLING_OPERATORS.values()]
    fits = np.array(levels)[rows["statistic"]] == of_series
    _require(bool(fits.all()), "statistics of a level")
    n_thresholds = [row.n_thresholds for row in POOLING_OPERATORS.values()]
    has_none = np.array(n_thresholds)[rows["statistic"]] == 0
    _require(not rows["threshold"][has_none].any(), "thresholds")
    _require(len(np.unique(rows[KEY])) == len(rows), "repeated rows of the table")


def _names(names: Any, types: type | tuple[type, ...], what: str) -> tuple:
    fits = isinstance(names, list) and all(isinstance(name, types) for name in names)
    _require(fits, what)
    return tuple(names)


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ValueError(f"the {what} cannot be right")


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
    _require(parameters.keys().isdisjoint(NOT_SAVED), "parameters")
    weights = parameters.get("class_weight")
    if isinstance(weights, list):
        return {**parameters, "class_weight": dict(weights)}
    return parameters
