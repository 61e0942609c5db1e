"""Renders a page as one self-contained HTML file, which loads nothing."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from lstnet_search.analysis.page.parts import Headline, Plots, Section
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import write_whole
from lstnet_search.results.formatting import size
from lstnet_search.results.palette import css_variables, dark_colours

HERE = Path(__file__).parent


def page_file(output: Path | None, default: Path) -> Path:
    """The file to write a page to.

    Args:
        output: the value of --output, or None.
        default: the file if there is no --output.

    Raises:
        InputError: if it does not end in .html.
    """
    output = output or default
    if output.suffix.lower() not in (".html", ".htm"):
        raise InputError(
            f"--output {output}: this command writes an HTML page; give a name that ends in .html, such as "
            f"{output.with_suffix('.html')} (every figure of the page can be saved as PNG or SVG)"
        )
    return output


def write_page(
    file: Path, title: str, subtitle: str, sections: Sequence[Section], headline: Headline | None = None
) -> None:
    """Write a page, make its folder if necessary, and print where it is."""
    page = render(title, subtitle, sections, headline)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, page)
    print(f"page: {file} ({size(file.stat().st_size)})")


def render(title: str, subtitle: str, sections: Sequence[Section], headline: Headline | None = None) -> str:
    """The HTML of a page. Text from outside is escaped."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["unbroken"] = lambda text: text.replace(" %", "\N{NO-BREAK SPACE}%")
    environment.filters["share"] = lambda share: f"{100 * share:.2f}%"
    figures = {
        f"{section.name}-{plot.name}": plot.figure
        for section in sections
        for part in section.parts
        if isinstance(part, Plots)
        for plot in part.plots
    }
    scripts = [_own("copy.js"), *([get_plotlyjs(), _own("draw.js")] if figures else [])]
    style, *trusted = map(Markup, (css_variables() + _own("style.css"), *scripts))  # Plotly's and ours
    return environment.get_template("page.html.jinja").render(
        title=title,
        subtitle=subtitle,
        headline=headline,
        sections=sections,
        figures=figures,
        dark=dark_colours(),
        style=style,
        scripts=trusted,
        policy=_policy(scripts),
    )


def _own(name: str) -> str:
    """The content of a file in this folder."""
    return (HERE / name).read_text(encoding="utf-8")


def _policy(scripts: Sequence[str]) -> str:
    """The Content-Security-Policy: the page runs exactly these scripts and loads nothing from outside."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{each}'" for each in hashes) or "'none'"
    return f"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src {allowed}"
