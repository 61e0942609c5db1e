"""The first screen of a report: the verdict of the confirmation if there is one, else what the search alone can say."""

from lstnet_search.analysis.labels import mean_shown, metric_name
from lstnet_search.analysis.page.bars import result_bars
from lstnet_search.analysis.page.next_step import after_confirmation, after_search, without_result
from lstnet_search.analysis.page.parts import Headline
from lstnet_search.analysis.page.winner import translated_strip, weights_card
from lstnet_search.config.metrics import CRITERIA
from lstnet_search.results.confirmation.record import ConfirmationRecord
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import STATES, difference, duration, is_share, shown, swap_sentence
from lstnet_search.results.study.records import PAPER_TRIAL

_VERDICTS = {
    "better": ("confirmed: better", "good", "Trial {trial} is better than the paper's weights: {best} against {paper}"),
    "worse": ("confirmed: worse", "bad", "Trial {trial} is worse than the paper's weights: {best} against {paper}"),
    "no difference shown": (
        "confirmed: no difference shown",
        "neutral",
        "No difference is shown between trial {trial} and the paper's weights: {best} against {paper}",
    ),
}
"""Verdict against the paper's weights -> badge, tone and sentence."""


def headline(study: StudyTables, confirmation: ConfirmationRecord | None) -> Headline:
    """The first screen; `confirmation` is None if nothing is confirmed."""
    if confirmation is not None:
        return _confirmed(study, confirmation)
    if study.ranking(study.metric).empty:
        return Headline(*verdict(study, None), [], without_result(study), _effort(study))
    return _searched(study)


def verdict(study: StudyTables, confirmation: ConfirmationRecord | None) -> tuple[str, str, str]:
    """Badge, tone and sentence; `confirmation` is None if nothing is confirmed."""
    if confirmation is not None:
        return _confirmed_verdict(study, confirmation)
    if study.ranking(study.metric).empty:
        return "no result", "open", _missing_sentence(study)
    return "not confirmed", "open", _search_sentence(study)


def _confirmed_verdict(study: StudyTables, confirmation: ConfirmationRecord) -> tuple[str, str, str]:
    best, paper, test = confirmation.best, confirmation.paper, confirmation.best.against_paper
    if test is not None and paper is not None:
        badge, tone, sentence = _VERDICTS[test.verdict]
    elif paper is best:
        badge, tone, sentence = _LEADS
    else:
        badge, tone, sentence = "confirmed", "neutral", "Trial {trial}, the search's best, reaches {best}"
    if _leader(study) != best.trial:
        badge, tone = "confirmed before the search continued", "open"
    sentence = sentence.format(trial=best.trial, best=mean_shown(best), paper=mean_shown(paper) if paper else "–")
    return badge, tone, f"{sentence} on the test sets."


def _confirmed(study: StudyTables, confirmation: ConfirmationRecord) -> Headline:
    best = confirmation.best
    cautions = []
    leader = _leader(study)
    if leader != best.trial:
        cautions.append(f"Trial {leader} leads the search now and is not confirmed yet: confirm it too.")
    seeds = len(confirmation.seeds)
    basis = (
        f"Each candidate was trained again on the whole training sets for {confirmation.steps} steps, with "
        f"{'the same seed' if seeds == 1 else f'the same {seeds} seeds'} for all. The last state of each training "
        f"counts, by reader {confirmation.reader}. ± is half of the 95 % interval of the mean."
    )
    opening = (
        f"This was opening number {confirmation.opening} of the test sets for this study: the more often they are "
        "opened, the less they prove."
    )
    return Headline(
        *verdict(study, confirmation),
        [confirmation.sentence, *cautions, basis, opening],
        after_confirmation(study, confirmation, leader),
        _effort(study),
        result_bars(study, confirmation),
        None if best.trial is None else weights_card(study, best.trial),
        None if best.trial is None else translated_strip(study, best.trial),
    )


_LEADS = "confirmed: the paper's weights lead", "neutral", "The search found nothing better than the paper's: {best}"


