"""Whether a model can be told its data in single precision."""

from __future__ import annotations

__all__ = ["refuse_coarse"]

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
