"""Parts of the speed benchmark that race against a rival in one process.

Each takes the number of rounds and whether a quick look is enough, and returns a table:
ratios first, the rival's time over ours, then the times themselves.
"""

from __future__ import annotations

__all__ = [
    "classifiers",
    "fit",
    "make_problem",
    "run_all",
    "single",
    "threads",
    "transform",
    "transforms",
]

from collections.abc import Sequence
from functools import partial
from itertools import product

import numpy as np
from aeon.classification.convolution_based import (
    MiniRocketClassifier,
    RocketClassifier,
)
from aeon.transformations.collection.convolution_based import MiniRocket, Rocket

from benchmarks.published import HINTED, PADDED, TESTED, plain_features
from benchmarks.timing import Table, race, spread
from lightwaves_aeon import LightWaveS, LightWaveSClassifier
from lightwaves_aeon.core.convolution.features import candidate_rows
from lightwaves_aeon.core.convolution.kernels import dilations_up_to, kernel_bank
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.parallel.threads import run
from lightwaves_aeon.core.selection.variants import VARIANTS

BANK = kernel_bank("minirocket")
DILATIONS = dilations_up_to(32)

TRAINING_CASES, TEST_CASES = 100, 32
CLASSIFIERS = (LightWaveSClassifier, MiniRocketClassifier, RocketClassifier)

FIT_CASES, FIT_POINTS = 64, (100, 400, 1152)
FIT_WANTED = {"L1": 20, "L1L2": 15}
TRANSFORM_CASES, ROCKET_CASES = 128, 4
TRANSFORM_SHAPES = (
    (1, 100),
    (6, 100),
    (3, 200),
    (24, 51),
    (10, 400),
    (7, 1152),
    (64, 1000),
)
SINGLE_SHAPES = ((1, 100), (6, 100), (10, 400))
CLASSIFIER_CHANNELS, CLASSIFIER_POINTS = (1, 6, 12, 24, 64), 100
THREADS_SHAPE, MANY = (200, 24, 300), 10


def make_problem(
    n_cases: int, n_channels: int, n_timepoints: int
) -> tuple[np.ndarray, np.ndarray]:
    """Noise, and in up to six channels a sine whose pace tells four classes apart.

    The tables found in it use about as many responses as those of archive data sets.
    """
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_cases, n_channels, n_timepoints))
    y = np.arange(n_cases) % 4
    pace = rng.uniform(0.1, 1, (n_channels, 1)) * (1 + 0.15 * y[:, None, None])
    phase = rng.uniform(0, 2 * np.pi, (n_cases, n_channels, 1))
    X[:, :6] += np.sin(pace * np.arange(n_timepoints) + phase)[:, :6]
    return X, y


def transforms(n_channels: int, variant: str) -> list[FeatureTransform]:
    """All statistics of all channels, arranged as a fit does: by channel, dilation."""
    return [
        FeatureTransform.from_rows(
            candidate_rows(
                channel, int(dilation), len(BANK.names), VARIANTS[variant].levels
            ),
            BANK,
            np.zeros(n_channels),
            np.ones(n_channels),
        )
        for channel, dilation in product(range(n_channels), DILATIONS)
    ]


def run_all(tasks: Sequence[FeatureTransform], X: np.ndarray) -> list[np.ndarray]:
    """The first half of a fit: the features of one unit after the other."""
    return [evaluate(X) for evaluate in tasks]


