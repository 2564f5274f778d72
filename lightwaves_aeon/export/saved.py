"""What of a fitted value stands in a model file, and how it comes back."""

from __future__ import annotations

__all__ = ["load_state", "save_state", "value_type_of"]

from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon import __version__
from lightwaves_aeon.core.checks import check_positive
from lightwaves_aeon.core.convolution.features import ROW
from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.fitted import FittedState
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.export.model_file import ModelFileError, load_model, save_model
from lightwaves_aeon.export.saved_checks import (
    FLAGS,
    KERNEL,
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
from lightwaves_aeon.export.saved_heads import (
    HEADS,
    Common,
    HeadFormat,
    parts,
    parts_of,
)

NOT_SAVED = ("estimator", "n_jobs", "backend")
"""Parameters that belong to the machine, or are the same in all files."""


def save_state(path: str | Path, state: FittedState) -> None:
    """Write a fitted classifier or regressor to a model file.

    Parameters
    ----------
    path : str or Path
        Where to; a file that is there already is replaced.
    state : FittedState
        What was fitted, in any framework, with the default estimator.

    Raises
    ------
    ValueError
        If its labels or parameters are such as no model file can hold.
    """
    model, names = state.model, state.channel_names
    head = HEADS[type(state.fitted)]
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
        "sampling_rate": state.sampling_rate,
        "selection_path": _steps(state.path),
        "channel_path": _steps(state.channel_path),
    }
    arrays = {
        **{f"table_{name}": rows[name] for name in TABLE},
        "channels": model.channels,
        "channel_means": model.transform.means,
        "channel_stds": model.transform.stds,
        "channel_longest_gaps": model.transform.longest_gaps,
        **parts("kernel", bank, KERNEL),
        **head.arrays_of(state.fitted),
        **parts("scaler", state.scaler, SCALER),
        **head.arrays_of_ridge(state.estimator),
    }
    save_model(path, header, arrays)


def value_type_of(path: str | Path) -> type:
    """Tell whether a model file holds a classifier or a regressor.

    Parameters
    ----------
    path : str or Path
        A file that `save_state` wrote.

    Returns
    -------
    type
        FittedClassifier or FittedRegressor, as `load_state` takes it.

    Raises
    ------
    ModelFileError
        If the file is truncated, altered, of a newer version or no model file at all,
        or holds neither.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aeon.datasets import load_covid_3month
    >>> from lightwaves_aeon import LightWaveSRegressor
    >>> from lightwaves_aeon.export.saved import value_type_of
    >>> X, y = load_covid_3month(split="train")
    >>> reg = LightWaveSRegressor(n_features=20, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     reg.save(Path(folder) / "covid.model")
    ...     value_type_of(Path(folder) / "covid.model").__name__
    'FittedRegressor'
    """
    header, _ = load_model(path)
    for value_type, head in HEADS.items():
        if header.get("estimator") in head.estimators:
            return value_type
    raise ModelFileError(f"{path} holds no fitted classifier and no fitted regressor")


def load_state(path: str | Path, value_type: type) -> FittedState:
    """Read a fitted classifier or regressor from a model file.

    Parameters
    ----------
    path : str or Path
        A file that `save_state` wrote.
    value_type : type
        FittedClassifier or FittedRegressor: what the file is to hold.

    Returns
    -------
    FittedState

    Raises
    ------
    ModelFileError
        If the file is truncated, altered, of a newer version or no model file at all,
        or holds the other.
    OSError
        If it cannot be read.
    """
    header, arrays = load_model(path)
    head = HEADS[value_type]
    for other in HEADS.values():
        if other is not head and header.get("estimator") in other.estimators:
            raise ModelFileError(f"{path} holds a {other.name}, not a {head.name}")
    try:
        check_arrays(arrays, head.arrays)
        return _restored(header, arrays, head)
    except Exception as error:  # of whatever a file may hold that someone else made
        raise ModelFileError(f"{path} holds no fitted {head.name}: {error}") from error


def _restored(header: dict[str, Any], arrays: Arrays, head: HeadFormat) -> FittedState:
    rows = np.empty(len(arrays["table_channel"]), ROW)
    for name in TABLE:
        rows[name] = arrays[f"table_{name}"]
    bank = KernelBank(
        **parts_of(arrays, "kernel", KERNEL),
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
    rate = header["sampling_rate"]
    if rate is not None:
        check_positive("sampling_rate", rate)
    parameters = _from_plain(header["parameters"])
    scaler = StandardScaler()
    vars(scaler).update(parts_of(arrays, "scaler", SCALER))
    scaler.n_features_in_ = len(rows)
    scaler.n_samples_seen_ = metadata["n_cases"]
    allow_missing = header["allows_missing"]
    require(type(allow_missing) is bool, "allows_missing")
    model = _model(rows, bank, arrays, allow_missing)
    common = Common(
        model=model,
        scaler=scaler,
        name=header["estimator"],
        parameters=parameters,
        about={
            "model": model,
            "means": scaler.mean_,
            "stds": np.sqrt(scaler.var_),
            "n_channels": metadata["n_channels"],
            "n_timepoints": (
                None if metadata["unequal_length"] else metadata["n_timepoints"]
            ),
            "channel_names": names,
            "sampling_rate": rate,
            "has_gaps": metadata["missing_values"],
        },
    )
    fitted, estimator = head.restored(common, arrays)
    return FittedState(
        model=fitted.model,
        head=fitted.head,
        fitted=fitted,
        scaler=scaler,
        estimator=estimator,
        parameters=parameters,
        metadata=dict(metadata),
        path=_path(header["selection_path"], head.path),
        channel_path=_path(header["channel_path"], head.channel_path),
        channel_names=names,
        sampling_rate=rate,
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
    means, stds, longest = (
        arrays[f"channel_{name}"] for name in ("means", "stds", "longest_gaps")
    )
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


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    """Say parameters in JSON, but for those not saved and the state of a generator."""
    plain = {}
    for name, value in parameters.items():
        if name == "class_weight" and isinstance(value, dict):
            value = [[np.asarray(k).item(), float(v)] for k, v in value.items()]
        elif name == "random_state" and not isinstance(value, Integral):
            value = None
        elif name == "channel_names" and value is not None:
            value = [str(channel) for channel in value]
        if name not in NOT_SAVED:
            plain[name] = value.item() if isinstance(value, np.generic) else value
    return plain


def _from_plain(parameters: dict[str, Any]) -> dict[str, Any]:
    require(parameters.keys().isdisjoint(NOT_SAVED), "parameters")
    weights = parameters.get("class_weight")
    if isinstance(weights, list):
        return {**parameters, "class_weight": dict(weights)}
    return parameters
