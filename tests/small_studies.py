"""Small studies made up by hand, with the label-free criterion `snd` and the target accuracy."""

from pathlib import Path

from lstnet_search.config import TrialConfig
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.records import ReportRecord, State, TrialRecord

ORACLE = "target_accuracy"


def trial(number: int, reports: list[tuple[float, float]], state: State = "COMPLETE", **settings: float) -> TrialRecord:
    """A trial with a report for each pair of a criterion and the oracle."""
    found = [
        ReportRecord(10 * place, 1.0, {"snd": criterion, ORACLE: oracle})
        for place, (criterion, oracle) in enumerate(reports, start=1)
    ]
    return TrialRecord(number, state, TrialConfig().model_dump(mode="json") | settings, found)


def study(
    path: Path, records: list[TrialRecord], space: dict[str, object] | None = None, **more: object
) -> StudyTables:
    folder = ResultsFolder(path / "study")
    baseline = {"val_accuracy_mnist_to_usps": 0.5, "val_accuracy_usps_to_mnist": 0.75}
    asked = {"trial": TrialConfig(steps=1500).model_dump(mode="json"), "space": space or {}, "trials": 1}
    folder.create({"search": asked | more, "no_translation_baseline": baseline})
    folder.write_tables(records, ORACLE)
    return StudyTables.read(folder.path)
