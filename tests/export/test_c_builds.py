"""C as people build it: two models at once, other flags, C++, and the example."""

import platform
import shutil
import subprocess

import numpy as np
import pytest
from c_program import COMPILER, EXACT, STRICT, Program, compiled, needs_compiler
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.export.c.source import export_c

COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]
CXX_COMPILERS = [name for name in ("g++", "clang++") if shutil.which(name)]
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-pedantic"]

X86 = platform.machine() in ("x86_64", "AMD64")
FUSING = ["-march=haswell"] if X86 else []
"""What makes gcc fuse products and sums; on 64-bit ARM it does so unasked."""


def fused(path):
    """Count the fused operations of an object."""
    text = subprocess.run(
        ["objdump", "-d", path], capture_output=True, text=True, check=True
    ).stdout
    names = ("vfmadd", "vfmsub", "vfnmadd", "vfnmsub", "fmadd", "fmsub", "fmla", "fmls")
    return sum(line.split("\t")[-1].startswith(names) for line in text.splitlines())


def can_fuse():
    if not X86:
        return platform.machine() == "aarch64"
    try:
        with open("/proc/cpuinfo") as file:
            flags = file.read().split()
    except OSError:
        return False
    return {"fma", "avx2", "bmi2"} <= set(flags)


needs_fused = pytest.mark.skipif(
    shutil.which("gcc") is None or not can_fuse(),
    reason="needs gcc and a processor with fused operations",
)


@pytest.fixture(scope="module", params=["L1", "L2", "L1L2", "plus", "wavelets"])
def fitted(request, make_problem):
    """Fitted to data of few levels, where responses cancel but for rounding."""
    X, y = make_problem(n_cases=30, n_classes=3, n_timepoints=60)
    X = np.round(X) * 0.7 + 3.3
    wavelets = request.param == "wavelets"
    parameters = (
        {"kernels": ["mexh", "db4"]} if wavelets else {"variant": request.param}
    )
    clf = LightWaveSClassifier(**parameters, n_features=60, random_state=0)
    return clf.fit(X, np.array(["a", "b", "c"])[y]), np.float32(X)


@pytest.fixture
def exported(fitted, tmp_path):
    export_c(fitted[0], tmp_path)
    return tmp_path


