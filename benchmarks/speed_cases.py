"""The parts of the speed benchmark; each returns a table."""

from __future__ import annotations

__all__ = ["PARTS", "SLOW_PARTS", "Scale"]

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np
from aeon.classification.convolution_based import (
    MiniRocketClassifier,
    RocketClassifier,
)
from aeon.transformations.collection.convolution_based import MiniRocket, Rocket

from benchmarks.published import HINTED, PADDED, TESTED, plain_features
from benchmarks.speed_growth import growth
from benchmarks.speed_problem import Scale, evaluators, make_problem
from benchmarks.timing import Table, race, spread
from lightwaves_aeon import LightWaveS, LightWaveSClassifier
from lightwaves_aeon.core.bank import dilations_up_to, kernel_bank
from lightwaves_aeon.core.features import VARIANTS
