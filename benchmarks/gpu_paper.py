"""Train the `paper` preset on full data. Each call trains for a few minutes and continues where the last one stopped.

    python benchmarks/gpu_paper.py --data-dir DATA --state build/gpu_paper --output OUT

After all steps the test sets are opened once, for the last state. Nothing was chosen on the way.
"""

import json
import time
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from machine import the_device
from reporting import write_json

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS, TrialConfig
from lstnet_search.domains import load_pair
from lstnet_search.errors import InputError
from lstnet_search.evaluation import EvaluatedTraining, Evaluator, prepare
from lstnet_search.models import Translator
from lstnet_search.training import Start, autocast, read_state, write_state


def main(
    data_dir: Annotated[
        Path, typer.Option(help="Folder of MNIST and USPS, or of their archives, in torchvision's layout.")
    ],
    state: Annotated[Path, typer.Option(help="Folder that keeps the state for the next call.")],
    output: Annotated[Path, typer.Option(help="Folder for gpu_paper.json.")],
    minutes: Annotated[float, typer.Option(help="Stop at the first report after this many minutes.")] = 7.0,
    settings: Annotated[str, typer.Option(help="Changes of the preset's settings, as JSON.")] = "{}",
) -> None:
    """Train until the time is up or all steps are taken."""
    start_time = time.monotonic()
    changes = {"reports": 188, "data": "full"} | json.loads(settings)  # three to four reports per epoch
    config = PRESETS["paper"].trial.override(changes, "--settings")
    state.mkdir(parents=True, exist_ok=True)
    curve_file, checkpoint = state / "curve.json", state / "checkpoint"
    curve: list[dict[str, Any]] = json.loads(curve_file.read_text()) if curve_file.exists() else []
    device = the_device()
    prepared = prepare(config, data_dir, device, state / "classifiers", print)
    start = None
    if checkpoint.exists():
        tensors, header = read_state(checkpoint)
        start = Start(tensors, header["step"], header["seconds"])
        curve = [row for row in curve if row["step"] <= start.step]
    training = EvaluatedTraining(config, prepared, "both", device, start)
    for report in training:
        curve.append({"step": report.step, "seconds": report.seconds} | report.metrics)
        accuracies = {name: round(report.metrics[f"val_accuracy_{name}"], 4) for name in prepared.directions}
        print(f"step {report.step}/{config.steps}  {report.seconds:.0f} s  {accuracies}", flush=True)
        if (time.monotonic() - start_time) / 60 > minutes or report.step == config.steps:
            break
    last = training.last
    if last is None:
        raise InputError(f"earlier calls have taken all {config.steps} steps; give another --state to train again")
    checkpoint.mkdir(exist_ok=True)
    write_state(checkpoint, last.state(), last.header)
    curve_file.write_text(json.dumps(curve))
    epoch = max(len(domain) for domain in prepared.train) / config.batch_size
    result = {
        "config": config.model_dump(mode="json"),
        "seconds_per_epoch": last.seconds / last.step * epoch,
        "no_translation_baseline": prepared.baseline,
        "curve": curve,
    }
    if last.step == config.steps:
        result["test"] = _test(config, data_dir, cast(Translator, last.evaluated), prepared.classifiers)
        print(f"test: {result['test']}")
    write_json(output / "gpu_paper.json", result)
    print(f"{last.step} of {config.steps} steps, {result['seconds_per_epoch']:.1f} s per epoch")


def _test(config: TrialConfig, data_dir: Path, translator: Translator, classifiers: Any) -> dict[str, float]:
    device = the_device()
    pair = load_pair(config.domains, config.data, data_dir, "test").to(device)
    with autocast(config.precision, device)():
        metrics = Evaluator(pair, classifiers)(translator)
    return {name.replace("val_", "test_"): value for name, value in metrics.items() if name.startswith("val_accuracy_")}


if __name__ == "__main__":
    run_script(main)
