"""The files of a confirmation. They are read back so that nothing is tested twice."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import yaml

from lstnet_search.config.metrics import TARGET, tested_name
from lstnet_search.io.atomic import write_whole
from lstnet_search.results.confirmation.plan import BEST, ConfirmationPlan
from lstnet_search.results.confirmation.record import ConfirmationRecord
from lstnet_search.results.confirmation.verdict import FORMAT_VERSION, CandidateResult, verdict_sentence
from lstnet_search.results.export.winner import CONFIRMED
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.yaml_record import read_versioned
from lstnet_search.results.formatting import percent


def write_confirmation(folder: ResultsFolder, table: pd.DataFrame, content: dict[str, Any]) -> None:
    """Write both files. The table is written last, because trainings in it are not tested again."""
    write_whole(folder.confirmation_file, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    write_whole(folder.confirmation_table_file, buffer.getvalue())


def read_confirmation(folder: ResultsFolder) -> ConfirmationRecord | None:
    """The content of `confirmation.yaml`, or None if nothing is confirmed yet.

    Raises:
        InputError: if the file is damaged or of another format version.
    """
    path = folder.confirmation_file
    if not path.exists():
        return None
    content = read_versioned(path, FORMAT_VERSION, "remove it to test again")
    return ConfirmationRecord.parse(content, str(path))


def read_tested(folder: ResultsFolder) -> pd.DataFrame | None:
    """The content of `confirmation.parquet`, or None if nothing is confirmed yet.

    Raises:
        InputError: if a file is damaged.
    """
    known = read_confirmation(folder) is not None and folder.confirmation_table_file.is_file()
    return folder.read_confirmation_table() if known else None


def measured_accuracies(
    folder: ResultsFolder, plan: ConfirmationPlan
) -> dict[tuple[int | None, int], dict[str, dict[str, float]]]:
    """Accuracies that earlier runs measured: of trainings with the plan's number of steps, and of no translation.

    Returns:
        Accuracies by reader and direction, by trial (None for no translation) and seed. Trainings with other numbers of
        steps are left out: a confirmation that was removed to start over leaves its table behind.

    Raises:
        InputError: if a file is damaged.
    """
    table = read_tested(folder)
    if table is None:
        return {}
    columns = _columns_by_reader(map(str, table.columns), plan.reader)
    return {
        (None if pd.isna(row["trial"]) else int(row["trial"]), int(row["seed"])): measured
        for _, row in table.iterrows()
        if row["steps"] in (0, plan.steps)
        and (
            measured := {
                reader: {direction: float(row[name]) for direction, name in names.items() if pd.notna(row[name])}
                for reader, names in columns.items()
                if pd.notna(row[list(names.values())]).any()
            }
        )
    }


def _columns_by_reader(columns: Iterable[str], otherwise: str) -> dict[str, dict[str, str]]:
    """The columns with accuracies, by reader and direction. If none names a reader, they are those of `otherwise`."""
    by_reader: dict[str, dict[str, str]] = {}
    for name in columns:
        reader, _, metric = name.rpartition("/")
        if metric.startswith(tested_name("")):
            by_reader.setdefault(reader, {})[metric.removeprefix(tested_name(""))] = name
    own = by_reader.pop("", {})
    return by_reader or {otherwise: own}


def discard_results(folder: ResultsFolder) -> None:
    """Remove the results of a confirmation whose trainings are gone: new trainings have different results."""
    for path in (folder.confirmation_table_file, folder.confirmation_file):
        path.unlink(missing_ok=True)


def winner_remarks(results: Sequence[CandidateResult], plan: ConfirmationPlan) -> list[str]:
    """Remarks on the confirmed winner, to be written into its config file."""
    best = next(each for each in results if each.name == BEST)
    target = best.metrics[TARGET]
    spread = "" if target.half_width is None else f" ± {100 * target.half_width:.2f} (95 % interval)"
    figures = (
        f"{TARGET} {percent(target.mean)}{spread}, seeds: {target.count}, steps: {plan.steps}, reader: {plan.reader}"
    )
    return [f"{CONFIRMED} on the test sets: {figures}", f"{CONFIRMED}: {verdict_sentence(results)}"]
