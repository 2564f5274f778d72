"""Which files an export writes, replaces and refuses to replace, and their names."""

import re
import resource
import shutil
import signal
from dataclasses import replace

import pytest
from c_program import compiled, contents, needs_compiler
from click.testing import CliRunner

from lightwaves_aeon import LightWaveSClassifier, cli
from lightwaves_aeon.core.fitted import as_fitted
from lightwaves_aeon.export.c import files as c_files
from lightwaves_aeon.export.c.files import file_names, name_of_file
from lightwaves_aeon.export.c.source import export_c

NAMES = file_names("lightwaves")


@pytest.fixture(scope="module")
def fitted(make_problem, small):
    X, y = make_problem()
    return LightWaveSClassifier(**small, random_state=0).fit(X, y)


@pytest.fixture(scope="module")
def model(fitted, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "left-hand.v2.model"
    fitted.save(path)
    return path


def command(*args):
    return CliRunner().invoke(cli.main, ["export", *map(str, args), "--to", "c"])


# What is replaced


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["all:\n\tcc main.c\n", "", "\0\xff" * 1000])
def test_files_of_others_are_not_replaced(fitted, tmp_path, name, text):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, encoding="latin-1")
    before = contents(tmp_path)
    with pytest.raises(FileExistsError, match=re.escape(str(tmp_path / name))):
        export_c(fitted, tmp_path)
    assert contents(tmp_path) == before
    export_c(fitted, tmp_path, force=True)
    assert "written by lightwaves-aeon" in (tmp_path / name).read_text()
    export_c(fitted, tmp_path)


def test_a_heading_is_on_the_first_line(fitted, tmp_path):
    text = "# My own.\n# The model was written by lightwaves-aeon.\n"
    (tmp_path / "Makefile").write_text(text)
    with pytest.raises(FileExistsError, match="Makefile was not written by"):
        export_c(fitted, tmp_path)


@pytest.mark.parametrize("force", [False, True])
def test_folders_are_not_replaced(fitted, tmp_path, force):
    (tmp_path / "example.c").mkdir()
    with pytest.raises(OSError, match=r"example\.c"):
        export_c(fitted, tmp_path, force=force)
    assert [path.name for path in tmp_path.iterdir()] == ["example.c"]


def test_what_links_lead_to_is_not_replaced(fitted, tmp_path):
    foreign = tmp_path / "foreign"
    foreign.write_text("all:\n")
    out = tmp_path / "out"
    out.mkdir()
    (out / "Makefile").symlink_to(foreign)
    with pytest.raises(FileExistsError, match="Makefile was not written by"):
        export_c(fitted, out)
    assert foreign.read_text() == "all:\n"
    assert [path.name for path in out.iterdir()] == ["Makefile"]


