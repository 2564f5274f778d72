"""A classifier in a file: it comes back the same, and what is no model is refused."""

import hashlib
import io
import json
import pickle
import re
import subprocess
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.export.model_file import ModelFileError, load_model, save_model
from lightwaves_aeon.export.saved_checks import ARRAYS

load = LightWaveSClassifier.load


@pytest.fixture(scope="module")
def fitted(make_problem, small):
    X, y = make_problem(n_classes=3)
    clf = LightWaveSClassifier(**small, random_state=0)
    return clf.fit(X, np.array(["a", "bb", "ccc"])[y]), X


@pytest.fixture(scope="module")
def saved(fitted, tmp_path_factory):
    """File that no test changes."""
    path = tmp_path_factory.mktemp("saved") / "some.model"
    fitted[0].save(path)
    return path


@pytest.fixture(scope="module")
def content(saved):
    return load_model(saved)


@pytest.fixture(scope="module")
def fitted_plus(make_pairs_problem):
    """A model with thresholds and all inputs and statistics that there may be."""
    X, y = make_pairs_problem(n_classes=3)
    parameters = {"n_features": 250, "pool_size": 250, "random_state": 0}
    # With few kernels, so that these are most of the features that exist.
    clf = LightWaveSClassifier(variant="plus", kernels=["haar", "db2"], **parameters)
    return clf.fit(X, np.array(["a", "bb", "ccc"])[y]), X


