"""The colours of all figures and pages: one meaning each, told apart by the colour-blind, light and dark.

Blue is good everywhere: the best trial, a better result, a high score. Ochre is the paper's weights. Grey is what a
result is compared with. Vermilion is an error. Figures use the light colours, and in dark mode a page replaces these by
the dark ones. The hues are those of Okabe and Ito (2008), darkened until text in them can be read.
"""

from collections.abc import Mapping

SHEET, GROUND, WELL = "#ffffff", "#f4f6f9", "#eef1f5"
INK, SOFT, LINE = "#1a2330", "#566273", "#d9dfe7"
BEST, PUBLISHED, BASELINE, ERROR = "#0067b1", "#b06f00", "#7d8794", "#b3361b"
OTHER, STOPPED = "#64748a", "#b4bdc9"
"""Trials that are not marked: those that ran to the end, and those that were stopped early."""
SERIES = (BEST, "#00805f", "#b5508c", "#5b4b9e", "#2f9bd0", "#7d7a00", "#7a4a2b", "#3d6a75")
"""Studies, or the best trials of one, in this order."""
SCORES = ("#dfe5ec", "#c3d2e2", "#a3bfdb", "#7fa9d3", "#5891c8", "#3079b9", "#0f5fa3", "#08427a")
"""Scores from the lowest to the highest."""

_DARK = {
    SHEET: "#171d26",
    GROUND: "#0e1319",
    WELL: "#202833",
    INK: "#e7ebf1",
    SOFT: "#a5b0bf",
    LINE: "#333d4a",
    BEST: "#5fb4f5",
    PUBLISHED: "#eda92f",
    BASELINE: "#8a96a5",
    ERROR: "#ff8a66",
    OTHER: "#93a3b8",
    STOPPED: "#4d5866",
    **dict(zip(SERIES[1:], ("#2cc79a", "#e58bc0", "#a99af0", "#86d0f7", "#c9c44a", "#cf9a74", "#7fb6c2"), strict=True)),
    **dict(
        zip(
            SCORES,
            ("#2a323d", "#2c4258", "#2f5474", "#336891", "#3c7fb1", "#4a98d0", "#68b3ec", "#9dd4ff"),
            strict=True,
        )
    ),
}
_VARIABLES = {
    "sheet": SHEET,
    "ground": GROUND,
    "well": WELL,
    "ink": INK,
    "soft": SOFT,
    "line": LINE,
    "best": BEST,
    "published": PUBLISHED,
    "baseline": BASELINE,
    "error": ERROR,
    "other": OTHER,
}
_BAND = 0.16
"""Opacity of a band around a line."""


def translucent(colour: str) -> str:
    """The colour of a band around a line of a colour."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_BAND})"


def dark_colours() -> Mapping[str, str]:
    """The dark colour that replaces each light one, solid and translucent."""
    return _DARK | {translucent(light): translucent(dark) for light, dark in _DARK.items()}


def css_variables() -> str:
    """The palette as CSS, such as `--best`. Paper is always light."""
    light, dark = (
        "".join(f"--{name}:{colours[colour]};" for name, colour in _VARIABLES.items())
        for colours in ({each: each for each in _DARK}, _DARK)
    )
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root:not(.printing){{{dark}}}}}\n"
