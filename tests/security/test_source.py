"""Searches the source for forbidden calls: unpickling, building objects from YAML, evaluating text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for folder in ("lstnet_search", "analysis", "benchmarks", "scripts") for path in (ROOT / folder).rglob("*.py")
)
PICKLES = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
UNPICKLING = {"torch.load", "pd.read_pickle", "pandas.read_pickle", "ray.cloudpickle.load", "ray.cloudpickle.loads"}
EVALUATING = {"eval", "exec", "os.system", "os.popen"}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def wrong_in(source: str) -> list[str]:
    found = []
    tree = ast.parse(source)
    for node in ast.walk(tree):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "", *(each.name for each in node.names)] if isinstance(node, ast.ImportFrom) else []
        found += [f"import {name}" for name in names if name.rpartition(".")[2] in PICKLES]
    for name, call in calls(tree):
        if name in UNPICKLING | EVALUATING:
            found.append(name)
        if name in ("np.load", "numpy.load") and "allow_pickle=False" not in ast.unparse(call):
            found.append(ast.unparse(call))
        if name.startswith("yaml.") and "load" in name and name not in ("yaml.safe_load", "yaml.safe_load_all"):
            found.append(name)
        if any(keyword.arg == "shell" for keyword in call.keywords):
            found.append(f"{name}(shell=…)")
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import pickle", ["import pickle"]),
        ("from ray import cloudpickle", ["import cloudpickle"]),
        ("import ray.cloudpickle", ["import ray.cloudpickle"]),
        ("torch.load(path)", ["torch.load"]),
        ("np.load(path)", ["np.load(path)"]),
        ("np.load(path, allow_pickle=False)", []),
        ("yaml.load(text, Loader=yaml.Loader)", ["yaml.load"]),
        ("yaml.safe_load(text)", []),
        ("eval(text)", ["eval"]),
        ("subprocess.run(text, shell=True)", ["subprocess.run(shell=…)"]),
    ],
)
def test_forbidden_calls_are_found(source: str, found: list[str]) -> None:
    assert wrong_in(source) == found


def test_no_source_loads_pickles_or_evaluates_text() -> None:
    assert len(SOURCES) > 150
    wrong = {str(path.relative_to(ROOT)): wrong_in(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_the_loader_of_users_yaml_is_the_safe_one() -> None:
    from yaml import SafeLoader

    from lstnet_search.io import yaml

    assert issubclass(yaml._UniqueKeys, SafeLoader)


def test_dashboards_are_told_to_listen_on_loopback_only() -> None:
    """`tuning/test_search.py` tests the address that Ray's dashboard listens on, and `browser` its token."""
    hosts = [
        keyword.value
        for path in SOURCES
        if "lstnet_search" in path.parts
        for _, call in calls(ast.parse(path.read_text(encoding="utf-8")))
        for keyword in call.keywords
        if keyword.arg in ("dashboard_host", "host")
    ]
    assert [ast.literal_eval(host) for host in hosts] == ["127.0.0.1"]
