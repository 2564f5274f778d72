"""What a program in C makes probabilities of scores by."""

from __future__ import annotations

__all__ = ["logit_scale", "probability_arrays"]

import numpy as np

from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear


def logit_scale(fitted: FittedLinear) -> float:
    """Give what the scores of a program are multiplied by, for a softmax of them.

    Parameters
    ----------
    fitted : FittedLinear
        The model.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the model is a regressor, or its probabilities are not calibrated.

    Examples
    --------
    >>> import numpy as np
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.core.fitted import as_fitted
    >>> from lightwaves_aeon.export.c.probabilities import logit_scale
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=9, random_state=0).fit(X, y)
    >>> logit_scale(as_fitted(clf, "C source")) > 1
    True
    """
    if not isinstance(fitted, FittedClassifier):
        raise ValueError("probabilities are those of classes: a regressor has none")
    head = fitted.head
    if not np.isfinite(head.inverse_temperature):
        raise ValueError("the probabilities of this classifier are not calibrated")
    # The scores of two classes are opposites in C, twice as far apart as the logits.
    return head.inverse_temperature / (2 if len(head.bias) == 1 else 1)


def probability_arrays(
    fitted: FittedLinear, columns: np.ndarray, missing_values: bool
) -> dict[str, np.ndarray]:
    """Give the constant arrays that probabilities take.

    Parameters
    ----------
    fitted : FittedLinear
        The model.
    columns : np.ndarray of int, shape (n_features,)
        Its features in the order of the program.
    missing_values : bool
        Whether the program takes NaN for a value that was not observed.

    Returns
    -------
    dict of str to np.ndarray
        What scores are multiplied by; and, for missing values, importances of the
        features, the exponent of their sum, and logarithms of the class shares.

    Raises
    ------
    ValueError
        As of `logit_scale`.

    Examples
    --------
    >>> import numpy as np
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.core.fitted import as_fitted
    >>> from lightwaves_aeon.export.c.probabilities import probability_arrays
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=9, random_state=0).fit(X, y)
    >>> fitted = as_fitted(clf, "C source")
    >>> list(probability_arrays(fitted, np.arange(9), missing_values=False))
    ['logit_scale']
    """
    arrays = {"logit_scale": np.array([logit_scale(fitted)])}
    if missing_values:
        unobserved = fitted.head.unobserved
        assert unobserved is not None  # of the default estimator
        importances, exponent = unobserved.importances, unobserved.exponent
        if exponent == 0 or not importances.any():
            # Any feature will do then: only without all of them is nothing known.
            importances, exponent = np.full(len(columns), 1 / len(columns)), 0.0
        arrays |= {
            "class_logs": np.log(unobserved.priors),
            "head_exponent": np.array([exponent]),
            "head_importances": importances[columns],
        }
    return arrays
