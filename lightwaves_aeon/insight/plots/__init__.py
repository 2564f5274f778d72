"""Pictures of what a fitted model says, drawn with matplotlib.

Each function draws into the axes it is given, or into a new figure, and returns the
axes. It takes what the extra ``plots`` installs.
"""

from __future__ import annotations

__all__ = [
    "plot_channel_dilation",
    "plot_channel_importance",
    "plot_embedding",
    "plot_kernel",
    "plot_path",
    "plot_response",
    "plot_saliency",
]

try:
    from lightwaves_aeon.insight.plots.cases import plot_embedding, plot_saliency
    from lightwaves_aeon.insight.plots.channels import (
        plot_channel_dilation,
        plot_channel_importance,
    )
    from lightwaves_aeon.insight.plots.features import plot_kernel, plot_response
    from lightwaves_aeon.insight.plots.paths import plot_path
except ImportError as error:
    raise ImportError(
        "the pictures are drawn with matplotlib; to have it: "
        "python3 -m pip install 'lightwaves-aeon[plots]'"
    ) from error
