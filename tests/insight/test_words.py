"""Features in words."""

import pytest

from lightwaves_aeon.core.convolution.features import candidate_rows, series_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import RESPONSE_POOLING
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.insight.words import in_words, scale_of


@pytest.mark.parametrize("kernels", ["minirocket", "mexh", "cmor1.5-1.0"])
@pytest.mark.parametrize("dilation", [1, 8, 64])
def test_words_tell_all_features_of_a_channel_apart(kernels, dilation):
    bank = kernel_bank(kernels)
    rows = candidate_rows(7, dilation, len(bank.names), (1, 2), RESPONSE_POOLING)
    words = in_words(rows, bank)
    assert len(set(words)) == len(rows)
    for row, text in zip(rows, words, strict=True):
        span = (bank.lengths[row["kernel"]] - 1) * dilation + 1
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
        "mean of channel 3 (d) from 0% to 50% of the series",
        "deviation of change of channel 3 (d) from 25% to 50% of the series",
        "rise of channel 3 (d) plus channel 5 (f) from 50% to 100% of the series",
        "lowest value of channel 3 (d) minus channel 5 (f) from 1.562% to 100% of the "
        "series",
        "highest value of channel 3 (d) from 98.44% to 100% of the series",
    ]


def test_words_tell_all_intervals_apart():
    rows = series_rows(3, 1000)
    assert len(set(in_words(rows, kernel_bank("haar")))) == len(rows)
