"""Hashes of what models compute, frozen: a change of the code must not change a bit.

``python tests/frozen/freeze.py`` compares; with ``--write`` it freezes what the code
computes now, which only a change that is meant to alter results may do.

Linear algebra, exponentials and vector units differ between processors: what depends on
them is computed with the kernels of one processor family that all have (AVX2), set
before NumPy is loaded. Elsewhere only the results that use none of them are compared.
"""

import hashlib
import json
import os
import platform
import sys
import tempfile
import zipfile
from contextlib import redirect_stdout
from pathlib import Path

FROZEN = Path(__file__).with_suffix(".json")

FIXED = {
    "OPENBLAS_CORETYPE": "Haswell",
    "OPENBLAS_NUM_THREADS": "1",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL "
    "AVX512_ICL AVX512_SPR",
}


def sha(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else repr(part).encode())
    return digest.hexdigest()[:16]


def of_array(array):
    import numpy as np

    array = np.asarray(array)
    if array.dtype == object:
        return sha(array.tolist())
    return sha(array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes())


def of_frame(frame):
    """Hash values column by column, whatever pandas makes of their types."""
    return sha(*(part for name in frame for part in (name, repr(frame[name].tolist()))))


def of_onnx(path):
    """Hash operators, their attributes and constants, whatever tensors are called."""
    import onnx

    graph = onnx.load(path).graph
    nodes = [
        (node.op_type, *(a.SerializeToString().hex() for a in node.attribute))
        for node in graph.node
    ]
    constants = (of_array(onnx.numpy_helper.to_array(t)) for t in graph.initializer)
    return sha(nodes, *constants)


def of_model_file(path):
    """Hash the contents of a model file, whatever its arrays are called."""
    with zipfile.ZipFile(path) as archive:
        content = json.loads(archive.read("header"))["content"]
        members = [archive.read(name) for name in archive.namelist()[1:]]
    return sha(content, *members)


def problems():
    import numpy as np
    from aeon.datasets import load_basic_motions, load_japanese_vowels

    rng = np.random.default_rng(0)
    motions = load_basic_motions(split="train")
    X, y = load_japanese_vowels(split="train")
    vowels = X[::5], y[::5]
    t = np.arange(60)
    y = np.arange(90) % 3
    single = rng.normal(size=(90, 1, 60)) + np.sin(0.2 * (1 + y[:, None, None]) * t)
    y = np.arange(30) % 2
    three = rng.normal(size=(30, 3, 41))
    three[:, 1] += np.sin((0.3 + y[:, None]) * t[:41])
    three[:, 2] += three[:, 0]
    rng, gaps = np.random.default_rng(1), np.float32(three)
    gaps[::4][rng.random(gaps[::4].shape) < 0.3] = np.nan
    gaps[1::4, :, 10:22], gaps[2::4, 1], gaps[6] = np.nan, np.nan, np.nan
    uneven = [x[:, : 41 - i % 5] for i, x in enumerate(gaps)]
    return {
        "motions": motions,
        "vowels": vowels,
        "single": (single.astype(np.float32), np.arange(90) % 3),
        "three": (np.round(100 * three).astype(np.int32), np.array(["a", "b"])[y]),
        "gaps": (gaps, np.array(["a", "b"])[y]),
        "uneven gaps": (uneven, np.array(["a", "b"])[y]),
    }


