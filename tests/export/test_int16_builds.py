"""Programs in integers: their builds, what they take, and the command."""

import re
import shutil
import subprocess

import numpy as np
import pytest
from c_program import SANITIZE, WAYS, compiled, needs_compiler
from click.testing import CliRunner
from integer_program import TABLES, run_example, table_at_random

from lightwaves_aeon import LightWaveSClassifier, cli
from lightwaves_aeon.core.fitted import as_fitted
from lightwaves_aeon.export import export_c
from lightwaves_aeon.export.integer import choose_bits


@pytest.fixture(scope="module")
def fitted(make_problem, small):
    X, y = make_problem(n_classes=3)
    return LightWaveSClassifier(**small, random_state=0).fit(X, y), X


@needs_compiler
def test_example(fitted, tmp_path):
    classifier, X = fitted
    export_c(classifier, tmp_path, arithmetic="int16")
    model = classifier.quantised()
    z = model.quantise(X)
    lines = run_example(tmp_path, X).stdout.splitlines()
    expected = zip(model.predict(z), model.scores(z), strict=True)
    assert lines == [f"{best} {' '.join(map(str, of))}" for best, of in expected]


@pytest.mark.parametrize(
    ("which", "bits"),
    [*((of, 8) for of in TABLES), ("everything", 13), ("level 1", 13)],
)
def test_compilers_have_nothing_to_say(tmp_path, which, bits):
    """Of C and C++, with floats and without, and the self-test passes."""
    fitted, _ = table_at_random(*TABLES[which])
    export_c(fitted, tmp_path, arithmetic="int16", bits=bits)
    sources = tmp_path / "example.c", tmp_path / "lightwaves_model.c"
    with_floats = "-D", "LIGHTWAVES_FLOAT_INPUT"
    for compiler, flags in WAYS:
        if shutil.which(compiler):
            for command in (
                [*flags, "-c", sources[1], "-o", tmp_path / "model.o"],
                [*flags, *with_floats, *sources, "-o", tmp_path / "example"],
            ):
                command = [compiler, "-O1", *command]
                done = subprocess.run(command, capture_output=True, text=True)
                assert (done.returncode, done.stderr) == (0, "")
            command = [tmp_path / "example", "--self-test"]
            done = subprocess.run(command, capture_output=True, text=True)
            assert (done.stdout, done.stderr) == ("self-test passed\n", "")


