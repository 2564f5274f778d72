"""Whether single precision can hold what a model reads, and what it predicts."""

from __future__ import annotations

__all__ = ["refuse_coarse", "refuse_coarse_numbers"]

import numpy as np

from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.fitted import FittedLinear
from lightwaves_aeon.core.fitted_regressor import FittedRegressor

LARGEST = 1e30
"""What is far out of scale, of what is read and of numbers that are predicted."""


def refuse_coarse(transform: FeatureTransform) -> None:
    """Refuse channels whose values single precision cannot tell apart, or not hold.

    Parameters
    ----------
    transform : FeatureTransform
        The table, with the scaling constants of the channels in use.

    Raises
    ------
    ValueError
        If the mean or the deviation of a channel is beyond single precision, or the
        deviation below the distance from one number to the next around the mean.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
    >>> from lightwaves_aeon.core.convolution.transform import FeatureTransform
    >>> from lightwaves_aeon.core.convolution.features import candidate_rows
    >>> from lightwaves_aeon.export.single_precision import refuse_coarse
    >>> rows, bank = candidate_rows(0, 4, 2, (1,)), kernel_bank("minirocket")
    >>> mean, std = np.array([1e9]), np.array([1e-3])
    >>> refuse_coarse(FeatureTransform.from_rows(rows, bank, mean, std))
    Traceback (most recent call last):
    ...
    ValueError: channel 0 varies by 0.001 around 1e+09: not in single precision
    """
    largest = float(np.finfo(np.float32).max)
    for channel, mean, std in zip(
        transform.plan.channels, transform.means, transform.stds, strict=True
    ):
        size = abs(mean) + std
        if std > 0 and (size > largest or std < np.spacing(np.float32(abs(mean)))):
            raise ValueError(
                f"channel {channel} varies by {std:g} around {mean:g}: not in single "
                "precision"
            )


def refuse_coarse_numbers(fitted: FittedLinear) -> None:
    """Refuse regressors whose numbers single precision cannot tell apart.

    Parameters
    ----------
    fitted : FittedLinear
        The model; nothing is refused of a classifier, whose scores are near zero.

    Raises
    ------
    ValueError
        If the features move an output by less than the distance from one number to the
        next around its mean, or by less than the least number of full precision; or if
        it is beyond `LARGEST`.

    Examples
    --------
    >>> from aeon.datasets import load_covid_3month
    >>> from lightwaves_aeon import LightWaveSRegressor
    >>> from lightwaves_aeon.core.fitted import as_fitted
    >>> from lightwaves_aeon.export.single_precision import refuse_coarse_numbers
    >>> X, y = load_covid_3month(split="train")
    >>> reg = LightWaveSRegressor(n_features=20, random_state=0).fit(X, y + 1e9)
    >>> try:
    ...     refuse_coarse_numbers(as_fitted(reg, "C source"))
    ... except ValueError as error:
    ...     print(str(error).partition("around ")[2])
    1e+09: not in single precision
    """
    if not isinstance(fitted, FittedRegressor):
        return
    spreads = np.linalg.norm(fitted.head.weights * fitted.stds[:, None], axis=0)
    means = np.abs(fitted.intercepts)
    steps = np.spacing(np.minimum(means, LARGEST).astype(np.float32))
    is_coarse = (spreads > 0) & (spreads < np.maximum(steps, np.finfo(np.float32).tiny))
    for output in np.flatnonzero(is_coarse | (means + spreads > LARGEST)):
        raise ValueError(
            f"output {output} varies by {spreads[output]:g} around "
            f"{fitted.intercepts[output]:g}: not in single precision"
        )
