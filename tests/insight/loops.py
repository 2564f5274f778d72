"""Saliency and the statistics behind it, feature by feature and value by value."""

from dataclasses import replace
from itertools import groupby

import numpy as np
from tables import fitted_from

from lightwaves_aeon.core.convolution.features import candidate_rows, series_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES, RESPONSE_POOLING
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.insight.responses import response_of

CHANNEL, CHANGE, SUM, DIFFERENCE = range(len(REPRESENTATION_NAMES))
BANKS = {
    "minirocket": kernel_bank("minirocket"),
    "mexh": kernel_bank("mexh"),
    "mix": kernel_bank(["db2", "minirocket", "cgau1"]),
}
USED = [0, 2]  # of three channels
LONGEST = 4  # of the gaps that are short


def make_linear(bank, n_features=200, seed=0, means=0.5):
    """Rows of every operator and representation; a head of opposite classes.

    A quarter is of level 0.
    """
    rng, n_plain = np.random.default_rng(seed), n_features // 4
    rows = np.concatenate(
        [
            candidate_rows(channel, dilation, len(bank.names), (1, 2), RESPONSE_POOLING)
            for channel in USED
            for dilation in (1, 3, 32)
        ]
    )
    plain = np.concatenate([series_rows(channel, 100) for channel in USED])
    rows = rng.permutation(rows)[: n_features - n_plain]
    rows = rng.permutation(np.append(rows, rng.permutation(plain)[:n_plain]))
    rows["input"] = rng.integers(0, len(REPRESENTATION_NAMES), len(rows))
    others = rng.choice(USED, len(rows))
    rows["other"] = np.where(rows["input"] >= SUM, others, -1)
    of_ppv = rows["statistic"] == POOLING_NAMES.index("ppv")
    rows["threshold"] = np.where(of_ppv, rng.normal(size=len(rows)), 0)
    constants = np.full(3, 0.3), np.full(3, 2.0), np.full(3, LONGEST)
    model = Model.from_rows(rows, bank, *constants)
    weights = rng.normal(size=(len(rows), 1))
    head = LinearHead(weights, np.array([0.1]), np.array(["a", "b"]))
    return fitted_from(model, head, np.full(len(rows), means))


def only(linear, feature):
    """The same with the weight of one feature alone."""
    weights = np.zeros_like(linear.head.weights)
    weights[feature] = linear.head.weights[feature]
    return replace(linear, head=linear.head._replace(weights=weights))


def statistic_of(response, row):
    """A statistic in the precision of the engine: sums in float32, from the left."""
    c, statistic = response.last, POOLING_NAMES[row["statistic"]]
    c = c[~np.isnan(c)]
    if len(c) == 0 and not response.observed.all():
        return np.float32(np.nan)
    if len(c) == 0:
        return np.float32(0.5 if statistic == "mipv" else 0)
    if row["level"] == 0:
        return np.float32(statistic_of_series(c.astype(np.float64), statistic))
    positive, size = c > 0, np.abs(c)
    n_positive, time = positive.sum(), np.arange(len(c), dtype=np.float32)
    runs = [len(list(run)) for flag, run in groupby(positive) if flag]
    if statistic == "ppv":
        return np.float32((c > row["threshold"]).sum() / len(c))
    if statistic == "lspv":
        return np.float32(max(runs, default=0) / len(c))
    if statistic in ("max", "min"):
        return (size.max() if statistic == "max" else size.min()) * response.scale
    if n_positive == 0:
        return np.float32(0.5 if statistic == "mipv" else 0)
    if statistic == "mpv":
        total = np.add.accumulate(c[positive])[-1]
        return np.float32(np.float64(total) / n_positive) * response.scale
    return np.float32(time[positive].sum(dtype=np.float64) / (n_positive * len(c)))


def statistic_of_series(x, statistic):
    """The same of level 0: sums in float64."""

    def total(values):
        return np.add.accumulate(values)[-1]

    n, mean = len(x), total(x) / len(x)
    balance = 2 * np.arange(n) - (n - 1)
    return {
        "mean": mean,
        "deviation": np.sqrt(total((x - mean) ** 2) / n),
        "slope": 6 * total(balance * x) / ((n + 1) * max(n - 1, 1)),
        "lowest": min(x),
        "highest": max(x),
    }[statistic]


def made_by(c, row, is_high):
    """Share of each value of a response in what its statistic is."""
    share = np.zeros(len(c))
    statistic = POOLING_NAMES[row["statistic"]]
    run, longest = [], []
    for t, value in enumerate(c):
        run = [*run, t] if value > 0 else []
        longest = run if len(run) > len(longest) else longest
    for t, value in enumerate(c):
        share[t] = {
            "ppv": (value > row["threshold"]) == is_high,
            "lspv": (t in longest) == is_high,
            "max": abs(value) == max(abs(c)),
            "min": abs(value) == min(abs(c)),
            "mpv": max(value, 0),
            "mipv": value > 0,
        }[statistic]
    return share / share.sum() if share.any() else np.full(len(c), 1 / max(len(c), 1))


