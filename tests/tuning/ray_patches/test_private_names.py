"""Private names of Ray and Optuna exist as the pinned versions have them, and only `ray_patches` uses them."""

import ast
import inspect
import pkgutil
import re
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import optuna
import pytest
import ray
from optuna.samplers import TPESampler
from optuna.storages.journal._file import BaseJournalFileLock
from ray._private import services
from ray._private.authentication import authentication_token_setup
from ray._private.state import actors
from ray._raylet import GcsClient  # type: ignore[attr-defined]  # compiled
from ray.actor import ActorHandle
from ray.air.execution._internal import RayActorManager
from ray.train._internal.checkpoint_manager import _CheckpointManager
from ray.train._internal.session import _TrainingResult
from ray.tune import CheckpointConfig
from ray.tune.execution.tune_controller import TuneController
from ray.tune.logger import TBXLoggerCallback
from ray.tune.schedulers import ASHAScheduler, MedianStoppingRule, PopulationBasedTraining
from ray.tune.schedulers.pbt import _PBTTrialState

import lstnet_search
import lstnet_search.tuning.ray_patches

PACKAGE = Path(lstnet_search.__file__).parent
PATCHES = Path(lstnet_search.tuning.ray_patches.__file__).parent


def test_the_versions_are_those_that_the_docstrings_name() -> None:
    assert (ray.__version__, optuna.__version__) == ("2.60.0", "5.0.0")


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (_CheckpointManager.register_checkpoint, ["self", "checkpoint_result"]),
        (_TrainingResult, ["checkpoint", "metrics"]),
        (_PBTTrialState, ["trial"]),
        (PopulationBasedTraining._get_new_config, ["self", "trial", "trial_to_clone"]),
        (PopulationBasedTraining._exploit, ["self", "tune_controller", "trial", "trial_to_clone"]),
        (PopulationBasedTraining._save_trial_state, ["self", "state", "time", "result", "trial"]),
        (
            PopulationBasedTraining._checkpoint_or_exploit,
            ["self", "trial", "tune_controller", "upper_quantile", "lower_quantile"],
        ),
        (MedianStoppingRule._running_mean, ["self", "trial", "time"]),
        (MedianStoppingRule._on_insufficient_samples, ["self", "tune_controller", "trial", "time"]),
        (RayActorManager._actor_start_failed, ["self", "tracked_actor", "exception"]),
        (RayActorManager._actor_task_failed, ["self", "tracked_actor_task", "exception"]),
        (TuneController.checkpoint, ["self", "force", "wait"]),
        (TPESampler._build_parzen_estimator, ["self", "study", "search_space", "trials", "handle_below"]),
        (optuna.Trial._suggest, ["self", "name", "distribution"]),
        (BaseJournalFileLock.acquire, ["self"]),
        (BaseJournalFileLock.release, ["self"]),
        (actors, ["actor_id"]),
        (services.canonicalize_bootstrap_address, ["addr"]),
        (authentication_token_setup.maybe_enable_token_auth_if_token_available, ["warn_if_disabled"]),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_a_function_has_the_parameters_that_it_is_called_or_overridden_with(
    function: Any, parameters: list[str]
) -> None:
    assert list(inspect.signature(function).parameters)[: len(parameters)] == parameters