def fit(rounds: int, quick: bool) -> Table:
    """All statistics of one channel against plain loops."""
    table = Table(
        [
            "statistics of one channel",
            "target",
            "plain loop / ours",
            "hinted loop / ours",
            "ours, ns",
            "plain, test a tap, ns",
            "plain, padded, ns",
            "hinted, ns",
        ],
        note="Nanoseconds per kernel and time point. The plain loop is the faster of "
        "the two ways to write it. The hinted one is padded, with unsigned indices and "
        "a fixed number of taps, so that the compiler can vectorise it.",
    )
    lengths = FIT_POINTS[:1] if quick else FIT_POINTS
    for (variant, wanted), length in product(FIT_WANTED.items(), lengths):
        X, _ = make_problem(FIT_CASES, 1, length)
        tasks = transforms(1, variant)
        kernels = len(DILATIONS), len(BANK.names)
        out = np.empty(
            (FIT_CASES, *kernels, len(VARIANTS[variant].levels), 4), np.float32
        )
        plain = partial(
            plain_features, X[:, 0].astype(np.float32), BANK.weights, DILATIONS
        )
        times = race(
            {
                "ours": partial(run_all, tasks, X),
                "tested": partial(plain, TESTED, out),
                "padded": partial(plain, PADDED, out),
                "hinted": partial(plain, HINTED, out),
            },
            rounds,
        )
        faster = min(times["tested"], times["padded"], key=np.median)
        name = f"fit {variant} {length}"
        table.rows.append(
            [
                f"{variant}, {length} points",
                str(wanted),
                table.ratio(name, faster, times["ours"]),
                table.ratio(f"{name} hinted", times["hinted"], times["ours"]),
                *(spread(t, 1e9 / X.size / np.prod(kernels)) for t in times.values()),
            ]
        )
    return table


def transform(rounds: int, quick: bool) -> Table:
    """A batch of cases through the fitted table, against 10,000 kernels."""
    ways, rivals = ("evaluate", "transform"), ("minirocket", "rocket")
    table = Table(
        [
            "channels x points",
            *(f"{rival} / {way}" for rival, way in product(rivals, ways)),
            "channels, responses used",
            *(f"{name}, µs" for name in (*ways, *rivals)),
        ],
        note=f"Microseconds per case in a batch of {TRANSFORM_CASES} "
        f"({ROCKET_CASES} for rocket). `evaluate` is `transform` without aeon's checks "
        "of its input. Targets with 100 points or more: 30 beside minirocket, 800 "
        "beside rocket; on 24x51, 15 beside minirocket.",
    )
    for shape in TRANSFORM_SHAPES[:1] if quick else TRANSFORM_SHAPES:
        X, y = make_problem(TRAINING_CASES + TRANSFORM_CASES, *shape)
        X, y, batch = X[:TRAINING_CASES], y[:TRAINING_CASES], X[TRAINING_CASES:]
        ours = LightWaveS(random_state=0).fit(X, y)
        plan = ours._model.transform.plan
        mini, rocket = MiniRocket(random_state=0).fit(X), Rocket(random_state=0).fit(X)
        times = race(
            {
                "evaluate": partial(ours._model.transform, batch),
                "transform": partial(ours.transform, batch),
                "minirocket": partial(mini.transform, batch),
                "rocket": partial(rocket.transform, batch[:ROCKET_CASES]),
            },
            rounds,
        )
        times["rocket"] *= TRANSFORM_CASES / ROCKET_CASES
        size = "{}x{}".format(*shape)
        table.rows.append(
            [
                size,
                *(
                    table.ratio(
                        f"transform {size} {rival} / {way}", times[rival], times[way]
                    )
                    for rival, way in product(rivals, ways)
                ),
                f"{len(plan.channels)}, {len(plan.convolutions.kernels)}",
                *(spread(t, 1e6 / TRANSFORM_CASES) for t in times.values()),
            ]
        )
    return table


def single(rounds: int, quick: bool) -> Table:
    """The label of one case at a time, as it comes in."""
    ways, rivals = ("predict", "compiled"), ("minirocket", "rocket")
    table = Table(
        [
            "channels x points",
            *(f"{rival} / {way}" for rival, way in product(rivals, ways)),
            *(f"{name}, µs" for name in (*ways, *rivals)),
        ],
        note="`predict` is called with one case, for all three classifiers; "
        "`compiled` is `clf.compile()(x)`. Target: 20 beside minirocket.",
    )
    for shape in SINGLE_SHAPES[:1] if quick else SINGLE_SHAPES:
        X, y = make_problem(TRAINING_CASES, *shape)
        clf, mini, rocket = (kind(random_state=0).fit(X, y) for kind in CLASSIFIERS)
        times = race(
            {
                "predict": partial(clf.predict, X[:1]),
                "compiled": partial(clf.compile(), X[0]),
                "minirocket": partial(mini.predict, X[:1]),
                "rocket": partial(rocket.predict, X[:1]),
            },
            rounds,
        )
        size = "{}x{}".format(*shape)
        table.rows.append(
            [
                size,
                *(
                    table.ratio(
                        f"single {size} {rival} / {way}", times[rival], times[way]
                    )
                    for rival, way in product(rivals, ways)
                ),
                *(spread(t, 1e6) for t in times.values()),
            ]
        )
    return table


