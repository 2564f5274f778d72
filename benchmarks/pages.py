"""Pages that several benchmarks, or parts of one, write sections of."""

from __future__ import annotations

__all__ = ["section_of", "with_section"]

import re


def _bounds(page: str, heading: str) -> tuple[int, int]:
    found = re.search(rf"(?m)^## {re.escape(heading)}\n\n", page)
    if found is None:
        raise ValueError(f"the page has no section {heading!r}")
    following = page.find("\n## ", found.end())
    return found.end(), len(page) if following < 0 else following


def section_of(page: str, heading: str) -> str:
    """Give what stands under a heading of second rank."""
    start, end = _bounds(page, heading)
    return page[start:end].strip()


def with_section(page: str, heading: str, text: str) -> str:
    """Give a page with other text under a heading of second rank."""
    start, end = _bounds(page, heading)
    return f"{page[:start]}{text.strip()}\n{page[end:]}"
