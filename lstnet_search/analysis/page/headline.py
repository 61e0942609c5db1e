"""The headline of a report: the verdict of the confirmation if there is one, else what the search alone can say."""

from lstnet_search.analysis.labels import mean_shown, metric_name
from lstnet_search.analysis.page.parts import Headline, Missing
from lstnet_search.config.metrics import CRITERIA
from lstnet_search.results.confirmation.record import ConfirmationRecord
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import STATES, difference, duration, is_share, percent, shown, swap_sentence
from lstnet_search.results.study.records import PAPER_TRIAL

_BADGES = {
    "better": ("confirmed: better", "good"),
    "worse": ("confirmed: worse", "bad"),
    "no difference shown": ("confirmed: no difference shown", "neutral"),
}
"""Verdict against the paper's weights -> badge and tone."""


def headline(study: StudyTables, confirmation: ConfirmationRecord | None) -> Headline:
    """The headline; `confirmation` is None if nothing is confirmed."""
    if confirmation is not None:
        return _confirmed(study, confirmation)
    return _without_score(study) if study.ranking(study.metric).empty else _searched(study)


def _confirmed(study: StudyTables, confirmation: ConfirmationRecord) -> Headline:
    best, paper, test = confirmation.best, confirmation.paper, confirmation.best.against_paper
    no_test = "confirmed" if paper is None else "confirmed: the paper's weights lead"
    badge, tone = _BADGES[test.verdict] if test else (no_test, "neutral")
    cautions = []
    leader = _leader(study)
    if leader != best.trial:
        badge, tone = "confirmed before the search continued", "open"
        cautions.append(f"Trial {leader} leads the search now and is not confirmed yet: confirm it too.")
    figures = [("best, on the test sets", mean_shown(best))]
    if paper is not None and paper is not best:
        figures.append(("paper's weights", mean_shown(paper)))
    if confirmation.no_translation is not None:
        figures.append(("no translation", percent(confirmation.no_translation.target.mean)))
    seeds = len(confirmation.seeds)
    basis = (
        f"Each candidate was trained again on the whole training sets for {confirmation.steps} steps, with "
        f"{'the same seed' if seeds == 1 else f'the same {seeds} seeds'} for all. The last state of each training "
        f"counts, by reader {confirmation.reader}. ± is half of the 95 % interval of the mean. This was opening number "
        f"{confirmation.opening} of the test sets for this study: the more often they are opened, the less they "
        "prove."
    )
    return Headline(badge, tone, confirmation.sentence, [*cautions, basis], [*figures, *_effort(study)])


def _leader(study: StudyTables) -> int | None:
    """The best trial that has ended; only such trials can be confirmed."""
    ended = set(study.trials.loc[study.trials["state"].isin(["COMPLETE", "PRUNED"]), "trial"])
    return next((int(trial) for trial in study.ranking(study.metric).index if trial in ended), None)


def _searched(study: StudyTables) -> Headline:
    metric, ranking = study.metric, study.ranking(study.metric)
    leader, score = int(ranking.index[0]), float(ranking.iloc[0])
    paper, baseline = ranking.get(PAPER_TRIAL), study.baseline.get(metric)
    reached = f"{shown(metric, score)} {metric_name(study, metric)}"
    if leader == PAPER_TRIAL and len(ranking) == 1:
        result = f"Only the paper's weights have a score yet: {reached}."
    elif study.ranked(metric).luck is not None:
        verdict = study.ranked(metric).verdict(metric)
        result = f"{verdict[:1].upper()}{verdict[1:]}."
    elif leader == PAPER_TRIAL:
        result = f"The search found nothing better than the paper's weights, which reach {reached}."
    elif paper is None:
        result = f"Trial {leader} leads with {reached}; the paper's weights have no score to compare with."
    else:
        points = " points" if is_share(metric) else ""
        gain = f"{difference(metric, score - paper)}{points}"
        result = f"Trial {leader} leads the search with {reached}, {gain} against the paper's weights."
    if baseline is not None and metric not in CRITERIA:
        gained = "No translation reaches" if score > baseline else "That is no gain: no translation reaches"
        result += f" {gained} {shown(metric, baseline)}."
    figures = [
        ("best of the search", shown(metric, score)),
        ("paper's weights", shown(metric, paper)),
        ("no translation", shown(metric, baseline)),
    ]
    return Headline(
        "not confirmed", "open", result, _cautions(study, metric, len(ranking)), [*figures, *_effort(study)]
    )


def _without_score(study: StudyTables) -> Headline:
    failed = int((study.trials["state"] == "FAIL").sum())
    command = study.folder.resume_command()
    if study.trials.empty:
        result, how = "No trial has begun.", "Start the search, or continue it:"
    elif failed == len(study.trials):
        result, how = f"All {failed} trials failed.", "Their errors are below. Correct the cause and search again:"
        command = study.record.command or command
    else:
        result, how = f"No trial has a report with {study.metric} yet.", "Wait for a report, or continue the search:"
    missing = Missing("There is no result.", how, command)
    return Headline("no result", "open", result, figures=_effort(study), missing=missing)


def _cautions(study: StudyTables, metric: str, scored: int) -> list[str]:
    cautions = []
    if metric.startswith(CRITERIA):
        cautions.append(
            f"{metric} is a label-free criterion, not an accuracy: it uses no labels of the translated images, and a "
            "translator that swaps classes can fool it."
        )
    else:
        cautions.append(
            "This is an oracle score: accuracy on labelled images of the validation part, at each trial's best report."
        )
    if swaps := swap_sentence(study.best_reports(metric).loc[int(study.ranking(metric).index[0])].to_dict()):
        cautions.append(f"ALARM: the best trial swaps classes at its best report: {swaps}.")
    if study.search.repeats > 1:
        cautions.append(f"Each trial is the mean of {study.search.repeats} trainings with different seeds.")
    if study.ranked(metric).luck is None:
        cautions.append(f"The best of {scored} noisy scores is partly luck: expect less on new images.")
    unfinished = int((study.trials["state"] == "RUNNING").sum())
    if unfinished:
        cautions.append(f"{unfinished} of {len(study.trials)} trials are unfinished; the search can be continued.")
    return cautions


def _effort(study: StudyTables) -> list[tuple[str, str]]:
    """How the trials ended, and how long they trained."""
    counts = {word: int((study.trials["state"] == state).sum()) for state, word in STATES.items()}
    ended = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return [
        (f"trials: {ended or 'none has begun'}", f"{len(study.trials)} of {study.search.trials}"),
        ("training time of all trials", duration(float(study.trials["seconds"].sum()))),
    ]
