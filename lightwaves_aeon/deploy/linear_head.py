"""What can be written down of a classifier: the default estimator, of aeon."""

from __future__ import annotations

__all__ = ["linear_head"]

from typing import Any

from lightwaves_aeon.core.head import LinearHead


def linear_head(classifier: Any, what: str) -> LinearHead:
    """Give the head of a fitted classifier, if it is one that can be written down.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted.
    what : str
        Where to it is to be written, for errors.

    Returns
    -------
    LinearHead

    Raises
    ------
    TypeError
        If it is not the class of this name for aeon.
    ValueError
        If its estimator is not the default one.
    """
    kinds = [kind.__module__ for kind in type(classifier).__mro__]
    if "lightwaves_aeon.sktime.classifier" in kinds:
        raise TypeError(
            f"{what} holds classifiers of aeon only: fit LightWaveSClassifier of "
            "lightwaves_aeon to the same data, which makes the same model"
        )
    classifier._check_is_fitted()
    head = classifier._head
    if not isinstance(head, LinearHead):
        raise ValueError(
            f"{what} holds the default estimator only, not "
            f"{type(classifier.estimator_).__name__}: pickle this classifier instead"
        )
    return head
