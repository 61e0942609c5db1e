"""A study in a notebook: its verdict and its best trials."""

from html import escape

import pandas as pd

from lstnet_search.analysis.page.tables import trials_table
from lstnet_search.results.folder.studies import StudyTables


def summary_html(study: StudyTables, verdict: str) -> str:
    """HTML without styles of its own, so that it looks like the notebook. Text from outside is escaped.

    Args:
        study: the study.
        verdict: what it has shown, in one sentence.
    """
    words = f"<p><strong>{escape(study.name)}</strong>: {escape(verdict)}</p>"
    if study.ranking(study.metric).empty:
        return f"<div>{words}</div>"
    table = trials_table(study)
    cells = pd.DataFrame([[*row.cells] for row in table.rows], columns=pd.Index(table.headings))
    shown = cells.to_html(index=False, border=0, escape=True)
    return f'<div>{words}<div style="overflow-x: auto">{shown}</div><p><small>{escape(table.caption)}</small></p></div>'