@pytest.fixture(scope="module")
def content_plus(fitted_plus, tmp_path_factory):
    path = tmp_path_factory.mktemp("plus") / "some.model"
    fitted_plus[0].save(path)
    header, arrays = load_model(path)
    # Of series with several channels "plus" keeps no changes of a kernel, nor other
    # statistics than PPV; a table may have some.
    of_channels = np.flatnonzero(
        (arrays["table_input"] == REPRESENTATION_NAMES.index("channel"))
        & (arrays["table_level"] > 0)
    )
    arrays["table_input"][of_channels[1::2]] = REPRESENTATION_NAMES.index("change")
    for row, name in enumerate(("max", "mpv", "mipv")):
        for place in of_channels[[row, -1 - row]]:
            arrays["table_statistic"][place] = POOLING_NAMES.index(name)
            arrays["table_threshold"][place] = 0
    save_model(path, header, arrays)
    return load_model(path)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Where tests put files that differ from the saved one."""
    return tmp_path_factory.mktemp("other") / "other.model"


def assert_same(clf, again, X):
    assert again.predict(X).dtype == clf.predict(X).dtype
    assert_array_equal(again.predict(X), clf.predict(X))
    assert_array_equal(again.decision_function(X), clf.decision_function(X))
    assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    one, two = clf.compile(), again.compile()
    assert_array_equal([two(x) for x in X[:3]], [one(x) for x in X[:3]])
    assert_array_equal([two.scores(x) for x in X[:3]], [one.scores(x) for x in X[:3]])


def assert_refused(path, reason=None):
    with pytest.raises(ModelFileError, match=reason) as caught:
        load(path)
    assert str(path) in str(caught.value)


def loaded_or_none(path):
    try:
        return load(path)
    except ModelFileError:
        return None


# What comes back


LABELS = {
    "strings": np.array(["no", "yes, ünïcode"]),
    "objects": np.array(["no", "yes"], object),
    "integers": np.array([-7, 3]),
    "bytes of numbers": np.array([0, 255], np.uint8),
    "floats": np.array([-1.0, 1.0]),
    "booleans": np.array([False, True]),
    "three strings": np.array(["a", "b", "c"]),
    "three integers": np.array([10, 20, 30]),
    "five floats": np.arange(5.0),
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_labels(make_problem, classifier, tmp_path, labels):
    X, y = make_problem(n_classes=len(labels))
    classifier.fit(X, labels[y]).save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert_same(classifier, again, X)
    assert_array_equal(again.classes_, classifier.classes_)
    assert again._class_dictionary == classifier._class_dictionary
    assert again.n_classes_ == len(labels)


PARAMETERS = [
    {"variant": "L1"},
    {"variant": "L2"},
    {"variant": "plus", "n_features": 90, "max_dilation": None},
    {"variant": "plus", "kernels": ["mexh", "minirocket"], "selector": "mrmr"},
    {"selector": "detach"},
    {"max_dilation": None},
    {"kernels": "haar"},
    {"kernels": "db4", "variant": "L2"},
    {"kernels": ["mexh", "minirocket", "cmor1.5-1.0"], "n_features": 60},
    {"class_weight": "balanced"},
    {"class_weight": {0: 1, 1: 2.5}},
    {"class_weight": {np.int64(0): 3, np.int64(1): 1}},
    {"n_features": 1},
    {"n_features": None, "n_kernels": 400},
    {"n_features": np.int64(5), "pool_size": np.int64(9), "verbose": np.bool_(False)},
    {"n_features": 100_000, "variant": "L1", "max_dilation": 1},
    {"max_dilation": 2**30, "n_features": 30},
    {"max_cases": 10, "random_state": 3},
    {"n_jobs": 2},
    {"backend": "joblib"},
]


@pytest.mark.parametrize("parameters", PARAMETERS, ids=str)
@pytest.mark.filterwarnings("ignore:n_features=100000, but only")
def test_parameters(problem, classifier, tmp_path, parameters):
    X, y = problem
    classifier.set_params(**parameters).fit(X, y).save(tmp_path / "model")
    again = load(tmp_path / "model", n_jobs=classifier.n_jobs)
    assert_same(classifier, again, X)
    assert again.get_params() == {**classifier.get_params(), "backend": "threads"}
    assert clone(again).get_params() == again.get_params()


@pytest.mark.parametrize("convert", [np.float32, np.float64, np.int64, list])
def test_data(problem, classifier, tmp_path, convert):
    X, y = problem
    X = list(X) if convert is list else (100 * X).astype(convert)
    classifier.fit(X, y).save(tmp_path / "model")
    assert_same(classifier, load(tmp_path / "model"), X)


def test_one_channel(make_problem, classifier, tmp_path):
    X, y = make_problem(n_channels=1)
    classifier.fit(X[:, 0], y).save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert_same(classifier, again, X)
    assert_array_equal(again.predict(X[:, 0]), classifier.predict(X))


def test_unused_channels(make_problem, tmp_path):
    X, y = make_problem(n_channels=4)
    clf = LightWaveSClassifier(variant="L1L2", n_features=2, max_dilation=2).fit(X, y)
    clf.save(tmp_path / "model")
    again = load(tmp_path / "model")
    used = again.pipeline_[0].channels_
    assert_array_equal(used, clf.pipeline_[0].channels_)
    spoilt = np.full_like(X, np.nan)
    spoilt[:, used] = X[:, used]
    assert_array_equal(again.decision_function(spoilt), clf.decision_function(X))


def test_selection_path(problem, tmp_path):
    X, y = problem
    clf = LightWaveSClassifier(
        variant="L1L2", n_features="auto", selector="detach", pool_size=60
    )
    clf.fit(X, y).save(tmp_path / "a")
    again = LightWaveSClassifier.load(tmp_path / "a")
    assert_same(clf, again, X)
    path = clf.pipeline_[0].selection_path_
    assert again.pipeline_[0].selection_path_.equals(path)
    assert again.n_features == "auto"


def test_generator_is_not_saved(problem, classifier, tmp_path):
    X, y = problem
    classifier.set_params(random_state=np.random.RandomState(0), max_cases=10)
    classifier.fit(X, y).save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert again.random_state is None
    assert_same(classifier, again, X)


def test_table(fitted, saved):
    clf, again = fitted[0], load(saved)
    ours, theirs = clf.pipeline_[0], again.pipeline_[0]
    assert_frame_equal(theirs.features_, ours.features_)
    assert_array_equal(theirs.get_feature_names_out(), ours.get_feature_names_out())
    assert_array_equal(theirs.channels_, ours.channels_)
    assert again.metadata_ == clf.metadata_
    assert theirs.get_params() == ours.get_params()


def test_pipeline(fitted, saved):
    (clf, X), again = fitted, load(saved)
    ours, theirs = clf.pipeline_, again.pipeline_
    assert_array_equal(theirs[:-1].transform(X), ours[:-1].transform(X))
    assert_array_equal(theirs.predict(X), ours.predict(X))
    assert_array_equal(theirs.decision_function(X), ours.decision_function(X))
    assert_array_equal(theirs.classes_, ours.classes_)
    for ours, theirs in zip(clf.pipeline_, again.pipeline_, strict=True):
        assert vars(theirs).keys() == vars(ours).keys()
    assert again.estimator_.alpha_ == clf.estimator_.alpha_
    assert np.ndim(again.estimator_.alpha_) == 0
    assert again.estimator_.best_score_ == clf.estimator_.best_score_


def test_loaded_is_as_good_as_fitted(fitted, saved, make_problem, tmp_path):
    (clf, X), again = fitted, load(saved, n_jobs=2)
    assert again.n_jobs == 2
    assert_same(clf, pickle.loads(pickle.dumps(again)), X)
    again.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == saved.read_bytes()
    X, y = make_problem(seed=1)
    assert_array_equal(again.fit(X, y).predict(X), clone(clf).fit(X, y).predict(X))


def test_derived_class(problem, tmp_path):
    class Noted(LightWaveSClassifier):
        def __init__(self, note="", n_features=7, n_jobs=1):
            super().__init__(n_features=n_features, n_jobs=n_jobs, max_dilation=2)
            self.note = note

    X, y = problem
    clf = Noted(note="some").fit(X, y)
    clf.save(tmp_path / "model")
    again = Noted.load(tmp_path / "model")
    assert (type(again), again.note) == (Noted, "some")
    assert_same(clf, again, X)


def test_in_another_process(fitted, saved):
    clf, X = fitted
    code = (
        "import sys, numpy as np; from lightwaves_aeon import LightWaveSClassifier;"
        "X = np.frombuffer(sys.stdin.buffer.read()).reshape(-1, 3, 40);"
        "clf = LightWaveSClassifier.load(sys.argv[1]);"
        "sys.stdout.buffer.write(clf.decision_function(X).tobytes())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(saved)],
        input=X.tobytes(),
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert done.stdout == clf.decision_function(X).tobytes()


# The file


def test_same_model_gives_the_same_bytes(fitted, saved, other):
    for path in (other, str(other)):
        fitted[0].save(path)
        assert other.read_bytes() == saved.read_bytes()


def test_numpy_can_read_it(saved, content):
    header, arrays = content
    with np.load(saved, allow_pickle=False) as archive:
        assert set(archive.files) == {"header", *arrays}
        for name, array in arrays.items():
            assert_array_equal(archive[name], array)
            assert archive[name].shape == array.shape
        full = json.loads(archive["header"])
    assert full["content"] == header
    assert full["checksum"] == checksum(header, packed(arrays))


def test_arrays_are_those_described(content):
    assert content[1].keys() == ARRAYS.keys()


def test_custom_estimator_is_refused(problem, classifier, tmp_path):
    classifier.set_params(estimator=LogisticRegression()).fit(*problem)
    for estimator in (classifier.estimator, None):
        classifier.set_params(estimator=estimator)
        with pytest.raises(ValueError, match="not LogisticRegression: pickle this"):
            classifier.save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_parameter_beyond_json_is_refused(problem, classifier, tmp_path):
    classifier.set_params(verbose=object()).fit(*problem)
    with pytest.raises(ValueError, match="object is not JSON serializable"):
        classifier.save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_unfitted_is_refused(classifier, tmp_path):
    with pytest.raises(NotFittedError):
        classifier.save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_missing_folder(fitted, tmp_path):
    with pytest.raises(FileNotFoundError):
        fitted[0].save(tmp_path / "none" / "model")
    assert not list(tmp_path.iterdir())


def test_folder_in_its_place(fitted, tmp_path):
    (tmp_path / "model").mkdir()
    with pytest.raises(OSError, match="model"):
        fitted[0].save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == [tmp_path / "model"]


@pytest.mark.parametrize("n_bytes", [0, 10, 5000])
def test_failed_write_keeps_the_old_file(fitted, tmp_path, n_bytes):
    resource = pytest.importorskip("resource")
    path = tmp_path / "model"
    path.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            fitted[0].save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        load(tmp_path / "nothing")
    with pytest.raises(OSError, match="directory"):
        load(tmp_path)


def test_n_jobs_is_not_the_fault_of_the_file(saved):
    with pytest.raises(ValueError, match="n_jobs") as caught:
        load(saved, n_jobs="two")
    assert not isinstance(caught.value, ModelFileError)


# What is no model file


def written(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def foreign_zip(buffer):
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("words.txt", "some words")


FOREIGN = {
    "empty": b"",
    "text": b"some words\n" * 100,
    "pickle": pickle.dumps({"some": "object"}),
    "npy": written(lambda buffer: np.save(buffer, np.arange(5))),
    "npz": written(lambda buffer: np.savez(buffer, header=np.arange(5))),
    "compressed npz": written(lambda buffer: np.savez_compressed(buffer, X=[1.0])),
    "zip": written(foreign_zip),
}


@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN)
def test_foreign_file(other, foreign):
    other.write_bytes(foreign)
    assert_refused(other, "no model file")


def test_truncated(saved, other):
    whole = saved.read_bytes()
    step = len(whole) // 200
    for length in [*range(0, len(whole), step), len(whole) - 1]:
        other.write_bytes(whole[:length])
        assert_refused(other)


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_flipped_bytes(fitted, saved, other, data):
    """Some bytes of a zip file mean nothing here, such as those of dates."""
    clf, X = fitted
    whole = bytearray(saved.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(whole) - 1))
        whole[position] ^= data.draw(st.integers(1, 255))
    other.write_bytes(whole)
    again = loaded_or_none(other)
    if again is not None:
        assert_array_equal(again.decision_function(X), clf.decision_function(X))


def test_every_byte_of_the_content_counts(saved, content, other):
    whole = saved.read_bytes()
    for array in content[1].values():
        altered = bytearray(whole)
        altered[whole.index(array.tobytes())] ^= 1
        other.write_bytes(altered)
        assert_refused(other, "damaged")


# Files that someone made up, with a checksum that fits


def packed(arrays):
    return {name: written(lambda f, a=a: np.save(f, a)) for name, a in arrays.items()}


def checksum(header, members):
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(members):
        digest.update(name.encode() + b"\0" + members[name])
    return digest.hexdigest()


def seal(path, header, members, **full):
    full = {
        "format": "lightwaves model",
        "version": 7,
        "checksum": checksum(header, members),
        "content": header,
        **full,
    }
    fill(path, json.dumps(full), members)


def fill(path, text, members):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header", text)
        for name, array in members.items():
            archive.writestr(f"{name}.npy", array)


def test_helper_makes_files_that_can_be_loaded(fitted, content, other):
    seal(other, content[0], packed(content[1]))
    assert_same(fitted[0], load(other), fitted[1])


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, 6, 8, 0, -1, 10**9, None, "1", [1]])
def test_version(content, other, version):
    seal(other, content[0], packed(content[1]), version=version)
    assert_refused(other, re.escape(f"of version {version}; this"))


@pytest.mark.parametrize("format", ["other", None, 1])
def test_format(content, other, format):
    seal(other, content[0], packed(content[1]), format=format)
    assert_refused(other, "is no model file")


@pytest.mark.parametrize("content_", [None, [], "text", 3])
def test_content_is_no_dictionary(content, other, content_):
    seal(other, content_, packed(content[1]))
    assert_refused(other, "damaged")


HEADERS = {
    "empty": "",
    "text": "some words",
    "list": "[1, 2]",
    "number": "3",
    "bytes": b"\xff\xfe\xfa",
    "nested": "[" * 100_000 + "]" * 100_000,
    "nested objects": '{"format":' * 100_000,
    "nested content": '{"format": "lightwaves model", "version": 7, "content": {"a":'
    + "[" * 900
    + "]" * 900
    + "}}",
    "long number": '{"version": ' + "1" * 10_000 + "}",
}


@pytest.mark.parametrize("text", HEADERS.values(), ids=HEADERS)
def test_header(content, other, text):
    fill(other, text, packed(content[1]))
    assert_refused(other)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name(content, other):
    members = packed(content[1])
    for twin in ("classes.npy", "classes", "header", "header.npy"):
        seal(other, content[0], members)
        with zipfile.ZipFile(other, "a") as archive:
            archive.writestr(twin, members["classes"])
        assert_refused(other, "of the same name")


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@pytest.mark.parametrize("honest", [True, False])
@pytest.mark.parametrize("name", ["header", "classes.npy"])
def test_zip_bomb(content, other, method, honest, name):
    members = packed(content[1])
    del members["classes"]
    with zipfile.ZipFile(other, "w") as archive:
        if name != "header":
            archive.writestr("header", "{}")
        archive.writestr(name, bytes(9_000_000), method)
        if not honest:  # the size that the directory at the end of the file claims
            archive.filelist[-1].file_size = 100
    assert_little_memory(other)


def assert_little_memory(path):
    tracemalloc.start()
    try:
        assert_refused(path)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def npy_header(descr, shape, fortran_order=False, version=(1, 0)):
    buffer = io.BytesIO()
    header = {"descr": descr, "fortran_order": fortran_order, "shape": shape}
    if version == (1, 0):
        np.lib.format.write_array_header_1_0(buffer, header)
    else:
        np.lib.format.write_array_header_2_0(buffer, header)
    return buffer.getvalue()


HOSTILE_SHAPES = [
    (2**60,),
    (2**32, 2**32),
    (2**70,),
    (10**9,),
    (0, 2**62),
    (0,),
    (-1,),
    (1, -1),
    (-(2**60), 0),
    (),
    (True,),
]


@pytest.mark.parametrize("shape", HOSTILE_SHAPES, ids=str)
@pytest.mark.parametrize("descr", ["<f8", "<U1", "<U0", "|V0", "<U400000000", "|O"])
def test_hostile_shape(content, other, shape, descr):
    values = content[1]["head_bias"].tobytes()
    for data in (values, b""):
        members = packed(content[1])
        members["head_bias"] = npy_header(descr, shape) + data
        seal(other, content[0], members)
        assert_little_memory(other)


def test_hostile_array_headers(content, other):
    good = packed(content[1])["head_bias"]
    for bad in (
        b"",
        good[:5],
        good[:50],
        good[:-1],
        good + b"\0",
        b"x" + good[1:],
        good[:6] + b"\x09" + good[7:],
        good.replace(b"'descr'", b"'other'"),
        good.replace(b"(3,)", b"(3, "),
        good.replace(b"(3,)", b"3   "),
        good.replace(b"'<f8'", b"'abc'"),
        good.replace(b"'<f8'", b"[('a', '<f8')]"),
        npy_header([("a", "<f8"), ("b", [("c", "<f8", (2,))])], (1,)) + good[-24:],
        good[:10] + b"(" * 5000 + good[10:],
        good[:10] + b"-" * 5000 + good[10:],
        npy_header("<f8", (3,), version=(2, 0))[:8] + b"\xff\xff\xff\xff" + good[-24:],
    ):
        members = {**packed(content[1]), "head_bias": bad}
        seal(other, content[0], members)
        assert_little_memory(other)


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_another_kind(content, other, name):
    header, arrays = content
    array = arrays[name]
    others = [
        array.astype("S9"),
        array.astype("c16") if array.dtype.kind != "U" else array.astype("V4"),
        array[None],
        array[..., None],
        np.stack([array, array]),
        array.reshape(-1)[:0],
        np.zeros((1,) * 30, array.dtype),
    ]
    if name != "classes":
        others += [array.astype("U9"), array != 0, array.astype(">i2")]
        others += [array.astype("f2" if name in INTS else "u4")]
        others += [array.astype("i4" if array.dtype == np.int64 else "i8")]
    if array.ndim > 0 and name != "ridge_alphas":
        others += [array[:-1], np.concatenate([array, array[-1:]])]
    if array.ndim == 2:
        others += [array[:, :-1], array.ravel(), array.T]
    for changed in others:
        save_model(other, header, {**arrays, name: changed})
        assert_refused(other)


INTS = [name for name, (dtype, _) in ARRAYS.items() if issubclass(dtype, np.integer)]


@pytest.mark.parametrize("name", ARRAYS)
def test_missing_and_unknown_arrays(content, other, name):
    header, arrays = content
    rest = {key: array for key, array in arrays.items() if key != name}
    save_model(other, header, rest)
    assert_refused(other, f"missing or unknown: {name}")
    save_model(other, header, {**arrays, "more": arrays[name]})
    assert_refused(other, "missing or unknown: more")
    seal(other, header, {**packed(rest), name: pickle.dumps([1])})
    assert_refused(other)
    seal(other, header, {**packed(rest), name: npy_header("|O", (1,)) + b"\0" * 8})
    assert_refused(other)


@pytest.mark.parametrize("name", ["kernel_weights", "head_weights", "kernel_taps"])
def test_fortran_order(content, other, name):
    header, arrays = content
    swapped = np.asfortranarray(arrays[name])
    seal(other, header, {**packed(arrays), **packed({name: swapped})})
    assert_refused(other, "Fortran order")


def test_other_byte_order_is_read(fitted, content, other):
    header, arrays = content
    swapped = {name: a.astype(a.dtype.newbyteorder()) for name, a in arrays.items()}
    save_model(other, header, swapped)
    assert_same(fitted[0], load(other), fitted[1])


NO_NUMBERS = [np.nan, np.inf, -np.inf]
HOSTILE_VALUES = {
    "table_channel": [-1, 3, 2**31 - 1, -(2**31)],
    "table_input": [-1, 2, 3, 4, 127, -128],
    "table_other": [0, 1, 2, 3, -2, 2**31 - 1, -(2**31)],
    "table_dilation": [0, -1, 2**30 + 1, -(2**31)],
    "table_kernel": [-1, 84, 2**31 - 1],
    "table_level": [0, 3, -1, 127],
    "table_statistic": [-1, 6, 11, -128],
    "table_start": [*NO_NUMBERS, 0.5, -0.25, 1.0, 1e-45],
    "table_stop": [*NO_NUMBERS, 0.0, 0.5, 2.0, 1 - 2**-24],
    "table_threshold": NO_NUMBERS,
    "channels": [-1, 0, 2, 3, 2**31 - 1],
    "channel_means": NO_NUMBERS,
    "channel_stds": [*NO_NUMBERS, -1.0, -1e-8],
    "channel_longest_gaps": [-1, -(2**31)],
    "class_priors": [*NO_NUMBERS, 0.0, -0.1, 0.9, 2.0],
    "confidence_exponent": [*NO_NUMBERS, -1e-9],
    "kernel_weights": NO_NUMBERS,
    "kernel_lengths": [0, -1, 8, 10, 2**31 - 1],
    "kernel_taps": [-2, 9, 2**31 - 1],
    "head_weights": NO_NUMBERS,
    "head_bias": NO_NUMBERS,
    "head_inverse_temperature": [*NO_NUMBERS, 0.0, -1.0],
    "scaler_mean_": NO_NUMBERS,
    "scaler_scale_": [*NO_NUMBERS, 0.0, -1.0],
    "scaler_var_": NO_NUMBERS,
    "ridge_coef_": NO_NUMBERS,
    "ridge_intercept_": NO_NUMBERS,
    "ridge_alpha_": NO_NUMBERS,
    "ridge_best_score_": [np.nan],
    "classes": ["zzz", "bb"],
}


@pytest.mark.parametrize("name", HOSTILE_VALUES)
def test_hostile_values(content, other, name):
    header, arrays = content
    assert_array_equal(arrays["channels"], [1])
    for value in HOSTILE_VALUES[name]:
        for place in {0, arrays[name].size - 1}:
            if (name, value, place) == ("classes", "zzz", 2):
                continue  # which is in order
            changed = arrays[name].copy()
            changed.flat[place] = value
            save_model(other, header, {**arrays, name: changed})
            assert_refused(other)


# Inputs and statistics of the rows to be changed, and values for a field of theirs.
HOSTILE_PLUS = {
    "no such input": ("channel", None, "table_input", [-1, 4, 127]),
    "a channel that becomes a pair": ("channel", None, "table_input", [2, 3]),
    "a change that becomes a pair": ("change", None, "table_input", [2, 3]),
    "a sum that becomes a channel": ("sum", None, "table_input", [0, 1]),
    "a difference that becomes a change": ("difference", None, "table_input", [0, 1]),
    "a channel with another": ("channel", None, "table_other", [0, 1, 2]),
    "a change with another": ("change", None, "table_other", [0, 1, 2]),
    "a sum without another": ("sum", None, "table_other", [-1]),
    "a difference without another": ("difference", None, "table_other", [-1]),
    "another beyond the channels": ("sum", None, "table_other", [3, 2**31 - 1, -2]),
    "another far below": ("difference", None, "table_other", [-(2**31)]),
    "a maximum above a threshold": (None, "max", "table_threshold", [0.5, -1e-30]),
    "a mean above a threshold": (None, "mpv", "table_threshold", [0.5]),
    "a time above a threshold": (None, "mipv", "table_threshold", [0.5]),
    "no number for a threshold": (None, "ppv", "table_threshold", NO_NUMBERS),
    "no such statistic": (None, None, "table_statistic", [-1, 11, 127]),
    "a share at level 0": (None, "ppv", "table_level", [0]),
    "a share over an interval": (None, "ppv", "table_start", [0.25]),
    "a share up to a time": (None, "ppv", "table_stop", [0.25]),
    "a share that becomes a mean": (None, "ppv", "table_statistic", [6]),
    "a mean that becomes a share": (None, "mean", "table_statistic", [0, 5]),
    "a mean of responses": (None, "mean", "table_level", [1, 2, -1, 3]),
    "a mean of a kernel": (None, "mean", "table_kernel", [0, 1, -2]),
    "a mean at a dilation": (None, "mean", "table_dilation", [1, -1]),
    "a mean of a threshold": (None, "mean", "table_threshold", [0.5]),
    "a mean from before": (None, "mean", "table_start", [-0.25, -1e-30]),
    "a mean from the end": (None, "mean", "table_start", [1.0, 1.5]),
    "a mean from nowhere": (None, "mean", "table_start", NO_NUMBERS),
    "a mean up to the first": (None, "mean", "table_stop", [0.0, -1.0]),
    "a mean to beyond the end": (None, "mean", "table_stop", [1.5, 1 + 2**-20]),
    "a mean up to nowhere": (None, "mean", "table_stop", NO_NUMBERS),
}


@pytest.mark.parametrize("name", HOSTILE_PLUS)
def test_hostile_values_beyond_the_paper(content_plus, other, name):
    of_input, statistic, field, values = HOSTILE_PLUS[name]
    header, arrays = content_plus
    some = np.ones(len(arrays[field]), bool)
    if of_input is not None:
        some &= arrays["table_input"] == REPRESENTATION_NAMES.index(of_input)
    if statistic is not None:
        some &= arrays["table_statistic"] == POOLING_NAMES.index(statistic)
    places = np.flatnonzero(some)
    assert len(places) > 0
    for value in values:
        for place in {places[0], places[-1]}:
            changed = arrays[field].copy()
            changed[place] = value
            save_model(other, header, {**arrays, field: changed})
            assert_refused(other)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"start": 0.5, "stop": 0.5}, "intervals"),
        ({"start": 0.75, "stop": 0.25}, "intervals"),
        ({"stop": 2.0}, "intervals"),
        ({"start": np.nan}, "table_start"),
        ({"kernel": 0}, "kernels"),
        ({"dilation": 1}, "dilations"),
        ({"level": 1}, "kernels"),
        ({"level": 1, "kernel": 0}, "dilations"),
        ({"level": 1, "kernel": 0, "dilation": 1}, "intervals"),
        (
            {"level": 1, "kernel": 0, "dilation": 1, "start": 0, "stop": 1},
            "statistics of a level",
        ),
        ({"statistic": 1}, "statistics of a level"),
        ({"threshold": 1}, "thresholds"),
    ],
    ids=str,
)
def test_hostile_rows_of_level_0_are_named(content_plus, other, changes, reason):
    header, arrays = content_plus
    parts = arrays["table_level"], arrays["table_stop"]
    place = np.flatnonzero((parts[0] == 0) & (parts[1] < 1))[0]
    changed = {f"table_{field}": arrays[f"table_{field}"].copy() for field in changes}
    for field, value in changes.items():
        changed[f"table_{field}"][place] = value
    save_model(other, header, {**arrays, **changed})
    assert_refused(other, reason)


@pytest.mark.parametrize("n_channels", [1, 3])
def test_plus_comes_back(make_problem, tmp_path, n_channels):
    X, y = make_problem(n_channels=n_channels)
    clf = LightWaveSClassifier(variant="plus", n_features=60, random_state=0).fit(X, y)
    assert 0 in clf.features_["level"].tolist()
    clf.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert_same(clf, again, X)
    assert_frame_equal(again.features_, clf.features_)
    ours, theirs = clf.estimator_, again.estimator_
    assert vars(ours).keys() == vars(theirs).keys()
    assert_array_equal(ours.coef_, theirs.coef_)
    assert_array_equal(ours.classes_, theirs.classes_)
    assert_array_equal(ours.alphas_, theirs.alphas_)
    assert_array_equal(clf.pipeline_.predict(X), again.pipeline_.predict(X))


def test_an_estimator_of_soft_targets_has_no_score(content_plus, other):
    header, arrays = content_plus
    save_model(other, header, {**arrays, "ridge_best_score_": np.array(-0.1)})
    assert_refused(other, "ridge_best_score_")


def test_second_channel_of_a_pair_counts_as_in_use(content_plus, other):
    header, arrays = content_plus
    assert_array_equal(arrays["channels"], [0, 1, 2])
    constants = [name for name, of in ARRAYS.items() if of[1] == ("channels in use",)]
    for kept in ([0, 1], [1, 2]):
        fewer = {name: arrays[name][kept] for name in constants}
        save_model(other, header, {**arrays, **fewer})
        assert_refused(other, "channels in use")


def test_hostile_kernels(content, other):
    header, arrays = content
    taps, weights = arrays["kernel_taps"], arrays["kernel_weights"]
    half_wavelet = taps.copy()
    half_wavelet[5, 4] = -1
    for changes in (
        {"kernel_weights": weights[:, :8]},
        {"kernel_weights": weights[:, :8], "kernel_lengths": taps[:, 0] * 0 + 8},
        {"kernel_weights": weights[:, :1], "kernel_lengths": taps[:, 0] * 0 + 1},
        {"kernel_taps": half_wavelet},
        {"kernel_taps": taps[:, :3]},
    ):
        save_model(other, header, {**arrays, **changes})
        assert_refused(other, "kernel")


@pytest.mark.parametrize("of", ["content", "content_plus"])
def test_repeated_row_is_refused(request, other, of):
    """It would leave a column of the features as the memory was."""
    header, arrays = request.getfixturevalue(of)
    changes = {name: a.copy() for name, a in arrays.items() if name.startswith("table")}
    for array in changes.values():
        array[7] = array[2]
    save_model(other, header, {**arrays, **changes})
    assert_refused(other, "repeated rows")


HOSTILE_CLASSES = [
    np.array(["a", "a", "b"]),
    np.array([1.0, 2.0, np.nan]),
    np.array([1.0, np.nan, 2.0]),
    np.array(["a", "b"]),
    np.array(["a"]),
    np.array(["a", "b", "c", "d"]),
    np.array([1 + 0j, 2, 3]),
    np.array([b"a", b"b", b"c"]),
    np.array(["2020", "NaT", "2021"], "M8[Y]"),
    np.array([(1,), (2,), (3,)], "i4,"),
    np.array([1, 2, 0x110000], np.int32).view("<U1"),
]


def test_hostile_classes(content, other):
    header, arrays = content
    for classes in HOSTILE_CLASSES:
        save_model(other, header, {**arrays, "classes": classes})
        assert_refused(other)


def test_one_class_with_scores_for_two(problem, classifier, other):
    classifier.fit(*problem).save(other)
    header, arrays = load_model(other)
    one = {"classes": arrays["classes"][:1], "class_priors": np.ones(1)}
    save_model(other, header, {**arrays, **one})
    assert_refused(other, "classes")


SIZES = [0, -1, 1.0, 3.0, 40.0, True, None, "3", [3], 2**31, 10**12, 10**30]
HOSTILE_METADATA = [
    *[(name, v) for name in ("n_cases", "n_channels", "n_timepoints") for v in SIZES],
    ("n_channels", 1),
    *[(name, v) for name in ("multivariate", "missing_values") for v in (None, 0, "")],
    ("unequal_length", []),
    ("more", 1),
]


def test_hostile_metadata(content, other):
    header, arrays = content
    good = header["metadata"]
    short = [{k: v for k, v in good.items() if k != name} for name in good]
    wrong = [{**good, name: value} for name, value in HOSTILE_METADATA]
    for metadata in [*wrong, *short, None, [], list(good.items()), "text", 3]:
        save_model(other, {**header, "metadata": metadata}, arrays)
        assert_refused(other)


def test_channels_not_in_use_take_no_memory(fitted, content, other):
    header, arrays = content
    metadata = {**header["metadata"], "n_channels": 2**31 - 1}
    save_model(other, {**header, "metadata": metadata}, arrays)
    tracemalloc.start()
    assert load(other).metadata_ == metadata
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


def test_hostile_header(content, other):
    header, arrays = content
    names, parameters = header["kernel_names"], header["parameters"]
    for change in (
        {"kernel_names": names[:-1]},
        {"kernel_names": "k" * 84},
        {"kernel_names": [1] * 84},
        {"kernel_names": None},
        {"kernel_wavelets": names[:-1]},
        {"kernel_wavelets": [1.5] * 84},
        {"parameters": None},
        {"parameters": []},
        {"parameters": {**parameters, "backend": "mpi"}},
        {"parameters": {**parameters, "n_jobs": 2}},
        {"parameters": {**parameters, "estimator": "text"}},
        {"parameters": {**parameters, "unknown": 1}},
        {"parameters": {**parameters, "class_weight": [[[], 1]]}},
        {"parameters": {**parameters, "class_weight": [1, 2]}},
        {"estimator": "DistilledRidge"},
        {"estimator": "LinearRegression"},
        {"estimator": None},
        {"allows_missing": None},
        {"allows_missing": 1},
        {"allows_missing": "allow"},
        {"selection_path": "text"},
        {"selection_path": 3},
        {"selection_path": [[10, 0.5, 0.1, 1.0]]},
        {"selection_path": [[10.5, 0.5, 0.1, 1.0, True]]},
        {"selection_path": [[10, "0.5", 0.1, 1.0, True]]},
        {"channel_path": [[1, 0, 0.5, 0.1, 1.0]]},
        {"channel_path": [[1, 0.5, 0.5, 0.1, 1.0, True]]},
    ):
        save_model(other, {**header, **change}, arrays)
        assert_refused(other)
    for name in header.keys() - {"written_by"}:
        save_model(other, {k: v for k, v in header.items() if k != name}, arrays)
        assert_refused(other)


# Deviations near zero would put any value out of scale.
FLOATS = st.floats(-1000, 1000).map(lambda x: round(x, 9)) | st.sampled_from(
    [np.nan, np.inf, -np.inf]
)


@pytest.mark.parametrize("of", ["", "_plus"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_loads_can_be_used(request, other, of, data):
    fitted = request.getfixturevalue(f"fitted{of}")
    header, arrays = request.getfixturevalue(f"content{of}")
    name = data.draw(st.sampled_from(sorted(set(arrays) - {"classes"})))
    changed = arrays[name].copy()
    info = np.iinfo(changed.dtype) if changed.dtype.kind == "i" else None
    values = st.integers(-2, 90) | st.integers(info.min, info.max) if info else FLOATS
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, changed.size - 1))
        changed.flat[place] = data.draw(values)
    save_model(other, header, {**arrays, name: changed})
    again, X = loaded_or_none(other), fitted[1]
    if again is None:
        return
    for part in (X[:1], X[:20]):
        assert set(again.predict(part)) <= {"a", "bb", "ccc"}
    assert again.compile()(X[0]) in ("a", "bb", "ccc")
    assert len(again.pipeline_[0].features_) == len(fitted[0].pipeline_[0].features_)
