"""C as projects take it: installed, a component or module, and beside other models."""

import shutil
import subprocess

import numpy as np
import pytest
from c_program import COMPILER, compiled, needs_compiler
from numpy.testing import assert_allclose

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor
from lightwaves_aeon.export.c.source import export_c

needs_cmake = pytest.mark.skipif(shutil.which("cmake") is None, reason="needs cmake")
needs_pkg_config = pytest.mark.skipif(
    shutil.which("pkg-config") is None, reason="needs pkg-config"
)

MAIN = """
#include <stdio.h>
#include "gait_model.h"
#include "pace_model.h"
static float series[GAIT_N_CHANNELS * GAIT_MAX_TIMEPOINTS];
int main(void)
{
    float scores[GAIT_N_CLASSES], number;
    for (;;) {
        for (int i = 0; i < GAIT_N_CHANNELS * GAIT_MAX_TIMEPOINTS; i++)
            if (scanf("%f", &series[i]) != 1)
                return 0;
        const int best = gait_predict(series, scores);
        gait_probabilities(scores, scores);
        if (pace_predict(series, &number) == PACE_PREDICTED)
            printf("%s %.9g %.9g\\n", gait_classes[best], (double)scores[best],
                   (double)number);
    }
}
"""
"""It asks a classifier and a regressor."""


@pytest.fixture(scope="module")
def both(make_problem, small, tmp_path_factory):
    """Folders of a classifier and of a regressor, and a check of a program of both."""
    folder = tmp_path_factory.mktemp("both")
    X, y = make_problem(n_classes=3)
    parameters = {**small, "random_state": 0}
    clf = LightWaveSClassifier(**parameters).fit(X, np.array(["a", "b", "c"])[y])
    reg = LightWaveSRegressor(**parameters).fit(X, y + 0.5)
    export_c(clf, folder / "gait", name="gait", probabilities=True)
    export_c(reg, folder / "pace", name="pace")
    (folder / "main.c").write_text(MAIN)
    X = np.float32(X)

    def is_right(program):
        text = "\n".join(f"{value:.9g}" for value in X.ravel())
        done = run(program, input=text)
        labels, probabilities, numbers = zip(
            *(line.split() for line in done.stdout.splitlines()), strict=True
        )
        assert list(labels) == clf.predict(X).tolist()
        largest = clf.predict_proba(X).max(axis=1)
        assert_allclose(np.float64(probabilities), largest, rtol=0, atol=1e-5)
        assert_allclose(np.float64(numbers), reg.predict(X), rtol=1e-5, atol=1e-5)
        return True

    return folder, is_right


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@needs_compiler
def test_a_classifier_beside_a_regressor(both, tmp_path):
    folder, is_right = both
    names = ("gait", "pace")
    sources = [folder / name / f"{name}_model.c" for name in names]
    includes = [f"-I{folder / name}" for name in names]
    program = tmp_path / "main"
    compiled(folder / "main.c", *sources, *includes, "-lm", out=program)
    assert is_right(program)
    if shutil.which("nm"):
        defined = []
        for source in sources:
            compiled(source, "-c", out=source.with_suffix(".o"))
            listed = run("nm", "-g", "--defined-only", source.with_suffix(".o")).stdout
            defined += [line.split()[-1] for line in listed.splitlines()]
        assert {name.partition("_")[0] for name in defined} == set(names)
        assert len(set(defined)) == len(defined) == 10


@pytest.fixture(scope="module")
def installed(both, tmp_path_factory):
    """Where cmake has installed both, for another place than it was told at first."""
    folder, _ = both
    prefix = tmp_path_factory.mktemp("installed")
    for name in ("gait", "pace"):
        build = folder / f"build_{name}"
        run("cmake", "-S", folder / name, "-B", build)
        run("cmake", "--build", build)
        run("ctest", "--test-dir", build)
        run("cmake", "--install", build, "--prefix", prefix)
    return prefix


