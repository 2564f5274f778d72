"""Tables as people log them."""

import numpy as np
import pandas as pd

ROLES = {"time": "t", "recording": "machine", "label": "state"}


def log_of(lengths=(12, 9), rate=10.0, n_channels=2, seed=0):
    """A table of recordings, whose states change in the middle."""
    rng = np.random.default_rng(seed)
    parts = [
        pd.DataFrame(
            {
                "machine": name,
                "t": np.round(np.arange(length) / rate, 6),
                "state": np.where(np.arange(length) < length / 2, "on", "off"),
                **{f"c{i}": rng.normal(size=length) for i in range(n_channels)},
            }
        )
        for name, length in zip("ABCDEFGH", lengths, strict=False)
    ]
    return pd.concat(parts, ignore_index=True)