MODELS = {
    "motions L1": ("motions", {"variant": "L1", "n_features": 60}),
    "motions L2": ("motions", {"variant": "L2", "n_features": 60}),
    "motions L1L2": ("motions", {"variant": "L1L2", "n_features": 80}),
    "motions plus": ("motions", {"variant": "plus", "n_features": 80}),
    "motions L1L2 2 channels": (
        "motions",
        {"variant": "L1L2", "n_features": 40, "max_channels": 2},
    ),
    "vowels L1L2": ("vowels", {"variant": "L1L2", "n_features": 50}),
    "vowels plus": ("vowels", {"variant": "plus", "n_features": 50}),
    "single L1L2 detach": (
        "single",
        {"variant": "L1L2", "selector": "detach", "n_features": 40, "max_cases": 60},
    ),
    "single plus": ("single", {"variant": "plus", "n_features": 40}),
    "single plus mrmr": (
        "single",
        {"variant": "plus", "selector": "mrmr", "n_features": 20, "max_dilation": 4},
    ),
    "three plus auto": (
        "three",
        {"variant": "plus", "n_features": "auto", "max_channels": "auto"},
    ),
    "three wavelets": (
        "three",
        {
            "variant": "L1L2",
            "kernels": ["mexh", "db4", "cgau1"],
            "n_features": 30,
            "pool_size": 60,
        },
    ),
    "three plus mixed kernels": (
        "three",
        {"variant": "plus", "kernels": ["minirocket", "db2"], "n_features": 40},
    ),
    "three balanced": (
        "three",
        {"variant": "L1L2", "class_weight": "balanced", "n_features": 20},
    ),
    "gaps L1L2": ("gaps", {"variant": "L1L2", "n_features": 30}),
    "gaps plus": ("gaps", {"variant": "plus", "n_features": 30}),
    "gaps plus augmented": (
        "gaps",
        {"variant": "plus", "n_features": 30, "augment_missing": 0.4},
    ),
    "uneven gaps plus": ("uneven gaps", {"variant": "plus", "n_features": 30}),
}

REGRESSORS = {
    "motions numbers L1L2": ("motions", {"variant": "L1L2", "n_features": 40}),
    "motions numbers plus": ("motions", {"variant": "plus", "n_features": 40}),
    "uneven gaps numbers plus": ("uneven gaps", {"variant": "plus", "n_features": 30}),
}

EXPORTED = (
    *("motions L1L2", "vowels plus", "single plus", "three plus mixed kernels"),
    *("gaps L1L2", "gaps plus", "uneven gaps plus"),
)
IN_INTEGERS = ("motions L1L2", "motions plus", "single plus", "motions numbers plus")
SELECTED_BY_ANOVA = ("L1", "L2", "L1L2", "wavelets", "balanced", "mrmr")


def uses_blas(name):
    """Tell whether the table of a model is found by linear algebra."""
    found = name.split()
    exact = set(found) & set(SELECTED_BY_ANOVA)
    return not exact or set(found) & {"detach", "2", "numbers"}


def scores_in_c(folder, X, labels):
    """Compile the model in C, and hash its scores."""
    import numpy as np
    from c_program import COMPILER, Program, RegressionProgram

    if COMPILER is None:
        return None
    kind = RegressionProgram if labels is None else Program
    program = kind(folder, 1 if labels is None else len(labels))
    return sha(*(program.of_length(np.float32(x))[1].tobytes() for x in X))


def scores_in_integers(estimator, X, folder, labels):
    """Export in integers, compile, and hash the digits chosen and the scores."""
    from c_program import COMPILER
    from integer_program import IntegerProgram

    from lightwaves_aeon.export import export_c

    length = max(x.shape[1] for x in X)
    source = export_c(estimator, folder, arithmetic="int16", X=X, n_timepoints=length)
    if COMPILER is None:
        return None
    program = IntegerProgram(folder, 1 if labels is None else len(labels))
    counts = (program.quantise(x)[1] for x in X)
    scores = (program.of_length(x, x.shape[1])[1].tobytes() for x in counts)
    return sha(source.agreement.bits, *scores)


def exports(name, estimator, X):
    """Write the model as a file and as programs, and hash what these hold or say."""
    from lightwaves_aeon.cli import main

    found, labels = {}, getattr(estimator, "classes_", None)
    with tempfile.TemporaryDirectory() as folder:
        file, c, onnx, integers = (
            Path(folder) / part for part in ("model", "c", "onnx", "integers")
        )
        estimator.save(file)
        found["model file"] = of_model_file(file)
        if name in EXPORTED or labels is None:
            length = ["--length", str(max(x.shape[1] for x in X))]
            for arguments in (
                ["--to", "c", "--out", str(c), *length, "--name", "lightwaves"],
                ["--to", "onnx", "--out", str(onnx)],
            ):
                with redirect_stdout(None):
                    main(["export", str(file), *arguments], standalone_mode=False)
            found["scores in C"] = scores_in_c(c, X, labels)
            found["ONNX"] = of_onnx(onnx / "model.onnx")
        if name in IN_INTEGERS:
            found["integers"] = scores_in_integers(estimator, X, integers, labels)
    return found


