"""The table of a model, arranged as the constant arrays of a program in C."""

from __future__ import annotations

__all__ = ["Tables"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core import features
from lightwaves_aeon.core.bank import N_TAPS, KernelBank
from lightwaves_aeon.core.engine import Evaluator
from lightwaves_aeon.core.head import LinearHead
from lightwaves_aeon.core.kinds import N_SHARES
from lightwaves_aeon.core.responses import CENTRE, widest_reach
from lightwaves_aeon.core.scaling import divisors
from lightwaves_aeon.deploy.single_precision import refuse_coarse

STATISTICS = ("ppv", "max", "lspv", "min", "mpv", "mipv")
"""What the program can take of a response, in the order of the bits of its masks."""

INPUTS = ("channel", "change", "sum", "difference")
"""What it can apply kernels to, by number."""

N_LEVELS = 2

N_HEAVY = 3
"""Taps that level 1 of MiniRocket's kernels takes beside the sum of all nine."""


class Tables(NamedTuple):
    """A model as constant arrays.

    Attributes
    ----------
    arrays : dict of str to np.ndarray
        By name, each of the smallest type that holds it.
    flags : dict of str to bool
        Which pieces of the program the arrays call for.
    n_tapped : int
        Number of MiniRocket's kernels among those in use; they come first.
    margin : int
        Zeros before and behind a series.
    """

    arrays: dict[str, np.ndarray]
    flags: dict[str, bool]
    n_tapped: int
    margin: int

    @classmethod
    def of(
        cls, evaluate: Evaluator, head: LinearHead, means: np.ndarray, longest: int
    ) -> Tables:
        """Arrange a model.

        Parameters
        ----------
        evaluate : Evaluator
            The table of the model.
        head : LinearHead
            Gives the scores.
        means : np.ndarray, shape (n_features,)
            Average of each feature, which scores are counted from.
        longest : int
            Time points of the longest series.

        Returns
        -------
        Tables

        Raises
        ------
        ValueError
            If a constant is too large for single precision, or a channel too coarse in
            it, or if the table names a statistic, an input or a level that the program
            does not know.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.bank import kernel_bank
        >>> from lightwaves_aeon.core.engine import Evaluator
        >>> from lightwaves_aeon.core.features import candidate_rows
        >>> from lightwaves_aeon.core.head import LinearHead
        >>> from lightwaves_aeon.deploy.c_tables import Tables
        >>> rows, bank = candidate_rows(0, 4, 2, (1,)), kernel_bank("minirocket")
        >>> evaluate = Evaluator.build(rows, bank, np.zeros(1), np.ones(1))
        >>> head = LinearHead(np.ones((8, 1)), np.zeros(1), np.array(["a", "b"]))
        >>> tables = Tables.of(evaluate, head, np.zeros(8), longest=100)
        >>> tables.arrays["job_level_1"]
        array([57, 57], dtype=uint8)
        >>> tables.arrays["kernel_taps"].tolist()
        [[-4, -3, -2], [-4, -3, -1]]
        """
        refuse_coarse(evaluate)
        evaluate, bank = _numbered(evaluate), evaluate.bank
        tapped = bank.taps[evaluate.kernels, 0] >= 0
        n_jobs = np.diff(evaluate.starts)
        input_of_job = np.repeat(np.arange(len(n_jobs)), n_jobs)
        # What shares a sum of nine copies is side by side.
        order = np.lexsort((~tapped, evaluate.dilations, input_of_job))
        jobs = evaluate._replace(
            dilations=evaluate.dilations[order],
            scales=evaluate.scales[order],
            kernels=evaluate.kernels[order],
            columns=evaluate.columns[order],
            thresholds=evaluate.thresholds[order],
        )
        tapped, wanted = tapped[order], jobs.columns >= 0
        flags = _flags(tapped, wanted, jobs)
        used = np.unique(jobs.kernels)
        used = used[np.argsort(bank.taps[used, 0] < 0, kind="stable")]
        candidates = {
            **_inputs(jobs),
            **_groups(np.stack([input_of_job[order], jobs.dilations, ~tapped]), jobs),
            **_jobs(jobs, used, wanted),
            **_kernels(bank, used, N_TAPS if flags["tapped_deeper"] else N_HEAVY),
            **_head(head, means, jobs.columns[wanted]),
        }
        shortened = np.minimum(jobs.dilations, longest)
        candidates["group_dilations"] = np.minimum(
            candidates["group_dilations"], longest
        )
        needed = {name: flags[flag] for name, flag in NEEDS.items()}
        return cls(
            arrays={
                name: _compact(array)
                for name, array in candidates.items()
                if needed.get(name, True)
            },
            flags=flags,
            n_tapped=int((bank.taps[used, 0] >= 0).sum()),
            margin=int(widest_reach(shortened, jobs.kernels, bank.lengths, longest)),
        )


NEEDS = {
    "input_sorts": "derived",
    "input_others": "pairs",
    "group_scales": "amplitudes",
    "job_level_1": "level_1",
    "job_level_2": "level_2",
    "thresholds": "thresholds",
    "kernel_taps": "tapped",
    "kernel_lengths": "weighted",
    "kernel_starts": "weighted",
    "kernel_weights": "weighted",
}
"""The arrays that not every program has, and the flag that calls for each."""


def _numbered(evaluate: Evaluator) -> Evaluator:
    """Give statistics and inputs the numbers of the program, which must know them."""
    wanted = evaluate.columns >= 0
    for level in np.flatnonzero(wanted.any(axis=(0, 2))):
        if level >= N_LEVELS:
            raise ValueError(f"C source does not know level {level + 1}")
    slots = [slot for name in STATISTICS for slot in _slots_of(name)]
    for slot in np.flatnonzero(wanted.any(axis=(0, 1))):
        if slot not in slots:
            raise ValueError(f"C source does not know the statistic {_name_at(slot)!r}")
    inputs = [features.INPUTS[sort] for sort in evaluate.inputs.sorts]
    for name in inputs:
        if name not in INPUTS:
            raise ValueError(f"C source does not know the input {name!r}")
    numbers = np.array([INPUTS.index(name) for name in inputs], np.int8)
    return evaluate._replace(
        columns=evaluate.columns[:, :N_LEVELS, slots],
        thresholds=evaluate.thresholds[:, :N_LEVELS],
        inputs=evaluate.inputs._replace(sorts=numbers),
    )


def _slots_of(statistic: str) -> range:
    """Give the slots of a statistic: PPV, the first, has some, the others have one."""
    number = features.STATISTICS.index(statistic)
    last = N_SHARES - 1 + number
    return range(last + 1) if number == 0 else range(last, last + 1)


def _name_at(slot: int) -> str:
    names = dict(enumerate(features.STATISTICS, N_SHARES - 1))
    return names.get(slot, f"of slot {slot}")


def _flags(tapped: np.ndarray, wanted: np.ndarray, jobs: Evaluator) -> dict[str, bool]:
    level_1, level_2 = wanted[:, 0].any(axis=1), wanted[:, 1].any(axis=1)
    shares = wanted[:, :, :N_SHARES]
    slots = {
        name: bool(wanted[:, :, N_SHARES + i].any())
        for i, name in enumerate(STATISTICS[1:])
    }
    inputs = {INPUTS[sort] for sort in jobs.inputs.sorts}
    derived = inputs != {"channel"}
    thresholds = bool(jobs.thresholds[shares].any())
    of_zero = bool(shares.any()) and not thresholds
    response, energy_only = level_1 | ~tapped, tapped & ~level_1
    flags = {
        **slots,
        "amplitudes": slots["max"] or slots["min"] or slots["mpv"],
        "ppv": shares.any(),
        "thresholds": thresholds,
        "ppv_of_zero": of_zero,
        "bits": any(slots.values()) or of_zero,
        "positives": slots["lspv"] or slots["mpv"] or slots["mipv"] or of_zero,
        "magnitudes": slots["max"] or slots["min"],
        "derived": derived,
        "change": "change" in inputs,
        "sum": "sum" in inputs,
        "difference": "difference" in inputs,
        "pairs": not inputs.isdisjoint({"sum", "difference"}),
        "worked_over": tapped.any() or derived,
        "tapped": tapped.any(),
        "weighted": not tapped.all(),
        "level_1": level_1.any(),
        "level_2": level_2.any(),
        "by_total": (tapped & level_1).any(),
        "energy_only": energy_only.any(),
        "rectified": (level_2 & response).any(),
        "tapped_deeper": (tapped & level_2).any(),
        "weighted_deeper": (~tapped & level_2).any(),
        "all_responses": response.all(),
        "some_responses": response.any() and not response.all(),
        "no_responses": not response.any(),
        "responses": response.any(),
    }
    return {name: bool(flag) for name, flag in flags.items()}


def _inputs(jobs: Evaluator) -> dict[str, np.ndarray]:
    inverses = 1 / divisors(jobs.stds)
    return {
        "channels": jobs.channels,
        "channel_means": _pairs_of_floats(jobs.means),
        "channel_inverses": _pairs_of_floats(inverses),
        "input_channels": jobs.inputs.first,
        "input_sorts": jobs.inputs.sorts,
        "input_others": jobs.inputs.second,
    }


def _pairs_of_floats(values: np.ndarray) -> np.ndarray:
    """Split doubles in two floats, whose sum they are but for some bits."""
    high = _single(values)
    return np.stack([high, _single(values - high)], axis=1)


def _single(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    if not np.isfinite(single).all():
        raise ValueError("a constant of the model is too large for single precision")
    return single


def _groups(keys: np.ndarray, jobs: Evaluator) -> dict[str, np.ndarray]:
    """Find where neighbours differ in their input, dilation or sort of kernel."""
    differ = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    starts = np.flatnonzero(np.append(True, differ))
    return {
        "input_groups": np.bincount(keys[0, starts]),
        "group_dilations": keys[1, starts],
        "group_jobs": np.diff(np.append(starts, keys.shape[1])),
        "group_scales": jobs.scales[starts],
    }


def _jobs(
    jobs: Evaluator, used: np.ndarray, wanted: np.ndarray
) -> dict[str, np.ndarray]:
    position = np.zeros(used.max() + 1, np.int64)
    position[used] = np.arange(len(used))
    masks = wanted @ (1 << np.arange(wanted.shape[2]))
    return {
        "job_kernels": position[jobs.kernels],
        "job_level_1": masks[:, 0],
        "job_level_2": masks[:, 1],
        "thresholds": jobs.thresholds[wanted[:, :, :N_SHARES]],
    }


def _kernels(bank: KernelBank, used: np.ndarray, n_taps: int) -> dict[str, np.ndarray]:
    is_tapped = bank.taps[used, 0] >= 0
    tapped, weighted = used[is_tapped], used[~is_tapped]
    lengths = bank.lengths[weighted]
    own = np.arange(bank.weights.shape[1]) < lengths[:, None]
    return {
        "kernel_taps": (bank.taps[tapped, :n_taps] - CENTRE).astype(np.int8),
        "kernel_lengths": lengths,
        "kernel_starts": np.cumsum(lengths) - lengths,
        "kernel_weights": bank.weights[weighted][own],
    }


def _head(
    head: LinearHead, means: np.ndarray, columns: np.ndarray
) -> dict[str, np.ndarray]:
    """Count scores from the average case: terms far from zero would cancel badly."""
    centres = _single(means)
    return {
        "head_intercepts": _single(head.bias + centres @ head.weights),
        "head_means": centres[columns],
        "head_weights": _single(head.weights[columns]),
    }


def _compact(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "f" or array.dtype == np.int8:
        return array
    return array.astype(np.min_scalar_type(int(array.max())))
