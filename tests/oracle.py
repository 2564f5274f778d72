"""The method from its definition: slow, in plain NumPy and float64, right by reading.

Nothing here knows how the package computes; the tests compare it with this.
"""

from itertools import groupby, pairwise

import numpy as np

FLOOR = 0.001


def filled(x, longest):
    """Draw lines over the gaps of a channel; tell which time points were observed.

    Those of a gap no longer than this count, too. Of a channel without values all is 0.
    """
    there = np.flatnonzero(~np.isnan(x))
    if len(there) == 0:
        return np.zeros(len(x)), np.zeros(len(x), bool)
    observed = []
    for is_gap, run in groupby(np.isnan(x)):
        length = len(list(run))
        observed += length * [not is_gap or length <= longest]
    return np.interp(range(len(x)), there, x[there]), np.array(observed)


def response(x, weights, dilation):
    """Level 1: time point t sees t + (j - len(weights) // 2) * dilation for tap j."""
    reach = len(weights) * dilation
    padded = np.concatenate([np.zeros(reach), x, np.zeros(reach)])
    c = np.zeros(len(x))
    for j, weight in enumerate(weights):
        start = reach + (j - len(weights) // 2) * dilation
        c += weight * padded[start : start + len(x)]
    return c * float(dilation) ** -1.5


def level_2(c1, weights, dilation):
    """The same kernel on |c1| at time points 0, 2, 4, ..., floor(n / 2) of them."""
    return response(np.abs(c1)[::2][: len(c1) // 2], weights, dilation)


def statistics(c, threshold=0.0):
    """PPV, max |c|, LSPV, min |c|, mean and mean time of what is positive."""
    if len(c) == 0:
        return np.array([0, 0, 0, 0, 0, 0.5])
    ppv, lspv = (c > threshold).mean(), max(runs(c > 0), default=0) / len(c)
    size, time = np.abs(c), np.flatnonzero(c > 0)
    mpv, mipv = 0.0, 0.5
    if len(time) > 0:
        mpv = c[time].sum() / len(time)
        mipv = time.sum() / (len(time) * len(c))
    return np.array([ppv, size.max(), lspv, size.min(), mpv, mipv])


def runs(flags):
    """Lengths of the runs of true values, from left to right."""
    return [len(list(run)) for flag, run in groupby(flags) if flag]


def responses(x, kernel, dilation, bank):
    """Both levels of one kernel of a bank."""
    weights = bank.weights[kernel, : bank.lengths[kernel]].astype(np.float64)
    c1 = response(x, weights, dilation)
    return c1, level_2(c1, weights, dilation)


def derived(x, row):
    """What a row of the table sees of a case with scaled channels."""
    first, second = x[row["channel"]], x[row["other"]]
    if row["input"] == 1:  # the change from the time point before
        return np.array([0, *(b - a for a, b in pairwise(first))])
    return [first, None, first + second, first - second][row["input"]]


def derived_seen(observed, row):
    """Where all was observed that it is made of."""
    first, second = observed[row["channel"]], observed[row["other"]]
    if row["input"] == 1:
        return np.array([first[0], *(a and b for a, b in pairwise(first))])
    return [first, None, first & second, first & second][row["input"]]


def interval(row, length):
    """The time points that a row of level 0 is of: one at least."""
    first = int(float(row["start"]) * length)
    return slice(first, max(int(float(row["stop"]) * length), first + 1))


def series_statistics(x):
    """Mean, deviation, rise of the line that fits best, and the extremes."""
    slope = np.polyfit(np.arange(len(x)), x, 1)[0] if len(x) > 1 else 0.0
    return np.array([x.mean(), x.std(), slope * len(x), x.min(), x.max()])


N_OF_RESPONSES = 6
"""Statistics of responses; those of series follow."""


def pooled(whole, observed, row, bank):
    """What a row pools of a case with scaled channels; None if all of it is missing."""
    series, seen, level = derived(whole, row), derived_seen(observed, row), row["level"]
    if level == 0:
        values, there = (of[interval(row, len(series))] for of in (series, seen))
    else:
        both = responses(series, row["kernel"], int(row["dilation"]), bank)
        values = both[level - 1]
        there = seen[::level][: len(values)]  # level 2 has every second time point
    if not there.any() and not seen.all():
        return None
    return values[there]


def feature(values, row):
    """A feature of what a row pools; NaN if all of it is missing."""
    if values is None:
        return np.nan
    if row["level"] == 0:
        return series_statistics(values)[row["statistic"] - N_OF_RESPONSES]
    return statistics(values, threshold_of(row))[row["statistic"]]


def threshold_of(row):
    """It is in units of the response before its scaling by the dilation."""
    return float(row["threshold"]) * float(row["dilation"]) ** (-1.5 * row["level"])


def scaled(x, means, stds, longest=None):
    """The channels of a case, without their gaps, and where they were observed."""
    longest = len(x) * [0] if longest is None else longest
    x = (x - np.array(means)[:, None]) / np.array(stds)[:, None]
    return map(np.array, zip(*map(filled, x, longest), strict=True))


def features(X, rows, bank, means, stds, longest=None):
    table = np.empty((len(X), len(rows)))
    for i, x in enumerate(X):
        whole, observed = scaled(x, means, stds, longest)
        for j, row in enumerate(rows):
            table[i, j] = feature(pooled(whole, observed, row, bank), row)
    return table


def anova_f(column, classes):
    """One-way ANOVA F of one feature."""
    groups = [column[classes == c].astype(np.float64) for c in np.unique(classes)]
    spread = [np.zeros(1) if np.ptp(g) == 0 else g - g.mean() for g in groups]
    within = sum((s**2).sum() for s in spread)
    if np.ptp(column) == 0:
        return 0.0
    if within == 0:
        return np.inf
    grand = column.astype(np.float64).mean()
    between = sum(len(g) * (g.mean() - grand) ** 2 for g in groups)
    freedom_between = len(groups) - 1
    freedom_within = max(len(column) - len(groups), 1)
    return (between / freedom_between) / (within / freedom_within)


def correlation(a, b):
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return np.corrcoef(a.astype(np.float64), b.astype(np.float64))[0, 1]


def quotients(columns, relevance, selected):
    """Relevance over the mean |correlation| to the selected; -1 for the selected."""
    result = np.array(relevance, dtype=np.float64)
    for j in range(columns.shape[1]) if selected else ():
        found = [abs(correlation(columns[:, j], columns[:, s])) for s in selected]
        result[j] /= np.mean(np.maximum(found, FLOOR))
    result[selected] = -1
    return result


def mrmr(columns, relevance, n):
    """Order and quotients of a greedy selection; relevance is finite."""
    order, scores = [], []
    for _ in range(n):
        candidates = quotients(columns, relevance, order)
        order.append(int(np.argmax(candidates)))
        scores.append(candidates[order[-1]])
    return np.array(order), np.array(scores)
