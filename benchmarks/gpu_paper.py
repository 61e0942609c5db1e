"""The `paper` preset trained on full data, a few minutes a call: each goes on where the last one stopped.

    python benchmarks/gpu_paper.py --data-dir DATA --state build/gpu_paper --output OUT

At the end the test sets are opened, once, for the last state: nothing was chosen on the way.
"""

import json
import time
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from machine import the_device

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS, TrialConfig
from lstnet_search.domains import DomainPair, load
from lstnet_search.evaluation import EvaluatedTraining, Evaluator, prepare
from lstnet_search.models import Translator
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.training import Start, autocast, read_state, write_state


def main(
    data_dir: Annotated[Path, typer.Option(help="MNIST and USPS in torchvision's layout; archives will do.")],
    state: Annotated[Path, typer.Option(help="Folder to go on from, and to leave for the next call.")],
    output: Annotated[Path, typer.Option(help="Folder for what is to be kept.")],
    minutes: Annotated[float, typer.Option(help="Stop at the first report after so long.")] = 7.0,
    settings: Annotated[str, typer.Option(help="Changes of the preset, as JSON.")] = "{}",
) -> None:
    """Train until the time is up or all steps are taken."""
    begun = time.monotonic()
    changes = {"reports": 188, "data": "full"} | json.loads(settings)  # three to four reports an epoch
    config = PRESETS["paper"].trial.override(changes, "--settings")
    state.mkdir(parents=True, exist_ok=True)
    output.mkdir(parents=True, exist_ok=True)
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
        if (time.monotonic() - begun) / 60 > minutes or report.step == config.steps:
            break
    last = training.last
    assert last is not None, "all steps were taken before: nothing is left to do"
    checkpoint.mkdir(exist_ok=True)
    write_state(checkpoint, last.state(), last.header)
    curve_file.write_text(json.dumps(curve))
    epoch = max(len(domain) for domain in prepared.train) / config.batch_size
    kept = {
        "config": config.model_dump(mode="json"),
        "seconds_per_epoch": last.seconds / last.step * epoch,
        "no_translation_baseline": prepared.baseline,
        "curve": curve,
    }
    if last.step == config.steps:
        kept["test"] = _test(config, data_dir, cast(Translator, last.evaluated), prepared.classifiers)
        print(f"test: {kept['test']}")
    (output / "gpu_paper.json").write_text(json.dumps(kept | provenance(), indent=2) + "\n")
    print(f"{last.step} of {config.steps} steps, {kept['seconds_per_epoch']:.1f} s an epoch")


def _test(config: TrialConfig, data_dir: Path, translator: Translator, classifiers: Any) -> dict[str, float]:
    device = the_device()
    pair = DomainPair(*(load(name, config.data, data_dir, "test") for name in config.domains)).to(device)
    with autocast(config.precision, device)():
        measured = Evaluator(pair, classifiers)(translator)
    return {
        name.replace("val_", "test_"): value for name, value in measured.items() if name.startswith("val_accuracy_")
    }


if __name__ == "__main__":
    run_script(main)
