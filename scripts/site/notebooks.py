"""A hook of MkDocs: runs the notebooks of the site while it is built, and shows them as pages.

A notebook becomes a page of the same name with its code, its printed output, its tables and its figures. A cell that
raises an error ends the build. The notebook itself can be downloaded beside its page.
"""

import json
import os
import sys
from base64 import b64decode
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from nbclient import NotebookClient
from plotly.offline import get_plotlyjs

TIMEOUT = 600
"""Seconds that one cell may take on a busy machine."""
ENVIRONMENT = {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    "PLOTLY_RENDERER": "plotly_mimetype",
    "PYTHONWARNINGS": "ignore:IProgress not found",  # tqdm misses a package that nothing here needs
}
"""What the cells see: the commands of this environment, and figures as data."""
FIGURE = "application/vnd.plotly.v1+json"
LIBRARY = "assets/plotly.min.js"

_executed: dict[str, Any] = {}
"""Executed notebooks by their text, so that `mkdocs serve` does not run them at each build."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Run the notebooks, and add their pages."""
    for file in [each for each in files if each.src_uri.endswith(".ipynb")]:
        name = file.src_uri.removesuffix(".ipynb")
        pictures: list[bytes] = []
        content = "\n".join(_page(_run(file.content_string, config.docs_dir), pictures, Path(name).name))
        files.append(File.generated(config, f"{name}.md", content=content))
        for number, picture in enumerate(pictures, start=1):
            files.append(File.generated(config, f"{name}-{number}.png", content=picture))
        if files.get_file_from_path(LIBRARY) is None:
            files.append(File.generated(config, LIBRARY, content=get_plotlyjs()))
    return files


def _run(text: str, folder: str) -> Any:
    """The notebook with its outputs. It runs in the folder of the documentation."""
    if text not in _executed:
        notebook = nbformat.reads(text, as_version=4)
        resources = {"metadata": {"path": folder}}
        quiet = [
            "--IPKernelApp.log_level=ERROR"
        ]  # it warns about its ports, which are signed and on the loopback interface only
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            startup_timeout=TIMEOUT,
            extra_arguments=quiet,
            kernel_name="python3",
            resources=resources,
        )
        client.execute(env=os.environ | ENVIRONMENT)
        _executed[text] = notebook
    return _executed[text]


def _page(notebook: Any, pictures: list[bytes], name: str) -> Iterator[str]:
    figures = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield f"{cell.source}\n"
            continue
        shell = cell.source.startswith("!")
        source = cell.source.replace("!", "$ ", 1) if shell else cell.source
        yield f"```{'console' if shell else 'python'}\n{source}\n```\n"
        for output in cell.outputs:
            if FIGURE in output.get("data", {}):
                figures += 1
                yield _figure(output.data[FIGURE], f"figure-{figures}")
            else:
                yield _output(output, pictures, name)
    if figures:
        yield f'<script src="../{LIBRARY}"></script>\n<script>{_DRAW}</script>'


def _output(output: Any, pictures: list[bytes], name: str) -> str:
    """What a cell printed or returned: a picture, HTML, or text."""
    data = output.get("data", {})
    if "image/png" in data:
        pictures.append(b64decode(data["image/png"]))
        return f"![output of the cell above]({name}-{len(pictures)}.png)\n"
    if "text/html" in data:
        return f'<div class="output">{data["text/html"]}</div>\n'
    text = str(output.get("text") or data.get("text/plain", ""))
    return f'<pre class="output">{escape(text.rstrip())}</pre>\n'


def _figure(figure: dict[str, Any], name: str) -> str:
    content = json.dumps({"data": figure["data"], "layout": figure["layout"]}).replace("</", "<\\/")
    height = figure["layout"].get("height", 400)
    return (
        f'<div class="plotly-figure" id="{name}" style="height: {height}px"></div>'
        f'<script type="application/json" data-draws="{name}">{content}</script>\n'
    )


_DRAW = """
for (const script of document.querySelectorAll("script[data-draws]")) {
  const figure = JSON.parse(script.textContent);
  Plotly.newPlot(script.dataset.draws, figure.data, figure.layout, {responsive: true, displaylogo: false});
}
"""
