"""The watchdog on a real cluster, with a clock of its own."""

import os
import signal

import pytest
import ray
from ray.tune.experiment import Trial

from lstnet_search.tuning.cluster.cluster import local_cluster
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.monitoring.watchdog import Vigil
from lstnet_search.tuning.protocol import NUMBER

pytestmark = pytest.mark.slow


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def at(self, seconds: float, vigil: Vigil, *trials: Trial) -> list[str]:
        """What the watchdog says then, having said nothing until then."""
        while self.seconds + 20.0 < seconds:
            self.seconds += 20.0
            assert vigil.look(trials) == []
        self.seconds = seconds
        return vigil.look(trials)


def trial(number: int, status: str) -> Trial:
    made = Trial("__fake", config={NUMBER: number}, stub=True)
    made.update_resources({"cpu": 2.0, "gpu": 0.0})
    made.status = status
    return made


def test_a_place_that_another_took_and_a_trial_that_fell_silent_are_told() -> None:
    placement = Placement(cpus=3, gpus=0, concurrent=3)
    with local_cluster(placement):

        @ray.remote(num_cpus=2)
        class Other:
            def here(self) -> bool:
                return True

        others = Other.remote()  # type: ignore[attr-defined]
        assert ray.get(others.here.remote())
        clock = Clock()
        vigil = Vigil("trial {}".format, now=clock)
        waiting, running = trial(1, Trial.PENDING), trial(0, Trial.RUNNING)
        vigil.started(0)
        clock.seconds = 30.0
        vigil.reported(0)
        assert vigil.look([waiting]) == []
        assert clock.at(90.0, vigil, waiting) == [
            "a trial has waited 60 s for 2 CPU: 2 of 3 are in use, 0 of them by this search"
        ]
        waiting.update_resources({"cpu": 4.0})  # as one that is tried again alone
        assert clock.at(150.0, vigil, waiting) == ["a trial has waited 2 min for 4 CPU: the cluster has 3"]
        waiting.status = Trial.TERMINATED
        assert clock.at(180.0, vigil, running, waiting) == [
            "trial 0 has not reported for 2 min, where reports are 30 s apart; "
            "the dashboard shows its process under Actors"
        ]
        assert vigil.look([running, waiting]) == []


def test_a_process_that_hangs_is_killed_though_it_is_stopped() -> None:
    with local_cluster(Placement(cpus=1, gpus=0, concurrent=1)):

        @ray.remote(num_cpus=1)
        class Training:
            def process(self) -> int:
                return os.getpid()

        training = Training.remote()  # type: ignore[attr-defined]
        process = ray.get(training.process.remote())
        clock = Clock()
        vigil = Vigil("trial {}".format, timeout=20.0, now=clock)
        running = trial(3, Trial.RUNNING)
        running.temporary_state.ray_actor = training
        vigil.started(3)
        os.kill(process, signal.SIGSTOP)
        clock.seconds = 19.0
        assert vigil.look([running]) == []
        clock.seconds += 3600.0  # in which this process stood still
        assert vigil.look([running]) == []
        clock.seconds += 11.0
        assert vigil.look([running]) == [
            "trial 3 has not reported for 30 s and is taken to hang: its process is killed; "
            "it goes on from its last checkpoint"
        ]
        with pytest.raises(ray.exceptions.RayActorError):
            ray.get(training.process.remote(), timeout=120)
        clock.seconds += 15.0  # it has time to come back
        assert vigil.look([running]) == []
