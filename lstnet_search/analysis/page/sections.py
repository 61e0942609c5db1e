"""The sections of a report, in their order. Each section says what the study lacks, and how to get it."""

import pandas as pd

from lstnet_search.analysis.figures.curves import learning_curves
from lstnet_search.analysis.figures.landscape import importance_bars, pairs, parallel_coordinates, slices
from lstnet_search.analysis.figures.marks import marks_said
from lstnet_search.analysis.figures.trials import both_directions, confirmed_means, criterion_points
from lstnet_search.analysis.importance import FEW, importances, settings_and_scores
from lstnet_search.analysis.labels import command
from lstnet_search.analysis.page.parts import Missing, Part, Plots, Section, Terms, Text
from lstnet_search.analysis.page.pictures import sampled_pictures, winner_picture
from lstnet_search.analysis.page.reproduce import reproduce_section
from lstnet_search.analysis.page.tables import (
    confirmation_table,
    criteria_table,
    errors_table,
    readers_table,
    trials_table,
)
from lstnet_search.analysis.terms import TERMS, weight_in_words
from lstnet_search.config import METHODS
from lstnet_search.config.metrics import CRITERIA, TARGET
from lstnet_search.results.confirmation.record import ConfirmationRecord
from lstnet_search.results.folder.studies import StudyTables


def report_sections(
    study: StudyTables, confirmation: ConfirmationRecord | None, tested: pd.DataFrame | None
) -> list[Section]:
    """All sections of a report.

    Args:
        study: the study to report on.
        confirmation: the confirmation, or None if there is none.
        tested: the content of `confirmation.parquet`, or None.
    """
    return [
        _confirmation(study, confirmation, tested),
        _trials(study),
        _curves(study),
        landscape_section(study, study.metric),
        criteria_section(study),
        _images(study),
        reproduce_section(study, confirmation),
    ]


def _confirmation(study: StudyTables, confirmation: ConfirmationRecord | None, tested: pd.DataFrame | None) -> Section:
    parts: list[Part] = []
    if confirmation is None and study.search.tries_points:
        parts.append(Missing("Given points are not confirmed.", "Confirm the search that they were made from."))
    elif confirmation is None:
        how = "This command trains the best trials and the paper's weights again with fresh seeds and tests them once:"
        parts.append(Missing("Nothing is confirmed yet.", how, command("confirm", str(study.folder.path))))
    else:
        parts.append(confirmation_table(study, confirmation))
        if readers := readers_table(study, confirmation):
            parts.append(readers)
        if tested is not None and (means := confirmed_means(confirmation, tested)):
            parts.append(Plots([means]))
    return Section("confirmation", "Confirmation on the test sets", parts, "Confirmation")


def _trials(study: StudyTables) -> Section:
    parts: list[Part] = []
    if study.ranking(study.metric).empty:
        parts.append(_no_report(study, study.metric))
    else:
        parts.append(trials_table(study))
        if directions := both_directions(study):
            parts.append(Plots([directions]))
        else:
            how = "They need labels of both domains. Without them, trials are compared by label-free criteria."
            parts.append(Missing("The accuracies of both directions are not known.", how))
    if errors := errors_table(study):
        parts.append(errors)
    return Section("trials", "Trials of the search", parts, "Trials")


def _curves(study: StudyTables) -> Section:
    title = "Learning curves"
    if study.ranking(study.metric).empty:
        return Section("curves", title, [_no_report(study, study.metric)])
    more = Text(f"Losses, discriminators and the latent probe: {command('dynamics', str(study.folder.path))}", True)
    terms = Terms([*TERMS.items()])
    return Section("curves", title, [Plots([learning_curves(study, study.metric)]), more, terms])


