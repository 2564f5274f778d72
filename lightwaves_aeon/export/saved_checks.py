"""What a model file must hold, so that no loop is led out of its arrays by one."""

from __future__ import annotations

__all__ = [
    "ARRAYS",
    "ARRAYS_OF_NUMBERS",
    "FLAGS",
    "HEAD",
    "HEAD_OF_NUMBERS",
    "INTERVALS",
    "KERNEL",
    "LABEL_KINDS",
    "RIDGE",
    "SCALER",
    "SIZES",
    "TABLE",
    "Arrays",
    "Specification",
    "check_arrays",
    "check_metadata",
    "check_names",
    "check_table",
    "require",
]

from collections.abc import Mapping
from typing import Any

import numpy as np

from lightwaves_aeon.core.convolution.features import ROW
from lightwaves_aeon.core.convolution.kernels import N_TAPS, KernelBank
from lightwaves_aeon.core.convolution.pooling import POOLING_OPERATORS
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS
from lightwaves_aeon.core.selection.candidates import LARGEST_DILATION

Arrays = dict[str, np.ndarray]

TABLE = tuple(ROW.names or ())
KEY = [name for name in TABLE if not name.endswith("_score")]
"""The fields of the table that no two rows share."""
KERNEL = ("weights", "lengths", "taps")
HEAD = ("weights", "bias", "inverse_temperature")
HEAD_OF_NUMBERS = ("weights", "bias", "is_vector", "limits")
LOSS = ("accuracy", "accuracy_without")
LOSS_OF_NUMBERS = ("r2", "r2_without")
SCALER = ("mean_", "scale_", "var_")
RIDGE = ("alphas", "alpha_", "best_score_", "coef_", "intercept_")
INTERVALS = ("residuals", "predictions", "usual")

Specification = tuple[type[np.generic], tuple[str, ...]]
"""Type and shape of an array."""

COMMON: dict[str, Specification] = {
    **{f"table_{name}": (ROW[name].type, ("features",)) for name in TABLE},
    "channels": (np.int32, ("channels in use",)),
    "channel_means": (np.float64, ("channels in use",)),
    "channel_stds": (np.float64, ("channels in use",)),
    "channel_longest_gaps": (np.int64, ("channels in use",)),
    "kernel_weights": (np.float32, ("kernels", "longest")),
    "kernel_lengths": (np.int32, ("kernels",)),
    "kernel_taps": (np.int32, ("kernels", "taps")),
    "head_weights": (np.float64, ("features", "scores")),
    "head_bias": (np.float64, ("scores",)),
    **{f"scaler_{name}": (np.floating, ("features",)) for name in SCALER},
    "ridge_alpha_": (np.floating, ()),
    "ridge_coef_": (np.floating, ("scores", "features")),
    "ridge_intercept_": (np.floating, ("scores",)),
}
"""Arrays of any model; where a name stands twice, it is the same length."""

ARRAYS: dict[str, Specification] = {
    **COMMON,
    **{f"loss_{name}": (np.float64, ("channels in use",)) for name in LOSS},
    "classes": (np.generic, ("classes",)),
    "class_priors": (np.float64, ("classes",)),
    "confidence_exponent": (np.float64, ()),
    "head_inverse_temperature": (np.float64, ()),
    "ridge_alphas": (np.floating, ("alphas",)),
    "ridge_best_score_": (np.floating, ()),
}
"""Those of a classifier."""

ARRAYS_OF_NUMBERS: dict[str, Specification] = {
    **COMMON,
    **{f"loss_{name}": (np.float64, ("channels in use",)) for name in LOSS_OF_NUMBERS},
    "head_is_vector": (np.bool_, ()),
    "head_limits": (np.float64, ("ends", "scores")),
    "interval_residuals": (np.float64, ("cases held out", "scores")),
    "interval_predictions": (np.float64, ("groups", "scores")),
    "interval_usual": (np.float64, ("groups", "scores")),
}
"""Those of a regressor."""

LABEL_KINDS = "biufmMU"
"""Kinds of labels: logical, numbers, times and strings."""

MAYBE_NAN = (
    "table_f_score",
    "table_selection_score",
    "ridge_best_score_",
    *(f"loss_{name}" for name in (*LOSS, *LOSS_OF_NUMBERS)),
)

FLAGS = ("multivariate", "missing_values", "unequal_length")
SIZES = ("n_cases", "n_channels", "n_timepoints")
LARGEST_SIZE = 2**31 - 1


