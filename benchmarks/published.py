"""The published method as plain loops: what a reader of the paper would write first.

Nine taps, one time point after the other, no work shared between kernels. The published
code drops a run of positive values that reaches the last time point; so do these loops.
`PublishedRuns` shows what that alone changes.
"""

__all__ = [
    "HINTED",
    "PADDED",
    "TESTED",
    "PublishedRuns",
    "longest_inner_run",
    "plain_features",
    "plain_response",
]

import numpy as np
from numba import njit

from lightwaves_aeon.core.convolution.pooling import slots_of
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.data.scaling import scaled_channels

# How a plain loop meets the ends of the series.
TESTED, PADDED, HINTED = range(3)


@njit(nogil=True, cache=True)
def plain_response(x, weights, dilation, response):
    """Convolve with zero padding of half the dilated kernel, scaled by d ** -1.5."""
    scale = np.float32(dilation**-1.5)
    for t in range(len(x)):
        total = np.float32(0)
        for j in range(len(weights)):
            source = t + (j - len(weights) // 2) * dilation
            if 0 <= source < len(x):
                total += weights[j] * x[source]
        response[t] = total * scale


@njit(nogil=True, cache=True)
def _padded_response(padded, weights, dilation, response):
    """Convolve a copy that brings its zeros along: no test for the ends."""
    scale = np.float32(dilation**-1.5)
    for t in range(len(response)):
        total = np.float32(0)
        for j in range(len(weights)):
            total += weights[j] * padded[t + j * dilation]
        response[t] = total * scale


@njit(nogil=True, cache=True)
def _hinted_response(padded, weights, dilation, response):
    """Convolve with a fixed number of taps and unsigned indices: this vectorises."""
    scale = np.float32(dilation**-1.5)
    dilation = np.uint64(dilation)
    for t in range(np.uint64(len(response))):
        total = np.float32(0)
        for j in range(np.uint64(9)):
            total += weights[j] * padded[t + j * dilation]
        response[t] = total * scale


@njit(nogil=True, cache=True)
def _respond(padded, margin, weights, dilation, way, response):
    start = margin - len(weights) // 2 * dilation
    if way == TESTED:
        x = padded[margin : margin + len(response)]
        plain_response(x, weights, dilation, response)
    elif way == PADDED:
        _padded_response(padded[start:], weights, dilation, response)
    else:
        _hinted_response(padded[start:], weights, dilation, response)


@njit(nogil=True, cache=True)
def _plain_statistics(response, out):
    """PPV, max |c|, LSPV and min |c| in one pass."""
    positive, run, longest = 0, 0, 0
    largest, smallest = np.float32(0), np.float32(np.inf)
    for value in response:
        if value > 0:
            positive += 1
            run += 1
        else:
            longest = max(longest, run)
            run = 0
        largest = max(largest, abs(value))
        smallest = min(smallest, abs(value))
    out[0] = positive / len(response)
    out[1] = largest
    out[2] = longest / len(response)
    out[3] = smallest


@njit(nogil=True, cache=True)
def plain_features(x, weights, dilations, way, out):
    """Compute all features of one channel.

    Parameters
    ----------
    x : np.ndarray of float32, shape (n_cases, n_timepoints)
        The scaled channel, at least two time points.
    weights : np.ndarray of float32, shape (n_kernels, 9)
        The kernels.
    dilations : np.ndarray of int, shape (n_dilations,)
        Ascending.
    way : {TESTED, PADDED, HINTED}
        A test for the ends at each tap, a padded copy of the series, or such a copy and
        a loop that the compiler can vectorise.
    out : np.ndarray of float32, shape (n_cases, n_dilations, n_kernels, n_levels, 4)
        Written to.
    """
    length, n_levels = x.shape[1], out.shape[3]
    half, margin = length // 2, weights.shape[1] // 2 * dilations[-1]
    series = np.zeros(length + 2 * margin, np.float32)
    energy = np.zeros(half + 2 * margin, np.float32)
    first, second = np.empty(length, np.float32), np.empty(half, np.float32)
    for case in range(len(x)):
        series[margin : margin + length] = x[case]
        for i in range(len(dilations)):
            for kernel in range(len(weights)):
                own, found = weights[kernel], out[case, i, kernel]
                _respond(series, margin, own, dilations[i], way, first)
                _plain_statistics(first, found[0])
                if n_levels == 2:
                    for t in range(half):
                        energy[margin + t] = abs(first[2 * t])
                    _respond(energy, margin, own, dilations[i], way, second)
                    _plain_statistics(second, found[1])


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
    response = np.empty(x.shape[1], np.float32)
    second = np.empty(x.shape[1] // 2, np.float32)
    for i in range(len(x)):
        plain_response(x[i], weights, dilation, response)
        if level == 2:
            energy = np.abs(response[: 2 * len(second) : 2])
            plain_response(energy, weights, dilation, second)
            column[i] = longest_inner_run(second)
        else:
            column[i] = longest_inner_run(response)
    return column


class PublishedRuns(FeatureTransform):
    """The transform with LSPV as the published code counts it."""

    def __call__(self, X, cases=None, n_jobs=1):
        out = super().__call__(X, cases, n_jobs)
        cases = slice(None) if cases is None else cases
        plan, convolutions = self.plan, self.plan.convolutions
        scaled, _ = scaled_channels(X, plan.channels, self.means, self.stds, cases)
        for position, x in enumerate(scaled):
            for i in range(plan.starts[position], plan.starts[position + 1]):
                weights = plan.bank.weights[convolutions.kernels[i]]
                for level in (1, 2):
                    column = convolutions.columns[i, level - 1, slots_of("lspv")[0]]
                    if column >= 0:
                        out[:, column] = _published_lspv(
                            x, weights, convolutions.dilations[i], level
                        )
        return out
