"""Whether single precision holds what a model reads and tells."""

from __future__ import annotations

__all__ = ["refuse_coarse", "refuse_coarse_outputs"]

import numpy as np

from lightwaves_aeon.core.convolution.transform import FeatureTransform


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
    for channel, mean, std in zip(
        transform.plan.channels, transform.means, transform.stds, strict=True
    ):
        if std > 0:
            _refuse(f"channel {channel}", mean, std)


def refuse_coarse_outputs(intercepts: np.ndarray, spreads: np.ndarray) -> None:
    """Refuse numbers to predict that single precision cannot tell apart, or not hold.

    Parameters
    ----------
    intercepts : np.ndarray of float64, shape (n_outputs,)
        What is predicted for the average training case.
    spreads : np.ndarray of float64, shape (n_outputs,)
        How far predictions are from that; 0 if they do not vary.

    Raises
    ------
    ValueError
        If an intercept or a spread is beyond single precision, or a spread below the
        distance from one number to the next around the intercept.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.export.single_precision import refuse_coarse_outputs
    >>> refuse_coarse_outputs(np.array([1e6, 1e9]), np.ones(2))
    Traceback (most recent call last):
    ...
    ValueError: output 1 varies by 1 around 1e+09: not in single precision
    """
    for output, (mean, spread) in enumerate(zip(intercepts, spreads, strict=True)):
        _refuse(f"output {output}", mean, spread)


def _refuse(name: str, mean: float, spread: float) -> None:
    is_held = abs(mean) + spread <= float(np.finfo(np.float32).max)
    if not is_held or 0 < spread < np.spacing(np.float32(abs(mean))):
        raise ValueError(
            f"{name} varies by {spread:g} around {mean:g}: not in single precision"
        )
