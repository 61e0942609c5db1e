"""The watchdog on a real cluster, with a clock of its own."""

import os
import signal

import pytest
import ray
from ray.tune.experiment import Trial

from lstnet_search.tuning.monitoring.watchdog import Watchdog
from lstnet_search.tuning.protocol import NUMBER

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("driver")]


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def at(self, seconds: float, watchdog: Watchdog, *trials: Trial) -> list[str]:
        """What the watchdog says at a time. It must say nothing before that time."""
        while self.seconds + 20.0 < seconds:
            self.seconds += 20.0
            assert watchdog.check(trials) == []
        self.seconds = seconds
        return watchdog.check(trials)


def trial(number: int, status: str) -> Trial:
    made = Trial("__fake", config={NUMBER: number}, stub=True)
    made.update_resources({"cpu": 2.0, "gpu": 0.0})
    made.status = status
    return made


def test_resources_that_another_took_and_a_trial_that_fell_silent_are_reported() -> None:
    @ray.remote(num_cpus=1)
    class Other:
        def here(self) -> bool:
            return True

    other = Other.remote()  # type: ignore[attr-defined]
    assert ray.get(other.here.remote())
    clock = Clock()
    watchdog = Watchdog("trial {}".format, now=clock)
    waiting, running = trial(1, Trial.PENDING), trial(0, Trial.RUNNING)
    watchdog.started(0)
    clock.seconds = 30.0
    watchdog.reported(0)
    assert watchdog.check([waiting]) == []
    assert clock.at(90.0, watchdog, waiting) == [
        "a trial has waited 60 s for 2 CPU: 1 of 2 are in use, 0 of them by this search"
    ]
    waiting.update_resources({"cpu": 4.0})  # like a trial that is retried
    assert clock.at(150.0, watchdog, waiting) == ["a trial has waited 2 min for 4 CPU: the cluster has 2"]
    waiting.status = Trial.TERMINATED
    assert clock.at(180.0, watchdog, running, waiting) == [
        "trial 0 has not reported for 2 min, where reports are 30 s apart; the dashboard shows its process under Actors"
    ]
    assert watchdog.check([running, waiting]) == []
    ray.kill(other)


def test_a_process_that_hangs_is_killed_even_if_it_is_stopped() -> None:
    @ray.remote(num_cpus=1)
    class Training:
        def process(self) -> int:
            return os.getpid()

    training = Training.remote()  # type: ignore[attr-defined]
    process = ray.get(training.process.remote())
    clock = Clock()
    watchdog = Watchdog("trial {}".format, timeout=20.0, now=clock)
    running = trial(3, Trial.RUNNING)
    running.temporary_state.ray_actor = training
    watchdog.started(3)
    os.kill(process, signal.SIGSTOP)
    clock.seconds = 19.0
    assert watchdog.check([running]) == []
    clock.seconds += 3600.0  # this process did not run in the meantime
    assert watchdog.check([running]) == []
    clock.seconds += 11.0
    assert watchdog.check([running]) == [
        "trial 3 has not reported for 30 s and is assumed to hang: its process is killed; "
        "the trial continues from its last checkpoint"
    ]
    with pytest.raises(ray.exceptions.RayActorError):
        ray.get(training.process.remote(), timeout=120)
    clock.seconds += 15.0  # it has time to come back
    assert watchdog.check([running]) == []
