"""Ending the process of an actor that does not answer any more."""

import os
import signal
from contextlib import suppress
from typing import Any

import ray
from ray._private.state import actors
from ray.actor import ActorHandle
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy


def kill_process(actor: ActorHandle[Any]) -> None:
    """Kill the process of an actor from another on its node; Ray finds out by itself.

    `ray.kill` asks the process to end itself, which one that is stopped or stuck never does: it would be left with
    all its memory.
    """
    about = actors(actor._actor_id.hex())
    node = NodeAffinitySchedulingStrategy(about["Address"]["NodeID"], soft=False)
    ray.remote(_kill).options(num_cpus=0, scheduling_strategy=node).remote(about["Pid"])


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):  # it has ended meanwhile
        os.kill(process, signal.SIGKILL)
