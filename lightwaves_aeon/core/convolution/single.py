"""The compiled loops for one case: responses of kernels, and their pooling.

A response is exactly zero where the series is flat, so that PPV and LSPV do not count
rounding noise. MiniRocket's kernels get there by sums of three copies of the series at
a time. At level 1 it is the sum of three tripled copies, less the total of all nine
copies, which serves all 84 kernels; at level 2, where nothing is shared, it is ``2 *
heavy - light - rest``. On a flat stretch these cancel to the last bit, since a sum of
three equal floats is the float next to their triple. Other kernels weigh the
differences ``x[t + shift] - x[t]``, as their weights sum to zero. Each value comes out
of the same operations in the same order wherever it is needed: results are equal to the
last bit for any table and any split of the work.

The loops take whole buffers with offsets, and count with unsigned integers: a slice
would cost an atomic count of references in each convolution, and a signed index a test
for negative values, which keeps a loop from being vectorised.
"""

from __future__ import annotations

__all__ = ["POOL", "evaluate_cases", "first_seen", "level_1", "widest_reach"]

import numpy as np

from lightwaves_aeon.core.convolution.convolutions import Convolutions
from lightwaves_aeon.core.convolution.kernels import CENTRE, KernelArrays
from lightwaves_aeon.core.convolution.pooling import (
    NEUTRAL_TIME,
    POOLING_OPERATORS,
    RESPONSE_POOLING,
    slots_of,
)
from lightwaves_aeon.core.convolution.pooling_sets import EMPTY
from lightwaves_aeon.core.convolution.representations import (
    Inputs,
    derive,
    derive_seen,
)
from lightwaves_aeon.core.convolution.simd import float_of
from lightwaves_aeon.core.jit import jit, jit_closure, jit_inner

WITHOUT_SIGN, INFINITY = np.int32(0x7FFFFFFF), 0x7F800000
# A plain number would be a type of its own, and what it is given to compiled twice.
FIRST = np.int64(0)


@jit
def evaluate_cases(
    x, first, last, inputs, starts, convolutions, kernels, out, beyond_ppv, observed
):
    """Compute the features of a plan, one case after the other.

    Parameters
    ----------
    x : np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints)
        The scaled channels.
    first, last : int
        Range of the cases to evaluate.
    inputs : tuple
        The fields of `Inputs`: what the kernels are applied to.
    starts : np.ndarray of int, shape (n_inputs + 1,)
        First convolution of each input.
    convolutions : tuple
        The fields of `Convolutions`: what is computed of the inputs.
    kernels : tuple
        The fields of `KernelArrays`: the kernels that convolutions name.
    out : np.ndarray of float32, shape (n_cases, n_features)
        Written to, in the columns named.
    beyond_ppv : True or None
        None where PPV is all that is wanted: what pools by others is not compiled then.
    observed : np.ndarray of bool, shape of `x`, or None
        Where there are no gaps; None if there are none at all. Else the features of
        inputs with gaps are written to, and no others: they are pooled over the time
        points that were observed, and NaN where there are none.
    """
    inputs, convolutions = Inputs(*inputs), Convolutions(*convolutions)
    kernels = KernelArrays(*kernels)
    taps, length = kernels.taps, x.shape[2]
    columns, thresholds = convolutions.columns, convolutions.thresholds
    half = length // 2
    margin = widest_reach(
        convolutions.dilations, convolutions.kernels, kernels.lengths, length
    )
    # Both levels are read through a margin of zeros: that is the zero padding.
    series = np.zeros(length + 2 * margin, np.float32)
    tripled = np.zeros(length + 2 * margin, np.float32)
    energy = np.zeros(half + 2 * margin, np.float32)
    total = np.empty(length, np.float32)
    response = np.empty(length, np.float32)
    pooled, bits = response, response.view(np.int32)
    if observed is not None:
        seen, pooled = np.empty(length, np.int64), np.empty(length, np.float32)
        bits = pooled.view(np.int32)

    for i in range(len(inputs.first)):
        for case in range(first, last):
            if observed is not None:
                n_seen = derive_seen(observed, inputs, i, case, seen)
                if n_seen == length:
                    continue
            _fill(x, inputs, i, case, margin, series, tripled)
            summed = 0
            for convolution in range(starts[i], starts[i + 1]):
                dilation = convolutions.dilations[convolution]
                kernel = convolutions.kernels[convolution]
                scale = convolutions.scales[convolution]
                tapped = taps[kernel, 0] >= 0
                if tapped:
                    if summed != dilation:
                        _sum_of_nine(series, margin, dilation, total)
                        summed = dilation
                    _shared(tripled, margin, dilation, taps, kernel, total, response)
                else:
                    _weighted(
                        series, margin, dilation, kernels, kernel, response, length
                    )
                n = length
                for level in range(2):
                    if convolutions.sets[convolution, level] == EMPTY:
                        continue
                    if level == 1:
                        n, scale = half, scale * scale
                        _rectify(response, energy, margin, n)
                        if tapped:
                            _tapped(energy, margin, dilation, taps, kernel, response, n)
                        else:
                            _weighted(
                                energy, margin, dilation, kernels, kernel, response, n
                            )
                    wanted, n_pooled = (columns, thresholds, convolution, level), n
                    if observed is not None:
                        n_pooled = _take_seen(response, seen[:n_seen], level, n, pooled)
                        if n_pooled == 0:
                            _pool_nothing_seen(wanted, out, case)
                            continue
                    if beyond_ppv is None:
                        _pool_ppv(pooled, bits, n_pooled, scale, wanted, out, case)
                    else:
                        _pool(pooled, bits, n_pooled, scale, wanted, out, case)