def of_classifier(classifier, X):
    return {
        "scores": of_array(classifier.decision_function(X)),
        "one case": of_array(classifier.compile().scores(X[0])),
        "labels": of_array(classifier.predict(X)),
        "probabilities": of_array(classifier.predict_proba(X)),
        "words": sha(classifier.describe()),
        "weights": of_frame(classifier.features_),
        "saliency": of_array(classifier.saliency(X[0])),
    }


def of_regressor(regressor, X):
    return {
        "numbers": of_array(regressor.predict(X)),
        "one case": of_array(regressor.compile()(X[0])),
        "intervals": of_array(regressor.predict_interval(X)),
        "words": sha(regressor.describe()),
        "weights": of_frame(regressor.features_),
        "saliency": of_array(regressor.saliency(X[0])),
    }


def numbers(X):
    """Make up a number for each case, which depends on one of its channels."""
    import numpy as np

    spread = [np.nanstd(x[-1]) if np.isfinite(x[-1]).any() else 0.0 for x in X]
    return np.array(spread) + np.random.default_rng(2).normal(size=len(X)) / 10


def weights_of(X):
    import numpy as np

    return np.random.default_rng(3).integers(0, 4, len(X)) / 2


def results():
    """Compute what is frozen: by name, hashes that are portable, and others."""
    from large import PARAMETERS, made_problem

    from lightwaves_aeon import (
        LightWaveSChannelSelector,
        LightWaveSClassifier,
        LightWaveSRegressor,
    )

    data, portable, other = problems(), {}, {}
    for name, (problem, parameters) in {**MODELS, **REGRESSORS}.items():
        X, y = data[problem]
        if name in REGRESSORS:
            estimator = LightWaveSRegressor(random_state=0, **parameters)
            found = of_regressor(estimator.fit(X, numbers(X)), X)
        else:
            estimator = LightWaveSClassifier(random_state=0, **parameters)
            found = of_classifier(estimator.fit(X, y), X)
        transformer = estimator.pipeline_[0]
        of_table = other if uses_blas(name) else portable
        of_table[f"{name}: table"] = of_frame(transformer.features_)
        of_table[f"{name}: names"] = of_array(transformer.get_feature_names_out())
        of_table[f"{name}: features"] = of_array(transformer.transform(X))
        for path in ("selection_path_", "channel_path_"):
            if hasattr(transformer, path):
                found[path] = of_frame(getattr(transformer, path))
        found |= exports(name, estimator, X)
        other |= {f"{name}: {what}": value for what, value in found.items()}

    X, y = data["three"]
    weighted = LightWaveSClassifier(n_features=30, random_state=0)
    weighted.fit(X, y, sample_weight=weights_of(X))
    large = LightWaveSClassifier(variant="L1", **PARAMETERS).fit(*made_problem())
    for name, classifier, cases in (
        ("weights of cases", weighted, X),
        ("large", large, made_problem(50, seed=1)[0]),
    ):
        found = of_classifier(classifier, cases)
        other |= {f"{name}: {what}": value for what, value in found.items()}
    X, y = data["motions"]
    selector = LightWaveSChannelSelector(max_channels="auto", random_state=0).fit(X, y)
    other["channel selector"] = of_frame(selector.channel_path_)
    return {"portable": portable, "other": other}


def is_fixed():
    """Tell whether this machine can compute what depends on the processor."""
    return platform.machine() in ("x86_64", "AMD64") and sys.platform == "linux"


def main():
    """Compare with what is frozen, or freeze."""
    if any(os.environ.get(name) != value for name, value in FIXED.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **FIXED})
    sys.path.insert(0, str(Path(__file__).parents[1]))
    found = results()
    if "--write" in sys.argv:
        FROZEN.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
        return 0
    frozen = json.loads(FROZEN.read_text())
    differ = [
        name
        for group in ("portable", *(["other"] if is_fixed() else []))
        for name in sorted({*frozen[group], *found[group]})
        if frozen[group].get(name) != found[group].get(name)
    ]
    print("\n".join(differ) or "all hashes agree")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