def landscape_section(study: StudyTables, metric: str) -> Section:
    """How the score depends on the searched settings."""
    settings, scores = settings_and_scores(study, metric)
    title = "Which weights matter"
    if scores.empty:
        return Section("landscape", title, [_no_report(study, metric)])
    if settings.empty:
        how = "Search a space that has ranges."
        return Section("landscape", title, [Missing("No numeric setting was searched.", how)])
    parts: list[Part] = [
        Text(
            "Weights are drawn as ratios to w3: under Adam, a common factor on all of them changes nothing. Every "
            "configuration that did not fail is shown at its best report."
        )
    ]
    importance = importances(settings, scores)
    if importance:
        parts.append(Plots([importance_bars(importance)]))
        if len(scores) < FEW:
            remark = f"With {len(scores)} trials, importances are mostly chance; {FEW} trials or more are needed."
            parts.append(Text(remark, True))
    elif study.search.can_be_enlarged:
        how = "The trials vary too little. Enlarge the search:"
        parts.append(Missing("Importances cannot be measured.", how, study.folder.resume_command("--add-trials", "16")))
    else:
        parts.append(Missing("Importances cannot be measured.", "The trials vary too little."))
    parts += [
        Plots([parallel_coordinates(study, settings, scores, metric)]),
        Text(f"Scores against each setting. {marks_said(study.search)} Pale: stopped early."),
        Plots(slices(study, settings, scores, metric), small=True),
    ]
    if len(importance) > 1:
        parts.append(
            Text(f"The most important settings in pairs, the bluer the higher the score. {marks_said(study.search)}")
        )
        parts.append(Plots(pairs(study, settings, scores, list(importance), metric), small=True))
    if meanings := _weight_terms(study):
        parts.append(Terms(meanings))
    return Section("landscape", title, parts, "Weights")


def _weight_terms(study: StudyTables) -> list[tuple[str, str]]:
    """The weights of the study's method and what each rewards."""
    names = METHODS[study.search.trial.method].weight_names
    return [(name, f"{weight_in_words(name, study.search.domain_names)[1]}.") for name in names]


def criteria_section(study: StudyTables, name: str = "criteria") -> Section:
    """How far each label-free criterion can be trusted. `name` is the name of the section."""
    title = "What choosing without labels would cost"
    criteria = reported_criteria(study)
    if study.without(TARGET):
        how = "Regret can be measured if both domains have labels. It then holds for similar domains."
        return Section(name, title, [Missing(f"No report has {TARGET}, so criteria cannot be judged.", how)])
    if not criteria:
        how = "This version reports them: run the search again with the same command."
        return Section(name, title, [Missing("No report has a label-free criterion.", how)])
    parts: list[Part] = [
        Text(
            "A user without labels has to choose by a criterion that needs none. The rank correlation says how well "
            "the criterion orders the trials as oracle accuracy does (+1: fully). The regret is what choosing by the "
            "criterion loses: the accuracy of the best trial minus that of the trial it picks. Each trial is shown at "
            "the report where the criterion is highest."
        ),
        criteria_table(study, criteria),
        Text(f"Target accuracy against each criterion. Ring: the trial it picks; ochre: the {study.search.reference}."),
        Plots([plot for each in criteria if (plot := criterion_points(study, each))], small=True),
    ]
    if lacking := [each for each in CRITERIA if each not in criteria]:
        parts.append(Text(f"Not in the reports of this study: {', '.join(lacking)}.", True))
    return Section(name, title, parts, "Without labels")


def reported_criteria(study: StudyTables) -> list[str]:
    """The label-free criteria that some report has."""
    return [name for name in CRITERIA if not study.without(name)]


def _images(study: StudyTables) -> Section:
    parts: list[Part] = []
    if winner := winner_picture(study):
        parts.append(winner)
    else:
        how = "A search draws it at the first report of a trial. A method that does not translate images has none."
        parts.append(Missing("translations.png is not there.", how))
    sampled = sampled_pictures(study)
    parts += sampled
    if not sampled:
        how = "They are written when a trial of this study ends. Wait, or continue the search."
        parts.append(Missing("There are no samples of a trial with a score.", how))
    elif study.without(TARGET):
        how = "They need labels of the images that are translated."
        parts.append(Missing("Confusion matrices are not there for every direction.", how))
    return Section("images", "What the networks do to images", parts, "Images")


def _no_report(study: StudyTables, metric: str) -> Missing:
    what = f"No trial that did not fail has a report with {metric}."
    return Missing(what, "Wait for one, or continue the search:", study.folder.resume_command())
