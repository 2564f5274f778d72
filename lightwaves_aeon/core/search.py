"""The search for the table: scale, select channels, score candidates, select."""

from __future__ import annotations

__all__ = ["Search"]

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lightwaves_aeon.core.checks import (
    MISSING_VALUES,
    check_at_least,
    check_one_of,
    check_share,
)
from lightwaves_aeon.core.convolution.kernels import KernelBank, kernel_bank
from lightwaves_aeon.core.data.augmentation import Mixtures
from lightwaves_aeon.core.data.case_order import case_order
from lightwaves_aeon.core.data.collection import Collection, subset, typical_length
from lightwaves_aeon.core.data.gaps import (
    fill_columns,
    holds_missing,
    with_short_gaps_filled,
)
from lightwaves_aeon.core.data.interpolation import holds_blocks
from lightwaves_aeon.core.data.scaler import fit_scaler, varying_channels
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.progress import Track, no_progress
from lightwaves_aeon.core.search_result import SearchResult
from lightwaves_aeon.core.selection.candidates import (
    LARGEST_DILATION,
    CandidateSet,
    InputAtDilation,
    candidate_sets,
    dilations_of,
    list_inputs,
)
from lightwaves_aeon.core.selection.channels import (
    ChannelTask,
    channel_path,
    gram_of,
    n_cases_for_grams,
    selected_channels,
)
from lightwaves_aeon.core.selection.distillation import Lesson
from lightwaves_aeon.core.selection.refinement import REFINED_POOL
from lightwaves_aeon.core.selection.scoring import ScoringTask, folds_of, score_all
from lightwaves_aeon.core.selection.select import SELECTORS, Selector, select_features
from lightwaves_aeon.core.selection.training_data import TrainingData
from lightwaves_aeon.core.selection.variants import VARIANTS, Variant
from lightwaves_aeon.core.targets import Targets

USUAL_FEATURES = 500
"""The paper's number of features, for which there is a pool where none is given."""

NARROW_VIEW = 0.05
"""Share of the series that is little for a kernel to see at most."""