@pytest.mark.parametrize("name", ["Makefile", "example.c", "left_hand_v2_model.h"])
def test_command_refuses(model, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("mine\n")
    result = command(model, "--out", ".")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {name} was not written by lightwaves-aeon")
    assert "--force" in result.stderr
    assert contents(tmp_path) == {next(iter(contents(tmp_path))): b"mine\n"}
    assert command(model, "--out", ".", "--force").exit_code == 0
    assert "mine" not in (tmp_path / name).read_text()


def test_command_does_not_write_to_its_inputs(model, tmp_path):
    shutil.copy(model, tmp_path / "Makefile")
    before = contents(tmp_path)
    for options in ([], ["--force"], ["--force", "--name", "left"]):
        result = command(tmp_path / "Makefile", "--out", tmp_path, *options)
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"{tmp_path / 'Makefile'} is read from" in result.stderr
        assert contents(tmp_path) == before


# All or nothing


@pytest.mark.parametrize("size", [10, 1000, 5000])
@pytest.mark.parametrize("replacing", [False, True])
def test_full_disk(fitted, tmp_path, size, replacing):
    """A limit on the size of files stands for it."""
    if replacing:
        export_c(fitted, tmp_path, n_timepoints=7)
    before = contents(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        with pytest.raises(OSError, match=re.escape(str(tmp_path))):
            export_c(fitted, tmp_path / "new" / "folder")
        assert not (tmp_path / "new" / "folder").exists()
        with pytest.raises(OSError, match=re.escape(str(tmp_path))):
            export_c(fitted, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("which", range(len(NAMES)))
def test_a_file_that_cannot_be_opened(fitted, tmp_path, monkeypatch, which):
    export_c(fitted, tmp_path, n_timepoints=7)
    before = contents(tmp_path)
    atomic = c_files.open_atomic

    def refusing(path):
        if path == tmp_path / NAMES[which]:
            raise PermissionError(13, "Permission denied", str(path))
        return atomic(path)

    monkeypatch.setattr(c_files, "open_atomic", refusing)
    with pytest.raises(PermissionError, match=NAMES[which]):
        export_c(fitted, tmp_path)
    assert contents(tmp_path) == before


# Names


@pytest.mark.parametrize(
    "name",
    ["", "2nd", "a-b", "a b", "é", "a.b", "_a", "a__b", "a_", "../a", "a\n", "int"],
)
def test_names_that_are_no_identifiers(fitted, model, tmp_path, name):
    with pytest.raises(ValueError, match=r"name must (be an|not be a)"):
        export_c(fitted, tmp_path / "c", name=name)
    result = command(model, "--out", tmp_path / "c", "--name", name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "name must" in result.stderr
    assert not (tmp_path / "c").exists()


def test_a_name_must_be_a_string(fitted, tmp_path):
    with pytest.raises(TypeError, match="name must be a string, got int"):
        export_c(fitted, tmp_path / "c", name=3)


def test_command_takes_a_name(model, tmp_path):
    for options, name in (([], "left_hand_v2"), (["--name", "Right"], "Right")):
        result = command(model, "--out", tmp_path / name, *options)
        assert (result.exit_code, result.stderr) == (0, "")
        assert set(contents(tmp_path / name)) == set(file_names(name))
        header = (tmp_path / name / f"{name}_model.h").read_text()
        assert f"int {name}_predict(" in header
        data = (tmp_path / name / f"{name}_model_data.h").read_text()
        assert f"#define {name.upper()}_N_CHANNELS 3\n" in data


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a/gesture.model", "gesture"),
        ("left-hand.v2.model", "left_hand_v2"),
        ("2024.model", "model_2024"),
        ("class.model", "model_class"),
        ("__x__", "x"),
        ("手.model", "lightwaves"),
        (".model", "model"),
    ],
)
def test_names_of_files(file, name):
    assert name_of_file(file) == name


# Names of channels


def header_of(fitted, folder, names):
    export_c(replace(as_fitted(fitted, "C"), channel_names=names), folder)
    return (folder / "lightwaves_model_data.h").read_text()


def test_channels_without_names_are_not_listed(fitted, tmp_path):
    export_c(fitted, tmp_path)
    header = (tmp_path / "lightwaves_model_data.h").read_text()
    assert "The channels" not in header


@needs_compiler
def test_header_lists_the_channels(fitted, tmp_path):
    names = ["speed */ int x; /*", "back\\", "new\nline ??/"]
    header = header_of(fitted, tmp_path, names)
    used = fitted.pipeline_[0].channels_
    for number, name in enumerate(("speed *\\057 int x; \\057*", "back\\134")):
        end = "" if number in used else ", not in use"
        assert f' *    {number} "{name}"{end}\n' in header
    assert '"new\\012line \\077\\077\\057"' in header
    compiled(tmp_path / "lightwaves_model.c", "-c", out=tmp_path / "model.o")
    (tmp_path / "use.c").write_text('#include "lightwaves_model.h"\n')
    compiled(tmp_path / "use.c", "-trigraphs", "-c", out=tmp_path / "use.o")


def test_channels_not_in_use_are_marked(make_problem, tmp_path):
    X, y = make_problem()
    parameters = {"n_features": 2, "max_dilation": 2, "max_channels": 1}
    clf = LightWaveSClassifier(**parameters, random_state=0).fit(X, y)
    header = header_of(clf, tmp_path, ["x", "y", "z"])
    assert header.count(", not in use\n") == 2
