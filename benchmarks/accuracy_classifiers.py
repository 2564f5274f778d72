"""What the accuracy benchmark compares: classifiers, and "plus" altered in one way."""

from __future__ import annotations

__all__ = [
    "ABLATIONS",
    "CALIBRATED",
    "CONTESTANTS",
    "CURVE",
    "N_FEATURES",
    "OURS",
    "RIVALS",
    "Change",
    "Contestant",
    "changed",
]

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple
from unittest.mock import patch

import numpy as np
from aeon.classification.convolution_based import (
    MiniRocketClassifier,
    MultiRocketClassifier,
    RocketClassifier,
)
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import RidgeClassifierCV

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.selection.candidates import inputs_of
from lightwaves_aeon.core.selection.variants import VARIANTS, Variant

N_FEATURES = (50, 100, 200, 300, 500, 750, 1000, 1500)
"""Features kept, along the curve."""

CALIBRATED = ("ROCKET, calibrated", "ROCKET, calibrated head")
"""ROCKET with probabilities: calibrated from outside, and in place of its ridge."""


class Contestant(NamedTuple):
    """A classifier, and what to ask it for.

    Attributes
    ----------
    make : callable
        Given a seed and the size of the smallest class, makes it.
    answers : {"both", "labels", "probabilities"}
        Where one follows from the other, only this is computed: of labels come
        probabilities of 0 and 1, of probabilities the likeliest label.
    """

    make: Callable[[int, int], Any]
    answers: Literal["both", "labels", "probabilities"] = "both"


def _lightwaves(**parameters: Any) -> Contestant:
    return Contestant(
        lambda seed, smallest: LightWaveSClassifier(random_state=seed, **parameters)
    )


def _calibrated_rocket(seed: int, smallest: int) -> CalibratedClassifierCV:
    return CalibratedClassifierCV(RocketClassifier(random_state=seed), cv=_n(smallest))


def _rocket_with_calibrated_head(seed: int, smallest: int) -> RocketClassifier:
    ridge = RidgeClassifierCV(alphas=np.logspace(-3, 3, 10))  # as aeon has it
    head = CalibratedClassifierCV(ridge, cv=_n(smallest))
    return RocketClassifier(estimator=head, random_state=seed)


def _n(smallest: int) -> int:
    return min(5, smallest)


OURS = {
    "L1": _lightwaves(variant="L1", n_features=500, selector="mrmr"),
    "L2": _lightwaves(variant="L2", n_features=500, selector="mrmr"),
    "L1L2": _lightwaves(variant="L1L2", n_features=500, selector="mrmr"),
    "L1L2 detach": _lightwaves(variant="L1L2", n_features=500, selector="detach"),
    "plus": _lightwaves(variant="plus", n_features=500),
    "plus auto": _lightwaves(variant="plus", n_features="auto"),
}
"""LightWaveS as it is in the paper, with another selector, and beyond the paper."""

RIVALS = {
    "ROCKET": Contestant(lambda seed, _: RocketClassifier(random_state=seed), "labels"),
    "MiniROCKET": Contestant(
        lambda seed, _: MiniRocketClassifier(random_state=seed), "labels"
    ),
    "MultiROCKET": Contestant(
        lambda seed, _: MultiRocketClassifier(random_state=seed), "labels"
    ),
    CALIBRATED[0]: Contestant(_calibrated_rocket, "probabilities"),
    CALIBRATED[1]: Contestant(_rocket_with_calibrated_head, "probabilities"),
}
"""aeon's, by its defaults."""

CURVE = {
    **{f"plus {n}": _lightwaves(variant="plus", n_features=n) for n in N_FEATURES},
    **{
        f"L1L2 {n}": _lightwaves(variant="L1L2", n_features=n, selector="mrmr")
        for n in N_FEATURES
    },
}
"""The same, with more features and fewer."""

CONTESTANTS = OURS | RIVALS | CURVE
"""All by name."""


_Inputs = list[tuple[int, int, int]]


class Change(NamedTuple):
    """One way to alter "plus".

    Attributes
    ----------
    variant : callable
        Given "plus", gives what takes its place.
    inputs : callable
        Given the inputs of a dilation, gives what takes their place.
    parameters : dict
        Of the classifier.
    """

    variant: Callable[[Variant], Variant] = lambda plus: plus
    inputs: Callable[[_Inputs], _Inputs] = lambda inputs: inputs
    parameters: dict[str, Any] = {}


def _with(*statistics: str) -> Change:
    return Change(lambda plus: plus._replace(pooling=(*plus.pooling, *statistics)))


def _with_changes(inputs: _Inputs) -> _Inputs:
    of_change = REPRESENTATION_NAMES.index("change")
    return inputs + [
        (of_change, channel, -1) for _, channel, other in inputs if other < 0
    ]


def _without_quantiles(plus: Variant) -> Variant:
    # PPV stands in the variant once for each threshold, of which one is left.
    return plus._replace(
        pooling=tuple(dict.fromkeys(plus.pooling)),
        derived_pooling=tuple(dict.fromkeys(plus.derived_pooling)),
        quantiles=(),
    )


ABLATIONS = {
    "plus": Change(),
    "no sums, no differences": Change(
        inputs=lambda inputs: [of for of in inputs if of[2] < 0]
    ),
    "with changes": Change(inputs=_with_changes),
    "no level 0": Change(lambda plus: plus._replace(series=False)),
    "with max": _with("max"),
    "with mpv and mipv": _with("mpv", "mipv"),
    "selected by detachment": Change(parameters={"selector": "detach"}),
    "threshold 0 for the quantiles": Change(_without_quantiles),
    "largest dilation 32": Change(parameters={"max_dilation": 32}),
    "selected by mRMR": Change(parameters={"selector": "mrmr"}),
    "with lspv and min": _with("lspv", "min"),
    "with level 2": Change(lambda plus: plus._replace(levels=(1, 2))),
}
"""What is taken from "plus", put in another's place, or added."""


@contextmanager
def changed(change: Change) -> Iterator[Contestant]:
    """Have "plus" altered for a while.

    Parameters
    ----------
    change : Change
        What is to be different.

    Yields
    ------
    Contestant
        To be used inside the context only.

    Examples
    --------
    >>> from benchmarks.accuracy_classifiers import ABLATIONS, changed
    >>> from lightwaves_aeon.core.selection.variants import VARIANTS
    >>> with changed(ABLATIONS["with level 2"]):
    ...     VARIANTS["plus"].levels
    (1, 2)
    """

    def chosen(*args: Any) -> _Inputs:
        return change.inputs(inputs_of(*args))

    altered = change.variant(VARIANTS["plus"])
    with (
        patch.dict(VARIANTS, {"plus": altered}),
        patch("lightwaves_aeon.core.selection.candidates.inputs_of", chosen),
    ):
        yield _lightwaves(**{"variant": "plus", "n_features": 500, **change.parameters})
