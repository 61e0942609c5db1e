"""What to do next with a study: one command."""

from lstnet_search.analysis.labels import command
from lstnet_search.analysis.page.parts import Missing
from lstnet_search.results.confirmation.record import ConfirmationRecord
from lstnet_search.results.folder.studies import StudyTables


def without_result(study: StudyTables) -> Missing:
    """How a study gets its first score."""
    resume = study.folder.resume_command()
    if study.trials.empty:
        return Missing("There is no result.", "Start the search, or continue it:", resume)
    if (study.trials["state"] == "FAIL").all():
        how = "Their errors are below. Correct the cause and search again:"
        return Missing("There is no result.", how, study.record.command or resume)
    return Missing("There is no result.", "Wait for a report, or continue the search:", resume)


def after_search(study: StudyTables) -> Missing:
    """How to finish a search, or to confirm its result once it has ended."""
    if study.ranking(study.metric).empty or (study.trials["state"] == "RUNNING").any():
        return Missing("Finish the search.", "Stopping loses nothing. To continue:", study.folder.resume_command())
    if study.search.tries_points:
        return Missing("Compare the points.", "There is no winner to confirm; the table of trials has all of them.")
    how = "Train the best trials and the paper's weights again with fresh seeds, and open the test sets:"
    return Missing("Find out whether it is real.", how, _confirm(study))


def after_confirmation(study: StudyTables, confirmation: ConfirmationRecord, leader: int | None) -> Missing:
    """How to use a confirmed result, or to make it more certain."""
    best, test = confirmation.best, confirmation.best.against_paper
    if leader not in (None, best.trial):
        return Missing("Confirm the trial that leads now.", "It was found after the confirmation:", _confirm(study))
    if test is not None and test.verdict != "better":
        seeds = 2 * len(confirmation.seeds)
        how = "The interval shrinks with the number of seeds; trainings that are done are kept:"
        return Missing("Use more seeds to see more.", how, f"{_confirm(study)} --seeds {seeds}")
    if best is confirmation.paper and study.search.can_be_enlarged:
        how = "More trials may find better weights than the paper's:"
        return Missing("Search on.", how, study.folder.resume_command("--add-trials", str(study.search.trials)))
    folder = str(study.folder.path)
    use = command("predict", "--model", folder, "--input", "IMAGES", "--output", "labels.parquet")
    return Missing("Use it.", "Label images of your own:", use)


def _confirm(study: StudyTables) -> str:
    return command("confirm", str(study.folder.path))
