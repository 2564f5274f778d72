"""Models in integers, for processors without floating point."""

__all__ = ["IntegerModel", "choose_bits"]

from lightwaves_aeon.export.integer.bits import choose_bits
from lightwaves_aeon.export.integer.model import IntegerModel
