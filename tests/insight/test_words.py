"""Features in words."""

import pytest

from lightwaves_aeon.core.convolution.features import candidate_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.insight.words import in_words, scale_of


@pytest.mark.parametrize("kernels", ["minirocket", "mexh", "cmor1.5-1.0"])
@pytest.mark.parametrize("dilation", [1, 8, 64])
def test_words_tell_all_features_of_a_channel_apart(kernels, dilation):
    bank = kernel_bank(kernels)
    rows = candidate_rows(7, dilation, len(bank.names), (1, 2), POOLING_NAMES)
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