@needs_compiler
@pytest.mark.parametrize("bits", [8, 13])
def test_sanitizers_find_nothing(tmp_path, bits):
    fitted, _ = table_at_random(*TABLES["everything"])
    export_c(fitted, tmp_path, arithmetic="int16", hop=3, bits=bits)
    (tmp_path / "driver.c").write_text(DRIVER)
    sources = tmp_path / "driver.c", tmp_path / "lightwaves_model.c"
    driver = compiled(*sources, *SANITIZE, out=tmp_path / "driver")
    done = subprocess.run([driver], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


DRIVER = """
#include <stdio.h>
#include "lightwaves_model.h"
static int32_t scores[LIGHTWAVES_N_CLASSES];
static int16_t values[LIGHTWAVES_N_CHANNELS * LIGHTWAVES_N_TIMEPOINTS];
int main(void)
{
    int sum = 0;
    for (int i = 0; i < LIGHTWAVES_N_CHANNELS * LIGHTWAVES_N_TIMEPOINTS; i++)
        values[i] = (int16_t)(i * 7919 % 65536 - 32768);
    for (int n = 0; n <= LIGHTWAVES_N_TIMEPOINTS + 1; n++)
        sum += lightwaves_predict_length(values, n, scores);
    for (int t = 0; t < 3 * LIGHTWAVES_N_TIMEPOINTS; t++)
        sum += lightwaves_push(values + t % 30, scores);
    printf("%d", sum);
    return 0;
}
"""


@pytest.mark.parametrize("bits", [8, 13])
@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4"])
def test_no_floating_point_and_no_division(tmp_path, core, bits):
    programs = "arm-none-eabi-gcc", "arm-none-eabi-nm", "make"
    if not all(map(shutil.which, programs)):
        pytest.skip("needs make and a compiler for Cortex-M")
    fitted, _ = table_at_random(*TABLES["everything"])
    export_c(fitted, tmp_path, arithmetic="int16", bits=bits)
    command = ["make", "-s", "-C", tmp_path, core, "SIZE=true"]
    subprocess.run(command, check=True)
    name = f"lightwaves_model-{core.removeprefix('cortex-')}.o"
    command = ["arm-none-eabi-nm", "--undefined-only", tmp_path / name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    # A product of 64 bits, for deviations, and what clears memory, are all.
    assert set(done.stdout.split()) - {"U"} <= {"__aeabi_lmul", "memset", "memcpy"}


@needs_compiler
@pytest.mark.parametrize("bits", [8, 13])
def test_memory_is_as_said(tmp_path, bits):
    if shutil.which("size") is None:
        pytest.skip("needs size")
    fitted, _ = table_at_random(*TABLES["everything"])
    source = export_c(fitted, tmp_path, arithmetic="int16", bits=bits)
    floats = export_c(fitted, tmp_path / "float")
    model = compiled(tmp_path / "lightwaves_model.c", "-c", out=tmp_path / "model.o")
    done = subprocess.run(["size", model], capture_output=True, text=True, check=True)
    text, data, bss = map(int, done.stdout.splitlines()[1].split()[:3])
    static = source.work_bytes + source.stream_bytes
    assert static <= data + bss < static + 300  # with pointers and alignment
    assert source.table_bytes < text
    assert source.work_bytes < floats.work_bytes / (2 if bits == 8 else 1)
    assert source.stream_bytes <= floats.stream_bytes / 2 + 8


@pytest.mark.skipif(shutil.which("cmake") is None, reason="needs cmake")
def test_cmake(fitted, tmp_path):
    export_c(fitted[0], tmp_path / "c", name="left", arithmetic="int16")
    build = tmp_path / "build"
    for command in (
        ["cmake", "-S", tmp_path / "c", "-B", build],
        ["cmake", "--build", build],
        ["ctest", "--test-dir", build, "--output-on-failure"],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


BOTH = """
#include <stdio.h>
#include "left_model.h"
#include "right_model.h"
static float values[LEFT_N_CHANNELS * LEFT_MAX_TIMEPOINTS];
static int16_t integers[RIGHT_N_CHANNELS * RIGHT_N_TIMEPOINTS];
int main(void)
{
    float scores[LEFT_N_CLASSES];
    int32_t sums[RIGHT_N_CLASSES];
    for (int i = 0; i < LEFT_N_CHANNELS * LEFT_MAX_TIMEPOINTS; i++)
        if (scanf("%f", &values[i]) != 1)
            return 1;
    right_quantise(values, RIGHT_N_TIMEPOINTS, integers);
    printf("%s ", left_classes[left_predict(values, scores)]);
    printf("%s", right_classes[right_predict(integers, sums)]);
    return 0;
}
"""


@needs_compiler
def test_floats_and_integers_in_one_program(fitted, tmp_path):
    classifier, X = fitted
    export_c(classifier, tmp_path, name="left")
    export_c(classifier, tmp_path, name="right", arithmetic="int16")
    (tmp_path / "main.c").write_text(BOTH)
    sources = (tmp_path / f"{name}.c" for name in ("main", "left_model", "right_model"))
    main = compiled(*sources, "-D", "RIGHT_FLOAT_INPUT", out=tmp_path / "main")
    text = " ".join(map(str, X[0].ravel()))
    done = subprocess.run([main], input=text, capture_output=True, text=True)
    label = classifier.predict(X[:1])[0]
    assert done.stdout == f"{label} {label}"


# The command


def test_command(fitted, tmp_path):
    classifier, X = fitted
    classifier.save(tmp_path / "some.model")
    np.save(tmp_path / "X.npy", X)
    command = ["export", str(tmp_path / "some.model"), "--to", "c", "--out"]
    command += [str(tmp_path / "c"), "--arithmetic", "int16", "--name", "lightwaves"]
    done = CliRunner().invoke(cli.main, [*command, "--data", str(tmp_path / "X.npy")])
    assert done.exit_code == 0, done.output
    found = choose_bits(as_fitted(classifier, "a test"), X)
    assert f"bits: {found.bits}; same label: 100.00%" in done.output
    header = (tmp_path / "c" / "lightwaves_model_data.h").read_text()
    assert re.search(rf"LIGHTWAVES_BITS {found.bits}\b", header)
    done = CliRunner().invoke(
        cli.main, [*command, "--scale", "0.01", "--offset=-1,0,1"]
    )
    assert done.exit_code == 0, done.output
    header = (tmp_path / "c" / "lightwaves_model_data.h").read_text()
    assert "#define LIGHTWAVES_COUNTS 1\n" in header
    assert "#define LIGHTWAVES_BITS 8\n" in header


@pytest.mark.parametrize(
    ("error", "options"),
    [
        ("--bits is not for --arithmetic float", ["--to", "c", "--bits", "8"]),
        ("int16 is not for --to onnx", ["--to", "onnx", "--arithmetic", "int16"]),
        (
            "--data and --labels belong together",
            ["--to", "c", "--arithmetic", "int16", "--labels", "y.npy"],
        ),
        (
            "--max-ram is not for --to wasm",
            ["--to", "wasm", "--arithmetic", "int16", "--max-ram", "8k"],
        ),
        ("needs --scale", ["--to", "c", "--arithmetic", "int16", "--offset", "1"]),
        ("is no number", ["--to", "c", "--arithmetic", "int16", "--scale", "1,b"]),
    ],
)
def test_command_with_wrong_options(fitted, tmp_path, error, options):
    fitted[0].save(tmp_path / "some.model")
    command = ["export", str(tmp_path / "some.model"), "--out", str(tmp_path / "c")]
    done = CliRunner().invoke(cli.main, [*command, *options])
    assert done.exit_code == 2
    assert error in done.output