ASHA = ASHAScheduler(metric="score", mode="max", max_t=9)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (ASHA, "_brackets"),
        (ASHA, "_trial_info"),
        (ASHA._brackets[0], "_rungs"),
        (MedianStoppingRule(metric="score", mode="max"), "_results"),
        (PopulationBasedTraining(hyperparam_mutations={"w1": [1]}), "_trial_state"),
        (_CheckpointManager(CheckpointConfig()), "_checkpoint_results"),
        (_CheckpointManager(CheckpointConfig()), "_latest_checkpoint_result"),
        (TBXLoggerCallback(), "_summary_writer_cls"),  # type: ignore[no-untyped-call]
        (optuna.create_study().ask(), "_trial_id"),
        (optuna.create_trial(value=0.0), "_trial_id"),
        (ActorHandle, "_actor_id"),
        (GcsClient, "__init__"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_an_attribute_is_there(owner: Any, name: str) -> None:
    assert hasattr(owner, name)


@pytest.mark.parametrize("state", ["last_train_time", "last_score", "last_result"])
def test_a_member_of_a_population_has_its_state(state: str) -> None:
    class Trial:
        experiment_tag = ""

    assert hasattr(_PBTTrialState(cast(Any, Trial())), state)


def test_the_controller_has_the_cache_of_processes_that_populations_enlarge() -> None:
    assert "self._actor_cache" in inspect.getsource(TuneController.__init__)
    wrapper = inspect.getsource(TuneController._wrapped)
    (wrapper_class,) = re.findall(r"return (\w+)\(", wrapper)
    controller = import_module(TuneController.__module__)
    assert "_tune_controller" in inspect.getsource(getattr(controller, wrapper_class))


def sources() -> list[Path]:
    """Modules outside of `ray_patches` that import Ray or Optuna."""
    return [
        path
        for path in PACKAGE.rglob("*.py")
        if PATCHES not in path.parents
        and re.search(r"^\s*(from|import) (ray|optuna)\b", path.read_text(), re.MULTILINE)
    ]


def is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.endswith("__") for part in name.split("."))


def private_names(tree: ast.AST) -> list[str]:
    """Private modules and names of Ray and Optuna that are imported or named, and private attributes of others."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in ("ray", "optuna"):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.partition(".")[0] in ("ray", "optuna")]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [node.value] if re.fullmatch(r"(ray|optuna)(\.\w+)+", node.value) else []
        elif isinstance(node, ast.Attribute):
            owner = node.value
            own = isinstance(owner, ast.Name) and owner.id in ("self", "cls")
            inherited = isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "super"
            found += [] if own or inherited else [node.attr]
    return [name for name in found if is_private(name)]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_private_name_is_used_outside_of_ray_patches(path: Path) -> None:
    assert private_names(ast.parse(path.read_text())) == []


def test_the_check_finds_private_names() -> None:
    code = "from ray._private import x\nimport optuna._x\ntrial._trial_id\nself._own\n'ray._private.y'"
    assert sorted(private_names(ast.parse(code))) == ["_trial_id", "optuna._x", "ray._private.x", "ray._private.y"]


def subclasses() -> list[type]:
    """Classes of the package outside of `ray_patches` that inherit from Ray or Optuna."""
    found = set()
    for path in sources():
        module = import_module(
            ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        )
        found |= {
            value
            for value in vars(module).values()
            if inspect.isclass(value) and value.__module__ == module.__name__ and foreign_bases(value)
        }
    return sorted(found, key=lambda value: value.__qualname__)


def foreign_bases(value: type) -> list[type]:
    return [base for base in value.__mro__ if base.__module__.partition(".")[0] in ("ray", "optuna")]


def private_of(value: type) -> set[str]:
    """Private methods that a class defines, and private attributes of `self` and `super()` that it uses."""
    names = set(re.findall(r"\b(?:self|super\(.*?\))\.(_\w+)", inspect.getsource(value)))
    return {name for name in names | set(vars(value)) if is_private(name)}


@pytest.mark.parametrize("value", subclasses(), ids=lambda value: value.__qualname__)
def test_a_subclass_shares_no_private_name_with_its_base(value: type) -> None:
    theirs = set().union(*(private_of(base) for base in foreign_bases(value)))
    assert sorted(private_of(value) & theirs - {"_abc_impl"}) == []


def test_the_docstrings_of_the_patches_name_a_version() -> None:
    for module in pkgutil.iter_modules([str(PATCHES)]):
        source = (PATCHES / f"{module.name}.py").read_text()
        assert f"(Ray {version('ray')})" in source or f"(Optuna {version('optuna')})" in source, module.name
