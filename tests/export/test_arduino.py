"""Libraries for Arduino: their layout, and sketches compiled for boards and run."""

import re
import shutil
import subprocess

import numpy as np
import pytest
from click.testing import CliRunner

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor, cli
from lightwaves_aeon.export.c.arduino import arduino_file_names, export_arduino
from lightwaves_aeon.export.c.source import export_c

BOARDS = {
    "arm-none-eabi-g++": ["-mcpu=cortex-m4", "-mthumb"],
    "avr-g++": ["-mmcu=atmega2560"],
    "g++": [],
}
FLAGS = ["-Os", "-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-fdata-sections"]
FLAGS.append("-DARDUINO=10819")

STUB = """
#pragma once
#include <stdint.h>
struct Port {
  void begin(long) {}
  int available();
  int peek();
  int read();
  float parseFloat();
  long parseInt();
  void print(const char *);
  void print(double, int = 2);
  void print(unsigned long);
  void println(const char *);
  void println(double, int = 2);
};
extern Port Serial;
unsigned long micros();
void delay(unsigned long);
"""
"""What the sketches take of Arduino.h."""

HOST = """
#include <Arduino.h>
#include <stdio.h>
#include <stdlib.h>
void setup();
void loop();
Port Serial;
int Port::peek() { const int c = getchar(); ungetc(c, stdin); return c; }
int Port::available() { return peek() != EOF; }
int Port::read() { return getchar(); }
float Port::parseFloat() { float x; return scanf("%f", &x) == 1 ? x : 0; }
long Port::parseInt() { long x; return scanf("%ld", &x) == 1 ? x : 0; }
void Port::print(const char *text) { printf("%s", text); }
void Port::print(double x, int digits) { printf("%.*f", digits, x); }
void Port::print(unsigned long x) { printf("%lu", x); }
void Port::println(const char *text) { printf("%s\\n", text); }
void Port::println(double x, int digits) { printf("%.*f\\n", digits, x); }
unsigned long micros() { return 0; }
void delay(unsigned long) { exit(0); }
int main() { setup(); do loop(); while (Serial.available()); }
"""
"""A machine for them to run on, whose serial ports are the standard streams."""


@pytest.fixture(scope="module")
def fitted(make_problem, small):
    X, y = make_problem(n_classes=3)
    clf = LightWaveSClassifier(**small, random_state=0)
    return clf.fit(X, np.array(["still", "walks", 'r"u\\ns'])[y]), X


@pytest.fixture(scope="module")
def regressor(make_problem, small):
    X, y = make_problem(n_classes=5)
    return LightWaveSRegressor(**small, random_state=0).fit(X, y + 0.5), X


def sketch(folder, which, compiler="g++", name="lightwaves"):
    """Compile the sources and a sketch as C++, and link them where they can run."""
    (folder / "Arduino.h").write_text(STUB)
    (folder / "host.cpp").write_text(HOST)
    ino = folder / "examples" / f"{name}_{which}" / f"{name}_{which}.ino"
    source = folder / "src" / f"{name}_model.c"
    files = ["-include", "Arduino.h", ino]
    flags = [*FLAGS, *BOARDS[compiler], "-std=gnu++11", f"-I{folder}"]
    command = [compiler, *flags, f"-I{folder / 'src'}", "-x", "c++"]
    if compiler != "g++":
        for one in ([source], files):
            done = subprocess.run(
                [*command, "-c", *one, "-o", folder / "object.o"],
                capture_output=True,
                text=True,
            )
            assert (done.returncode, done.stderr) == (0, "")
        return None
    out = folder / which
    command += [source, *files, folder / "host.cpp", "-o", out]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return out


COUNTS = {"arithmetic": "int16", "scale": 1 / 256}
WAYS = {"float": {}, "int16": {"arithmetic": "int16"}, "counts": COUNTS}


@pytest.mark.parametrize("compiler", BOARDS)
@pytest.mark.parametrize("which", ["array", "stream"])
@pytest.mark.parametrize("way", WAYS)
def test_sketches_compile(fitted, regressor, tmp_path, compiler, which, way):
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler}")
    for (estimator, _), name in ((fitted, "gait"), (regressor, "pace")):
        export_arduino(estimator, tmp_path / name, name=name, **WAYS[way])
        sketch(tmp_path / name, which, compiler, name)


needs_host = pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")


@needs_host
@pytest.mark.parametrize("way", WAYS)
def test_array_is_as_in_python(fitted, regressor, tmp_path, way):
    labels = [re.escape(label) for label in fitted[0].classes_]
    for (estimator, _), said in (
        (fitted, "|".join(labels)),
        (regressor, r"-?\d+\.\d{6}"),
    ):
        export_arduino(estimator, tmp_path, **WAYS[way])
        program = sketch(tmp_path, "array")
        done = subprocess.run([program], capture_output=True, text=True, check=True)
        expected = rf"({said}), as in Python, in 0 microseconds\n"
        assert re.fullmatch(expected, done.stdout)


