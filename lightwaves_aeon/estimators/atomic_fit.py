"""Fits that leave an estimator as it was if they fail, in all processes."""

from __future__ import annotations

__all__ = ["IN_FIT", "WEIGHTS", "AtomicFitMixin", "WeightedFitMixin"]

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from joblib import parallel_config

from lightwaves_aeon.core.parallel.backends import make_backend

IN_FIT = "_backend"
"""Where an estimator has its backend while it is fitted."""

WEIGHTS = "_sample_weight"
"""Where it has the weights of the cases meanwhile: frameworks hand on X and y alone."""


class AtomicFitMixin:
    """Mixin that stands before the base class of a framework.

    The frameworks reset an estimator at the start of every fit, before any check. With
    this mixin a fit that raises, for whatever reason, leaves the estimator as it was.
    With several processes it raises in all of them.
    """

    def fit(self, X, y=None, **unexpected):
        """Fit; see the class of the framework."""
        self._refuse_unexpected("fit", unexpected)
        with self._atomic_fit():
            return super().fit(X, y)  # type: ignore[misc]

    def _refuse_unexpected(self, method: str, keywords: dict) -> None:
        if keywords:  # or Python would name a class that nobody knows
            raise TypeError(
                f"{type(self).__name__}.{method}() got an unexpected keyword argument "
                f"{next(iter(keywords))!r}"
            )

    @contextmanager
    def _atomic_fit(self) -> Iterator[None]:
        before = vars(self).copy()
        backend = make_backend(self.backend)  # type: ignore[attr-defined]
        vars(self)[IN_FIT] = backend
        # Frameworks cross-validate in workers, to which the other ranks can't talk.
        alone = (
            parallel_config("sequential") if backend.n_processes > 1 else nullcontext()
        )
        try:
            with backend.collective(), alone:
                yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise
        if IN_FIT in before:  # within another, such as that of fit_predict
            vars(self)[IN_FIT] = before[IN_FIT]
        else:
            vars(self).pop(IN_FIT, None)


class WeightedFitMixin(AtomicFitMixin):
    """The same for one whose cases may have weights."""

    def fit(self, X, y=None, sample_weight=None, **unexpected):
        """Fit to cases, which may have weights.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Cases, or any other type that the framework takes.
        y : np.ndarray, shape (n_cases,)
            Their labels, or numbers.
        sample_weight : array-like, shape (n_cases,), or None, default=None
            How much each case counts, not negative; None if all count alike. A factor
            in all weights changes nothing, and a case of weight 0 is as if it were not
            there. Weights act on the choice of the channels and features, on the head,
            and on all that held-out cases are asked; `estimator` is given them. Where
            some cases are drawn from many, where channels are scaled and thresholds
            taken, cases count alike.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If there is not one weight for each case, one is negative, NaN or infinite,
            all those of a class are zero, or the ``fit`` of `estimator` takes none.
        """
        vars(self)[WEIGHTS] = sample_weight
        try:
            return super().fit(X, y, **unexpected)
        finally:
            vars(self).pop(WEIGHTS, None)
