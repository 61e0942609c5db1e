"""The sections of the page, in their order."""

from typing import Any

import pandas as pd

from lstnet_search.analysis.landscape import FEW, importances, searched_and_scored
from lstnet_search.analysis.page import plots
from lstnet_search.analysis.page.parts import Missing, Part, Plots, Section, Text
from lstnet_search.analysis.page.pictures import sampled_pictures, winner_picture
from lstnet_search.analysis.page.reproduce import reproduce
from lstnet_search.analysis.page.tables import confirmation_table, criteria_table, errors_table, trials_table
from lstnet_search.config.metrics import CRITERIA, TARGET
from lstnet_search.results.folder.studies import StudyTables


def sections(study: StudyTables, confirmation: dict[str, Any] | None, tested: pd.DataFrame | None) -> list[Section]:
    """All sections: what a study does not have is said in its place.

    Args:
        study: to report on.
        confirmation: content of `confirmation.yaml`, if there is one.
        tested: content of `confirmation.parquet`, if there is one.
    """
    return [
        _confirmation(study, confirmation, tested),
        _trials(study),
        _curves(study),
        _landscape(study),
        _criteria(study),
        _images(study),
        reproduce(study, confirmation),
    ]


def _confirmation(study: StudyTables, confirmation: dict[str, Any] | None, tested: pd.DataFrame | None) -> Section:
    parts: list[Part] = []
    if confirmation is None:
        command = f"python -m lstnet_search confirm {study.folder.path}"
        parts.append(
            Missing(
                "Nothing is confirmed yet.",
                "The best trials and the paper's weights, trained anew with fresh seeds and tested once:",
                command,
            )
        )
    else:
        parts.append(confirmation_table(study, confirmation))
        if tested is not None and any(
            each["metrics"][TARGET]["mean"] is not None for each in confirmation["candidates"]
        ):
            parts.append(Plots([plots.confirmed_means(study, confirmation, tested)]))
    return Section("confirmation", "Confirmation on the test sets", parts)


def _trials(study: StudyTables) -> Section:
    parts: list[Part] = []
    if study.ranking(study.metric).empty:
        parts.append(_no_report(study))
    else:
        parts.append(trials_table(study))
        if directions := plots.both_directions(study):
            parts.append(Plots([directions]))
        else:
            parts.append(
                Missing(
                    "Accuracies of both directions are not known.",
                    "They need labels of both domains; without them trials are compared by label-free criteria.",
                )
            )
    if errors := errors_table(study):
        parts.append(errors)
    return Section("trials", "Trials of the search", parts)


def _curves(study: StudyTables) -> Section:
    if study.ranking(study.metric).empty:
        return Section("curves", "Learning curves", [_no_report(study)])
    more = Text(f"Losses, discriminators and the latent probe: python analysis/dynamics.py {study.folder.path}", True)
    return Section("curves", "Learning curves", [Plots([plots.learning_curves(study)]), more])


def _landscape(study: StudyTables) -> Section:
    settings, scores = searched_and_scored(study, study.metric)
    title = "Which weights matter"
    if scores.empty:
        return Section("landscape", title, [_no_report(study)])
    if settings.empty:
        missing = Missing("Nothing that is a number was searched.", "A space with ranges has a landscape.")
        return Section("landscape", title, [missing])
    parts: list[Part] = [
        Text(
            "Weights are drawn as ratios to w3: under Adam a common factor on all of them changes nothing. Every trial "
            "that did not fail stands at its best report."
        )
    ]
    if importance := importances(settings, scores):
        parts.append(Plots([plots.importance_bars(importance)]))
        if len(scores) < FEW:
            remark = (
                f"Of {len(scores)} trials, importances are mostly chance; from {FEW} on they begin to mean something."
            )
            parts.append(Text(remark, True))
    else:
        parts.append(
            Missing(
                "Importances cannot be told.",
                "The trials vary too little. Enlarge the search:",
                f"python run_search.py --name {study.name} --resume --add-trials 16",
            )
        )
    parts.append(Plots([plots.parallel_coordinates(study, settings, scores, study.metric)]))
    parts.append(Text("The score against each ratio. Star: the best; diamond: the paper's; pale: stopped early."))
    parts.append(Plots(plots.slices(study, settings, scores, study.metric), small=True))
    return Section("landscape", title, parts)


def _criteria(study: StudyTables) -> Section:
    title = "What choosing without labels would cost"
    known = [name for name in CRITERIA if not study.without(name)]
    if study.without(TARGET):
        how = "Regret is measured where both domains have labels, and holds for domains like them."
        missing = Missing(f"No report has {TARGET}, so there is nothing to judge criteria by.", how)
        return Section("criteria", title, [missing])
    if not known:
        how = "Studies of this version have them: search again, with the same command."
        return Section("criteria", title, [Missing("No report has a label-free criterion.", how)])
    parts: list[Part] = [
        Text(
            "A user without labels chooses by a criterion that reads none. Rank correlation is how well its order of "
            "the trials agrees with the oracle accuracy's (+1: fully); regret is what choosing by it loses: the "
            "accuracy of the best trial less that of the trial it picks. Each trial stands at the report where the "
            "criterion is highest."
        ),
        criteria_table(study, known),
        Text("Target accuracy against each criterion; ring: the trial it picks; diamond: the paper's."),
        Plots(plots.criteria_points(study, known), small=True),
    ]
    if lacking := [name for name in CRITERIA if name not in known]:
        parts.append(Text(f"Not in the reports of this study: {', '.join(lacking)}.", True))
    return Section("criteria", title, parts)


def _images(study: StudyTables) -> Section:
    parts: list[Part] = []
    if winner := winner_picture(study):
        parts.append(winner)
    else:
        how = "A search draws it at the first report of a trial; a method that does not translate images has none."
        parts.append(Missing("translations.png is not there.", how))
    sampled = sampled_pictures(study)
    parts += sampled
    if not sampled:
        how = "They are written when a trial of this study ends; wait, or let the search go on."
        parts.append(Missing("There are no samples of a trial with a score.", how))
    elif study.without(TARGET):
        how = "They need labels of the images that are translated."
        parts.append(Missing("Confusion matrices are not there for every direction.", how))
    return Section("images", "What the networks do to images", parts)


def _no_report(study: StudyTables) -> Missing:
    return Missing(
        f"No trial that did not fail has a report with {study.metric}.",
        "Wait for one, or let the search go on:",
        f"python run_search.py --name {study.name} --resume",
    )
