"""The command ``lightwaves inspect``: a model in words and, asked for, in pictures."""

import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor, cli
from lightwaves_aeon.export.model_file import load_model, save_model

LABELS = np.array(["no", "yes", "a$b"])
OF_ANY = ["channel_importance", "channel_dilation", "kernel"]
OF_PATHS = ["selection_path", "channel_path"]
OF_DATA = ["saliency", "response", "embedding"]
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def folder(make_problem, make_step_problem, small, tmp_path_factory):
    """Series, labels and models, in files that no test changes."""
    folder = tmp_path_factory.mktemp("files")
    X, y = make_problem(n_classes=3)
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", LABELS[y])
    plain = LightWaveSClassifier(**small, random_state=0).fit(X, LABELS[y])
    plain.save(folder / "plain.model")
    steps, y_of_steps = make_step_problem(n_classes=3)
    of_series = {"variant": "plus", "selector": "mrmr", "random_state": 0}
    for name, n_features in (("plus", 20), ("series", 1)):
        clf = LightWaveSClassifier(n_features=n_features, **of_series)
        clf.fit(steps, LABELS[y_of_steps]).save(folder / f"{name}.model")
        assert 0 in clf.features_["level"].tolist()
    auto = {"n_features": "auto", "variant": "plus", "max_channels": "auto"}
    auto["selector"] = "detach"
    of_paths = LightWaveSClassifier(**{**small, **auto}, random_state=0)
    of_paths.fit(X, LABELS[y]).save(folder / "paths.model")
    np.save(folder / "numbers.npy", X.std(axis=(1, 2)))
    of_numbers = LightWaveSRegressor(**auto, random_state=0)
    of_numbers.fit(X, X.std(axis=(1, 2))).save(folder / "regressor.model")
    return folder


@pytest.fixture
def small_pictures():
    """Pictures of few dots, which take less time to write."""
    matplotlib = pytest.importorskip("matplotlib")
    with matplotlib.rc_context({"savefig.dpi": 40}):
        yield


draws = pytest.mark.usefixtures("small_pictures")


def run(*args):
    return CliRunner().invoke(cli.main, ["inspect", *map(str, args)])


def assert_fails(result, *reasons):
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for reason in reasons:
        assert str(reason) in result.stderr
    assert isinstance(result.exception, SystemExit)


def listed(result):
    """Names of the pictures that the output lists, and what stands before them."""
    text, _, files = result.stdout.partition("\nPictures:\n")
    return text, [line.strip() for line in files.splitlines()]


def test_without_a_folder_it_describes(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run(folder / "plain.model")
    assert (result.exit_code, result.stderr) == (0, "")
    again = LightWaveSClassifier.load(folder / "plain.model")
    assert result.stdout == again.describe() + "\n"
    assert not list(tmp_path.iterdir())


@draws
@pytest.mark.parametrize(
    ("model", "data", "expected"),
    [
        ("plain.model", False, OF_ANY),
        ("plus.model", True, OF_ANY + OF_DATA),
        ("series.model", True, [name for name in OF_ANY if name != "kernel"] + OF_DATA),
        ("paths.model", True, OF_ANY + OF_PATHS + OF_DATA),
    ],
)
def test_pictures(folder, tmp_path, model, data, expected):
    out = tmp_path / "some" / "folder"
    options = ["--data", folder / "X.npy"] if data else []
    result = run(folder / model, "--out", out, *options)
    assert (result.exit_code, result.stderr) == (0, "")
    text, files = listed(result)
    assert text == LightWaveSClassifier.load(folder / model).describe() + "\n"
    assert files == [str(out / f"{name}.png") for name in expected]
    assert {str(path) for path in out.iterdir()} == set(files)
    assert all(path.read_bytes().startswith(PNG) for path in out.iterdir())


@draws
def test_case_and_labels_show_and_files_are_replaced(folder, tmp_path):
    command = [folder / "plain.model", "--data", folder / "X.npy", "--out", tmp_path]
    assert run(*command).exit_code == 0
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    labels = ["--labels", folder / "y.npy"]
    assert run(*command, *labels, "--case", 1).exit_code == 0
    after = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert after.keys() == before.keys()
    changed = {path.stem for path in after if after[path] != before[path]}
    assert changed == set(OF_DATA)


@draws
def test_one_case_has_no_embedding(folder, tmp_path):
    np.save(tmp_path / "X.npy", np.load(folder / "X.npy")[:1])
    result = run(
        *(folder / "plain.model", "--data", tmp_path / "X.npy", "--out", tmp_path / "p")
    )
    assert [file.rpartition("/")[2] for file in listed(result)[1]] == [
        f"{name}.png" for name in OF_ANY + OF_DATA[:2]
    ]


@draws
def test_series_with_gaps(folder, tmp_path):
    X = np.load(folder / "X.npy")
    X[0, :, 10:20], X[1, 1], X[2] = np.nan, np.nan, np.nan
    np.save(tmp_path / "X.npy", X)
    for case in range(3):
        options = ["--data", tmp_path / "X.npy", "--case", case]
        result = run(folder / "plus.model", "--out", tmp_path / str(case), *options)
        assert (result.exit_code, result.stderr) == (0, "")
        assert len(listed(result)[1]) == len(OF_ANY + OF_DATA)


@draws
def test_pictures_of_a_regressor(folder, tmp_path):
    command = [folder / "regressor.model", "--out", tmp_path, "--data"]
    result = run(*command, folder / "X.npy", "--labels", folder / "numbers.npy")
    assert (result.exit_code, result.stderr) == (0, "")
    text, files = listed(result)
    again = LightWaveSRegressor.load(folder / "regressor.model")
    assert text == again.describe() + "\n"
    names = OF_ANY + OF_PATHS + OF_DATA
    assert files == [str(tmp_path / f"{name}.png") for name in names]
    before = (tmp_path / "embedding.png").read_bytes()
    assert run(*command, folder / "X.npy").exit_code == 0
    assert (tmp_path / "embedding.png").read_bytes() != before


@draws
def test_labels_are_no_numbers(folder, tmp_path):
    options = ["--data", folder / "X.npy", "--labels", folder / "y.npy"]
    result = run(folder / "regressor.model", "--out", tmp_path / "p", *options)
    assert_fails(result, "y must have a number for each of the 24 cases")
    assert not (tmp_path / "p").exists()


def test_without_matplotlib_it_says_how_to_have_it(folder, tmp_path):
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from lightwaves_aeon.cli import main; main(sys.argv[1:])"
    )
    args = ["inspect", folder / "plain.model", "--out", tmp_path / "pictures"]
    command = [sys.executable, "-c", code, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert done.stderr.endswith("python3 -m pip install 'lightwaves-aeon[plots]'\n")
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_models_that_are_none(folder, tmp_path):
    assert_fails(run(tmp_path / "none"), tmp_path / "none")
    assert_fails(run(folder / "X.npy"), "X.npy is no model file")
    broken = tmp_path / "broken"
    broken.write_bytes((folder / "plain.model").read_bytes()[:-100])
    assert_fails(run(broken), broken)


@draws
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda X, y: (X[:, :2], y), "2 channels, but the model was fitted to 3"),
        (lambda X, y: (X, y[:-1]), "holds 24 cases, but"),
        (lambda X, y: (X[:7], y[:7]), "there is no case 7"),
        (lambda X, y: (X[0], y), "must hold numbers of shape"),
        (lambda X, y: (X, y[:, None]), "must hold labels"),
        (lambda X, y: (np.full_like(X, np.inf), y), "holds infinity"),
    ],
    ids=["channels", "labels", "case", "shape", "shape of labels", "infinity"],
)
def test_data_that_does_not_fit(folder, tmp_path, change, reason):
    data = {"data": "X.npy", "labels": "y.npy"}
    changed = change(*(np.load(folder / name) for name in data.values()))
    options = ["--case", 7, "--out", tmp_path / "pictures"]
    for (option, name), array in zip(data.items(), changed, strict=True):
        np.save(tmp_path / name, array)
        options += [f"--{option}", tmp_path / name]
    assert_fails(run(folder / "plain.model", *options), reason)
    assert not (tmp_path / "pictures").exists()


