"""What the package promises about its surroundings."""

import subprocess
import sys
from importlib.metadata import requires, version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import lightwaves_aeon


def requirements(distribution):
    """Requirements without those of extras, by normalised name."""
    parsed = [Requirement(text) for text in requires(distribution)]
    return {
        r.name.lower(): r.specifier
        for r in parsed
        if r.marker is None or r.marker.evaluate({"extra": ""})
    }


def bound(specifier, operator):
    return max(Version(s.version) for s in specifier if s.operator == operator)


OURS, AEONS = requirements("lightwaves-aeon"), requirements("aeon")


@pytest.mark.parametrize("name", sorted(OURS))
def test_installed_version_is_allowed(name):
    assert OURS[name].contains(version(name), prereleases=True)


@pytest.mark.parametrize("name", sorted(OURS.keys() & AEONS.keys()))
def test_bounds_lie_within_those_of_aeon(name):
    assert bound(OURS[name], ">=") >= bound(AEONS[name], ">=")
    if any(s.operator == "<" for s in AEONS[name]):
        assert bound(OURS[name], "<") == bound(AEONS[name], "<")


def test_version_is_that_of_the_distribution():
    assert version("lightwaves-aeon") == lightwaves_aeon.__version__


def test_what_is_public_is_what_dir_shows():
    assert dir(lightwaves_aeon) == sorted(lightwaves_aeon.__all__)
    for name in lightwaves_aeon.__all__:
        assert getattr(lightwaves_aeon, name) is not None


def test_sktime_is_asked_for_by_name():
    code = (
        "import sys; sys.modules['sktime'] = None;"
        "import importlib.util as u; u.find_spec = lambda name: None;"
        "import lightwaves_aeon.sktime"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'pip install "lightwaves-aeon[sktime]"' in found.stderr.splitlines()[-1]


def test_import_adds_neither_optional_packages_nor_wavelets():
    unwanted = "{'mpi4py', 'sktime', 'matplotlib', 'pywt', 'rich', 'click'}"
    code = (
        "import sys, aeon.classification, aeon.transformations.collection;"
        "before = set(sys.modules); from lightwaves_aeon import LightWaveSClassifier;"
        f"print({unwanted} & (set(sys.modules) - before))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert output.strip() == "set()"


def test_core_knows_no_framework():
    code = (
        "import sys, lightwaves_aeon.core.search;"
        "print({'aeon', 'sktime'} & set(sys.modules))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert output.strip() == "set()"
