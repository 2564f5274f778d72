"""The compiled loops for sixteen cases at a time: one case a lane.

The operations are those of `single`, in the same order, so the results are equal to the
last bit; but here no pooling operator needs a reduction, and each loop pays its start
for sixteen cases at once.
"""

from __future__ import annotations

__all__ = ["evaluate_any", "evaluate_paper", "evaluate_ppv"]

from lightwaves_aeon.core.convolution.batch_loops import (
    energy_only,
    shared_any,
    shared_deeper_any,
    shared_deeper_paper,
    shared_pair,
    shared_paper,
    shared_ppv,
    tapped_any,
    tapped_paper,
    weighted_any,
    weighted_paper,
)
from lightwaves_aeon.core.convolution.batch_memory import (
    copy_channel,
    derive_series,
    fill_channels,
    prepare,
    scatter,
    sum_of_nine,
)
from lightwaves_aeon.core.convolution.convolutions import Convolutions
from lightwaves_aeon.core.convolution.kernels import KernelArrays
from lightwaves_aeon.core.convolution.pairs import NO_PAIR
from lightwaves_aeon.core.convolution.pooling_sets import EMPTY, PAPER
from lightwaves_aeon.core.convolution.representations import Inputs
from lightwaves_aeon.core.convolution.simd import LANES
from lightwaves_aeon.core.jit import jit

# Three entries, since each pooling set of each kind of loop takes a part of a second to
# compile: most models need but one, with the loops in it and no others.


@jit
def evaluate_paper(x, first, last, inputs, starts, convolutions, kernels, out):
    """Compute features of channels by MiniRocket's kernels and the paper's pooling.

    The parameters are those of `evaluate_cases`.
    """
    inputs, convolutions = Inputs(*inputs), Convolutions(*convolutions)
    kernels = KernelArrays(*kernels)
    work = prepare(x.shape, out.shape[1], convolutions, kernels)
    dilations, sets = convolutions.dilations, convolutions.sets
    for start in range(first, last, LANES):
        cases = out[start : min(start + LANES, last)]
        fill_channels(x, start, len(cases), work)
        for i in range(len(inputs.first)):
            copy_channel(inputs, i, work)
            summed = 0
            for convolution in range(starts[i], starts[i + 1]):
                if summed != dilations[convolution]:
                    summed = dilations[convolution]
                    sum_of_nine(summed, work)
                level_1, level_2 = sets[convolution, 0], sets[convolution, 1]
                if level_2 == EMPTY:
                    shared_paper(level_1, convolution, work)
                    continue
                if level_1 == EMPTY:
                    energy_only(convolution, work)
                else:
                    shared_deeper_paper(level_1, convolution, work)
                tapped_paper(level_2, convolution, work)
        scatter(cases, work)


@jit
def evaluate_ppv(x, first, last, inputs, starts, convolutions, kernels, out):
    """Compute PPV of level 1 of MiniRocket's kernels, all that "plus" pools by."""
    inputs, convolutions = Inputs(*inputs), Convolutions(*convolutions)
    kernels = KernelArrays(*kernels)
    work = prepare(x.shape, out.shape[1], convolutions, kernels)
    dilations, sets = convolutions.dilations, convolutions.sets
    for start in range(first, last, LANES):
        cases = out[start : min(start + LANES, last)]
        fill_channels(x, start, len(cases), work)
        for i in range(len(inputs.first)):
            derive_series(inputs, i, work)
            summed, convolution = 0, starts[i]
            while convolution < starts[i + 1]:
                if summed != dilations[convolution]:
                    summed = dilations[convolution]
                    sum_of_nine(summed, work)
                differs_in = convolutions.pairs[convolution]
                if differs_in == NO_PAIR:
                    shared_ppv(sets[convolution, 0], convolution, work)
                    convolution += 1
                else:
                    shared_pair(differs_in, convolution, work)
                    convolution += 2
        scatter(cases, work)


@jit
def evaluate_any(x, first, last, inputs, starts, convolutions, kernels, out):
    """Compute features of any kernels and levels by any pooling operators."""
    inputs, convolutions = Inputs(*inputs), Convolutions(*convolutions)
    kernels = KernelArrays(*kernels)
    work = prepare(x.shape, out.shape[1], convolutions, kernels)
    dilations, sets = convolutions.dilations, convolutions.sets
    for start in range(first, last, LANES):
        cases = out[start : min(start + LANES, last)]
        fill_channels(x, start, len(cases), work)
        for i in range(len(inputs.first)):
            derive_series(inputs, i, work)
            summed = 0
            for convolution in range(starts[i], starts[i + 1]):
                level_1, level_2 = sets[convolution, 0], sets[convolution, 1]
                kernel = convolutions.kernels[convolution]
                if kernels.taps[kernel, 0] < 0:
                    own = kernels.weights[kernel, : kernels.lengths[kernel]]
                    for level in range(2 if level_2 != EMPTY else 1):
                        if sets[convolution, level] <= PAPER:
                            weighted_paper(level, own, convolution, work)
                        else:
                            weighted_any(level, own, convolution, work)
                    continue
                if summed != dilations[convolution]:
                    summed = dilations[convolution]
                    sum_of_nine(summed, work)
                if level_2 == EMPTY:
                    shared_any(level_1, convolution, work)
                    continue
                if level_1 == EMPTY:
                    energy_only(convolution, work)
                else:
                    shared_deeper_any(level_1, convolution, work)
                tapped_any(level_2, convolution, work)
        scatter(cases, work)
