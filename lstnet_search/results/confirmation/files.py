"""The files of a confirmation: written whole, read back so that nothing is tested twice."""

import io
from collections.abc import Sequence
from typing import Any

import pandas as pd
import yaml

from lstnet_search.config.metrics import TARGET, tested_name
from lstnet_search.io.atomic import write_whole
from lstnet_search.results.confirmation.plan import BEST
from lstnet_search.results.confirmation.verdict import FORMAT_VERSION, Confirmed, sentence
from lstnet_search.results.export.winner import CONFIRMED
from lstnet_search.results.folder.folder import ResultsFolder, read_versioned
from lstnet_search.results.folder.search_record import known_confirmation
from lstnet_search.results.formatting import percent


def write_confirmation(folder: ResultsFolder, table: pd.DataFrame, content: dict[str, Any]) -> None:
    """Write both files; the table last, for what it holds is not tested again."""
    write_whole(folder.confirmation_file, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    write_whole(folder.confirmation_table_file, buffer.getvalue())


def read_confirmation(folder: ResultsFolder) -> dict[str, Any] | None:
    """The content of `confirmation.yaml`; None where nothing is confirmed yet.

    Raises:
        InputError: if it is damaged or of another format version.
    """
    path = folder.confirmation_file
    if not path.exists():
        return None
    return known_confirmation(read_versioned(path, FORMAT_VERSION, "remove it to test anew"), path)


def known_accuracies(folder: ResultsFolder, steps: int) -> dict[tuple[int | None, int], dict[str, float]]:
    """What was measured before of trainings of so many steps, and of no translation.

    Returns:
        Accuracies by direction, by trial (None for no translation) and seed. A confirmation that was
        removed to begin anew leaves its table: of other steps nothing is known.

    Raises:
        InputError: if a file is damaged.
    """
    if read_confirmation(folder) is None or not folder.confirmation_table_file.is_file():
        return {}
    table = folder.read_confirmation_table()
    prefix = tested_name("")
    names = [name for name in map(str, table.columns) if name.startswith(prefix)]
    return {
        (None if pd.isna(row["trial"]) else int(row["trial"]), int(row["seed"])): measured
        for _, row in table.iterrows()
        if row["steps"] in (0, steps)
        and (measured := {name.removeprefix(prefix): float(row[name]) for name in names if pd.notna(row[name])})
    }


def forget(folder: ResultsFolder) -> None:
    """Remove what a confirmation found whose trainings are gone: its figures are not those of new ones."""
    for path in (folder.confirmation_table_file, folder.confirmation_file):
        path.unlink(missing_ok=True)


def remarks(found: Sequence[Confirmed], steps: int) -> list[str]:
    """What is to be said of the winner where its settings are written."""
    best = next(each for each in found if each.name == BEST)
    target = best.metrics[TARGET]
    spread = "" if target.half_width is None else f" ± {100 * target.half_width:.2f} (95 % interval)"
    figures = f"{TARGET} {percent(target.mean)}{spread}, seeds: {target.count}, steps: {steps}"
    return [f"{CONFIRMED} on the test sets: {figures}", f"{CONFIRMED}: {sentence(found)}"]
