"""Configuration of the documentation site; see docs/build for how to build it."""

import os
from pathlib import Path

import lightwaves_aeon

here = Path(__file__).parent

project = "lightwaves-aeon"
author = "The lightwaves-aeon developers"
copyright = author
version = release = lightwaves_aeon.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
    "numpydoc",
    "myst_nb",
    "sphinx_click",
    "sphinx_copybutton",
]
exclude_patterns = ["_build"]
# A single backtick in a docstring is a link where there is something to link to.
default_role = "autolink"
# Every reference must lead somewhere. Fitted attributes have no entries of their own.
nitpicky = True
nitpick_ignore_regex = [("py:obj", "(features|channels|selection_path|channel_path)_")]

# Notebooks are MyST Markdown. They run at every build, and an error ends it.
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_execution_in_temp = True
# What the kernels inherit: the drawings and the style of the site, and one thread for
# BLAS, since several wait for each other where cores are shared.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(here), *filter(None, [os.environ.get("PYTHONPATH")])]
)
os.environ["MATPLOTLIBRC"] = str(here)
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings have the types
autosummary_generate = False
add_module_names = False
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"lightwaves-aeon {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
copybutton_exclude = ".linenos, .gp, .go"


def of_the_package(app, env, node, contnode):
    """Find in the package what a docstring of one of its modules names in short."""
    if node.get("refdomain") != "py":
        return None
    name = f"lightwaves_aeon.{node['reftarget']}"
    return env.domains["py"].resolve_xref(
        env, node["refdoc"], app.builder, "obj", name, node, contnode
    )


def as_a_notebook(app, docname, source):
    """Offer pages with cells for download."""
    if docname != "index" and source[0].startswith("---\nfile_format: mystnb\n"):
        link = f"{{nb-download}}`notebook <{docname}.ipynb>`"
        source[0] += f"\n\n---\n\nThis page can be downloaded as a {link}.\n"


def setup(app):
    """Connect what is defined here."""
    app.connect("source-read", as_a_notebook)
    app.connect("missing-reference", of_the_package)
