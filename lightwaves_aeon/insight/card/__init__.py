"""A model card: one page on what a model decides, how well, and by what.

It takes what the extra ``report`` installs.
"""

from __future__ import annotations

__all__ = ["MARK", "page_of", "write_report"]

try:
    from lightwaves_aeon.insight.card.page import MARK, page_of, write_report
except ImportError as error:
    raise ImportError(
        "reports on models are made with jinja2 and matplotlib; to have them: "
        "python3 -m pip install 'lightwaves-aeon[report]'"
    ) from error
