"""What is printed where the output's encoding lacks a character."""

import pytest
from rich.cells import cell_len

from lstnet_search.io.lookalikes import LOOKALIKE, LOOKALIKES


@pytest.mark.parametrize(("sign", "shown"), LOOKALIKES.items())
def test_a_sign_is_replaced_by_one_as_wide_so_that_tables_stay_aligned(sign: str, shown: str) -> None:
    assert shown.isascii()
    assert len(shown) == cell_len(sign) == 1


def test_a_line_of_a_table_reads_in_ascii() -> None:
    line = "→usps 95.0 ± 0.5  ★ best, running  ▁▄█"
    assert line.encode("ascii", LOOKALIKE) == b">usps 95.0 ~ 0.5  * best, running  _-#"


def test_other_signs_are_escaped_and_names_that_are_not_text_too() -> None:
    assert "é\udcff".encode("ascii", LOOKALIKE) == b"\\xe9\\udcff"
    assert "é\udcff★".encode("utf-8", LOOKALIKE) == "é\\udcff★".encode()
