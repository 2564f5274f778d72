"""Pages in parts, and programs in integers on boards, of 8 bits, 32, and RISC-V."""

import shutil

import numpy as np
import pytest
from integer_program import TABLES, table_at_random

from benchmarks.edge_boards import BOARDS, run_on, size_of, write_cases
from benchmarks.pages import section_of, with_section
from lightwaves_aeon.export import export_c

PAGE = "# Title\n\nText.\n\n## One\n\nfirst\n\n## Two\n\nsecond\n"


def test_sections_of_a_page():
    assert section_of(PAGE, "One") == "first"
    assert section_of(PAGE, "Two") == "second"
    assert with_section(PAGE, "One", "\nother\n") == PAGE.replace("first", "other")
    assert with_section(PAGE, "Two", "second") == PAGE
    with pytest.raises(ValueError, match="no section 'Three'"):
        section_of(PAGE, "Three")


@pytest.mark.parametrize("bits", [8, 13])
@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("Cortex-M0", "everything"),
        ("RV32IMC", "everything"),
        # Of 16 bits an integer; larger tables are too much for its memory.
        ("ATmega2560", "runs"),
        ("ATmega2560", "shares of short series"),
        ("ATmega2560", "level 0 of changes"),
    ],
)
def test_classes_are_those_of_python(tmp_path, name, table, bits):
    board = BOARDS[name]
    if not all(map(shutil.which, (f"{board.prefix}-gcc", board.emulator[0]))):
        pytest.skip("needs a compiler and an emulator")
    fitted, X = table_at_random(*TABLES[table])
    source = export_c(fitted, tmp_path, arithmetic="int16", bits=bits)
    z = source.integers.quantise(X[:4])
    write_cases(z, tmp_path / "cases.h")
    found = run_on(name, tmp_path)
    expected = np.searchsorted(fitted.classes, source.integers.predict(z))
    assert found[:, 0].tolist() == expected.tolist()
    assert found[:, 1].min() > 0
    assert min(size_of(name, tmp_path)) > source.work_bytes
