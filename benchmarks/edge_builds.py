"""A fitted classifier in C and in ONNX, built and ready to be called."""

from __future__ import annotations

__all__ = ["CBuild", "IntegerBuild", "OnnxBuild"]

import ctypes
import subprocess
from pathlib import Path

import numpy as np

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.export.c.source import export_c
from lightwaves_aeon.export.onnx.model import export_onnx

FLAGS = ("-std=c99", "-O3", "-march=native", "-ffp-contract=off")
FLOATS = ctypes.POINTER(ctypes.c_float)
SHORTS, LONGS = ctypes.POINTER(ctypes.c_int16), ctypes.POINTER(ctypes.c_int32)


class CBuild:
    """The C program, built by gcc for this machine and called as a library.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted.
    folder : Path
        Where to build.
    n_timepoints : int
        Time points of the longest series.
    """

    def __init__(
        self, classifier: LightWaveSClassifier, folder: Path, n_timepoints: int
    ):
        self.source = export_c(classifier, folder, n_timepoints=n_timepoints)
        self._predict = _library(folder).lightwaves_predict_length
        self._predict.argtypes = [FLOATS, ctypes.c_int, FLOATS]
        self._scores = (ctypes.c_float * len(classifier.classes_))()

    def prepared(self, x: np.ndarray):
        """Give a call without arguments that classifies one case."""
        x = np.ascontiguousarray(x, np.float32)
        series, n, scores = x.ctypes.data_as(FLOATS), x.shape[1], self._scores
        predict, keep = self._predict, x

        def call(keep=keep) -> int:
            return predict(series, n, scores)

        return call

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Give the scores of the classes for one case."""
        if self.prepared(x)() < 0:
            raise ValueError("the program refuses the case")
        return np.array(self._scores)


class IntegerBuild:
    """The C program in integers, built and called in the same way.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted.
    folder : Path
        Where to build.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
        Cases to choose binary digits by.
    """

    def __init__(self, classifier: LightWaveSClassifier, folder: Path, X: np.ndarray):
        self.source = export_c(classifier, folder, arithmetic="int16", X=X)
        bits = self.source.agreement.bits
        self.model = classifier.quantised(n_timepoints=X.shape[2], bits=bits)
        self._predict = _library(folder).lightwaves_predict
        self._predict.argtypes = [SHORTS, LONGS]
        self._scores = (ctypes.c_int32 * len(classifier.classes_))()

    def prepared(self, z: np.ndarray):
        """Give a call without arguments that classifies one case of samples."""
        z = np.ascontiguousarray(z)
        samples, scores, predict = z.ctypes.data_as(SHORTS), self._scores, self._predict

        def call(keep=z) -> int:
            return predict(samples, scores)

        return call

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict the labels of cases."""
        found = [self.prepared(z)() for z in self.model.quantise(X)]
        return self.model.fitted.classes[found]


class OnnxBuild:
    """The ONNX model in onnxruntime, in one thread.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted.
    path : Path
        Where to write the model.
    """

    def __init__(self, classifier: LightWaveSClassifier, path: Path):
        import onnxruntime

        export_onnx(classifier, path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def prepared(self, x: np.ndarray):
        """Give a call without arguments that classifies one case."""
        feed = {"X": np.ascontiguousarray(x, np.float32)[None]}
        return lambda: self._session.run(None, feed)

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Give the scores of the classes for one case."""
        scores = self.prepared(x)()[2][0]
        return np.array([-scores, scores]) if np.ndim(scores) == 0 else scores


def _library(folder: Path) -> ctypes.CDLL:
    library, code = folder / "model.so", folder / "lightwaves_model.c"
    command = ["gcc", *FLAGS, "-shared", "-fPIC", "-o", str(library), str(code)]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))
