"""How well numbers are predicted, beside the regressors of ROCKET's family.

``python -m benchmarks.regression --archive DIR DIR --cmapss DIR`` does the runs that
are not in the results yet, then writes ``docs/regression.md``. The folders hold data
sets of the UCR and UEA archives, and NASA's turbofans.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from aeon.regression.convolution_based import (
    MiniRocketRegressor,
    MultiRocketRegressor,
    RocketRegressor,
)
from aeon.regression.interval_based import DrCIFRegressor
from aeon.regression.shapelet_based import RDSTRegressor
from aeon.transformations.collection.convolution_based import MiniRocket
from threadpoolctl import threadpool_limits

from benchmarks.accuracy_page import fill
from benchmarks.accuracy_store import code_of
from benchmarks.regression_sets import CONTINUED, GENERATED, load
from benchmarks.timing import markdown, race
from lightwaves_aeon import LightWaveSRegressor

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "regression.csv"
TEMPLATE = HERE / "regression_page.md"
PAGE = HERE.parent / "docs" / "regression.md"
OUR_CODE = (
    HERE.parent / "lightwaves_aeon" / "estimators" / "regression.py",
    HERE / "regression_sets.py",
)

OURS = "LightWaveS"
ROCKETS = {
    "ROCKET": RocketRegressor,
    "MiniROCKET": MiniRocketRegressor,
    "MultiROCKET": MultiRocketRegressor,
}
OTHERS = {"RDST": RDSTRegressor, "DrCIF": DrCIFRegressor}
REGRESSORS = {OURS: LightWaveSRegressor, **ROCKETS, **OTHERS}
DATASETS = ("Covid3Month", "CardanoSentiment", "FD001", *GENERATED, *CONTINUED)
SMALL = ("Covid3Month", "CardanoSentiment", *list(GENERATED)[:5])
"""Sets that the others are measured on, which take a minute for 200 cases."""

COVERAGE, CASES_FOR_COVERAGE = 0.9, 100
"""Of intervals, measured on sets with so many test cases."""

PUBLISHED = {
    "MLP (Babu et al. 2016)": (37.56, 18000),
    "SVR (Babu et al. 2016)": (20.96, 1380),
    "CNN (Babu et al. 2016)": (18.45, 1290),
    "LSTM (Zheng et al. 2017)": (16.14, 338),
    "MODBNE (Zhang et al. 2017)": (15.04, 334),
    "DCNN (Li et al. 2018)": (12.61, 274),
}
"""RMSE and PHM08 score on FD001, as their papers report them."""


def _phm08(errors: np.ndarray) -> float:
    """Give the score of the PHM08 challenge: late predictions cost more than early."""
    return float(np.expm1(np.where(errors < 0, -errors / 13, errors / 10)).sum())


def _code(regressor: str) -> str:
    sets = hashlib.sha256(b"".join(path.read_bytes() for path in OUR_CODE)).hexdigest()
    if regressor == OURS:
        return f"{code_of(OURS)} {sets[:6]}"
    return f"aeon {version('aeon')}"


def _measure(
    name: str, regressor: str, archives: list[Path], cmapss: Path
) -> dict[str, Any]:
    (X, y), (X_test, y_test) = load(name, archives, cmapss)
    start = perf_counter()
    fitted = REGRESSORS[regressor](random_state=0).fit(X, y)
    fit_seconds = perf_counter() - start
    predicted = fitted.predict(X_test)
    errors = predicted - y_test
    found = {
        "dataset": name,
        "regressor": regressor,
        "n_test": len(y_test),
        "rmse": np.sqrt(np.mean(errors**2)),
        "mae": np.abs(errors).mean(),
        "sd": y_test.std(),
        "phm08": _phm08(errors) if name == "FD001" else np.nan,
        "fit_seconds": fit_seconds,
        "predict_ms": 1e3 * _seconds_a_case(fitted, X_test),
        "code": _code(regressor),
    }
    if regressor == OURS:
        low, high = fitted.predict_interval(X_test, COVERAGE).T
        found["coverage"] = ((low <= y_test) & (y_test <= high)).mean()
        found["width"] = (high - low).mean() / y_test.std()
        mini = MiniRocket(random_state=0).fit(X.astype(np.float32))
        cases = X_test[:100].astype(np.float32)
        seconds = race(
            {
                "ours": lambda: fitted.pipeline_[0].transform(cases),
                "MiniRocket": lambda: mini.transform(cases),
            },
            rounds=5,
        )
        mini_seconds, own = (np.median(seconds[of]) for of in ("MiniRocket", "ours"))
        found["transform_ratio"] = mini_seconds / own
    return found


def _seconds_a_case(fitted: Any, X: np.ndarray) -> float:
    start = perf_counter()
    fitted.predict(X)
    return (perf_counter() - start) / len(X)


def _run(archives: list[Path], cmapss: Path) -> pd.DataFrame:
    """Do what is not there yet; keep each run as soon as it is done."""
    key = ["dataset", "regressor"]
    done = pd.DataFrame(columns=[*key, "code"])
    if RESULTS.exists():
        done = pd.read_csv(RESULTS)
        done = done[done["code"] == done["regressor"].map(_code)]
    finished = set(done[key].itertuples(index=False, name=None))
    warm = np.random.default_rng(0).normal(size=(20, 3, 60))
    for kind in REGRESSORS.values():  # what is compiled once counts for none
        for X in (warm[:, :1], warm):
            kind(random_state=0).fit(X, X[:, 0, 0]).predict(X)
    # Those that are compared take turns: the machine is not always equally fast.
    for name, regressor in product(DATASETS, REGRESSORS):
        if regressor in OTHERS and name not in SMALL:
            continue
        if (name, regressor) not in finished:
            with threadpool_limits(1):
                row = pd.DataFrame([_measure(name, regressor, archives, cmapss)])
            done = row if done.empty else pd.concat([done, row], ignore_index=True)
            done.sort_values(key).to_csv(RESULTS, index=False, float_format="%.6g")
    return done


def _geometric(values: pd.Series) -> float:
    return float(np.exp(np.log(values).mean()))


def _pivoted(runs: pd.DataFrame, value: str) -> pd.DataFrame:
    table = runs.pivot(index="dataset", columns="regressor", values=value)
    return table.loc[list(DATASETS), list(REGRESSORS)]


def _blocks(runs: pd.DataFrame) -> dict[str, str]:
    errors = _pivoted(runs.assign(share=runs["rmse"] / runs["sd"]), "share")
    fit, ms = (_pivoted(runs, of) for of in ("fit_seconds", "predict_ms"))
    ours = runs[runs["regressor"] == OURS].set_index("dataset").loc[list(DATASETS)]
    of_family = errors[[OURS, *ROCKETS]].rank(axis=1).mean()
    small = errors.loc[list(SMALL)]
    ranks = small.rank(axis=1).mean()
    rows = [
        [
            name,
            f"{of_family[name]:.2f}" if name in of_family else "",
            f"{_geometric(errors[name]):.3f}" if name in of_family else "",
            f"{ranks[name]:.2f}",
            f"{_geometric(small[name]):.3f}",
            f"{_geometric((fit[name] / fit[OURS]).dropna()):.2g}",
            f"{_geometric((ms[name] / ms[OURS]).dropna()):.2g}",
        ]
        for name in REGRESSORS
    ]
    many = ours[ours["n_test"] >= CASES_FOR_COVERAGE]
    of_fans = runs[runs["dataset"] == "FD001"].set_index("regressor")
    fans = [
        [name, f"{row['rmse']:.2f}", f"{row['phm08']:.0f}"]
        for name, row in of_fans.loc[[OURS, *ROCKETS]].iterrows()
    ]
    fans += [[name, f"{rmse:.2f}", f"{s}"] for name, (rmse, s) in PUBLISHED.items()]
    return {
        "summary": markdown(
            [
                "regressor",
                f"mean rank, {len(DATASETS)} sets",
                "RMSE / sd",
                f"mean rank, {len(SMALL)} sets",
                "RMSE / sd",
                "fit, times ours",
                "predict, times ours",
            ],
            rows,
        ),
        "sets": markdown(
            ["set", *REGRESSORS],
            [
                [
                    str(name),
                    *("" if np.isnan(error) else f"{error:.3f}" for error in row),
                ]
                for name, row in errors.iterrows()
            ],
        ),
        "fans": markdown(["FD001", "RMSE", "PHM08 score"], fans),
        "coverage": markdown(
            ["set", "test cases", "covered", "width / sd"],
            [
                [
                    str(name),
                    f"{row['n_test']:.0f}",
                    f"{row['coverage']:.1%}",
                    f"{row['width']:.2f}",
                ]
                for name, row in many.iterrows()
            ]
            + [["mean", "", f"{many['coverage'].mean():.1%}", ""]],
        ),
        "speed": (
            f"MiniRocket's `transform` takes "
            f"{_geometric(ours['transform_ratio']):.0f} times as long as that of the "
            f"500 features (geometric mean of {len(ours)} sets, medians of five rounds "
            f"in turns), `RocketRegressor.fit` "
            f"{_geometric(fit['ROCKET'] / fit[OURS]):.1f} times as long as ours."
        ),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, nargs="+", required=True)
    parser.add_argument("--cmapss", type=Path, required=True)
    options = parser.parse_args(arguments)
    runs = _run(options.archive, options.cmapss)
    PAGE.write_text(fill(TEMPLATE.read_text(), _blocks(runs)))


if __name__ == "__main__":
    main()