@needs_host
def test_stream_is_as_in_python(fitted, regressor, tmp_path):
    for estimator, X in (fitted, regressor):
        X = np.float32(X[:6])
        export_arduino(estimator, tmp_path)  # a decision for each whole window
        lines = [" ".join(map(str, sample)) for x in X for sample in x.T]
        done = subprocess.run(
            [sketch(tmp_path, "stream")],
            input="\n".join([*lines, "inf nan 3", ""]),
            capture_output=True,
            text=True,
            check=True,
        )
        *said, last = done.stdout.splitlines()
        expected = estimator.predict(X)
        if expected.dtype.kind == "f":
            np.testing.assert_allclose(np.float64(said), expected, atol=2e-6)
        else:
            assert said == expected.tolist()
        assert last.startswith("a value is infinite")


@needs_host
@pytest.mark.parametrize("way", ["int16", "counts"])
def test_stream_in_integers(fitted, regressor, tmp_path, way):
    for estimator, X in (fitted, regressor):
        X = np.round(X[:6] * 256)
        given = X if way == "counts" else X / 256
        model = export_arduino(estimator, tmp_path, **WAYS[way]).integers
        lines = [" ".join(f"{x:.9g}" for x in sample) for x in given for sample in x.T]
        done = subprocess.run(
            [sketch(tmp_path, "stream")],
            input="\n".join([*lines, ""]),
            capture_output=True,
            text=True,
            check=True,
        )
        expected = model.predict(model.quantise(given))
        said = done.stdout.splitlines()
        if expected.dtype.kind == "f":
            np.testing.assert_allclose(np.float64(said), expected, atol=2e-6)
        else:
            assert said == expected.tolist()


@pytest.mark.parametrize("way", WAYS)
def test_layout(fitted, tmp_path, way):
    """As https://arduino.github.io/arduino-cli/latest/library-specification has it."""
    asked = {"name": "gait", "probabilities": True, **WAYS[way]}
    source = export_arduino(fitted[0], tmp_path, **asked)
    names = [str(path.relative_to(tmp_path)) for path in source.files]
    assert names == list(arduino_file_names("gait"))
    lines = (tmp_path / "library.properties").read_text().splitlines()
    properties = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    needed = "name version author maintainer sentence paragraph category url"
    assert {*needed.split(), "architectures"} <= set(properties)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}", properties["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", properties["version"])
    assert not properties["name"].lower().startswith("arduino")
    assert not properties["sentence"].startswith(properties["name"])
    assert (tmp_path / "src" / properties["includes"]).is_file()
    assert (tmp_path / "src" / f"{properties['name']}.h").is_file()
    for line in (tmp_path / "keywords.txt").read_text().splitlines()[1:]:
        assert re.fullmatch(r"(gait_|GAIT_)\w+\t(KEYWORD[12]|LITERAL1)", line)
    for path in source.files:
        assert "lightwaves_" not in path.read_text().lower()


@pytest.mark.parametrize("way", WAYS)
def test_sources_are_those_of_c(fitted, tmp_path, way):
    options = {"n_timepoints": 30, "hop": 3, "name": "gait", "probabilities": True}
    options |= WAYS[way]
    source = export_arduino(fitted[0], tmp_path / "arduino", **options)
    plain = export_c(fitted[0], tmp_path / "c", **options)
    assert source[1:5] == plain[1:5]
    for one, other in zip(source.files[:3], plain.files[:3], strict=True):
        assert one.read_text() == other.read_text()


def test_all_files_or_none(fitted, tmp_path):
    (tmp_path / "library.properties").write_text("name=mine\n")
    with pytest.raises(FileExistsError, match=r"library\.properties was not written"):
        export_arduino(fitted[0], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["library.properties"]
    export_arduino(fitted[0], tmp_path, force=True)
    export_arduino(fitted[0], tmp_path)


def test_command(fitted, tmp_path):
    model, out = tmp_path / "gait.model", tmp_path / "out"
    fitted[0].save(model)
    args = f"export {model} --to arduino --out {out} --hop 4 --max-flash 1m"
    result = CliRunner().invoke(cli.main, args.split())
    assert (result.exit_code, result.stderr) == (0, "")
    files = result.stdout.partition("Files:\n")[2].split()
    assert files == [str(out / name) for name in arduino_file_names("gait")]
    assert "define GAIT_HOP 4\n" in (out / "src" / "gait_model_data.h").read_text()
