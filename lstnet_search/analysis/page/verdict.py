"""The verdict: of the confirmation where there is one, else what the search alone can say."""

from typing import Any

from lstnet_search.analysis.page.parts import Missing, Verdict
from lstnet_search.analysis.page.words import metric_name
from lstnet_search.config.metrics import CRITERIA, TARGET
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import STATES, difference, duration, percent, shown
from lstnet_search.results.study.records import PAPER_TRIAL

BADGES = {
    "better": ("confirmed: better", "good"),
    "worse": ("confirmed: worse", "bad"),
    "no difference shown": ("confirmed: no difference shown", "neutral"),
}


def verdict(study: StudyTables, confirmation: dict[str, Any] | None) -> Verdict:
    """What the page says first."""
    return _searched(study) if confirmation is None else _confirmed(study, confirmation)


def _confirmed(study: StudyTables, confirmation: dict[str, Any]) -> Verdict:
    candidates = {each["candidate"]: each for each in confirmation["candidates"]}
    best = candidates["best"]
    paper = next((each for each in confirmation["candidates"] if each["trial"] == PAPER_TRIAL), None)
    test = best["against_paper"]
    alone = "confirmed" if paper is None else "confirmed: the paper's weights lead"
    badge, tone = BADGES[test["verdict"]] if test else (alone, "neutral")
    cautions = []
    leader = _leader(study)
    if leader != best["trial"]:
        badge, tone = "confirmed before the search went on", "open"
        cautions.append(f"Trial {leader} leads the search now and is not confirmed: confirm it too.")
    figures = [("best, on the test sets", mean_shown(best))]
    if paper is not None and paper is not best:
        figures.append(("paper's weights", mean_shown(paper)))
    if "no translation" in candidates:
        figures.append(("no translation", percent(candidates["no translation"]["metrics"][TARGET]["mean"])))
    seeds = len(confirmation["seeds"])
    return Verdict(
        badge=badge,
        tone=tone,
        sentence=confirmation["sentence"],
        remarks=[
            *cautions,
            f"Each candidate was trained anew on the whole training sets, {confirmation['steps']} steps, with "
            f"{seeds} {'seeds that are' if seeds > 1 else 'seed that is'} the same for all; its last state counts. "
            f"± is half of the 95 % interval of the mean. Opening number {confirmation['opening']} of the test sets "
            "for this study: the more often they are opened, the less they prove.",
        ],
        figures=[*figures, *_effort(study)],
    )


def _leader(study: StudyTables) -> int | None:
    """The best of the trials that ended: others cannot be confirmed."""
    ended = set(study.trials.loc[study.trials["state"].isin(["COMPLETE", "PRUNED"]), "trial"])
    return next((int(trial) for trial in study.ranking(study.metric).index if trial in ended), None)


def mean_shown(candidate: dict[str, Any], metric: str = TARGET) -> str:
    """Mean of a candidate's test accuracies ± half of their interval."""
    found = candidate["metrics"].get(metric) or {"mean": None, "interval": None}
    if found["interval"] is None:
        return percent(found["mean"])
    low, high = found["interval"]
    return f"{100 * found['mean']:.2f} ± {50 * (high - low):.2f} %"


def _searched(study: StudyTables) -> Verdict:
    metric, ranking = study.metric, study.ranking(study.metric)
    named = metric_name(study, metric)
    if ranking.empty:
        return _without_result(study)
    leader, score = int(ranking.index[0]), float(ranking.iloc[0])
    paper, baseline = ranking.get(PAPER_TRIAL), study.baseline.get(metric)
    reached = f"{shown(metric, score)} {named}"
    if leader == PAPER_TRIAL and len(ranking) == 1:
        said = f"Only the paper's weights have a score yet: {reached}."
    elif leader == PAPER_TRIAL:
        said = f"The search found nothing better than the paper's weights, which reach {reached}."
    elif paper is None:
        said = f"Trial {leader} leads with {reached}; the paper's weights have no score to compare with."
    else:
        points = " points" if shown(metric, 1.0).endswith("%") else ""
        said = (
            f"Trial {leader} leads the search with {reached}, {difference(metric, score - paper)}{points} to the "
            f"paper's weights."
        )
    if baseline is not None and metric not in CRITERIA:
        gained = "No translation reaches" if score > baseline else "That is no gain: no translation reaches"
        said += f" {gained} {shown(metric, baseline)}."
    return Verdict(
        badge="not confirmed",
        tone="open",
        sentence=said,
        remarks=_cautions(study, metric, len(ranking)),
        figures=[
            ("best of the search", shown(metric, score)),
            ("paper's weights", shown(metric, paper)),
            ("no translation", shown(metric, baseline)),
            *_effort(study),
        ],
    )


def _without_result(study: StudyTables) -> Verdict:
    failed = int((study.trials["state"] == "FAIL").sum())
    if study.trials.empty:
        said, how = "No trial has begun.", "Start the search, or let it go on:"
    elif failed == len(study.trials):
        said, how = f"All {failed} trials failed.", "Their errors are below; correct the cause and search anew:"
    else:
        said, how = f"No trial has a report with {study.metric} yet.", "Wait for a report, or let the search go on:"
    command = study.search.get("command", "python run_search.py")
    return Verdict("no result", "open", said, figures=_effort(study), missing=Missing("No result.", how, command))


def _cautions(study: StudyTables, metric: str, scored: int) -> list[str]:
    cautions = []
    if metric in CRITERIA or metric.startswith(tuple(f"{name}_" for name in CRITERIA)):
        cautions.append(
            f"{metric} is a label-free criterion, not an accuracy: it reads no label of a translated image, and a "
            "translator that swaps classes can fool it."
        )
    else:
        cautions.append(
            "This is an oracle score: accuracy on labelled images of the validation part, at each trial's best report."
        )
    repeats = study.search["search"].get("repeats", 1)
    each = "one training with one seed" if repeats == 1 else f"the mean of {repeats} trainings, each with its seed"
    cautions.append(
        f"Each trial is {each}, and the best of {scored} noisy scores is partly luck: expect less on new images."
    )
    unfinished = int((study.trials["state"] == "RUNNING").sum())
    if unfinished:
        cautions.append(f"Unfinished: {unfinished} of {len(study.trials)} trials; the search may go on.")
    return cautions


def _effort(study: StudyTables) -> list[tuple[str, str]]:
    counts = {word: int((study.trials["state"] == state).sum()) for state, word in STATES.items()}
    ended = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return [
        (f"trials: {ended or 'none has begun'}", f"{len(study.trials)} of {study.search['search']['trials']}"),
        ("training time of all", duration(float(study.trials["seconds"].sum()))),
    ]
