"""Shipped spaces are found by name, even if the package was installed from a wheel."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from commands import exit_code

from lstnet_search import __version__
from lstnet_search.cli.options.spaces import SHIPPED, find_space
from lstnet_search.errors import InputError

ROOT = Path(__file__).parents[3]
NAMES = sorted(path.name for path in (ROOT / "search_spaces").iterdir())


def test_the_spaces_of_the_checkout_are_those_of_the_package() -> None:
    assert sorted(path.name for path in SHIPPED.iterdir()) == NAMES


@pytest.mark.parametrize("name", ["tied", "tied.yaml"])
def test_a_shipped_space_is_found_by_its_name_unless_a_file_has_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_space(Path(name)) == SHIPPED / "tied.yaml"
    Path(name).touch()
    assert find_space(Path(name)) == Path(name)


def test_an_unknown_space_is_refused_with_the_names_of_the_shipped_ones() -> None:
    with pytest.raises(InputError, match=r"--space tide is neither a file nor one of architecture, .* tied, "):
        find_space(Path("tide"))


def test_a_wheel_works_anywhere(tmp_path: Path) -> None:
    """Everything that the program reads is in the wheel; its dependencies come from this environment."""
    source, installed = tmp_path / "source", tmp_path / "installed"
    for name in ("lstnet_search", "search_spaces"):
        shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", source, "--no-deps", "--no-build-isolation", "-w", tmp_path], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([*pip, "install", wheel, "--no-deps", "--no-index", "--target", installed], check=True)

    with zipfile.ZipFile(wheel) as archive:
        files = set(archive.namelist())
    package = ROOT / "lstnet_search"
    assert files >= {f"lstnet_search/search_spaces/{name}" for name in NAMES}
    data = [path for path in package.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc", ".yaml"}]
    assert files >= {str(path.relative_to(ROOT)) for path in data}

    environment = os.environ | {"PYTHONPATH": str(installed)}

    def printed(*arguments: str) -> str:
        command = [sys.executable, installed / "bin" / "lstnet-search", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout

    assert printed("--version") == f"lstnet-search {__version__}\n"
    assert printed("space", "show", "weights").startswith("weights: 7 free dimensions\n")
    where = "import lstnet_search; print(lstnet_search.__file__)"
    imported = subprocess.run(
        [sys.executable, "-c", where], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert imported.startswith(str(installed))


def test_a_space_is_shown_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("space", "show", "tied") == 0
    assert capsys.readouterr().out.startswith("tied: ")
