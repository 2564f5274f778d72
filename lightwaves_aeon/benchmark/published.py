"""Accuracies that others have published, to be set beside our own."""

from __future__ import annotations

__all__ = ["PeerError", "online", "published"]

from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path

import numpy as np
import pandas as pd

SITE = "timeseriesclassification.com"


class PeerError(ValueError):
    """Published results that cannot be had; the message names the cause."""


def published(path: str | Path) -> tuple[pd.DataFrame, list[str]]:
    r"""Read accuracies from a CSV file with data sets in rows.

    Parameters
    ----------
    path : str or Path
        A file with the names of the sets in the first column, and a column of
        accuracies between 0 and 1 for each classifier; cells may be empty.

    Returns
    -------
    accuracies : pd.DataFrame
        A row for each data set, a column for each classifier.
    left_out : list of str
        Columns that hold something else: numbers above 1, shares of channels, text.

    Raises
    ------
    PeerError
        If the file cannot be read or has no column of accuracies.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lightwaves_aeon.benchmark.published import published
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "published.csv"
    ...     _ = file.write_text("dataset,channels,HC2\nERing,4,0.99\nLSST,6,\n")
    ...     accuracies, left_out = published(file)
    >>> accuracies.loc["ERing"].to_dict(), left_out
    ({'HC2': 0.99}, ['channels'])
    """
    try:
        table = pd.read_csv(path, index_col=0)
    except (OSError, ValueError) as error:  # pandas raises kinds of ValueError
        raise PeerError(f"{path} cannot be read: {error}") from error
    if not table.index.is_unique:
        raise PeerError(f"{path}: a data set has more than one row")
    numbers = table.select_dtypes("number")
    is_share = (numbers.min() >= 0) & (numbers.max() <= 1)
    # A share of channels is between 0 and 1 as well.
    names = [n for n in numbers.columns[is_share] if "chan" not in str(n).lower()]
    if not names:
        raise PeerError(f"{path}: no column holds accuracies between 0 and 1")
    left_out = [str(name) for name in table.columns if name not in names]
    return table[names].astype(float), left_out


def online(
    names: Sequence[str], datasets: Sequence[str], n_resamples: int = 1
) -> pd.DataFrame:
    """Load accuracies from timeseriesclassification.com, as aeon does.

    Parameters
    ----------
    names : sequence of str
        Classifiers, by any name that aeon's ``estimator_alias`` knows.
    datasets : sequence of str
        Data sets; those without results there are left out.
    n_resamples : int, default=1
        Resamples to take the mean over, the default split first.

    Returns
    -------
    pd.DataFrame
        A row for each data set, a column for each classifier.

    Raises
    ------
    PeerError
        If there is no such classifier, or the site cannot be reached.
    """
    from aeon.benchmarking.results_loaders import get_estimator_results

    try:
        found = get_estimator_results(
            list(names), datasets=list(datasets), num_resamples=n_resamples
        )
    except ValueError as error:
        raise PeerError(str(error)) from error
    except (OSError, HTTPException) as error:
        raise PeerError(
            f"results of {', '.join(names)} cannot be loaded from {SITE}: {error}"
        ) from error
    return pd.DataFrame(found).map(np.mean).rename_axis("dataset")
