"""The page of a Table 2: every method's test accuracy beside the one that the paper prints."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

from lstnet_search.analysis.labels import command, mean_shown
from lstnet_search.analysis.page.bars import Reached, draw_bars, known_interval
from lstnet_search.analysis.page.parts import Bars, Headline, Listing, Missing, Part, Row, Section, Table, Text
from lstnet_search.analysis.page.render import write_page
from lstnet_search.analysis.table2 import BOTH, HEADINGS, notes, rows
from lstnet_search.config.budgets import ORDER
from lstnet_search.config.metrics import TARGET, tested_name
from lstnet_search.results.analysis.literature import LABELS_MNIST, PUBLISHED
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.confirmation.record import RecordedCandidate
from lstnet_search.results.formatting import duration, percent
from lstnet_search.results.table2 import Table2Folder

Winners = Mapping[str, RecordedCandidate]
"""The confirmed winner of each method that has one, by the method's name."""


def write_table2(file: Path, folder: Table2Folder) -> None:
    """Write the page of a Table 2."""
    winners = _winners(folder)
    text = "The paper's Table 2 and ours. Ochre: what the paper prints."
    parts: list[Part] = [Table(text, HEADINGS, [Row(cells) for cells in rows(folder)])]
    for direction in BOTH:
        labels, tested = ("MNIST", "USPS") if direction == LABELS_MNIST else ("USPS", "MNIST")
        if bars := _bars(winners, tested_name(direction), [direction], f"{labels}'s labels, tested on {tested}"):
            parts.append(bars)
    parts += [Text(note.replace("`", ""), quiet=True) for note in notes(folder)]
    begun = [study.path for method in ORDER if (study := folder.study(method)).search_file.is_file()]
    studies = Listing("One page per method", "\n".join(command("report", str(path)) for path in begun))
    sections = [
        Section("table", "Both directions", parts, "Table"),
        Section("studies", "The studies behind it", [studies], "Studies"),
        Section("reproduce", "How to reproduce it", [Listing("The table", folder.read().command)], "Reproduce"),
    ]
    title = folder.path.resolve().name
    write_page(file, title, f"The paper's Table 2, budget {folder.read().budget}", sections, _headline(folder, winners))


def _winners(folder: Table2Folder) -> dict[str, RecordedCandidate]:
    found: dict[str, RecordedCandidate] = {}
    for method in ORDER:
        study = folder.study(method)
        confirmation = read_confirmation(study) if study.search_file.is_file() else None
        if confirmation is not None and confirmation.best.target.mean is not None:
            found[method] = confirmation.best
    return found


def _headline(folder: Table2Folder, winners: Winners) -> Headline:
    done = len(winners) == len(ORDER)
    seconds = sum(each.seconds for each in folder.spent().values())
    if done:
        how = "One report per method has its trials, weights and images:"
        now = Missing("Look into a study.", how, command("report", str(folder.study("lstnet").path)))
    else:
        now = Missing("Finish the table.", "The same command goes on:", folder.read().command)
    return Headline(
        f"{len(winners)} of {len(ORDER)} methods confirmed",
        "neutral" if done else "open",
        _sentence(winners),
        [
            "The methods had the same wall time at most. Which is better is not tested: look at the intervals.",
            "A diamond is the mean of what the paper prints for both directions, with its own networks and budget.",
        ],
        now,
        f"{duration(seconds)} for all methods together",
        _bars(winners, TARGET, BOTH, "Test accuracy, mean of both directions"),
    )


def _sentence(winners: Winners) -> str:
    if not winners:
        return "No method is confirmed yet."
    best = _best(winners, TARGET)
    text = f"{PUBLISHED[best].name} reads most images right: {mean_shown(winners[best])} in the mean of both directions"
    if best != "lstnet" and "lstnet" in winners:
        text += f"; LSTNet reads {mean_shown(winners['lstnet'])}"
    printed = PUBLISHED["lstnet"].accuracies
    text = text[:1].upper() + text[1:]
    return f"{text}. The paper prints {percent(fmean(printed[each] for each in BOTH))} for LSTNet."


def _best(winners: Winners, metric: str) -> str:
    return max(winners, key=lambda method: winners[method].metrics[metric].mean or 0.0)


def _bars(winners: Winners, metric: str, directions: Sequence[str], caption: str) -> Bars | None:
    """The winners' test accuracies as bars, each with the mean that the paper prints for the directions."""
    known = {name: each for name, each in winners.items() if metric in each.metrics}
    scores = []
    for name, each in known.items():
        found, printed = each.metrics[metric], PUBLISHED[name].accuracies
        if found.mean is None:
            continue
        meaning = "baseline" if name == "no_translation" else "best" if name == _best(known, metric) else "other"
        published = fmean(printed[each] for each in directions) if printed else None
        text = mean_shown(each, metric)
        scores.append(Reached(PUBLISHED[name].name, meaning, found.mean, text, known_interval(found), published))
    return draw_bars(TARGET, scores, caption)
