"""The page as one HTML file that asks for nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from lstnet_search.analysis.page.parts import Plots, Section, Verdict

HERE = Path(__file__).parent


def render(title: str, subtitle: str, verdict: Verdict, sections: Sequence[Section]) -> str:
    """Put the page together; all that is not ours is escaped."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["unbroken"] = lambda text: text.replace(" %", "\N{NO-BREAK SPACE}%")
    figures = {
        plot.name: plot.figure
        for section in sections
        for part in section.parts
        if isinstance(part, Plots)
        for plot in part.plots
    }
    scripts = [get_plotlyjs(), (HERE / "draw.js").read_text(encoding="utf-8")] if figures else []
    style = (HERE / "style.css").read_text(encoding="utf-8")
    style, *trusted = map(Markup, (style, *scripts))  # Plotly's and ours
    return environment.get_template("report.html.jinja").render(
        title=title,
        subtitle=subtitle,
        verdict=verdict,
        sections=sections,
        figures=figures,
        style=style,
        scripts=trusted,
        policy=_policy(scripts),
    )


def _policy(scripts: Sequence[str]) -> str:
    """What the page may do: show itself and run these very scripts; it can load nothing, from nowhere."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{each}'" for each in hashes) or "'none'"
    return f"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src {allowed}"
