"""Compile the loops that most tests use, before workers would each do so.

``python warm_up.py PART``: what is compiled is kept on disk.
"""

import sys
import warnings

import numpy as np

PARTS = {
    "paper": [{"variant": "L1L2"}, {"variant": "L1"}],
    "plus": [
        {"variant": "plus", "max_channels": 2},
        {"variant": "L1L2", "selector": "detach"},
    ],
    "wavelets": [{"kernels": ["minirocket", "db2"], "variant": "plus"}],
}


def main(part: str) -> None:
    from lightwaves_aeon import LightWaveSClassifier

    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 3, 40)), np.arange(20) % 2
    for parameters in PARTS[part]:
        clf = LightWaveSClassifier(n_features=20, max_dilation=4, **parameters)
        for cases in (
            X,
            X.astype(np.float32),
            [x[:, : 30 + i] for i, x in enumerate(X)],
        ):
            clf.fit(cases, y).predict(cases)
            clf.compile()(cases[0])


if __name__ == "__main__":
    main(sys.argv[1])