@draws
def test_files_that_are_missing(folder, tmp_path):
    out = ["--out", tmp_path / "pictures"]
    model, data = folder / "plain.model", folder / "X.npy"
    missing = tmp_path / "none.npy"
    assert_fails(run(model, *out, "--data", missing), f"no file {missing}")
    result = run(model, *out, "--data", data, "--labels", missing)
    assert_fails(result, f"no file {missing}")
    assert not list(tmp_path.iterdir())


@draws
def test_a_folder_that_cannot_be_made(folder, tmp_path):
    (tmp_path / "file").write_text("")
    result = run(folder / "plain.model", "--out", tmp_path / "file" / "pictures")
    assert_fails(result, tmp_path / "file")


@draws
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ([[-3, -1.0, 5.0, 0.5, True]] * 3, None),
        ([], "path must be"),
        ([[0, -1.0, 1e308, 0.5, True]] * 3, ""),
    ],
    ids=["odd", "empty", "endless"],
)
def test_what_a_foreign_file_claims(folder, tmp_path, path, reason):
    """Channels without number, a path from nowhere, and words of any length."""
    header, arrays = load_model(folder / "paths.model")
    header["metadata"]["n_channels"] = 2**31 - 1
    header["selection_path"] = path
    header["kernel_names"] = ["$k), (" * 10000] * len(header["kernel_names"])
    save_model(tmp_path / "a.model", header, arrays)
    result = run(tmp_path / "a.model", "--out", tmp_path / "pictures")
    if reason is None:
        assert (result.exit_code, result.stderr) == (0, "")
        assert len(listed(result)[1]) == len(OF_ANY + OF_PATHS)
    else:
        assert_fails(result, reason)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "Missing argument 'MODEL'"),
        (["."], "'.' is a directory"),
        (["model", "--data", "X.npy"], "--data is for pictures, which need --out"),
        (["model", "--out", "a", "--labels", "y.npy"], "--labels are those of --data"),
        (["model", "--case", "-1"], "-1 is not in the range"),
        (["model", "--out", __file__], "is a file"),
    ],
)
def test_usage_errors(args, message):
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


def test_help_waits_for_nothing():
    # In place of the package stands an empty one, to see what the program adds to it.
    code = (
        "import sys, types, importlib.util;"
        "package = types.ModuleType('lightwaves_aeon'); package.__version__ = '0';"
        "spec = importlib.util.find_spec('lightwaves_aeon');"
        "package.__path__ = spec.submodule_search_locations;"
        "sys.modules['lightwaves_aeon'] = package;"
        "from lightwaves_aeon.cli import main;"
        "main(['inspect', '--help'], standalone_mode=False);"
        "print({'aeon', 'numpy', 'matplotlib', 'sklearn'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output.startswith("Usage:")
    assert output.endswith("set()\n")