def build_example(folder, *flags, compiler=COMPILER, name="lightwaves"):
    out = folder / "example"
    sources = folder / "example.c", folder / f"{name}_model.c"
    command = [compiler, *flags, *map(str, sources), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


def call(program, *args, text="", **options):
    return subprocess.run(
        [program, *args], input=text, capture_output=True, text=True, **options
    )


def numbers(x):
    return "\n".join(f"{value:.9g}" for value in np.float32(x).ravel())


# Two models


MAIN = """
#include <stdio.h>
#include "{first}_model.h"
#include "{second}_model.h"
static float series[3 * 40];
int main(void)
{{
    float one[{FIRST}_N_CLASSES], other[{SECOND}_N_CLASSES];
    while (1) {{
        for (int i = 0; i < 3 * 40; i++)
            if (scanf("%f", &series[i]) != 1)
                return 0;
        const int a = {first}_predict(series, one), b = {second}_predict(series, other);
        printf("%s %.9g ", {first}_classes[a], (double)one[0]);
        printf("%s %.9g\\n", {second}_classes[b], (double)other[0]);
    }}
}}
"""


@pytest.fixture(scope="module")
def two(make_problem, small):
    """Models of the same labels which answer differently."""
    X, y = make_problem(n_classes=2)
    labels = np.array(["a", "b"])
    clf = LightWaveSClassifier(**small, random_state=0)
    one = clf.fit(X, labels[y])
    other = LightWaveSClassifier(**{**small, "variant": "plus"}, random_state=0)
    return one, other.fit(X, labels[1 - y]), X


@needs_compiler
@pytest.mark.parametrize("way", ["sources", "objects of C++", "archives"])
@pytest.mark.parametrize("names", [("left", "right"), ("wake_2", "wake")])
def test_two_models_in_one_program(two, tmp_path, way, names):
    one, other, X = two
    first, second = names
    for classifier, name in zip((one, other), names, strict=True):
        export_c(classifier, tmp_path, name=name)
    text = MAIN.format(
        first=first, second=second, FIRST=first.upper(), SECOND=second.upper()
    )
    (tmp_path / "main.c").write_text(text)
    sources = [tmp_path / f"{name}_model.c" for name in names]
    main, out = tmp_path / "main.c", tmp_path / "main"
    if way == "sources":
        compiled(main, *sources, out=out)
    elif way == "archives":
        for source in sources:
            compiled(source, "-c", out=source.with_suffix(".o"))
            archive = source.with_suffix(".a"), source.with_suffix(".o")
            subprocess.run(["ar", "rcs", *archive], check=True)
        compiled(main, *(source.with_suffix(".a") for source in sources), out=out)
    else:
        if not CXX_COMPILERS:
            pytest.skip("needs a C++ compiler")
        command = [CXX_COMPILERS[0], *WARNINGS, "-flto", "-O2", "-x", "c++", main]
        subprocess.run([*command, *sources, "-o", out], check=True)
    done = call(out, text=numbers(X))
    rows = [line.split() for line in done.stdout.splitlines()]
    expected = [c.predict(np.float32(X)).tolist() for c in (one, other)]
    assert expected[0] != expected[1]
    assert [[row[0] for row in rows], [row[2] for row in rows]] == expected
    for column, classifier in ((1, one), (3, other)):
        found = [float(row[column]) for row in rows]
        scores = -classifier.decision_function(np.float32(X))
        assert_allclose(found, scores, rtol=1e-5, atol=1e-5)


@needs_compiler
def test_every_name_has_the_prefix(two, tmp_path):
    source = export_c(two[0], tmp_path, name="gesture")
    assert [path.name for path in source.files[:2]] == [
        "gesture_model.h",
        "gesture_model.c",
    ]
    for path in source.files:
        assert "lightwaves_" not in path.read_text()
        assert "LIGHTWAVES_" not in path.read_text()
    model = compiled(source.files[1], "-c", out=tmp_path / "model.o")
    if shutil.which("nm"):
        command = ["nm", "-g", "--defined-only", model]
        symbols = subprocess.run(command, capture_output=True, text=True, check=True)
        names = {line.split()[-1] for line in symbols.stdout.splitlines()}
        calls = ("classes", "predict", "predict_length", "push", "reset")
        assert names == {f"gesture_{call}" for call in calls}
    command = [COMPILER, "-E", "-dM", source.files[0]]
    macros = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    ours = [line for line in macros.splitlines() if "gesture" in line.lower()]
    command = [COMPILER, "-E", "-dM", "-x", "c", "/dev/null"]
    others = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert set(macros.splitlines()) - set(others.splitlines()) == set(ours)


@needs_compiler
def test_names_that_differ_in_case_are_no_silent_mix(two, tmp_path):
    """Their macros are the same, which a compiler says."""
    one, other, _ = two
    export_c(one, tmp_path / "a", name="gesture", n_timepoints=30)
    export_c(other, tmp_path / "b", name="Gesture", n_timepoints=40)
    main = tmp_path / "main.c"
    main.write_text('#include "a/gesture_model.h"\n#include "b/Gesture_model.h"\n')
    command = [COMPILER, "-c", str(main), "-o", str(tmp_path / "main.o")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "GESTURE_" in done.stderr


# Contraction


@needs_fused
@pytest.mark.parametrize("level", ["-O2", "-O3"])
def test_gcc_fuses_nothing(fitted, exported, level):
    flags = [level, "-std=gnu99", *FUSING]
    source = exported / "lightwaves_model.c"
    for compiler in COMPILERS:
        command = [compiler, *flags, "-c", source, "-o", exported / "model.o"]
        subprocess.run(command, check=True)
        assert fused(exported / "model.o") == 0
    exact = Program(exported, 3)
    command = ["gcc", *flags, "-shared", "-fPIC", source, "-o", exported / "lax.so"]
    subprocess.run(command, check=True)
    lax = Program.of_library(exported / "lax.so", 3)
    for x in fitted[1]:
        assert_array_equal(lax(x)[1], exact(x)[1])


@needs_fused
def test_self_test_finds_fused_operations(fitted, exported):
    assert call(build_example(exported, *EXACT), "--self-test").returncode == 0
    done = call(build_example(exported, "-O2", "-std=gnu99", *FUSING), "--self-test")
    assert (done.returncode, done.stdout, done.stderr) == (0, "self-test passed\n", "")
    source = exported / "lightwaves_model.c"
    text = source.read_text()
    assert text.count("#pragma GCC optimize") == 1
    source.write_text(text.replace("#pragma GCC optimize", "#pragma STDC"))
    fusing = build_example(exported, "-O2", "-std=gnu99", *FUSING)
    parameters = fitted[0].get_params()
    if parameters["kernels"] != "minirocket" or parameters["variant"] == "plus":
        return  # own weights, and quantiles as thresholds, hardly hang on the last bit
    for args in (["--self-test"], []):
        done = call(fusing, *args, text=numbers(fitted[1][0]))
        assert (done.returncode, done.stdout) == (1, "")
        assert "self-test failed" in done.stderr
        assert "-ffp-contract=off" in done.stderr


@needs_compiler
@pytest.mark.parametrize(
    ("mean", "std", "n_timepoints"),
    [(0, 1, 1), (0, 1, 7), (1e6, 1, 60), (1e12, 3, 60), (-3e-30, 1e-31, 60), (5, 0, 9)],
)
def test_self_test_passes_at_any_scale(make_problem, tmp_path, mean, std, n_timepoints):
    X, y = make_problem(n_classes=2)
    X[:, 0] = X[:, 0] * std + mean
    clf = LightWaveSClassifier(
        variant="L1L2", n_features=30, max_dilation=4, random_state=0
    ).fit(X, y)
    export_c(clf, tmp_path, n_timepoints=n_timepoints)
    assert call(build_example(tmp_path, *EXACT), "--self-test").returncode == 0


@needs_compiler
@pytest.mark.parametrize(
    "change",
    [
        ("3.0f * x[t]", "3.001f * x[t]"),
        ("head_means[accumulator->feature]", "head_means[0]"),
        ("scores[k] += accumulator.compensation[k]", "scores[k] -= 1e-3f"),
    ],
)
def test_self_test_finds_other_changes(make_problem, small, tmp_path, change):
    X, y = make_problem(n_classes=3)
    export_c(LightWaveSClassifier(**small, random_state=0).fit(X, y), tmp_path)
    source = tmp_path / "lightwaves_model.c"
    text = source.read_text()
    assert change[0] in text
    source.write_text(text.replace(*change))
    done = call(build_example(tmp_path, *EXACT), "--self-test")
    assert (done.returncode, done.stdout) == (1, "")
    assert "self-test failed" in done.stderr


@needs_compiler
@pytest.mark.parametrize(
    "flag",
    ["-ffast-math", "-Ofast", "-ffinite-math-only", "-funsafe-math-optimizations"],
)
def test_loose_arithmetic_is_refused(exported, flag):
    """But for what clang does not tell, which is for the self-test to find."""
    sources = exported / "example.c", exported / "lightwaves_model.c"
    for compiler in COMPILERS:
        command = [compiler, flag, *sources, "-o", exported / "loose"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode != 0 or compiler == "clang"
        if done.returncode != 0:
            assert "order of operations" in done.stderr


@pytest.mark.skipif(not X86 or not shutil.which("gcc"), reason="needs gcc on x86")
def test_registers_of_80_bits_are_refused(exported):
    source = exported / "lightwaves_model.c"
    command = ["gcc", "-mfpmath=387", "-c", source, "-o", exported / "model.o"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "-mfpmath=sse" in done.stderr


@pytest.mark.skipif(shutil.which("cmake") is None, reason="needs cmake")
def test_cmake(two, tmp_path):
    export_c(two[0], tmp_path / "c", name="left")
    build = tmp_path / "build"
    options = ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"]
    for command in (
        ["cmake", "-S", tmp_path / "c", "-B", build, *options],
        ["cmake", "--build", build],
        ["ctest", "--test-dir", build, "--output-on-failure"],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "-ffp-contract=off" in (build / "compile_commands.json").read_text()
    done = call(build / "example", text=numbers(two[2]))
    labels = [line.split()[0] for line in done.stdout.splitlines()]
    assert labels == two[0].predict(np.float32(two[2])).tolist()


@pytest.mark.skipif(shutil.which("cmake") is None, reason="needs cmake")
def test_two_models_in_one_project_of_cmake(two, tmp_path):
    for classifier, name in zip(two, ("left", "right"), strict=False):
        export_c(classifier, tmp_path / name, name=name)
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.10)\nproject(both C)\n"
        "add_subdirectory(left)\nadd_subdirectory(right)\nadd_executable(main main.c)\n"
        "target_link_libraries(main left_model right_model)\n"
    )
    text = MAIN.format(first="left", second="right", FIRST="LEFT", SECOND="RIGHT")
    (tmp_path / "main.c").write_text(text)
    for command in (
        ["cmake", "-S", tmp_path, "-B", tmp_path / "build"],
        ["cmake", "--build", tmp_path / "build"],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    done = call(tmp_path / "build" / "main", text=numbers(two[2]))
    rows = [line.split() for line in done.stdout.splitlines()]
    for column, classifier in ((0, two[0]), (2, two[1])):
        found = [row[column] for row in rows]
        assert found == classifier.predict(np.float32(two[2])).tolist()


# C++ and the example


@pytest.mark.skipif(not CXX_COMPILERS, reason="needs a C++ compiler")
@pytest.mark.parametrize("standard", ["c++11", "c++17", "c++2a"])
def test_it_is_cpp_too(fitted, exported, standard):
    for compiler in CXX_COMPILERS:
        flags = [f"-std={standard}", *WARNINGS, "-O2", *FUSING]
        example = build_example(exported, "-x", "c++", *flags, compiler=compiler)
        if not FUSING or can_fuse():
            assert call(example, "--self-test").returncode == 0
            done = call(example, text=numbers(fitted[1][:5]))
            labels = [line.split()[0] for line in done.stdout.splitlines()]
            assert labels == fitted[0].predict(fitted[1][:5]).tolist()


@needs_compiler
@pytest.mark.parametrize("standard", ["c99", "c11", "c2x"])
def test_it_is_clean_c(exported, standard):
    for compiler in COMPILERS:
        flags = [f"-std={standard}", *STRICT[1:], "-Wmissing-prototypes"]
        build_example(exported, *flags, compiler=compiler)


@pytest.fixture(scope="module")
def example(two, tmp_path_factory):
    folder = tmp_path_factory.mktemp("example")
    export_c(two[0], folder)
    return build_example(folder, *STRICT, *EXACT)


@needs_compiler
@pytest.mark.parametrize(
    "argument",
    [
        "10abc",
        "abc",
        "",
        "0",
        "-3",
        "41",
        "1e1",
        "10.5",
        "0x10",
        "9" * 30,
        "--self-tes",
    ],
)
def test_example_refuses_arguments(example, two, argument):
    done = call(example, argument, text=numbers(two[2][0]))
    assert (done.returncode, done.stdout) == (1, "")
    assert repr(argument) in done.stderr
    assert "from 1 to 40" in done.stderr


@needs_compiler
def test_example_takes_one_argument(example, two):
    done = call(example, "10", "20", text=numbers(two[2][0]))
    assert (done.returncode, done.stdout) == (1, "")
    assert "one argument" in done.stderr


@needs_compiler
@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("1 2 x3", "series 3, value 3: 'x3' is not a number"),
        ("1 2 3abc 4", "series 3, value 3: '3abc' is not a number"),
        ("1,2,3", "series 3, value 1: '1,2,3' is not a number"),
        ("1 2\0003 3", "series 3, value 2: '2' is not a number"),
        ("1 " + "7" * 399 + "x", "series 3, value 2: '7777"),
        ("1 2 3", "series 3 ends after 3 of 120 values"),
        ("1 " * 119, "series 3 ends after 119 of 120 values"),
        ("nan " * 120, "series 3: a value is not finite"),
        ("1e99 " * 120, "series 3: a value is not finite"),
    ],
)
def test_example_refuses_input(example, two, end, reason):
    """What came before is classified, and the end says what is wrong."""
    done = call(example, text=numbers(two[2][:2]) + "\n" + end)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr.startswith(reason)
    assert done.stderr.count("\n") == 1


@needs_compiler
def test_example_ends_well(example, two):
    for text, n_lines in (("", 0), (" \n", 0), (numbers(two[2][:2]) + " \n\n", 2)):
        done = call(example, text=text)
        assert (done.returncode, done.stderr) == (0, "")
        assert len(done.stdout.splitlines()) == n_lines


@needs_compiler
def test_example_says_what_cannot_be_read_or_written(example, two, tmp_path):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [example],
            input=numbers(two[2]),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("standard output: ")
