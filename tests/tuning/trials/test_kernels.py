import pytest

from lstnet_search.config import PRESETS, Space, TrialConfig
from lstnet_search.config.search import SearchConfig
from lstnet_search.models import compiled
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.trials.kernels import kernels_of, remark_on_kernels

ONE_THREAD, TWO_THREADS = Placement(cpus=2, gpus=0, concurrent=2), Placement(cpus=2, gpus=0, concurrent=1)


def search_of(trial: TrialConfig = PRESETS["cpu"].trial, *, deterministic: bool = False) -> SearchConfig:
    return SearchConfig(preset="cpu", trial=trial, trials=1, space_file="", space=Space(), deterministic=deterministic)


@pytest.fixture(params=["5eed", ""], ids=["a compiler", "no compiler"])
def digest(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(compiled, "digest", lambda: request.param)
    return str(request.param)


def test_only_networks_of_table_1_on_one_thread_use_compiled_kernels(digest: str) -> None:
    assert kernels_of(search_of(), ONE_THREAD) == digest
    assert kernels_of(search_of(), TWO_THREADS) == ""
    assert kernels_of(search_of(deterministic=True), TWO_THREADS) == digest  # such trials use one thread
    assert kernels_of(search_of(TrialConfig(method="cogan")), ONE_THREAD) == ""
    assert kernels_of(search_of(TrialConfig(precision="bfloat16")), ONE_THREAD) == ""  # they compute in float32


def test_a_missing_compiler_and_a_change_of_kernels_are_said(digest: str) -> None:
    remark = remark_on_kernels(search_of(), ONE_THREAD, None)
    assert remark is None if digest else "no working C compiler" in str(remark)
    changed = remark_on_kernels(search_of(), ONE_THREAD, "0ther")
    now = "the compiled kernels 5eed" if digest else "PyTorch's own kernels"
    assert changed == (
        f"trials now use {now} instead of the compiled kernels 0ther: results differ by rounding, as on another kind "
        "of machine"
    )
    assert remark_on_kernels(search_of(), TWO_THREADS, "") is None