def made_in_interval(x, row):
    """Share of each value of a series in its statistic."""
    statistic, mean, centre = POOLING_NAMES[row["statistic"]], x.mean(), len(x) - 1
    share = np.zeros(len(x))
    for t, value in enumerate(x):
        share[t] = {
            "mean": abs(value),
            "deviation": (value - mean) ** 2,
            "slope": abs(t - centre / 2) * abs(value - mean),
            "lowest": value == min(x),
            "highest": value == max(x),
        }[statistic]
    return share / share.sum() if share.any() else np.full(len(x), 1 / len(x))


def carried(share, seen, weights, dilation):
    """Shares of a response, handed to the values that each tap saw."""
    out = np.zeros(len(seen))
    for t in range(len(share)):
        parts = {}
        for j, weight in enumerate(weights):
            s = t + (j - len(weights) // 2) * dilation
            if 0 <= s < len(seen):
                parts[s] = abs(float(weight)) * float(seen[s]) ** 2
        whole = sum(parts.values())
        if whole == 0:
            out[t] += share[t]
        for s, part in parts.items():
            out[s] += share[t] * part / whole if whole > 0 else 0
    return out


def filled(channel):
    """A scaled channel without gaps, and where it counts as observed."""
    series, length = channel.copy(), len(channel)
    has_value = ~np.isnan(channel)
    observed, known = has_value.copy(), np.flatnonzero(has_value)
    if len(known) == 0:
        return np.zeros_like(channel), observed
    for t in np.flatnonzero(~has_value):
        before, after = known[known < t], known[known > t]
        left = before[-1] if len(before) else -1
        right = after[0] if len(after) else length
        observed[t] = right - left - 1 <= LONGEST
        if len(before) and len(after):
            slope = (channel[right] - channel[left]) / np.float32(right - left)
            series[t] = slope * np.float32(t - left) + channel[left]
        else:
            series[t] = channel[left if len(before) else right]
    return series, observed


def places_of(row, t):
    """The values that an input is made of at a time point."""
    a, b = row["channel"], row["other"]
    return {
        CHANNEL: [(a, t)],
        CHANGE: [(a, t), (a, t - 1)] if t > 0 else [(a, t)],
    }.get(row["input"], [(a, t), (b, t)])


def seen_by(row, observed):
    """Time points at which all that an input is made of was observed."""
    length = observed.shape[1]
    times = range(length)
    return [t for t in times if all(observed[place] for place in places_of(row, t))]


def without_gaps(given, row, has_value):
    """Shares of values, without those of gaps, and with the same sum."""
    left = {place: share for place, share in given.items() if has_value[place]}
    if sum(left.values()) == 0:
        channels = {row["channel"], row["other"]} - {-1}
        left = {
            (channel, t): 1.0
            for channel in channels
            for t in np.flatnonzero(has_value[channel])
        }
    whole = sum(given.values()) / sum(left.values())
    return {place: share * whole for place, share in left.items()}


def by_loops(linear, x, index):
    """Follow each feature back by itself."""
    model, out = linear.model, np.zeros(x.shape)
    channels = [filled(channel) for channel in ((x - 0.3) / 2.0).astype(np.float32)]
    scaled, observed = map(np.array, zip(*channels, strict=True))
    features = model.transform.transform_one(x)
    parts = linear.contributions(features)[0, :, index]
    for i, row in enumerate(model.rows):
        response = response_of(model, x, i)
        n = model.bank.lengths[row["kernel"]]
        kernel = model.bank.weights[row["kernel"], :n], row["dilation"]
        last, seen = response.last, seen_by(row, observed)
        pooled = [u for u, t in enumerate(response.times) if t in seen]
        if len(pooled) == 0 and len(seen) < x.shape[1]:
            continue  # nothing was observed
        share = np.zeros(len(last))
        if row["level"] == 0:
            share[pooled] = made_in_interval(last[pooled].astype(np.float64), row)
            share, at_times = np.zeros(x.shape[1]), share
            share[list(response.times)] = at_times
        else:
            is_high = features[0, i] > linear.means[i]
            share[pooled] = made_by(last[pooled], row, is_high)
        if row["level"] == 2:
            half = len(last)
            energy = np.abs(response.first[::2][:half])
            at_points = carried(share, energy, *kernel)
            share = np.zeros(x.shape[1])
            for u in range(half):
                share[2 * u] = at_points[u]
            if half == 0:
                share[:] = 1 / len(share)
        if row["level"] > 0:
            share = carried(share, response.source, *kernel)
        given = {}
        for t in range(x.shape[1]):
            places = places_of(row, t)
            energies = np.array([float(scaled[place]) ** 2 for place in places])
            if not energies.any():
                energies[:] = 1
            for place, energy in zip(places, energies, strict=True):
                given[place] = given.get(place, 0) + share[t] * energy / energies.sum()
        if np.isnan(x).any():
            given = without_gaps(given, row, ~np.isnan(x))
        for place, part in given.items():
            out[place] += parts[i] * part
    return out