def _leader(study: StudyTables) -> int | None:
    """The best trial that has ended, because only such trials can be confirmed; None if there is none."""
    ended = set(study.trials.loc[study.trials["state"].isin(["COMPLETE", "PRUNED"]), "trial"])
    return next((int(trial) for trial in study.ranking(study.metric).index if trial in ended), None)


def _searched(study: StudyTables) -> Headline:
    ranking = study.ranking(study.metric)
    leader = int(ranking.index[0])
    return Headline(
        *verdict(study, None),
        _cautions(study, study.metric, len(ranking)),
        after_search(study),
        _effort(study),
        result_bars(study, None),
        weights_card(study, leader),
        translated_strip(study, leader),
    )


def _search_sentence(study: StudyTables) -> str:
    metric, ranking = study.metric, study.ranking(study.metric)
    leader, score = int(ranking.index[0]), float(ranking.iloc[0])
    paper, baseline = ranking.get(PAPER_TRIAL), study.baseline.get(metric)
    reached = f"{shown(metric, score)} {metric_name(study, metric)}"
    reference = study.search.reference
    if leader == PAPER_TRIAL and len(ranking) == 1:
        result = f"Only the {reference} have a score yet: {reached}."
    elif study.ranked(metric).luck is not None:
        verdict = study.ranked(metric).verdict(metric, reference)
        result = f"{verdict[:1].upper()}{verdict[1:]}."
    elif leader == PAPER_TRIAL:
        result = f"The search found nothing better than the {reference}, which reach {reached}."
    elif paper is None:
        result = f"Trial {leader} leads with {reached}; the {reference} have no score to compare with."
    else:
        points = " points" if is_share(metric) else ""
        gain = f"{difference(metric, score - paper)}{points}"
        result = f"Trial {leader} leads the search with {reached}, {gain} against the {reference}."
    if baseline is not None and not metric.startswith(CRITERIA):
        gained = "Without translation:" if score > baseline else "That is no gain: without translation it is"
        result += f" {gained} {shown(metric, baseline)}."
    return result


def _missing_sentence(study: StudyTables) -> str:
    failed = int((study.trials["state"] == "FAIL").sum())
    if study.trials.empty:
        return "No trial has begun."
    if failed == len(study.trials):
        return f"All {failed} trials failed."
    return f"No trial has a report with {study.metric} yet."


def _cautions(study: StudyTables, metric: str, scored: int) -> list[str]:
    cautions = []
    if swaps := swap_sentence(study.best_reports(metric).loc[int(study.ranking(metric).index[0])].to_dict()):
        cautions.append(f"ALARM: the best trial swaps classes at its best report: {swaps}.")
    luck = study.ranked(metric).luck
    if luck is not None:
        noise = difference(metric, luck.noise).removeprefix("+")
        points = " points" if is_share(metric) else ""
        cautions.append(f"Another seed moves a score by about {noise}{points}; smaller differences are noise.")
    elif study.search.repeats > 1:
        cautions.append(f"Each trial is the mean of {study.search.repeats} trainings with different seeds.")
    else:
        cautions.append(
            "One seed each: how far another seed would move a score is not known, so a small lead may be noise."
        )
    if luck is None:
        cautions.append(f"The best of {scored} noisy scores is partly luck: expect less on new images.")
    if metric.startswith(CRITERIA):
        cautions.append(
            f"{metric} is a label-free criterion, not an accuracy: it uses no labels of the translated images, and a "
            "translator that swaps classes can fool it."
        )
    else:
        cautions.append(
            "This is an oracle score: accuracy on labelled images of the validation part, at each trial's best report."
        )
    unfinished = int((study.trials["state"] == "RUNNING").sum())
    if unfinished:
        cautions.append(f"{unfinished} of {len(study.trials)} trials are unfinished; the search can be continued.")
    return cautions


def _effort(study: StudyTables) -> str:
    """How the trials ended, and how long they trained."""
    counts = {word: int((study.trials["state"] == state).sum()) for state, word in STATES.items()}
    ended = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    trained = duration(float(study.trials["seconds"].sum()))
    return f"{len(study.trials)} of {study.search.trials} trials ({ended or 'none has begun'}), {trained} of training"