@jit
def level_1(x, inputs, dilation, kernels, out):
    """Compute the responses of all kernels at one dilation, not scaled by it.

    Parameters
    ----------
    x : np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints)
        The scaled channels.
    inputs : tuple
        The fields of `Inputs`: what the kernels are applied to, the first of them.
    dilation : int
        The dilation.
    kernels : tuple
        The fields of `KernelArrays`.
    out : np.ndarray of float32, shape (n_kernels, n_cases * n_timepoints)
        Written to, case after case.
    """
    inputs, kernels = Inputs(*inputs), KernelArrays(*kernels)
    taps, lengths = kernels.taps, kernels.lengths
    _, n_cases, length = x.shape
    reach = 0
    for kernel in range(len(lengths)):
        reach = max(reach, (lengths[kernel] // 2 + 1) * dilation)
    margin = min(reach, length)
    series = np.zeros(length + 2 * margin, np.float32)
    tripled = np.zeros(length + 2 * margin, np.float32)
    total = np.empty(length, np.float32)
    response = np.empty(length, np.float32)
    for case in range(n_cases):
        _fill(x, inputs, FIRST, case, margin, series, tripled)
        _sum_of_nine(series, margin, dilation, total)
        for kernel in range(len(lengths)):
            if taps[kernel, 0] >= 0:
                _shared(tripled, margin, dilation, taps, kernel, total, response)
            else:
                _weighted(series, margin, dilation, kernels, kernel, response, length)
            for t in range(length):
                out[kernel, case * length + t] = response[t]


@jit_inner
def _fill(x, inputs, i, case, margin, series, tripled):
    """Put an input of a case between the margins, as it is and tripled."""
    derive(x, inputs, i, case, series, margin)
    for t in range(margin, margin + x.shape[2]):
        tripled[t] = np.float32(3) * series[t]


@jit_inner
def widest_reach(dilations, kernels, lengths, length):
    """Time points that any kernel sees beyond the ends, the length at most.

    From there on a kernel sees nothing but padding, however far it reaches.
    """
    reach = 0
    for i in range(len(kernels)):
        reach = max(reach, (lengths[kernels[i]] // 2 + 1) * dilations[i])
    return min(reach, length)


@jit_inner
def first_seen(margin, tap, dilation):
    """Index of what a tap, counted from the centre, sees at time point 0."""
    return margin + min(max(tap * dilation, -margin), margin)


@jit_inner
def _sum_of_nine(series, margin, dilation, total):
    """Sum of the nine shifted copies: it serves all 84 kernels."""
    for group in range(3):
        a = np.uint64(first_seen(margin, 3 * group - CENTRE, dilation))
        b = np.uint64(first_seen(margin, 3 * group + 1 - CENTRE, dilation))
        c = np.uint64(first_seen(margin, 3 * group + 2 - CENTRE, dilation))
        for t in range(np.uint64(len(total))):
            three = series[a + t] + series[b + t] + series[c + t]
            total[t] = three if group == 0 else total[t] + three


@jit_inner
def _shared(tripled, margin, dilation, taps, kernel, total, out):
    """Level 1 of a MiniRocket kernel, by the total that all kernels share."""
    a = np.uint64(first_seen(margin, taps[kernel, 0] - CENTRE, dilation))
    b = np.uint64(first_seen(margin, taps[kernel, 1] - CENTRE, dilation))
    c = np.uint64(first_seen(margin, taps[kernel, 2] - CENTRE, dilation))
    for t in range(np.uint64(len(out))):
        out[t] = tripled[a + t] + tripled[b + t] + tripled[c + t] - total[t]


@jit_inner
def _tapped(series, margin, dilation, taps, kernel, out, length):
    """Level 2 of a MiniRocket kernel, of a series that no other kernel shares."""
    # Three copies a loop: with nine, the compiler gives up on vectorising.
    for group in range(3):
        first = 3 * group
        a = np.uint64(first_seen(margin, taps[kernel, first] - CENTRE, dilation))
        b = np.uint64(first_seen(margin, taps[kernel, first + 1] - CENTRE, dilation))
        c = np.uint64(first_seen(margin, taps[kernel, first + 2] - CENTRE, dilation))
        for t in range(np.uint64(length)):
            three = series[a + t] + series[b + t] + series[c + t]
            out[t] = np.float32(2) * three if group == 0 else out[t] - three


@jit_inner
def _weighted(series, margin, dilation, kernels, kernel, out, length):
    """Response of a kernel with weights of its own."""
    length, n_taps = np.uint64(length), kernels.lengths[kernel]
    centre = np.uint64(margin)
    for t in range(length):
        out[t] = np.float32(0)
    for tap in range(n_taps):
        start = np.uint64(first_seen(margin, tap - n_taps // 2, dilation))
        weight = kernels.weights[kernel, tap]
        for t in range(length):
            out[t] += weight * (series[start + t] - series[centre + t])


@jit_inner
def _rectify(response, out, margin, half):
    """Absolute response at every second time point: the input of level 2."""
    start = np.uint64(margin)
    for t in range(np.uint64(half)):
        out[start + t] = abs(response[np.uint64(2) * t])


@jit_inner
def _take_seen(response, seen, level, length, out):
    """Take the values at time points that were observed; give their number.

    Level 2 has every second time point.
    """
    n_taken = 0
    for t in seen:
        if level == 0:
            out[n_taken] = response[t]
            n_taken += 1
        elif t % 2 == 0 and t // 2 < length:
            out[n_taken] = response[t // 2]
            n_taken += 1
    return n_taken


@jit_inner
def _pool_nothing_seen(wanted, out, case):
    """Write NaN to the columns of a level of a convolution."""
    columns, _, convolution, level = wanted
    for column in columns[convolution, level]:
        if column >= 0:
            out[case, column] = np.nan


# Pooling operators, of the first values of a response and of its bits. Non-negative
# floats order as their bits do, and a float is positive when its bits, as an integer,
# are: reductions of integers vectorise, those of floats do not. Amplitudes are not
# scaled by the dilation yet.


@jit_inner
def _ppv(response, bits, length, threshold):
    count = np.int32(0)
    for t in range(np.uint64(length)):
        count = np.int32(count + np.int32(response[t] > threshold))
    return np.float32(count / max(length, 1))


@jit_inner
def _max(response, bits, length, threshold):
    high = np.int32(0)
    for t in range(np.uint64(length)):
        high = max(high, np.int32(bits[t] & WITHOUT_SIGN))
    return float_of(high)


@jit_inner
def _min(response, bits, length, threshold):
    low = np.int32(INFINITY if length > 0 else 0)
    for t in range(np.uint64(length)):
        low = min(low, np.int32(bits[t] & WITHOUT_SIGN))
    return float_of(low)


@jit_inner
def _lspv(response, bits, length, threshold):
    run, longest = 0, 0
    for t in range(np.uint64(length)):
        run = run + 1 if bits[t] > 0 else 0
        longest = max(longest, run)
    return np.float32(longest / max(length, 1))


@jit_inner
def _mpv(response, bits, length, threshold):
    count, total = 0, np.float32(0)
    for t in range(np.uint64(length)):
        if response[t] > 0:
            count += 1
            total += response[t]
    return np.float32(np.float64(total) / max(count, 1))


@jit_inner
def _mipv(response, bits, length, threshold):
    count, late = 0, np.float32(0)
    for t in range(np.uint64(length)):
        if response[t] > 0:
            count += 1
            late += np.float32(t)
    share = np.float64(late) / (np.float64(max(count, 1)) * length)
    return np.float32(share if count > 0 else NEUTRAL_TIME)


POOL = {
    "ppv": _ppv,
    "max": _max,
    "lspv": _lspv,
    "min": _min,
    "mpv": _mpv,
    "mipv": _mipv,
}
"""What makes a feature of a response, for each operator."""


def _pool_from(operators):
    """Make what writes the features of operators, where wanted, to their columns."""
    if not operators:
        return _pool_nothing
    operator, *others = operators
    pool, then, slots = POOL[operator.name], _pool_from(others), slots_of(operator.name)
    first, n_slots = slots[0], len(slots)
    is_amplitude, is_last = operator.unit == "amplitude", not others

    @jit_closure(*(of.name for of in operators))
    def write(response, bits, length, scale, wanted, out, case):
        columns, thresholds, convolution, level = wanted
        for i in range(n_slots):
            column = columns[convolution, level, first + i]
            if column >= 0:
                threshold = thresholds[convolution, level, i]
                value = pool(response, bits, length, threshold)
                out[case, column] = value * scale if is_amplitude else value
        if not is_last:
            then(response, bits, length, scale, wanted, out, case)

    return write


@jit_inner
def _pool_nothing(response, bits, length, scale, wanted, out, case):
    pass


_pool_ppv = _pool_from([POOLING_OPERATORS["ppv"]])
_pool = _pool_from([POOLING_OPERATORS[name] for name in RESPONSE_POOLING])
