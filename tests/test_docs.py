"""The pages of the site: in a toctree, with links to files that are there, complete.

``docs/build`` runs their blocks, see ``docs/run_blocks.py``.
"""

import ast
import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README, DOCS = ROOT / "README.md", ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *DOCS.glob("*.rst")])
FENCED = re.compile(
    r"^(`{3,})(?P<head>.*?)$\n(?P<body>.*?)^\1$", re.DOTALL | re.MULTILINE
)


def prose(page):
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def in_toctrees(page):
    """Names of the pages that the toctrees of a page list."""
    for block in FENCED.finditer(page.read_text(encoding="utf-8")):
        if block["head"].strip() == "{toctree}":
            lines = [line.strip() for line in block["body"].splitlines()]
            yield from (line for line in lines if line and line[0] != ":")


def public_names(module):
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
            return ast.literal_eval(node.value)
    raise AssertionError(f"{module} has no __all__")


def documented():
    """Full names of the entries of the API page."""
    module, kind, names = "", "", set()
    for line in (DOCS / "api.rst").read_text(encoding="utf-8").splitlines():
        directive = re.match(r"\.\. (?P<kind>[\w:]+):: (?P<name>\S+)$", line)
        if directive is None:
            members = re.match(r"   :members: (.+)$", line)
            if members and kind == "automodule":
                names |= {f"{module}.{name}" for name in members[1].split(", ")}
            continue
        kind = directive["kind"]
        if kind in ("currentmodule", "automodule"):
            module = directive["name"]
        else:
            names.add(f"{module}.{directive['name']}")
    return names


def test_every_page_is_in_one_toctree():
    listed = [name for page in PAGES for name in in_toctrees(page)]
    assert sorted([*listed, "index"]) == sorted(page.stem for page in PAGES)


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda p: p.name)
def test_relative_links_lead_to_files(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    relative = [t.partition("#")[0] for t in targets if "://" not in t]
    missing = [t for t in relative if t and not (page.parent / t).is_file()]
    assert not missing


@pytest.mark.parametrize(
    "package",
    [
        "lightwaves_aeon",
        "lightwaves_aeon.insight.plots",
        "lightwaves_aeon.sktime",
    ],
)
def test_public_names_are_on_the_api_page(package):
    module = ROOT.joinpath(*package.split("."), "__init__.py")
    names = {f"{package}.{name}" for name in public_names(module)}
    assert names <= documented()


def test_exports_are_on_the_api_page():
    names = public_names(ROOT / "lightwaves_aeon" / "export" / "__init__.py")
    entries = {entry.rpartition(".")[2] for entry in documented()}
    assert set(names) <= entries


@pytest.mark.parametrize("module", ["aeon/files", "core/predictor", "core/stream"])
def test_modules_are_on_the_api_page(module):
    names = public_names(ROOT / "lightwaves_aeon" / f"{module}.py")
    package = f"lightwaves_aeon.{module.replace('/', '.')}"
    assert {f"{package}.{name}" for name in names} <= documented()


def test_notebooks_are_executed():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        if "{code-cell}" in text:
            assert text.startswith("---\nfile_format: mystnb\n"), page


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda p: p.name)
def test_every_block_has_a_language(page):
    blocks = FENCED.finditer(page.read_text(encoding="utf-8"))
    assert not [block["body"] for block in blocks if not block["head"]]


def test_readme_is_short_and_has_the_command_of_ci():
    text = README.read_text(encoding="utf-8")
    assert re.search(r"^python3? -m pip install .* && .*pytest", text, re.MULTILINE)
    assert len(text.splitlines()) <= 110


def test_blocks_of_a_page(monkeypatch):
    monkeypatch.syspath_prepend(DOCS)
    import run_blocks

    assert doctest.testmod(run_blocks) == (0, 3)
    [block] = run_blocks.blocks("<!-- not run: slow -->\n```bash\nls\n```\n")
    assert not block.is_run
