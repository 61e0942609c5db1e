"""Tables as lines of text: which columns stay, and how texts are cut."""

import pytest
from screens import cells, check_width

from lstnet_search.results.screen.layout import Column, arrows, cut, pair, table

COLUMNS = [
    Column("name", ["best", "paper"], 9, left=True),
    Column("first", ["95.0", "90.0"], 2),
    Column("second", ["96.0", "91.0"], 3),
    Column("state", ["stopped: others were better", "done"], 7, flexible=True),
]


def test_numbers_are_aligned_at_the_right_and_words_at_the_left() -> None:
    assert table(COLUMNS, 80) == [
        "name   first  second  state",
        "best    95.0    96.0  stopped: others were better",
        "paper   90.0    91.0  done",
    ]


@pytest.mark.parametrize(("width", "left_out"), [(80, []), (37, []), (30, ["first"]), (22, ["first", "second"])])
def test_columns_that_matter_least_are_left_out_where_there_is_no_room(width: int, left_out: list[str]) -> None:
    lines = table(COLUMNS, width)
    check_width(lines, width)
    headings = [column.heading for column in COLUMNS if column.heading not in left_out]
    assert cells(lines)[0] == headings


def test_a_text_is_cut_after_a_word() -> None:
    assert cut("stopped: others were better", 20) == "stopped: others …"
    assert cut("stopped: others were better", 27) == "stopped: others were better"
    assert cut("DivergedError: diverged", 6) == "Diver…"


def test_a_direction_is_named_after_where_it_leads() -> None:
    assert arrows(("mnist_to_usps", "usps_to_mnist")) == ["→usps", "→mnist"]
    assert arrows(("a_to_b_to_c", "c_to_a_to_b")) == ["→c", "→a_to_b"]
    assert arrows(("scans_of_old_letters_to_photos", "photos_to_scans_of_old_letters")) == [
        "→photos",
        "→scans_of_old_…",
    ]


def test_wide_signs_take_two_columns() -> None:
    lines = table([Column("名前", ["最良"], left=True), Column("mean", ["95.0"])], 12)
    check_width(lines, 12)
    assert lines[1] == "最良  95.0"
    assert pair(("手書きの数字の集まり", "usps"), 20) == "手書き… ⇄ usps"
