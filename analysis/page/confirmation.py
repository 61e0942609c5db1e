"""What a confirmation found, where there is one."""

from typing import Any

import pandas as pd
import yaml

from lstnet_search.results.folder import ResultsFolder


def read_confirmation(folder: ResultsFolder) -> dict[str, Any] | None:
    """The content of `confirmation.yaml`; None where nothing is confirmed yet."""
    path = folder.path / "confirmation.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.is_file() else None


def read_confirmation_table(folder: ResultsFolder) -> pd.DataFrame:
    """`confirmation.parquet`: a row a candidate and seed."""
    return pd.read_parquet(folder.path / "confirmation.parquet")
