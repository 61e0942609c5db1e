"""Trials that do nothing, run by Syne Tune: a script of its own, because it runs in Syne Tune's environment.

    python run_syne_tune.py TRIALS CONCURRENT

Each trial is a process of its own, as in Syne Tune's local backend. Prints seconds per trial as JSON.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from syne_tune import StoppingCriterion, Tuner
from syne_tune.backend import LocalBackend
from syne_tune.config_space import loguniform
from syne_tune.optimizer.baselines import RandomSearch

TRIAL = """
import argparse
from syne_tune import Reporter
parser = argparse.ArgumentParser()
for name in ("w1", "w2"):
    parser.add_argument("--" + name, type=float)
weights = parser.parse_known_args()[0]
Reporter()(score=-abs(weights.w1 - 30) - abs(weights.w2 - 30))
"""


def main(trials: int, concurrent: int) -> None:
    """Search, and print seconds per trial."""
    script = Path(tempfile.mkdtemp()) / "trial.py"
    script.write_text(TRIAL)
    tuner = Tuner(
        trial_backend=LocalBackend(str(script)),
        scheduler=RandomSearch({name: loguniform(1, 1000) for name in ("w1", "w2")}, metrics=["score"]),
        stop_criterion=StoppingCriterion(max_num_trials_completed=trials),
        n_workers=concurrent,
        sleep_time=0.01,
        save_tuner=False,
    )
    started, worked = time.perf_counter(), time.process_time()
    tuner.run()
    clock, work = time.perf_counter() - started, time.process_time() - worked
    print(json.dumps({"seconds_per_trial": clock / trials, "work_per_trial": work / trials}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
