"""Check in a browser that nothing on the built site has to be scrolled sideways.

``python docs/check_widths.py CHROMIUM SITE`` opens all pages in windows of several
widths, and names the pages that are wider than the window. In the widest window tables,
outputs and code must fit, too; in the others these scroll by themselves.
"""

from __future__ import annotations

__all__ = ["main", "too_wide"]

import html
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

WIDTHS = 1200, 390
PARTS = ".table-wrapper, .cell_output .text_html, pre"

DRIVER = """<!doctype html>
<iframe id="frame" height="800"></iframe>
<pre id="found"></pre>
<script>
const pages = %(pages)s, widths = %(widths)s, parts = "%(parts)s", found = [];
const frame = document.getElementById("frame");
async function open(page, width) {
  frame.width = width;
  await new Promise((done) => { frame.onload = done; frame.src = page; });
  const shown = frame.contentDocument;
  const over = (e) => e.scrollWidth > e.clientWidth + 1;
  if (over(shown.documentElement)) found.push(`${page} at ${width}: the page`);
  if (width < widths[0]) return;
  for (const part of shown.querySelectorAll(parts)) {
    const text = part.textContent.trim().slice(0, 60).replace(/\\s+/g, " ");
    if (over(part)) found.push(`${page} at ${width}: "${text}"`);
  }
}
(async () => {
  for (const page of pages) for (const width of widths) await open(page, width);
  document.getElementById("found").textContent = JSON.stringify(found);
})();
</script>
"""


def too_wide(chromium: str, pages: Sequence[Path]) -> list[str]:
    """List what is wider than there is room for.

    Parameters
    ----------
    chromium : str
        The browser.
    pages : sequence of Path
        Built pages.

    Returns
    -------
    list of str
        The page, the width of the window, and what is too wide.
    """
    addresses = [page.resolve().as_uri() for page in pages]
    values = {
        "pages": json.dumps(addresses),
        "widths": json.dumps(WIDTHS),
        "parts": PARTS,
    }
    with tempfile.TemporaryDirectory() as folder:
        driver = Path(folder) / "driver.html"
        driver.write_text(DRIVER % values, encoding="utf-8")
        command = [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-web-security",
            "--allow-file-access-from-files",
            f"--user-data-dir={folder}/profile",
            "--virtual-time-budget=600000",
            "--dump-dom",
            driver.as_uri(),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)
    if answer is None:
        raise RuntimeError(f"the browser gave no answer: {done.stderr[-2000:]}")
    site = f"{pages[0].resolve().parent.as_uri()}/"
    return [text.replace(site, "") for text in json.loads(html.unescape(answer[1]))]


def main(chromium: str, site: str) -> int:
    """Print what is too wide, and give the number of places."""
    found = too_wide(chromium, sorted(Path(site).glob("*.html")))
    print(*found, sep="\n")
    return len(found)


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
