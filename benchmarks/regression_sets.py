"""Data sets with numbers to predict: aeon's, NASA's turbofans, generated, continued.

Each gives training and test cases: ``(X, y), (X_test, y_test)``.
"""

from __future__ import annotations

__all__ = [
    "CONTINUED",
    "GENERATED",
    "LENGTH",
    "MOST_CYCLES",
    "Problem",
    "load",
    "turbofans",
]

from pathlib import Path

import numpy as np
from aeon.datasets import load_cardano_sentiment, load_covid_3month

from lightwaves_aeon.benchmark.datasets import load_split

Problem = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

LENGTH, MOST_CYCLES, STEP = 30, 125.0, 5
"""Cycles of a window; remaining cycles that count at most; every fifth cycle a training
window ends."""

N_TRAIN, N_TEST, N_POINTS = 200, 500, 150
"""Cases of generated sets, and time points."""

CONTINUED = (
    "CricketX",
    "ElectricDevices",
    "EOGHorizontalSignal",
    "FreezerRegularTrain",
    "Ham",
    "InsectWingbeatSound",
    "PowerCons",
    "Epilepsy",
    "NATOPS",
    "SelfRegulationSCP2",
)
"""Sets of the archives: of the first three quarters of a series, the mean of the first
channel over the eighth that follows is to be predicted."""

MOST_CASES = 500
"""Cases of these, in training and in test, at most."""


def _sine(rng: np.random.Generator, n_cases: int, frequency: np.ndarray) -> np.ndarray:
    phase = rng.uniform(0, 2 * np.pi, (n_cases, 1))
    return np.sin(2 * np.pi * frequency * np.arange(N_POINTS) + phase)


def _noise(rng: np.random.Generator, n_cases: int, scale: float) -> np.ndarray:
    return rng.normal(0, scale, (n_cases, N_POINTS))


def _amplitude(rng, n_cases):
    y = rng.uniform(0.5, 2, n_cases)
    X = y[:, None] * _sine(rng, n_cases, 1 / rng.uniform(12, 30, (n_cases, 1)))
    return X + _noise(rng, n_cases, 0.5), y


def _frequency(rng, n_cases):
    y = rng.uniform(0.02, 0.12, n_cases)
    height = rng.uniform(0.5, 2, (n_cases, 1))
    X = height * _sine(rng, n_cases, y[:, None])
    return X + _noise(rng, n_cases, 0.7), y


def _position(rng, n_cases):
    y = rng.uniform(10, N_POINTS - 30, n_cases)
    time = np.arange(N_POINTS) - y[:, None]
    X = 3 * np.exp(-(((time - 8) / 5) ** 2)) * np.sin(time / 2)
    return X + _noise(rng, n_cases, 0.8), y


def _width(rng, n_cases):
    y = rng.uniform(2, 15, n_cases)
    centre = rng.uniform(30, N_POINTS - 30, (n_cases, 1))
    X = 2 * np.exp(-(((np.arange(N_POINTS) - centre) / y[:, None]) ** 2))
    return X + _noise(rng, n_cases, 0.3), y


def _mixture(rng, n_cases):
    y = rng.uniform(0, 1, n_cases)
    share, one = y[:, None], np.ones((n_cases, 1))
    smooth, steps = _sine(rng, n_cases, one / 20), np.sign(_sine(rng, n_cases, one / 7))
    return share * smooth + (1 - share) * steps + _noise(rng, n_cases, 0.5), y


def _count(rng, n_cases):
    y = rng.poisson(4, n_cases).astype(float)
    X = _noise(rng, n_cases, 0.5)
    for x, number in zip(X, y.astype(int), strict=True):
        for start in rng.integers(0, N_POINTS - 10, number):
            x[start : start + 8] += 2 * np.hanning(8)
    return X, y


def _autoregression(rng, n_cases):
    y = rng.uniform(0, 0.95, n_cases)
    X = _noise(rng, n_cases, 1.0)
    for time in range(1, N_POINTS):
        X[:, time] += y * X[:, time - 1]
    return X, y


def _trend(rng, n_cases):
    y = rng.normal(0, 1, n_cases)
    walk = _noise(rng, n_cases, 0.08).cumsum(axis=1)
    return y[:, None] * np.arange(N_POINTS) / N_POINTS + walk, y


