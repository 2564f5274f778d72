"""What of a fitted classifier stands in a model file, and how it comes back."""

from __future__ import annotations

__all__ = ["load_classifier", "save_classifier"]

from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from aeon.utils.validation import check_n_jobs
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelBinarizer, StandardScaler

from lightwaves_aeon import __version__
from lightwaves_aeon.core.bank import N_TAPS, KernelBank
from lightwaves_aeon.core.features import ROW, STATISTICS
from lightwaves_aeon.core.head import LinearHead
from lightwaves_aeon.core.search import LARGEST_DILATION, Model
from lightwaves_aeon.deploy.model_file import ModelFileError, load_model, save_model
from lightwaves_aeon.transformer import LightWaveS

if TYPE_CHECKING:
    from lightwaves_aeon.classifier import LightWaveSClassifier

Classifier = TypeVar("Classifier", bound="LightWaveSClassifier")

TABLE = tuple(ROW.fields or ())
SCALER = ("mean_", "scale_", "var_")
RIDGE = ("alphas", "alpha_", "coef_", "intercept_")


def save_classifier(path: str | Path, classifier: LightWaveSClassifier) -> None:
    """Write a fitted classifier to a model file.

    Parameters
    ----------
    path : str or Path
        Where to; a file that is there already is replaced.
    classifier : LightWaveSClassifier
        Fitted, with the default estimator.

    Raises
    ------
    ValueError
        If its estimator, labels or parameters are such as no model file can hold.
    """
    if classifier.estimator is not None:
        raise ValueError(
            "a model file holds the default estimator only, not "
            f"{type(classifier.estimator).__name__}: pickle this classifier instead"
        )
    transformer, scaler, ridge = (step for _, step in classifier.pipeline_.steps)
    model = transformer._model
    rows, bank, evaluate = model.rows, model.bank, model.evaluate
    classes = classifier.classes_
    if classes.dtype.hasobject:
        classes = np.array(classes.tolist())
    header = {
        "written_by": f"lightwaves-aeon {__version__}",
        "parameters": _plain(classifier.get_params(deep=False)),
        "metadata": classifier.metadata_,
        "kernel_names": bank.names,
        "kernel_wavelets": bank.wavelets,
        "n_training_cases": int(scaler.n_samples_seen_),
    }
    arrays = {
        **{f"table_{name}": rows[name] for name in TABLE},
        "channels": evaluate.channels,
        "channel_means": evaluate.means,
        "channel_stds": evaluate.stds,
        "kernel_weights": bank.weights,
        "kernel_lengths": bank.lengths,
        "kernel_taps": bank.taps,
        "classes": classes,
        "head_weights": classifier._head.weights,
        "head_bias": classifier._head.bias,
        **{f"scaler_{name}": getattr(scaler, name) for name in SCALER},
        **{f"ridge_{name}": np.asarray(getattr(ridge, name)) for name in RIDGE},
    }
    save_model(path, header, arrays)


def load_classifier(
    path: str | Path, cls: type[Classifier], n_jobs: int = 1
) -> Classifier:
    """Read a fitted classifier from a model file.

    Parameters
    ----------
    path : str or Path
        A file that `save_classifier` wrote.
    cls : type
        `LightWaveSClassifier`, or a class derived from it.
    n_jobs : int, default=1
        Its number of threads.

    Returns
    -------
    LightWaveSClassifier
        It predicts the same to the last bit as the one that was saved.

    Raises
    ------
    ModelFileError
        If the file is truncated, altered, of a newer version or no model file at all.
    OSError
        If it cannot be read.
    """
    header, arrays = load_model(path)
    try:
        return _restored(header, arrays, cls, n_jobs)
    except Exception as error:  # of whatever a file may hold that someone else made
        raise ModelFileError(f"{path} holds no fitted classifier: {error}") from error