@needs_cmake
def test_find_package(both, installed, tmp_path):
    folder, is_right = both
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.10)\nproject(main C)\n"
        "find_package(gait_model REQUIRED)\nfind_package(pace_model REQUIRED)\n"
        f"add_executable(main {folder / 'main.c'})\n"
        "target_link_libraries(main lightwaves::gait_model lightwaves::pace_model)\n"
    )
    build = tmp_path / "build"
    run("cmake", "-S", tmp_path, "-B", build, f"-DCMAKE_PREFIX_PATH={installed}")
    run("cmake", "--build", build)
    assert is_right(build / "main")


@needs_cmake
@needs_pkg_config
def test_pkg_config(both, installed, tmp_path):
    folder, is_right = both
    place = next(installed.rglob("gait_model.pc")).parent
    asked = "pkg-config", "--cflags", "--libs", "gait_model", "pace_model"
    flags = run(*asked, env={"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(place)})
    program = tmp_path / "main"
    run(COMPILER, folder / "main.c", *flags.stdout.split(), "-o", program)
    assert is_right(program)


@needs_cmake
def test_in_a_larger_project(both, tmp_path):
    folder, is_right = both
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.10)\nproject(main C)\n"
        f"add_subdirectory({folder / 'gait'} gait)\n"
        f"add_subdirectory({folder / 'pace'} pace EXCLUDE_FROM_ALL)\n"
        f"add_executable(main {folder / 'main.c'})\n"
        "target_link_libraries(main lightwaves::gait_model lightwaves::pace_model)\n"
    )
    build, prefix = tmp_path / "build", tmp_path / "prefix"
    run("cmake", "-S", tmp_path, "-B", build)
    run("cmake", "--build", build)
    assert is_right(build / "main")
    run("cmake", "--install", build, "--prefix", prefix)
    headers = {path.name for path in prefix.rglob("*.h")}
    assert headers == {"gait_model.h", "gait_model_data.h"}


ESP_IDF = """
set(ESP_PLATFORM 1)
macro(idf_component_register)
  cmake_parse_arguments(of "" "" "SRCS;INCLUDE_DIRS" ${ARGN})
  get_filename_component(COMPONENT_NAME ${CMAKE_CURRENT_LIST_DIR} NAME)
  set(COMPONENT_LIB __idf_${COMPONENT_NAME})
  add_library(${COMPONENT_LIB} STATIC ${of_SRCS})
  target_include_directories(${COMPONENT_LIB} PUBLIC ${of_INCLUDE_DIRS})
  target_link_libraries(${COMPONENT_LIB} INTERFACE m)
  target_link_libraries(main ${COMPONENT_LIB})
endmacro()
"""
ZEPHYR = """
macro(zephyr_library_named name)
  set(ZEPHYR_CURRENT_LIBRARY ${name})
  add_library(${name} STATIC "")
  target_link_libraries(main ${name} m)
endmacro()
function(zephyr_library_sources)
  target_sources(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${ARGN})
endfunction()
function(zephyr_library_compile_options)
  target_compile_options(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})
endfunction()
function(zephyr_include_directories folder)
  target_include_directories(main PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
endfunction()
"""
"""What CMakeLists.txt calls of either, in short."""


@needs_cmake
@pytest.mark.parametrize("system", [ESP_IDF, ZEPHYR], ids=["ESP-IDF", "Zephyr"])
def test_component_and_module(both, tmp_path, system):
    folder, is_right = both
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(main C)\n"
        f"add_executable(main {folder / 'main.c'})\n{system}"
        f"add_subdirectory({folder / 'gait'} gait)\n"
        f"add_subdirectory({folder / 'pace'} pace)\n"
    )
    build = tmp_path / "build"
    run("cmake", "-S", tmp_path, "-B", build, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
    run("cmake", "--build", build)
    assert is_right(build / "main")
    commands = (build / "compile_commands.json").read_text()
    assert commands.count("-ffp-contract=off") == 2
    module = (folder / "gait" / "zephyr" / "module.yml").read_text().splitlines()
    assert module[1:] == ["name: gait_model", "build:", "  cmake: ."]
