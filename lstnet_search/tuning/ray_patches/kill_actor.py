"""Killing the process of an actor that no longer answers."""

import os
import signal
from contextlib import suppress
from typing import Any

import ray
from ray._private.state import actors
from ray.actor import ActorHandle
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy


def kill_process(actor: ActorHandle[Any]) -> None:
    """Kill the process of an actor from another process on its node. Ray notices by itself.

    `ray.kill` asks the process to end itself. A process that is stopped or stuck never does, and keeps all its memory.
    Uses `ray._private.state.actors` and `ActorHandle._actor_id` (Ray 2.60.0).
    """
    about = actors(actor._actor_id.hex())
    node = NodeAffinitySchedulingStrategy(about["Address"]["NodeID"], soft=False)
    ray.remote(_kill).options(num_cpus=0, scheduling_strategy=node).remote(about["Pid"])


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):  # it has just ended
        os.kill(process, signal.SIGKILL)