def _restored(header, arrays, cls, n_jobs):
    rows = np.empty(len(arrays["table_channel"]), ROW)
    for name in TABLE:
        rows[name] = arrays[f"table_{name}"]
    bank = KernelBank(
        weights=_array(arrays, "kernel_weights", np.float32),
        lengths=_array(arrays, "kernel_lengths", np.int32),
        taps=_array(arrays, "kernel_taps", np.int32),
        names=tuple(header["kernel_names"]),
        wavelets=tuple(header["kernel_wavelets"]),
    )
    metadata = header["metadata"]
    moments = np.zeros((2, metadata["n_channels"]))
    moments[:, arrays["channels"]] = arrays["channel_means"], arrays["channel_stds"]
    _check_table(rows, bank, metadata["n_channels"])
    head = LinearHead(
        _array(arrays, "head_weights", np.float64),
        _array(arrays, "head_bias", np.float64),
        arrays["classes"],
    )
    _require(head.weights.shape == (len(rows), len(head.bias)), "shape of the head")
    n_scores = len(head.classes) if len(head.classes) > 2 else 1
    _require(len(head.bias) == n_scores, "number of classes")

    parameters = {**_from_plain(header["parameters"]), "n_jobs": n_jobs}
    classifier = cls(**parameters)
    for name in ("n_kernels", "estimator", "class_weight"):
        del parameters[name]
    transformer = LightWaveS(**parameters)
    transformer.set_params(n_features=classifier._n_features_wanted())
    transformer._model = Model.of(rows, bank, *moments)
    for estimator in (transformer, classifier):
        estimator.metadata_ = dict(metadata)
        estimator._n_jobs = check_n_jobs(estimator.n_jobs)
        estimator.is_fitted = True
    classifier.classes_ = head.classes
    classifier.n_classes_ = len(head.classes)
    classifier._class_dictionary = {c: i for i, c in enumerate(head.classes)}
    classifier.estimator_ = _ridge(arrays, classifier)
    scaler = StandardScaler()
    for name in SCALER:
        setattr(scaler, name, arrays[f"scaler_{name}"])
    scaler.n_features_in_ = len(rows)
    scaler.n_samples_seen_ = header["n_training_cases"]
    classifier.pipeline_ = make_pipeline(transformer, scaler, classifier.estimator_)
    classifier._head = head
    return classifier


def _ridge(arrays: dict[str, np.ndarray], classifier) -> RidgeClassifierCV:
    ridge = RidgeClassifierCV(
        alphas=arrays["ridge_alphas"], class_weight=classifier.class_weight
    )
    ridge.alpha_ = arrays["ridge_alpha_"][()]
    ridge.coef_, ridge.intercept_ = arrays["ridge_coef_"], arrays["ridge_intercept_"]
    ridge.n_features_in_ = ridge.coef_.shape[-1]
    ridge._label_binarizer = LabelBinarizer(pos_label=1, neg_label=-1)
    ridge._label_binarizer.fit(classifier.classes_)
    return ridge


def _check_table(rows: np.ndarray, bank: KernelBank, n_channels: int) -> None:
    """Refuse a table that the compiled loops would follow out of their arrays."""
    n_kernels, longest = bank.weights.shape
    _require(bank.lengths.shape == (n_kernels,), "lengths of the kernels")
    _require(bank.taps.shape == (n_kernels, N_TAPS), "taps of the kernels")
    _require(n_kernels == len(bank.names) == len(bank.wavelets), "names of the kernels")
    _require(longest >= N_TAPS, "weights of the kernels")
    for name, values, least, greatest in (
        ("lengths of the kernels", bank.lengths, 1, longest),
        ("taps of the kernels", bank.taps, -1, N_TAPS - 1),
        ("channels", rows["channel"], 0, n_channels - 1),
        ("kernels", rows["kernel"], 0, n_kernels - 1),
        ("dilations", rows["dilation"], 1, LARGEST_DILATION),
        ("levels", rows["level"], 1, 2),
        ("statistics", rows["statistic"], 0, len(STATISTICS) - 1),
    ):
        inside = (values >= least) & (values <= greatest)
        _require(len(values) > 0 and bool(inside.all()), name)
    tapped = bank.taps[:, 0] >= 0
    _require(bool((bank.lengths[tapped] == N_TAPS).all()), "lengths of the kernels")
    _require(bool((bank.taps[tapped] >= 0).all()), "taps of the kernels")


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ValueError(f"the {what} cannot be right")


def _array(arrays: dict[str, np.ndarray], name: str, dtype: type) -> np.ndarray:
    array = arrays[name]
    _require(array.dtype == dtype, f"type of {name}")
    return array


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    """Say parameters in JSON, but for where to work and the state of a generator."""
    plain = {k: v for k, v in parameters.items() if k not in ("n_jobs", "backend")}
    if isinstance(plain["class_weight"], dict):
        plain["class_weight"] = [
            [np.asarray(label).item(), float(weight)]
            for label, weight in plain["class_weight"].items()
        ]
    if not isinstance(plain["kernels"], str):
        plain["kernels"] = list(plain["kernels"])
    seed = plain["random_state"]
    plain["random_state"] = int(seed) if isinstance(seed, Integral) else None
    return {
        name: int(value) if isinstance(value, np.integer) else value
        for name, value in plain.items()
    }


def _from_plain(parameters: dict[str, Any]) -> dict[str, Any]:
    weights = parameters["class_weight"]
    if isinstance(weights, list):
        return {**parameters, "class_weight": dict(weights)}
    return dict(parameters)
