"""Run the blocks of pages as a reader would: each page by itself, in an empty folder.

``python docs/run_blocks.py PAGE...`` runs Python blocks and cells, and shell blocks,
from the top of a page to its end. Pages that have cells only are left out: the build of
the site runs these. A comment before a block, ``<!-- not run: WHY -->``, keeps it from
being run.
"""

from __future__ import annotations

__all__ = ["Block", "blocks", "main"]

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FENCED = re.compile(
    r"(?P<why><!-- not run: [^\n]+ -->\n+)?"
    r"^(?P<fence>`{3,})(?P<head>.*?)$\n(?P<body>.*?)^(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
OPTIONS = re.compile(r"\A(---\n.*?^---\n|(:[^\n]*\n)+)", re.DOTALL | re.MULTILINE)
LANGUAGES = {"python": "python", "{code-cell} python": "cell", "bash": "bash"}
SHELL = """
import subprocess
subprocess.run(["bash", "-euo", "pipefail", "-c", {!r}], check=True)
"""


class Block(NamedTuple):
    """What stands between two fences of a page."""

    kind: str
    """"python", "cell", "bash", or what else the fence says."""

    code: str
    is_run: bool


def blocks(text: str) -> Iterator[Block]:
    r"""Give the blocks of a page.

    Parameters
    ----------
    text : str
        The page, in Markdown.

    Yields
    ------
    Block

    Examples
    --------
    >>> from run_blocks import blocks
    >>> [block] = blocks("```bash\nls\n```")
    >>> block
    Block(kind='bash', code='ls\n', is_run=True)
    """
    for match in FENCED.finditer(text):
        kind = LANGUAGES.get(match["head"].strip(), match["head"].strip())
        is_run = kind in LANGUAGES.values() and not match["why"]
        yield Block(kind, OPTIONS.sub("", match["body"]), is_run)


def main(pages: list[Path]) -> int:
    """Run the blocks of pages, and give the number of pages that fail."""
    failed = []
    for page in pages:
        run = [block for block in blocks(page.read_text("utf-8")) if block.is_run]
        if {block.kind for block in run} - {"cell"}:
            print(f"{page.name}: {len(run)} blocks", flush=True)
            if not _succeeds(run):
                failed.append(page.name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def _succeeds(run: list[Block]) -> bool:
    program = "\n".join(
        SHELL.format(block.code) if block.kind == "bash" else block.code
        for block in run
    )
    path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    of_pages = {"PYTHONPATH": path.strip(os.pathsep), "MPLBACKEND": "agg"}
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile("w+") as output,
    ):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=folder,
            env={**os.environ, **of_pages},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            output.seek(0)
            print(output.read()[-4000:], file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
