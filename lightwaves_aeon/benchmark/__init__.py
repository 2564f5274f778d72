"""Runs over whole archives of data sets, their results in files, and reports on them.

Results lie in files as aeon and tsml-eval read them.
"""

__all__ = ["load_results"]

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightwaves_aeon.benchmark.measures import load_results


def __getattr__(name: str) -> Any:
    # The command line imports from this package and must not wait for pandas.
    if name == "load_results":
        from lightwaves_aeon.benchmark.measures import load_results

        return load_results
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