def _lag(rng, n_cases):
    y = rng.uniform(0, 12, n_cases)
    walk = rng.normal(size=(n_cases, N_POINTS + 40)).cumsum(axis=1)
    walk -= walk.mean(axis=1, keepdims=True)
    time, here = np.arange(N_POINTS + 40), np.arange(20, 20 + N_POINTS)
    late = [np.interp(here - by, time, of) for by, of in zip(y, walk, strict=True)]
    X = np.stack([walk[:, here], late], axis=1)
    return X + rng.normal(0, 0.3, X.shape), y


GENERATED = {
    "amplitude of a sine": _amplitude,
    "frequency of a sine": _frequency,
    "position of a motif": _position,
    "width of a bump": _width,
    "share in a mixture": _mixture,
    "number of events": _count,
    "autoregression": _autoregression,
    "trend in a walk": _trend,
    "lag of two channels": _lag,
}
"""What is to be predicted, in noise."""


def _generated(name: str) -> Problem:
    rng = np.random.default_rng(sorted(GENERATED).index(name))
    X, y = GENERATED[name](rng, N_TRAIN + N_TEST)
    X = X if X.ndim == 3 else X[:, None]
    return (X[:N_TRAIN], y[:N_TRAIN]), (X[N_TRAIN:], y[N_TRAIN:])


def _continued(name: str, archives: list[Path]) -> Problem:
    archive = next(folder for folder in archives if (folder / name).is_dir())
    parts = []
    for split in ("train", "test"):
        X = load_split(name, split, archive)[0]
        some = np.random.default_rng(0).permutation(len(X))[:MOST_CASES]
        X, length = X[some], X.shape[2]
        cut = 3 * length // 4
        y = X[:, 0, cut : cut + max(1, length // 8)].mean(axis=1)
        parts.append((X[:, :, :cut], y.astype(float)))
    return parts[0], parts[1]


def _window(cycles: np.ndarray) -> np.ndarray:
    """Give the last cycles; where there are too few, the first one is repeated."""
    short = LENGTH - len(cycles)
    padded = np.concatenate([np.repeat(cycles[:1], max(short, 0), axis=0), cycles])
    return padded[-LENGTH:].T


def turbofans(folder: Path) -> Problem:
    """Cut windows of the turbofans FD001 (Saxena et al. 2008), settings and sensors.

    Parameters
    ----------
    folder : Path
        Of NASA's files ``train_FD001.txt``, ``test_FD001.txt``, ``RUL_FD001.txt``.

    Returns
    -------
    Problem
        Training windows of 30 cycles end at every fifth cycle, counted from the failure
        of an engine; a test case is the last window of an engine. Numbers are the
        cycles that remain, 125 at most.
    """
    known, unknown, remaining = (
        np.loadtxt(folder / f"{part}_FD001.txt") for part in ("train", "test", "RUL")
    )
    X, y = [], []
    for engine in np.unique(known[:, 0]):
        cycles = known[known[:, 0] == engine, 2:]
        for end in range(len(cycles), LENGTH - 1, -STEP):
            X.append(_window(cycles[:end]))
            y.append(min(len(cycles) - end, MOST_CYCLES))
    engines = np.unique(unknown[:, 0])
    test = [_window(unknown[unknown[:, 0] == engine, 2:]) for engine in engines]
    of_test = np.minimum(remaining, MOST_CYCLES)
    return (np.array(X), np.array(y, float)), (np.array(test), of_test)


def load(name: str, archives: list[Path], cmapss: Path) -> Problem:
    """Load or generate a data set.

    Parameters
    ----------
    name : str
        ``"Covid3Month"``, ``"CardanoSentiment"``, ``"FD001"``, one of `GENERATED`, or
        one of `CONTINUED`.
    archives : list of Path
        Folders of the UCR and UEA archives.
    cmapss : Path
        Folder of the turbofans.

    Returns
    -------
    Problem

    Examples
    --------
    >>> from benchmarks.regression_sets import load
    >>> (X, y), (X_test, y_test) = load("amplitude of a sine", [], None)
    >>> X.shape, X_test.shape
    ((200, 1, 150), (500, 1, 150))
    """
    if name == "FD001":
        return turbofans(cmapss)
    if name in GENERATED:
        return _generated(name)
    if name in CONTINUED:
        return _continued(name, archives)
    of_aeon = {
        "Covid3Month": load_covid_3month,
        "CardanoSentiment": load_cardano_sentiment,
    }
    return of_aeon[name](split="train"), of_aeon[name](split="test")