def check_arrays(arrays: Arrays, known: Mapping[str, Specification]) -> None:
    """Refuse arrays that do not fit together, or hold what no fit computes.

    Parameters
    ----------
    arrays : dict of str to np.ndarray
        Those of a file.
    known : mapping
        `ARRAYS` or `ARRAYS_OF_NUMBERS`.

    Raises
    ------
    ValueError
        If they are not such arrays.
    """
    differing = sorted(arrays.keys() ^ known.keys())
    if differing:
        raise ValueError(f"arrays are missing or unknown: {', '.join(differing)}")
    # Of two classes scikit-learn gives a row or a vector, as its version has it.
    arrays = {**arrays, "ridge_coef_": np.atleast_2d(arrays["ridge_coef_"])}
    lengths = {"taps": N_TAPS, "ends": 2}
    for name, (dtype, shape) in known.items():
        array = arrays[name]
        require(np.issubdtype(array.dtype, dtype), f"type of {name}")
        is_full = array.size > 0 or name == "interval_residuals"
        require(array.ndim == len(shape) and is_full, f"shape of {name}")
        for axis, length in zip(shape, array.shape, strict=True):
            require(lengths.setdefault(axis, length) == length, f"shape of {name}")
        if array.dtype.kind != "U" and name not in MAYBE_NAN:
            require(bool(np.isfinite(array).all()), name)
    require(bool((arrays["channel_stds"] >= 0).all()), "channel_stds")
    require(bool((arrays["channel_longest_gaps"] >= 0).all()), "channel_longest_gaps")
    require(bool((arrays["scaler_scale_"] > 0).all()), "scaler_scale_")
    if "classes" in known:
        _check_classes(arrays, lengths["scores"])
    else:
        _check_intervals(arrays)


def _check_intervals(arrays: Arrays) -> None:
    require(bool((np.diff(arrays["head_limits"], axis=0) >= 0).all()), "head_limits")
    for name, least in (("residuals", 0), ("predictions", -np.inf), ("usual", 0)):
        array = arrays[f"interval_{name}"]
        ascends = name == "usual" or (np.diff(array, axis=0) >= 0).all()
        require(bool(ascends and (array >= least).all()), f"interval_{name}")


def _check_classes(arrays: Arrays, n_scores: int) -> None:
    classes = arrays["classes"]
    require(classes.dtype.kind in LABEL_KINDS, "type of the classes")
    require(len(classes) > 1 and bool((classes[:-1] < classes[1:]).all()), "classes")
    require(n_scores == (len(classes) if len(classes) > 2 else 1), "number of classes")
    require(bool(arrays["head_inverse_temperature"] > 0), "head_inverse_temperature")
    priors = arrays["class_priors"]
    require(bool((priors > 0).all() and abs(priors.sum() - 1) < 1e-9), "class_priors")
    require(bool(arrays["confidence_exponent"] >= 0), "confidence_exponent")


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Refuse a shape of the cases that no cases have."""
    require(set(metadata) == {*FLAGS, *SIZES}, "metadata")
    for name in FLAGS:
        require(type(metadata[name]) is bool, name)
    unequal = metadata["unequal_length"]
    for name in SIZES:
        size = metadata[name]
        fits = type(size) is int and 1 <= size <= LARGEST_SIZE
        require(fits or (name == "n_timepoints" and unequal and size is None), name)


def check_table(
    rows: np.ndarray, bank: KernelBank, channels: np.ndarray, n_channels: int
) -> None:
    """Refuse a table that the compiled loops would follow out of their arrays.

    They would also leave a column as it is, of two that ask for the same feature.
    """
    n_kernels, longest = bank.weights.shape
    # Features of level 0 have no kernel.
    of_series = rows["level"] == 0
    others = rows[~of_series]
    require(n_kernels == len(bank.names) == len(bank.wavelets), "names of the kernels")
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
        require(bool(((values >= least) & (values <= greatest)).all()), name)
    tapped = bank.taps[:, 0] >= 0
    require(bool((bank.lengths[tapped] == N_TAPS).all()), "lengths of the kernels")
    require(bool((bank.taps[tapped] >= 0).all()), "taps of the kernels")
    pairs = rows["other"] >= 0
    n_channels_of = [row.n_channels for row in REPRESENTATIONS.values()]
    of_two = np.array(n_channels_of)[rows["input"]] == 2
    require(np.array_equal(pairs, of_two), "other channels")
    used = np.unique(np.append(rows["channel"], rows["other"][pairs]))
    require(np.array_equal(channels, used), "channels in use")
    require(bool((rows["start"] < rows["stop"]).all()), "intervals")
    levels = [row.of_series for row in POOLING_OPERATORS.values()]
    fits = np.array(levels)[rows["statistic"]] == of_series
    require(bool(fits.all()), "statistics of a level")
    n_thresholds = [row.n_thresholds for row in POOLING_OPERATORS.values()]
    has_none = np.array(n_thresholds)[rows["statistic"]] == 0
    require(not rows["threshold"][has_none].any(), "thresholds")
    require(len(np.unique(rows[KEY])) == len(rows), "repeated rows of the table")


def check_names(names: Any, types: type | tuple[type, ...], what: str) -> tuple:
    """Give a list of names as a tuple, if it is one."""
    fits = isinstance(names, list) and all(isinstance(name, types) for name in names)
    require(fits, what)
    return tuple(names)


def require(condition: bool, what: str) -> None:
    """Refuse a file of which this does not hold."""
    if not condition:
        raise ValueError(f"the {what} cannot be right")
