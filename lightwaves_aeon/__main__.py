"""Run the program as ``python -m lightwaves_aeon``."""

from lightwaves_aeon.cli import main

if __name__ == "__main__":
    main(prog_name="lightwaves")
