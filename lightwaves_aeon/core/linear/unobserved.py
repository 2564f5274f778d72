"""Features of which nothing was observed: their place, and what is known without them.

They stand at their training means, and add nothing to the scores. What is left says
less: the logits of a case move towards the logarithms of the class frequencies, which
are all that is known of a case with nothing observed.
"""

from __future__ import annotations

__all__ = ["Unobserved", "importances_of"]

from typing import NamedTuple

import numpy as np


def importances_of(weights: np.ndarray) -> np.ndarray:
    """Give the share of each feature in the absolute weights of all.

    Parameters
    ----------
    weights : np.ndarray of float64, shape (n_features, n_scores)
        Of the standardised features.

    Returns
    -------
    np.ndarray of float64, shape (n_features,)
        All are 0 where all weights are.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.unobserved import importances_of
    >>> importances_of(np.array([[1.0, -1.0], [0.0, 2.0]])).tolist()
    [0.5, 0.5]
    """
    of_feature = np.abs(weights).sum(axis=1)
    return of_feature / max(of_feature.sum(), np.finfo(float).tiny)


class Unobserved(NamedTuple):
    """What stands in for features that are missing.

    Attributes
    ----------
    means : np.ndarray of float64, shape (n_features,)
        Means of the features over the training cases.
    importances : np.ndarray of float64, shape (n_features,)
        Share of each feature in the absolute weights of all.
    priors : np.ndarray of float64, shape (n_classes,)
        Share of each class in the training cases.
    exponent : float
        Of the information that is left, see `confidence`.
    """

    means: np.ndarray
    importances: np.ndarray
    priors: np.ndarray
    exponent: float

    def completed(self, features: np.ndarray) -> np.ndarray:
        """Put features that are missing at their means."""
        means = self.means.astype(features.dtype)
        return np.where(np.isnan(features), means, features)

    def confidence(self, features: np.ndarray) -> np.ndarray:
        """Tell how much of the logits of each case is left: 1 of all, 0 of none.

        Parameters
        ----------
        features : np.ndarray of float32, shape (n_cases, n_features)
            NaN where they are missing.

        Returns
        -------
        np.ndarray of float64, shape (n_cases,)
            The importance of the features that are there, to the power of `exponent`.
        """
        missing = np.isnan(features)
        # One after the other: a sum of BLAS depends on the number of cases.
        lost = np.where(missing, self.importances, 0).cumsum(axis=1)[:, -1]
        left = np.clip(1 - lost, 0, 1) ** self.exponent
        return np.where(missing.all(axis=1), 0.0, left)

    def logits(self, features: np.ndarray, logits: np.ndarray) -> np.ndarray:
        """Move logits of shape (n_cases, n_classes) towards those of the priors."""
        left = self.confidence(features)[:, None]
        return left * logits + (1 - left) * np.log(self.priors)
