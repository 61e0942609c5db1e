from pathlib import Path

import pytest
import yaml

from lstnet_search.errors import InputError
from lstnet_search.results.table2 import Table2Folder


@pytest.mark.parametrize("methods", [None, 3, {"lstnet": None}, {"lstnet": {"seconds": 3}}, {3: {}}])
def test_a_damaged_table2_is_reported(tmp_path: Path, methods: object) -> None:
    (tmp_path / "table2.yaml").write_text(yaml.safe_dump({"format_version": 1, "methods": methods}))
    with pytest.raises(InputError, match=r"table2\.yaml; restore the file"):
        Table2Folder(tmp_path).spent()
