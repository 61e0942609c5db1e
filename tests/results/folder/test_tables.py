from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import ReportRecord, TrialRecord


def test_tables_come_back_from_parquet(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    record = TrialRecord(0, "COMPLETE", {"w1": 20.0}, [ReportRecord(5, 1.0, {"target_accuracy": 0.5})])
    folder.write_tables([record], "target_accuracy")
    assert folder.read_trials()["config/w1"].tolist() == [20.0]
    assert folder.read_history()["target_accuracy"].tolist() == [0.5]


def test_tables_are_read_whole_while_a_search_replaces_them(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    reports = [ReportRecord(step, 1.0, {"target_accuracy": 0.5}) for step in range(5)]
    records = [TrialRecord(number, "COMPLETE", {"w1": 20.0}, reports) for number in range(200)]
    folder.write_tables(records, "target_accuracy")

    def write() -> None:
        for count in (1, 200) * 30:
            folder.write_tables(records[:count], "target_accuracy")

    with ThreadPoolExecutor(1) as pool:
        written, seen = pool.submit(write), set()
        while not written.done():
            seen |= {len(folder.read_trials()), len(folder.read_history()) // 5}
        written.result()
    assert seen == {1, 200}


def test_a_damaged_table_is_reported(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    folder.trials_file.write_bytes(b"PAR1 cut short")
    with pytest.raises(InputError, match=r"cannot read .*trials.parquet"):
        folder.read_trials()
    with pytest.raises(InputError, match=r"cannot read .*history.parquet"):
        folder.read_history()


def test_a_table_that_claims_more_cells_than_its_bytes_can_hold_is_refused(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    pq.write_table(pa.table({name: pa.nulls(1_000_000) for name in ("trial", "state")}), folder.trials_file)
    with pytest.raises(InputError, match=r"cannot read .*trials.parquet: it claims 2000000 cells"):
        folder.read_trials()
