"""What mixins inherit from, so that mypy lets them use what frameworks give them."""

from __future__ import annotations

__all__ = ["FrameworkClass"]

from typing import Any

FrameworkClass: Any = object
"""A class of aeon or sktime, of which mypy knows nothing; when run, no class at all."""