@dataclass(frozen=True)
class Search:
    """How to find the table; the parameters are those of `LightWaveS`.

    Raises
    ------
    ValueError
        If a parameter is out of its range; the message names it.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.search import Search
    >>> from lightwaves_aeon.core.targets import Targets
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(20, 2, 30)), np.repeat([0, 1], 10)
    >>> X[y == 1, 1] *= 3
    >>> search = Search(n_features=5, variant="L1L2")
    >>> found = search.fit(X, Targets(y), np.random.RandomState(0))
    >>> found.model.rows["channel"].tolist()
    [1, 1, 1, 1, 1]
    """

    n_features: int | str = 500
    variant: str = "plus"
    kernels: str | Sequence[str] = "minirocket"
    max_dilation: int | None = None
    pool_size: int | None = None
    max_cases: int = 1500
    selector: str | None = None
    max_channels: int | str | None = None
    missing_values: str = "allow"
    augment_missing: float = 0.0
    calibrate: bool = False
    of_sample: bool = False

    def __post_init__(self):
        if self.n_features != "auto":
            check_at_least("n_features", self.n_features, 1)
        if self.max_dilation is not None:
            check_at_least("max_dilation", self.max_dilation, 1)
            if self.max_dilation > LARGEST_DILATION:
                raise ValueError(
                    f"max_dilation must be at most {LARGEST_DILATION}, "
                    f"got {self.max_dilation}"
                )
        check_at_least("max_cases", self.max_cases, 2)
        if self.pool_size is not None:
            check_at_least("pool_size", self.pool_size, self._number or 1)
        if self.max_channels not in (None, "auto"):
            check_at_least("max_channels", self.max_channels, 1)
        if self.selector is not None:
            check_one_of("selector", self.selector, SELECTORS)
        check_one_of("variant", self.variant, VARIANTS)
        check_one_of("missing_values", self.missing_values, MISSING_VALUES)
        check_share("augment_missing", self.augment_missing)
        if self.augment_missing > 0 and not self._selector.by_feature:
            raise ValueError("augment_missing needs selector='distil'")
        if self.augment_missing > 0 and not self.allow_missing:
            raise ValueError("augment_missing needs missing_values='allow'")
        if self._number is None and not self._selector.chooses_number:
            needed = "selector='distil', which variant='plus' has, or 'detach'"
            raise ValueError(f"n_features='auto' needs {needed}")

    def fit(
        self,
        X: Collection,
        targets: Targets,
        rng: np.random.RandomState,
        backend: Threads | None = None,
        track: Track = no_progress,
    ) -> SearchResult:
        """Find the table.

        Parameters
        ----------
        X : Collection, shape (n_cases, n_channels, n_timepoints)
            Training cases of any real dtype, unscaled.
        targets : Targets
            What is to be told of each case: a class, of at least two, or numbers.
        rng : np.random.RandomState
            Draws the sample of cases where there are more than `max_cases`, and for the
            variant "plus" pairs of channels and the cases behind the thresholds.
        backend : Threads, optional
            Where the work is done; by default in the calling thread. The table does not
            depend on it.
        track : callable, optional
            Wraps the iterable of results, given also their number, to show progress.

        Returns
        -------
        SearchResult

        Raises
        ------
        ValueError
            If `X` is empty, a channel holds infinity or values too large to scale,
            or there are more classes than `max_cases`.

        Warns
        -----
        UserWarning
            If fewer features exist than `n_features`; all are kept then. If the paper's
            largest dilation sees little of the series, or spoilt cases set the scale of
            a channel.
        """
        backend, selector = backend or Threads(), self._selector
        bank = kernel_bank(self.kernels)
        self._warn_of_narrow_view(X, bank)
        data = self._prepare(X, targets, rng, backend)
        as_given, X = X, data.X  # where short gaps are filled
        channels, path = data.channels, None
        if self.max_channels is not None:
            path = self._eliminate_channels(data)
            channels = selected_channels(path)
        dilations = self._dilations(X)

        def draw() -> tuple[np.ndarray, list[InputAtDilation], np.ndarray, Mixtures]:
            sample = data.sample(self.max_cases)
            inputs = list_inputs(self._variant, channels, dilations, rng)
            quantile_cases = data.quantile_cases(self.max_cases, self._variant)
            mixtures = data.mixtures(sample, selector, self.augment_missing)
            return sample, inputs, quantile_cases, mixtures

        sample, sources, quantile_cases, mixtures = backend.on_root(draw)
        folds = folds_of(targets.take(sample), self.calibrate)
        sets = candidate_sets(self._variant, bank)
        if self._variant.series:
            of_series = CandidateSet.from_series(bank, typical_length(X))

        def read(source: InputAtDilation) -> ScoringTask:
            of_source = sets[source.number] if source.dilation > 0 else of_series
            bound = of_source.bind(source, *data.constants)
            cases = subset(X, sample, source.channels)
            return ScoringTask(bound, cases, quantile_cases, folds, selector.criteria)

        size = self.pool_size or selector.pool_size(self._number or USUAL_FEATURES)
        rows, pools = score_all(read, sources, len(folds), size, backend, track)
        if len(pools[0].positions) < (self._number or 0):
            warnings.warn(
                f"n_features={self.n_features}, but only {len(pools[0].positions)} "
                "features exist: all are kept",
                stacklevel=2,
            )
        pooled = Model.from_rows(rows, bank, *data.constants)
        # Arranged here, so that no other copy of so large an array is left.
        columns = selector.arranged(pooled.features(X, backend, sample))
        fill_columns(columns)

        def of_mixtures(mixtures: Mixtures) -> np.ndarray:
            found = pooled.features_of_mixtures(as_given, mixtures.of(sample), backend)
            if holds_missing(found):
                fill_columns(found, columns.mean(axis=0, dtype=np.float64))
            return selector.arranged(found)

        augmented = of_mixtures(mixtures.whole())
        gapped = of_mixtures(mixtures) if mixtures.lose_values else None
        found = backend.on_root(
            lambda: select_features(
                rows,
                columns,
                augmented,
                gapped,
                mixtures,
                pools,
                folds,
                selector,
                self._n_handed_on,
            )
        )
        table = rows[found.positions]
        table["f_score"], table["selection_score"] = found.relevance, found.scores
        model = Model.from_rows(table, bank, *data.constants)
        model = model.with_unobserved(found.means if self.allow_missing else None)
        lesson = None
        if found.soft_targets is not None:
            lesson = Lesson(sample, mixtures.of(sample), found.soft_targets)
        return SearchResult(
            model, found.path, path, found.held_out, data.order, lesson, data.has_gaps
        )

    def for_sample(self) -> Search:
        """Ask for more cases in place of augmented ones, and `refined_to`.

        Real cases serve better than mixtures of them, where there are enough.
        """
        n_cases = self.max_cases + self._selector.n_augmented(self.max_cases)
        return replace(self, max_cases=n_cases, of_sample=True, calibrate=False)

    @property
    def allow_missing(self) -> bool:
        """Whether NaN stands for what was not observed, or is an error."""
        return self.missing_values == "allow"

    @property
    def refined_to(self) -> int | None:
        """Number of features to choose by more cases from those that it hands on."""
        by_more = self.of_sample and self._selector.by_feature
        return self._number if by_more else None

    def find_channels(
        self,
        X: Collection,
        targets: Targets,
        rng: np.random.RandomState,
        backend: Threads | None = None,
    ) -> np.ndarray:
        """Find the channels alone, as `fit` does before it looks for features in them.

        Parameters
        ----------
        X, targets, rng, backend
            As of `fit`.

        Returns
        -------
        np.ndarray of dtype `CHANNEL_PATH`, shape (n_channels,)
            See `channel_path`.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.search import Search
        >>> from lightwaves_aeon.core.targets import Targets
        >>> rng = np.random.default_rng(0)
        >>> X, y = rng.normal(size=(20, 3, 30)), np.repeat([0, 1], 10)
        >>> X[y == 1, 1] *= 3
        >>> search = Search(max_channels="auto")
        >>> path = search.find_channels(X, Targets(y), np.random.RandomState(0))
        >>> path["channel"][:1].tolist(), path["chosen"].tolist()
        ([1], [True, False, False])
        """
        data = self._prepare(X, targets, rng, backend or Threads())
        return self._eliminate_channels(data)

    def _prepare(
        self,
        X: Collection,
        targets: Targets,
        rng: np.random.RandomState,
        backend: Threads,
    ) -> TrainingData:
        """Order the cases, and fit the scaler."""
        if 0 in X.shape:
            raise ValueError(f"X is empty: its shape is {X.shape}")
        of_fit = backend, self._variant.robust, self.allow_missing
        order = case_order(X, targets, backend)
        means, stds, longest_gaps, has_gaps = fit_scaler(X, order, *of_fit)
        gaps = has_gaps, has_gaps and holds_blocks(X)
        if has_gaps:  # short ones are as if a line had been observed
            X = with_short_gaps_filled(X, longest_gaps)
            order = case_order(X, targets, backend)
            means, stds, *_ = fit_scaler(X, order, *of_fit)
        scaling = (means, stds, longest_gaps), varying_channels(stds)
        return TrainingData(X, targets, order, *scaling, *gaps, rng, backend)

    def _eliminate_channels(self, data: TrainingData) -> np.ndarray:
        """Give the path of the backward elimination of channels."""
        X, backend, channels = data.X, data.backend, data.channels
        n_classes = data.targets.classes.max() + 1
        n_cases = min(self.max_cases, n_cases_for_grams(len(channels), n_classes))
        sample, quantile_cases = backend.on_root(
            lambda: (data.sample(n_cases), data.quantile_cases(n_cases, self._variant))
        )
        targets = data.targets.take(sample)
        of_channel = candidate_sets(self._variant, kernel_bank(self.kernels))[0]
        dilations = self._dilations(X)

        def read(channel: int) -> ChannelTask:
            sources = (InputAtDilation(0, channel, -1, d) for d in dilations)
            bound = [of_channel.bind(of, *data.constants) for of in sources]
            of_sample = subset(X, sample, [channel]), quantile_cases, targets.weights
            return ChannelTask(bound, *of_sample)

        own = backend.local_part(channels.tolist())
        with one_blas_thread:  # once, rather than for each channel
            grams = list(backend.map(read, gram_of, own))
        parts = backend.gather(grams)
        wanted = self.max_channels
        most = None if isinstance(wanted, str) else wanted

        def eliminate() -> np.ndarray:
            of_channels = np.stack([gram for part in parts for gram in part])
            return channel_path(of_channels, targets, most, channels, X.shape[1])

        return backend.on_root(eliminate)

    def _warn_of_narrow_view(self, X: Collection, bank: KernelBank) -> None:
        if self.max_dilation or self._variant.max_dilation_fraction is not None:
            return
        span = int(bank.lengths.max() - 1) * self._dilations(X)[-1] + 1
        length = typical_length(X)
        if span < NARROW_VIEW * length:
            warnings.warn(
                f"a kernel sees {span} of {length} time points at most, and patterns "
                "that are slower are missed: set max_dilation, "
                f'{length // 4}, say, or use variant="plus"',
                stacklevel=2,
            )

    def _dilations(self, X: Collection) -> list[int]:
        return dilations_of(self._variant, X, self.max_dilation)

    @property
    def _n_handed_on(self) -> int | None:
        return self._number and max(self._number, REFINED_POOL * bool(self.refined_to))

    @property
    def _number(self) -> int | None:
        return None if isinstance(self.n_features, str) else self.n_features

    @property
    def _variant(self) -> Variant:
        return VARIANTS[self.variant]

    @property
    def _selector(self) -> Selector:
        selector = SELECTORS[self.selector or self._variant.selector]
        return selector._replace(most_augmented=0) if self.of_sample else selector
