"""Features in words."""

import numpy as np
import oracle
import pytest

from lightwaves_aeon.core.convolution.features import (
    candidate_rows,
    series_rows,
    spans_of,
)
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import RESPONSE_POOLING
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.insight.words import in_words, scale_of, seconds


@pytest.mark.parametrize("kernels", ["minirocket", "mexh", "cmor1.5-1.0"])
@pytest.mark.parametrize("dilation", [1, 8, 64])
def test_words_tell_all_features_of_a_channel_apart(kernels, dilation):
    bank = kernel_bank(kernels)
    rows = candidate_rows(7, dilation, len(bank.names), (1, 2), RESPONSE_POOLING)
    words = in_words(rows, bank)
    assert len(set(words)) == len(rows)
    for row, text in zip(rows, words, strict=True):
        reach = 3 if row["level"] == 2 else 1
        span = (bank.lengths[row["kernel"]] - 1) * dilation * reach + 1
        assert text.startswith(f"channel 7, {scale_of(dilation)}-scale ")
        assert f" {bank.names[row['kernel']]} (d={dilation}, {span} points), " in text
        assert ("second-order" in text) == (row["level"] == 2)
        assert ("wavelet" in text) == (kernels != "minirocket")


@pytest.mark.parametrize(
    ("statistic", "threshold", "words"),
    [
        ("ppv", 0, "share of time above 0"),
        ("ppv", -0.25, "share of time above -0.25"),
        ("max", 0, "peak strength"),
        ("lspv", 0, "longest positive run"),
        ("min", 0, "least strength"),
        ("mpv", 0, "mean of positive values"),
        ("mipv", 0, "mean time of positive values"),
    ],
)
def test_words_of_statistics(statistic, threshold, words):
    rows = candidate_rows(0, 1, 1, (1,), [statistic])
    rows["threshold"] = threshold
    (text,) = in_words(rows, kernel_bank("minirocket"))
    assert text == f"channel 0, short-scale pattern k000 (d=1, 9 points), {words}"


def test_words_of_inputs():
    rows = candidate_rows(3, 4, 1, (2,), ["max"] * len(REPRESENTATION_NAMES))
    rows["input"], rows["other"] = range(len(REPRESENTATION_NAMES)), [-1, -1, 5, 5]
    texts = in_words(rows, kernel_bank("minirocket"))
    assert [text.partition(", ")[0] for text in texts] == [
        "channel 3",
        "change of channel 3",
        "channel 3 plus channel 5",
        "channel 3 minus channel 5",
    ]


def test_words_of_level_0():
    rows = series_rows(3, 4)[:5]
    bank = kernel_bank("minirocket")
    assert in_words(rows, bank) == [
        "mean of channel 3",
        "deviation of channel 3",
        "rise of channel 3",
        "lowest value of channel 3",
        "highest value of channel 3",
    ]
    rows["input"], rows["other"] = [0, 1, 2, 3, 0], [-1, -1, 5, 5, -1]
    rows["start"], rows["stop"] = (
        [0, 0.25, 0.5, 0.015625, 0.984375],
        [0.5, 0.5, 1, 1, 1],
    )
    assert in_words(rows, bank, ["a", "b", "c", "d", "e", "f"]) == [
        "mean of d from 0% to 50% of the series",
        "deviation of change of d from 25% to 50% of the series",
        "rise of d plus f from 50% to 100% of the series",
        "lowest value of d minus f from 1.562% to 100% of the series",
        "highest value of d from 98.44% to 100% of the series",
    ]


def test_words_tell_all_intervals_apart():
    rows = series_rows(3, 1000)
    assert len(set(in_words(rows, kernel_bank("haar")))) == len(rows)


@pytest.mark.parametrize("kernels", ["minirocket", "haar"])
@pytest.mark.parametrize("dilation", [1, 2, 5])
@pytest.mark.parametrize("number", [0, 1])
def test_a_span_is_what_one_value_depends_on(kernels, dilation, number):
    bank = kernel_bank(kernels)
    x = np.random.default_rng(0).normal(size=(1, 256))
    for row in candidate_rows(0, dilation, 1, (1, 2), ["max"]):
        row["input"] = number
        at = 128 // int(row["level"])  # level 2 has every second value

        def value(x, row=row, at=at):
            c = oracle.responses(oracle.derived(x, row), 0, dilation, bank)
            return c[row["level"] - 1][at]

        changed = []
        for point in range(256):
            other = x.copy()
            other[0, point] += 100
            if value(other) != value(x):
                changed.append(point)
        assert spans_of(row, bank.lengths) == changed[-1] - changed[0] + 1


def test_words_with_names_and_a_sampling_rate():
    rows, bank = candidate_rows(1, 8, 1, (1, 2), ["max"]), kernel_bank("minirocket")
    names = ["a", "accel (x), left"]
    assert in_words(rows, bank, names, sampling_rate=80.0) == [
        "accel (x), left, medium-scale pattern k000 (0.8 s), peak strength",
        "accel (x), left, medium-scale second-order activity k000 (2.4 s), peak "
        "strength",
    ]
    assert in_words(rows[:1], bank, [*names[:1], "sensor of the upper left arm"]) == [
        "channel 1 (sensor o...left arm), medium-scale pattern k000 (d=8, 65 points), "
        "peak strength"
    ]


def test_seconds_are_short():
    found = [seconds(duration) for duration in (0.00125, 0.8, 12, 1234.5)]
    assert found == ["0.00125 s", "0.8 s", "12 s", "1,234 s"]
