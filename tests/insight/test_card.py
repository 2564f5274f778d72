"""Model cards: what is measured, what the page says, and that it needs nothing else."""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.metrics import log_loss, r2_score, root_mean_squared_error

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor

pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")

from lightwaves_aeon.insight import card
from lightwaves_aeon.insight.card.cases import strongest_part
from lightwaves_aeon.insight.card.classes import measure_classes
from lightwaves_aeon.insight.card.outputs import measure_output
from lightwaves_aeon.insight.card.shares import share_of

HOSTILE = "<script>alert('$x$ & \"y\" --> ]]>')</script>"
VOID = {"meta", "link", "br", "img", "input"}


class Page(HTMLParser):
    """A page that is well nested: its text, tags and attributes."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open
        self.text = " ".join("".join(self.texts).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.texts.append(" " if tag in ("dt", "dd", "td", "th", "li") else "")

    def handle_data(self, data):
        if "style" not in self.open:
            self.texts.append(data)


def page_of(*args, **more):
    """The page, after what holds of each."""
    text = card.page_of(*args, **more)
    page = Page(text)
    assert "script" not in page.tags
    assert not re.search(r"https?:|//", re.sub('base64,[^"]*', "", text))
    assert not re.search(r"url\((?!#)", text)
    for name, value in page.attributes:
        assert not name.startswith("on")
        if name in ("src", "href"):
            assert value.startswith(("#", "data:image/png;base64,"))
    names = [value for name, value in page.attributes if name == "id"]
    assert len(set(names)) == len(names)
    pictures, tables = page.tags.count("svg"), page.tags.count("table")
    assert [name for name, _ in page.attributes].count("aria-label") >= pictures
    assert page.tags.count("caption") == tables
    assert "nan" not in re.findall(r"\w+", page.text)
    return page


@pytest.fixture(scope="module")
def fit(make_problem, small):
    def fit(n_classes=3, n_channels=3, names=None, change=None, **parameters):
        X, y = make_problem(max(40, 4 * n_classes), n_channels, 40, n_classes)
        y = y if names is None else np.array(names)[y]
        X = X if change is None else change(X)
        clf = LightWaveSClassifier(**{**small, "random_state": 0, **parameters})
        return clf.fit(X, y), X, y

    return fit


@pytest.fixture(scope="module")
def three(fit):
    return fit(names=["walk", "run", "rest"])


# Shares


@given(st.integers(1, 60), st.data())
def test_interval_is_wilsons(n_cases, data):
    n_hits = data.draw(st.integers(0, n_cases))
    share = share_of(np.arange(n_cases) < n_hits)
    expected = binomtest(n_hits, n_cases).proportion_ci(method="wilson")
    np.testing.assert_allclose(share[2:], expected, atol=1e-12)
    assert share.low <= share.value <= share.high


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=1, max_size=40))
def test_groups_make_intervals_no_narrower(cases):
    hits, groups = map(np.array, zip(*cases, strict=True))
    alone, grouped = share_of(hits), share_of(hits, groups)
    assert grouped.value == alone.value
    assert grouped.has_interval == (len(set(groups)) > 1)
    if grouped.has_interval:
        assert 0 <= grouped.low <= grouped.value <= grouped.high <= 1
        assert grouped.high - grouped.low >= alone.high - alone.low - 1e-12


def test_grouped_intervals_hold_the_share_of_new_groups():
    rng, n_held = np.random.default_rng(0), 0
    groups = np.repeat(np.arange(12), 20)
    for _ in range(400):
        skill = rng.beta(4, 1, 12)  # of each group: cases of one are alike
        share = share_of(rng.random(240) < skill[groups], groups)
        n_held += share.low <= 0.8 <= share.high
    assert n_held >= 0.91 * 400


def test_no_cases():
    share = share_of(np.zeros(0, bool))
    assert np.isnan(share.value)
    assert not share.has_interval


# Classes and numbers


@pytest.mark.parametrize("n_classes", [2, 5])
def test_measures_of_classes(n_classes):
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(n_classes), 200)
    classes = np.array(list("abcde"))[:n_classes]
    y, predicted = rng.choice(classes, 200), classes[probabilities.argmax(axis=1)]
    found = measure_classes(y, predicted, classes, probabilities, np.arange(200) % 7)
    assert found.accuracy.value == np.mean(y == predicted)
    assert found.counts.sum() == 200
    assert np.trace(found.counts) == found.accuracy.n_hits
    stated = found.probabilities
    assert stated.log_loss == pytest.approx(log_loss(y, probabilities))
    assert sum(of.right.n_hits for of in stated.bins) == found.accuracy.n_hits
    levels = [of.stated for of in stated.bins]
    assert levels == sorted(levels)
    shares = [share.value for _, share in found.groups]
    assert shares == sorted(shares)
    assert len(shares) == 7
    worst = found.confusions()[0]
    assert worst.n_cases == (found.counts - np.diag(np.diag(found.counts))).max()


def test_labels_that_a_model_does_not_know():
    classes, y = np.array([1, 2]), np.array([1, 2, 3, 3])
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [1.0, 0.0]])
    found = measure_classes(y, np.array([1, 2, 1, 1]), classes, probabilities)
    assert found.labels.tolist() == [1, 2, 3]
    assert [share.value for share in found.found] == [1, 1, 0]
    assert found.probabilities.log_loss == pytest.approx(-np.log([0.9, 0.8]).mean())


def test_measures_of_numbers():
    rng = np.random.default_rng(2)
    y = rng.normal(1e6, 1, 80)
    predicted, groups = y + rng.normal(0.5, 1, 80), np.arange(80) % 9
    found = measure_output(y, predicted, {0.9: np.stack([y, y + 1], 1)}, groups)
    assert found.rmse.value == pytest.approx(root_mean_squared_error(y, predicted))
    assert found.r2.value == pytest.approx(r2_score(y, predicted))
    assert found.mae.value == pytest.approx(np.abs(y - predicted).mean())
    assert found.mae.low < found.mae.value < found.mae.high
    assert found.coverages[0].half_width == 0.5
    assert [error for _, error, _ in found.groups] == sorted(
        (error for _, error, _ in found.groups), reverse=True
    )
    again = measure_output(y, predicted, None, groups)
    assert again.mae == found.mae  # the same each time


def test_numbers_that_are_all_the_same():
    found = measure_output(np.full(5, 1e9), np.full(5, 1e9 + 1))
    assert found.mae == (1, 1, 1)
    assert np.isnan(found.r2.value)
    assert not measure_output(np.ones(1), np.ones(1)).mae.has_interval


def test_nothing_speaks():
    assert strongest_part(np.zeros((2, 9))) is None


# Pages


def test_what_a_page_says(three):
    clf, X, y = three
    wrong = y.copy()
    wrong[:4] = ["run", "walk", "walk", "rest"]
    groups = np.array(["anna", "bert"])[np.arange(len(y)) % 2]
    page = page_of(clf, X, wrong, groups, date="2026-01-31")
    n_right = (clf.predict(X) == wrong).sum()
    for sentence in (
        "tells 3 classes apart: rest, run and walk",
        f"Of the 40 cases it was measured on, {n_right} are right",
        "With 95% confidence",
        "3 cases are wrong" if n_right == 37 else "4 cases are wrong",
        "There are 2 groups",
        "walk, taken for run",
        "On average it states",
        "date 2026-01-31",
        "fitted to 40 cases",
        "It relies most on channel 1, with",
        "The strongest part is in channel",
    ):
        assert sentence in page.text, sentence
    assert page.tags.count("svg") == 1 + 3 + (40 - n_right)
    assert card.page_of(clf, X, wrong, groups) == card.page_of(clf, X, wrong, groups)


def with_gaps(X):
    X = X.copy()
    X[:, :, 10:14], X[0, 0], X[1] = np.nan, np.nan, np.nan
    return X


def unequal(X):
    return [x[:, : 40 - 2 * (i % 3)] for i, x in enumerate(X)]


@pytest.mark.parametrize(
    "options",
    [
        {"n_classes": 2},
        {"n_classes": 20},
        {"n_classes": 33, "names": [f"class {i:02}" for i in range(33)]},
        {"n_channels": 1},
        {"change": with_gaps},
        {"change": unequal},
        {"variant": "plus", "selector": "detach", "max_channels": 2},
        {"estimator": RidgeClassifier()},
    ],
    ids=["2", "20", "33", "univariate", "gaps", "unequal", "channels", "no proba"],
)
def test_classifiers(fit, options):
    clf, X, y = fit(**options)
    page = page_of(clf, X, y)
    n_classes = options.get("n_classes", 3)
    assert f"tells {n_classes} classes apart" in page.text
    assert ("states no probabilities" in page.text) == ("estimator" in options)
    assert ("channel that joins" in page.text) == ("max_channels" in options)


def test_sktime(three):
    module = pytest.importorskip("lightwaves_aeon.sktime", exc_type=ImportError)
    clf, X, y = three
    twin = module.LightWaveSClassifier(**clf.get_params()).fit(X, y)
    ours, theirs = (page_of(of, X, y).text for of in (clf, twin))
    start = "How it was made"
    assert ours.partition(start)[0] == theirs.partition(start)[0]


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_regressors(make_problem, small, n_outputs):
    X, _ = make_problem(60)
    y = X.std(axis=(1, 2))
    y = y if n_outputs == 1 else np.stack([y, -1000 * y], axis=1)
    reg = LightWaveSRegressor(**small, random_state=0).fit(X, y)
    page = page_of(reg, X, y, np.arange(60) // 6)
    assert "made for found in them" in page.text
    assert ("predicts 2 numbers" in page.text) == (n_outputs == 2)
    assert "Nowhere" not in page.text


def test_numbers_without_intervals(make_problem, small):
    X, _ = make_problem(8)
    reg = LightWaveSRegressor(**small, estimator=Ridge(), random_state=0)
    reg.fit(X, np.arange(8.0))
    assert "gives no intervals" in page_of(reg, X, np.arange(8.0)).text


def test_hostile_names(fit):
    names = [HOSTILE, "<b>&amp;", 'x" onload="alert(1)']
    clf, X, y = fit(names=names)
    wrong = np.roll(y, 1)
    page = page_of(clf, X, wrong, np.full(len(y), HOSTILE))
    assert HOSTILE in page.text
    assert "b" not in page.tags[page.tags.index("table") :]


def test_names_and_seconds(fit):
    names = ["<u>", "a$b$", '"&']
    clf, X, y = fit(channel_names=names, sampling_rate=20.0)
    page = page_of(clf, X, y)
    assert "u" not in page.tags
    for text in ("relies most on a$b$", "40 time points (2 s)", "in a$b$, ", " s to "):
        assert text in page.text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"y": list("ab") * 20}, "none of the labels, such as 'a', is a class"),
        ({"y": [0] * 39}, "X has 40 cases, but y has 39 values"),
        ({"y": np.zeros((40, 2))}, "y must have one label a case"),
        ({"groups": ["a"]}, "X has 40 cases, but groups has 1 values"),
        ({"groups": np.zeros((40, 2))}, "groups must be one name a case"),
    ],
)
def test_what_does_not_fit(three, tmp_path, change, reason):
    clf, X, y = three
    with pytest.raises(ValueError, match=reason):
        card.write_report(clf, **{"X": X, "y": y, "path": tmp_path / "a", **change})
    assert not list(tmp_path.iterdir())


def test_numbers_that_are_none(make_problem, small):
    X, _ = make_problem(12)
    reg = LightWaveSRegressor(**small, random_state=0).fit(X, np.arange(12.0))
    for y in (["a"] * 12, np.full(12, np.nan)):
        with pytest.raises(ValueError, match="y must be finite numbers"):
            card.page_of(reg, X, y)
    with pytest.raises(ValueError, match="y has 2 numbers a case"):
        card.page_of(reg, X, np.ones((12, 2)))


# In a browser

FRAMES = """<iframe id="f" width="{width}" height="800" src="card.html"></iframe>
<script>onload = () => {{
  const page = f.contentDocument.documentElement;
  document.body.append("wide: " + (page.scrollWidth - page.clientWidth));
}}</script>"""


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium")
@pytest.mark.parametrize("width", [390, 1200])
def test_pages_do_not_scroll_sideways(fit, tmp_path, width):
    names = [f"{'a-long-name-' * 8}{i}" for i in range(20)]
    clf, X, y = fit(20, names=names)
    card.write_report(clf, X, np.roll(y, 1), tmp_path / "card.html", groups=y)
    frame = tmp_path / "frame.html"
    frame.write_text(FRAMES.format(width=width), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    flags += ["--allow-file-access-from-files", f"--user-data-dir={tmp_path / 'user'}"]
    command = ["chromium", *flags, "--window-size=1400,900", frame.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "wide: 0" in done.stdout
