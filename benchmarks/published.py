"""The published method as a plain loop, with its own count of the longest run.

Nine taps, one time point after the other, no work shared: what a reader of the paper
would write first. The published code drops a run of positive values that reaches the
last time point; so does this, to show what that alone changes.
"""

__all__ = ["PublishedRuns", "longest_inner_run", "plain_response"]

import numpy as np
from numba import njit

from lightwaves_aeon.core.engine import Evaluator
from lightwaves_aeon.core.features import STATISTICS
from lightwaves_aeon.core.scaling import scaled_channel

LSPV = STATISTICS.index("lspv")


@njit(nogil=True, cache=True)
def plain_response(x, weights, dilation):
    """Convolve with zero padding of half the dilated kernel, scaled by d ** -1.5."""
    response = np.zeros(len(x), np.float32)
    for t in range(len(x)):
        total = np.float32(0)
        for j in range(len(weights)):
            source = t + (j - len(weights) // 2) * dilation
            if 0 <= source < len(x):
                total += weights[j] * x[source]
        response[t] = total * np.float32(dilation**-1.5)
    return response


@njit(nogil=True, cache=True)
def longest_inner_run(response):
    """Longest run of positive values, unless it is the last, over the length."""
    run, longest = 0, 0
    for value in response:
        if value > 0:
            run += 1
        else:
            longest = max(longest, run)
            run = 0
    return longest / max(len(response), 1)


@njit(nogil=True, cache=True)
def _published_lspv(x, weights, dilation, level):
    column = np.empty(len(x), np.float32)
    for i in range(len(x)):
        response = plain_response(x[i], weights, dilation)
        if level == 2:
            half = np.abs(response[: len(response) // 2 * 2 : 2])
            response = plain_response(half, weights, dilation)
        column[i] = longest_inner_run(response)
    return column


class PublishedRuns(Evaluator):
    """The engine with LSPV as the published code counts it."""

    def __call__(self, X, cases=None, n_jobs=1):
        out = super().__call__(X, cases, n_jobs)
        cases = slice(None) if cases is None else cases
        for position, channel in enumerate(self.channels):
            mean, std = self.means[position], self.stds[position]
            x = scaled_channel(X, channel, mean, std, cases)
            for job in range(self.starts[position], self.starts[position + 1]):
                weights = self.bank.weights[self.kernels[job]]
                for level in (1, 2):
                    column = self.columns[job, level - 1, LSPV]
                    if column >= 0:
                        out[:, column] = _published_lspv(
                            x, weights, self.dilations[job], level
                        )
        return out
