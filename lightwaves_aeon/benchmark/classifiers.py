"""The classifiers and regressors that can be run over an archive, by name."""

from __future__ import annotations

__all__ = ["CLASSIFIERS", "N_FEATURES", "Entry", "make", "refuse_auto", "title_of"]

from collections.abc import Iterable
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any, NamedTuple

from lightwaves_aeon.core.checks import TASKS, check_one_of
from lightwaves_aeon.core.selection.variants import VARIANTS

if TYPE_CHECKING:
    from aeon.classification import BaseClassifier
    from aeon.regression import BaseRegressor

# Nothing of aeon is imported until a classifier is made: help must not wait for it.

N_FEATURES = 500
"""Features that LightWaveS keeps unless told otherwise, as in the paper."""

OURS = "lightwaves_aeon:LightWaveSClassifier"
CONVOLUTION = "aeon.classification.convolution_based"


class Entry(NamedTuple):
    """One classifier, and the regressor of the same method.

    Attributes
    ----------
    title : str
        Its name in the results; for those of aeon one that aeon's loaders know.
    place : str
        Module and class of the classifier; those of the regressor are named alike.
    parameters : dict
        What differs from the defaults of the class.
    has_probabilities : bool
        Whether the classifier has probabilities other than 0 and 1.
    has_regressor : bool
        Whether there is a regressor.
    """

    title: str
    place: str
    parameters: dict[str, Any] = {}
    has_probabilities: bool = False
    has_regressor: bool = True


def _lightwaves(title: str, **parameters: Any) -> Entry:
    return Entry(f"LightWaveS-{title}", OURS, parameters, has_probabilities=True)


CLASSIFIERS = {
    "plus": _lightwaves("plus", variant="plus"),
    "plus-auto": _lightwaves("plus-auto", variant="plus", n_features="auto"),
    "l1": _lightwaves("L1", variant="L1"),
    "l2": _lightwaves("L2", variant="L2"),
    "l1l2": _lightwaves("L1L2", variant="L1L2"),
    "rocket": Entry("ROCKET", f"{CONVOLUTION}:RocketClassifier"),
    "minirocket": Entry("MiniROCKET", f"{CONVOLUTION}:MiniRocketClassifier"),
    "multirocket": Entry("MultiROCKET", f"{CONVOLUTION}:MultiRocketClassifier"),
    "hydra": Entry("Hydra", f"{CONVOLUTION}:HydraClassifier"),
    "multirocket-hydra": Entry(
        "MultiROCKET-Hydra", f"{CONVOLUTION}:MultiRocketHydraClassifier"
    ),
    "arsenal": Entry(
        "Arsenal", f"{CONVOLUTION}:Arsenal", has_probabilities=True, has_regressor=False
    ),
    "dummy": Entry(
        "Dummy", "aeon.classification:DummyClassifier", has_probabilities=True
    ),
}
"""All, by the names that the command line takes."""


def refuse_auto(names: Iterable[str]) -> None:
    """Refuse ``n_features="auto"`` where a classifier takes it and cannot find it.

    Parameters
    ----------
    names : iterable of str
        Some of `CLASSIFIERS`.

    Raises
    ------
    ValueError
        If the selector of one has no path of numbers of features.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.classifiers import refuse_auto
    >>> refuse_auto(["plus", "l1"])
    Traceback (most recent call last):
    ...
    ValueError: l1 selects by mrmr, which finds no number: n_features='auto' is for plus
    """
    for name in filter(_takes_features, names):
        selector = VARIANTS[CLASSIFIERS[name].parameters["variant"]].selector
        if selector == "mrmr":
            raise ValueError(
                f"{name} selects by mrmr, which finds no number: n_features='auto' is "
                "for plus"
            )


def title_of(name: str, n_features: int | str = N_FEATURES) -> str:
    """Give the name that a classifier has in the results.

    Parameters
    ----------
    name : str
        One of `CLASSIFIERS`.
    n_features : int or "auto", default=500
        Features that LightWaveS keeps. Another number than the default is part of the
        title, so that results of both can lie side by side.

    Returns
    -------
    str

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.classifiers import title_of
    >>> title_of("plus"), title_of("plus", 200), title_of("rocket", 200)
    ('LightWaveS-plus', 'LightWaveS-plus-200', 'ROCKET')
    """
    title = CLASSIFIERS[name].title
    is_other = _takes_features(name) and n_features != N_FEATURES
    return f"{title}-{n_features}" if is_other else title


def make(
    name: str,
    n_features: int | str = N_FEATURES,
    seed: int = 0,
    n_jobs: int = 1,
    task: str = "classification",
    **more: Any,
) -> BaseClassifier | BaseRegressor:
    """Make a classifier, or the regressor of the same method.

    Parameters
    ----------
    name : str
        One of those that ``lightwaves bench --help`` lists.
    n_features : int or "auto", default=500
        Features that LightWaveS keeps; for the others it has no meaning.
    seed : int, default=0
        Random state.
    n_jobs : int, default=1
        Number of threads; -1 means all processors.
    task : {"classification", "regression"}, default="classification"
        What it is for.
    **more
        Other parameters of it.

    Returns
    -------
    BaseClassifier or BaseRegressor
        Not fitted.

    Raises
    ------
    ValueError
        If there is no such classifier, regressor or task.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.classifiers import make
    >>> make("l1", n_features=100, seed=2)
    LightWaveSClassifier(n_features=100, random_state=2, variant='L1')
    >>> make("rocket", task="regression")
    RocketRegressor(random_state=0)
    """
    check_one_of("task", task, TASKS)
    if name not in CLASSIFIERS:
        raise ValueError(f"there is no classifier {name!r}")
    entry = CLASSIFIERS[name]
    if task == "regression" and not entry.has_regressor:
        raise ValueError(f"there is no regressor {name!r}, only a classifier")
    module, kind = entry.place.split(":")
    if task == "regression":
        module = module.replace("classification", "regression")
        kind = kind.replace("Classifier", "Regressor")
    made = getattr(import_module(module), kind)
    parameters = {**entry.parameters, **more, "random_state": seed}
    if "random_state" not in signature(made).parameters:  # of the mean, say
        del parameters["random_state"]
    if _takes_features(name):
        parameters["n_features"] = n_features
    if n_jobs != 1:
        parameters["n_jobs"] = n_jobs
    return made(**parameters)


def _takes_features(name: str) -> bool:
    entry = CLASSIFIERS[name]
    return entry.place == OURS and "n_features" not in entry.parameters
