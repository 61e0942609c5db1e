"""The palette: readable in both schemes, and told apart by the colour-blind."""

from itertools import combinations

import numpy as np
import pytest

from lstnet_search.results import palette

LIGHT = {name: getattr(palette, name) for name in ("INK", "SOFT", "BEST", "PUBLISHED", "ERROR", "BASELINE", "OTHER")}
GROUNDS = (palette.SHEET, palette.WELL, palette.GROUND)
TO_LMS = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
BLIND = {
    "protanopia": np.array([[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]]),
    "deuteranopia": np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]]),
}
"""Viénot, Brettel and Mollon (1999)."""


def rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255


def linear(colour: str) -> np.ndarray:
    values = rgb(colour)
    return np.asarray(np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    light, dark = sorted((float(linear(each) @ [0.2126, 0.7152, 0.0722]) for each in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_every_ground(scheme: str) -> None:
    colours = palette.dark_colours() if scheme == "dark" else {each: each for each in palette.dark_colours()}
    for name in ("INK", "SOFT", "BEST", "ERROR"):
        for ground in GROUNDS:
            assert contrast(colours[LIGHT[name]], colours[ground]) >= 4.5, (name, ground)
    assert contrast(colours[palette.PUBLISHED], colours[palette.SHEET]) >= 4  # of badges, in bold letters


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("blindness", sorted(BLIND))
def test_the_colour_blind_tell_the_meanings_apart(blindness: str, scheme: str) -> None:
    dark = palette.dark_colours()
    to_seen = np.linalg.inv(TO_LMS) @ BLIND[blindness] @ TO_LMS
    seen = {
        name: np.clip(to_seen @ linear(dark[LIGHT[name]] if scheme == "dark" else LIGHT[name]), 0, 1) ** (1 / 2.2)
        for name in ("BEST", "PUBLISHED", "BASELINE")
    }
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 0.2, (one, other)


def test_every_colour_has_a_dark_one_also_as_a_band() -> None:
    dark = palette.dark_colours()
    assert {*palette.SERIES, *palette.SCORES, *LIGHT.values()} <= dark.keys()
    assert palette.translucent("#0067b1") == "rgba(0,103,177,0.16)"
    assert dark["rgba(0,103,177,0.16)"] == palette.translucent(dark[palette.BEST])
    assert f"--best:{dark[palette.BEST]};" in palette.css_variables()


def test_higher_scores_are_darker_on_white_and_lighter_on_black() -> None:
    dark = palette.dark_colours()
    on_white = [contrast(each, palette.SHEET) for each in palette.SCORES]
    on_black = [contrast(dark[each], dark[palette.SHEET]) for each in palette.SCORES]
    assert on_white == sorted(on_white)
    assert on_black == sorted(on_black)
