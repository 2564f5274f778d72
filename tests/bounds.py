"""What features may be if responses are right but for rounding."""

import numpy as np
import oracle

from lightwaves_aeon.core.convolution.pooling import RESPONSE_POOLING

PPV, MAX, LSPV, MIN, MPV, MIPV = range(len(RESPONSE_POOLING))

# Rounding error of the engine, in units of the largest response that could occur.
ROUNDING = 4e-6
EPS = np.finfo(np.float32).eps


def both_levels(x, kernel, dilation, bank):
    """The responses by the oracle, each with the rounding error it may have."""
    gain = np.abs(bank.weights[kernel]).sum() * dilation**-1.5
    peak = np.abs(x).max()
    for level, c in enumerate(oracle.responses(x, kernel, dilation, bank), start=1):
        yield c, ROUNDING * peak * gain**level


def bounds(c, error):
    """Least and greatest statistics of the responses that lie within the error of c.

    They are the same for PPV, LSPV and MIPV where no response is close to zero.
    """
    low, high = oracle.statistics(c - error), oracle.statistics(c + error)
    size = oracle.statistics(c)[[MAX, MIN]]
    low[[MAX, MIN]], high[[MAX, MIN]] = size - error, size + error
    low[MPV], high[MPV] = bounds_of_mean(c, error)
    low[MIPV], high[MIPV] = bounds_of_time(c, error)
    return low.astype(np.float32), high.astype(np.float32)


def bounds_of_mean(c, error):
    """Bounds of the mean of what is positive: what is next to zero only lowers it."""
    clear, n_maybe = c[c > error], (c > -error).sum()
    if len(clear) == 0:
        return 0.0, 2 * error
    allowed = error + len(c) * EPS * clear.mean()  # the sum rounds, too
    low = (clear.mean() - allowed) * len(clear) / n_maybe
    return max(low, 0.0), max(clear.mean() + allowed, 2 * error)


def bounds_of_time(c, error):
    """Bounds of the mean time: what is next to zero may count, at the worst times."""
    clear, unclear = np.flatnonzero(c > error), np.flatnonzero(np.abs(c) <= error)
    means = [
        times.sum() / (len(times) * len(c)) if len(times) > 0 else 0.5
        for n in range(len(unclear) + 1)
        for some in (unclear[:n], unclear[len(unclear) - n :])
        for times in [np.append(clear, some)]
    ]
    return min(means, default=0.5), max(means, default=0.5)
