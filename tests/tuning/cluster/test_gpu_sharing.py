import pytest

from lstnet_search.tuning.cluster.gpu_sharing import GpuUse, busy_seconds, memory_fraction, trials_per_gpu

GIB = 2**30


@pytest.mark.parametrize(
    ("busy", "peak", "cores", "expected"),
    [
        (1.0, 2, 16, 1),  # as a recorded step at full width: two would take turns
        (0.51, 2, 16, 1),
        (0.5, 2, 16, 2),
        (0.3, 2, 16, 3),
        (0.01, 2, 16, 8),  # the maximum, however much is free
        (0.0, 2, 16, 8),
        (0.1, 16, 16, 3),  # 80 / (1.25 · 16 + 1) = 3.8
        (0.1, 60, 16, 1),  # does not fit with head room, and is tried anyway
        (0.1, 2, 2, 2),  # a core each
        (0.1, 2, 0.5, 1),
    ],
)
def test_as_many_trials_share_a_gpu_as_its_time_its_memory_and_the_cores_allow(
    busy: float, peak: int, cores: float, expected: int
) -> None:
    use = GpuUse(peak_bytes=peak * GIB, beside_bytes=0, gpu_bytes=80 * GIB, busy=busy)
    assert trials_per_gpu(use, cores) == expected


def test_memory_that_other_processes_use_counts() -> None:
    use = GpuUse(peak_bytes=4 * GIB, beside_bytes=15 * GIB, gpu_bytes=80 * GIB, busy=0.1)
    assert trials_per_gpu(use, 16) == 4  # 80 / (5 + 15)


@pytest.mark.parametrize(
    ("share", "gib", "expected"), [(0.5, 80, 0.4875), (0.25, 8, 0.125), (0.25, 16, 0.1875), (0.125, 8, 0.0625)]
)
def test_a_processs_own_memory_is_taken_from_its_share(share: float, gib: int, expected: float) -> None:
    assert memory_fraction(share, gib * GIB) == expected


@pytest.mark.parametrize("trials", range(2, 9))
@pytest.mark.parametrize("peak", [1, 3, 7, 13])
def test_the_probes_peak_fits_into_the_share_with_head_room(trials: int, peak: int) -> None:
    use = GpuUse(peak_bytes=peak * GIB, beside_bytes=0, gpu_bytes=80 * GIB, busy=1 / trials)
    found = trials_per_gpu(use, 16)
    assert memory_fraction(1 / found, use.gpu_bytes) * use.gpu_bytes >= 1.25 * use.peak_bytes - 1


def test_overlapping_work_counts_once_and_short_pauses_count_as_busy() -> None:
    spans = [(0.0, 1.0), (0.5, 2.0), (0.75, 1.0), (2.000001, 3.0), (5.0, 6.0)]
    assert busy_seconds(reversed(spans)) == pytest.approx(4.0)
    assert busy_seconds([]) == 0.0