def classifiers(rounds: int, quick: bool) -> Table:
    """Fit and predict from end to end."""
    steps, names = ("fit", "predict"), ("ours", "minirocket", "rocket")
    table = Table(
        [
            "channels",
            *(f"{step}, {rival} / ours" for step, rival in product(steps, names[1:])),
            *(f"{step}, {name}, ms" for step, name in product(steps, names)),
        ],
        note=f"Milliseconds to fit {TRAINING_CASES} cases of {CLASSIFIER_POINTS} "
        f"points, and to predict {TEST_CASES} at once. Targets for the fit over the "
        "sets of [Univariate accuracy](accuracy_univariate.md): a sixth beside "
        "minirocket, 2 beside rocket.",
    )
    for n_channels in CLASSIFIER_CHANNELS[:1] if quick else CLASSIFIER_CHANNELS:
        X, y = make_problem(TRAINING_CASES, n_channels, CLASSIFIER_POINTS)
        clfs = [kind(random_state=0) for kind in CLASSIFIERS]
        calls = {
            "fit": [partial(clf.fit, X, y) for clf in clfs],
            "predict": [partial(clf.predict, X[:TEST_CASES]) for clf in clfs],
        }
        times = {
            step: race(dict(zip(names, calls[step], strict=True)), min(rounds, 3))
            for step in steps
        }
        table.rows.append(
            [
                str(n_channels),
                *(
                    table.ratio(
                        f"classifiers {n_channels} {step} {rival}",
                        times[step][rival],
                        times[step]["ours"],
                    )
                    for step, rival in product(steps, names[1:])
                ),
                *(spread(times[step][n], 1e3) for step, n in product(steps, names)),
            ]
        )
    return table


def threads(rounds: int, quick: bool) -> Table:
    """Two threads against one; the only part that uses more than one."""
    n_cases, *rest = THREADS_SHAPE
    X, y = make_problem(n_cases, *rest)
    many = np.tile(X, (1 if quick else MANY, 1, 1))
    one, two = (LightWaveS(n_jobs=n, random_state=0).fit(X, y) for n in (1, 2))
    steps = {
        f"fit {n_cases} cases": [partial(t.fit, X, y) for t in (one, two)],
        f"transform {len(many)} cases": [
            partial(t.transform, many) for t in (one, two)
        ],
        "control": [partial(_control, X[:, 0].astype(np.float32), n) for n in (1, 2)],
    }
    times = race(
        {f"{name}, {n}": call for name in steps for n, call in enumerate(steps[name])},
        rounds,
    )
    gains = {name: times[f"{name}, 0"] / times[f"{name}, 1"] for name in steps}
    table = Table(
        ["", "1 / 2 threads", "beside the control", "1 thread, ms", "2 threads, ms"],
        note="{} channels x {} points. The control is two independent plain loops: "
        "what two threads can gain on the machine at that time. Target: 1.7. Work of a "
        "few milliseconds gains less, since threads must wake up.".format(*rest),
    )
    for name, gain in gains.items():
        table.rows.append(
            [
                name,
                spread(gain),
                # For the baseline, since the gain itself depends on other processes.
                table.ratio(f"threads {name}", gain, gains["control"]),
                spread(times[f"{name}, 0"], 1e3),
                spread(times[f"{name}, 1"], 1e3),
            ]
        )
    return table


def _control(x: np.ndarray, n_jobs: int) -> None:
    """Two plain loops, which share nothing."""

    def loop(half: np.ndarray) -> None:
        out = np.empty((len(half), len(DILATIONS), len(BANK.names), 1, 4), np.float32)
        plain_features(half, BANK.weights, DILATIONS, HINTED, out)

    list(run(loop, np.array_split(x, 2), n_jobs))
