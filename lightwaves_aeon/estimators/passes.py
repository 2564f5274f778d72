"""Passes over the cases of a large collection, block by block."""

from __future__ import annotations

__all__ = [
    "BlockTask",
    "LocalPass",
    "Pass",
    "keeps_features",
    "refuse_unusable",
]

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lightwaves_aeon.core.data.blocks import Summable, sum_blocks
from lightwaves_aeon.core.data.collection import Collection, iter_by_length
from lightwaves_aeon.core.data.scaling import find_unusable
from lightwaves_aeon.core.data.source import CaseSource, read_pieces
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.progress import Track
from lightwaves_aeon.core.targets import Targets

KEPT_BYTES = 1 << 28
"""Features that are kept from one pass over the blocks to the next, if all fit in."""


def keeps_features(n_cases: int, n_features: int) -> bool:
    """Tell whether features are kept from one pass to the next."""
    return 4 * n_cases * n_features <= KEPT_BYTES


def refuse_unusable(
    X: Collection, names: range | np.ndarray, allow_missing: bool
) -> None:
    """Refuse infinity in any channel, and NaN unless that is allowed.

    Parameters
    ----------
    X : Collection
        The cases.
    names : range or np.ndarray of int
        What an error calls them.
    allow_missing : bool
        Whether NaN stands for what was not observed.

    Raises
    ------
    ValueError
        If there are any; it names the first case, and the channel.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.estimators.passes import refuse_unusable
    >>> refuse_unusable(np.array([[[0.0], [np.nan]]]), range(7, 8), False)
    Traceback (most recent call last):
    ...
    ValueError: X holds NaN or infinity, first in case 7, channel 1
    """
    for block, _, numbers in iter_by_length(X):
        if block.dtype.kind != "f":
            continue
        unusable = find_unusable(block, allow_missing)
        if unusable is not None:
            case, channel = unusable
            case = names[case if numbers is None else numbers[case]]
            nan = "" if allow_missing else "NaN or "
            raise ValueError(
                f"X holds {nan}infinity, first in case {case}, channel {channel}"
            )


@dataclass(frozen=True)
class BlockTask:
    """What is summed up of each block of cases; it can be sent to other machines.

    Attributes
    ----------
    model : Model
        Gives the features.
    sums : callable
        Sums up what is wanted of the features and targets of a block.
    """

    model: Model
    sums: Callable[[np.ndarray, Targets], Summable]

    def features(self, X: Collection, names: range | np.ndarray) -> np.ndarray:
        """Compute the features of cases, which errors call by these names.

        Raises
        ------
        ValueError
            If any channel, in use or not, holds infinity, or NaN where the model does
            not allow it, or one in use holds a value far out of scale.
        """
        refuse_unusable(X, names, self.model.allows_missing)
        return self.model.transform(X, names=names)


Pass = Callable[[BlockTask], Any]
"""Carries out a task for all blocks, and gives the sum in every process."""


@dataclass(frozen=True)
class LocalPass:
    """Passes over the blocks of a source by the processes and threads of a backend.

    Attributes
    ----------
    source : CaseSource
        The cases.
    targets : Targets
        Of the cases.
    names : range or np.ndarray of int
        What errors call them.
    backend : Threads
        Where the work is done.
    track : callable
        Wraps the results of blocks, to show progress.
    """

    source: CaseSource
    targets: Targets
    names: range | np.ndarray
    backend: Threads
    track: Track
    kept: dict[int, np.ndarray] = field(default_factory=dict)

    @one_blas_thread
    def __call__(self, task: BlockTask) -> Any:
        """Sum up what the task finds in all blocks."""
        n_cases = len(self.targets.classes)
        keeps = keeps_features(n_cases, len(task.model.rows))

        def of_block(cases: range) -> Any:
            features = self.kept.get(cases.start)
            if features is None:
                features = np.concatenate(
                    [
                        task.features(X, self.names[piece.start : piece.stop])
                        for piece, X in read_pieces(self.source, cases)
                    ]
                )
                if keeps:
                    self.kept[cases.start] = features
            some = slice(cases.start, cases.stop)
            return task.sums(features, self.targets.take(some))

        return sum_blocks(of_block, n_cases, self.backend, self.track)
