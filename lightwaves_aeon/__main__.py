"""Run the program as ``python -m lightwaves_aeon``."""

from lightwaves_aeon.cli import main

main(prog_name="lightwaves")
