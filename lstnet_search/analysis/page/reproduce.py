"""The section that says how to reproduce the study's results."""

from collections.abc import Iterator

from lstnet_search.analysis.labels import command
from lstnet_search.analysis.page.parts import Listing, Missing, Part, Row, Section, Table
from lstnet_search.results.confirmation.record import ConfirmationRecord
from lstnet_search.results.folder.studies import StudyTables


def reproduce_section(study: StudyTables, confirmation: ConfirmationRecord | None) -> Section:
    """Commands, the code and machine they ran on, and the settings of the best trial."""
    folder, record, search = study.folder, study.record, study.search
    commit = record.git_commit
    parts: list[Part] = [*_search_code(commit)]
    if record.command:
        parts.append(Listing("The search", record.command))
    else:
        parts.append(Missing("The command is not known.", "Searches with this version record it in search.yaml."))
    has_settings = folder.has(folder.best_config_file)
    if has_settings:
        data = ["--data-dir", record.data_dir] if search.trial.data == "full" else []
        train = ["train", "--config", str(folder.best_config_file), "--output", "DIR", *data]
        parts.append(Listing("The best trial, trained again", command(*train)))
    else:
        how = "It is written at the first report of a trial. For the settings of any trial that has a report:"
        parts.append(Missing("best_config.yaml is not there yet.", how, command("select-best", str(folder.path))))
    parts += _confirmation(study, commit, confirmation)
    parts.append(Listing("This page", command("report", str(folder.path))))
    facts = {
        "seed": search.trial.seed if search.seed is None else search.seed,
        "data": f"{', '.join(search.trial.domains)} ({search.trial.data})",
        "data fingerprint": record.data_fingerprint,
        "preset": search.preset,
        "space": search.space_file,
        "sampler": search.sampler,
        "scheduler": search.scheduler,
        "direction": search.direction,
        "commit": commit,
        "machine": record.machine,
        **record.versions,
    }
    rows = [Row([name, str(value)]) for name, value in facts.items() if value not in (None, "")]
    parts.append(Table("What it ran on.", ["", ""], rows, words=2, wraps=True))
    if has_settings:
        text = folder.best_config_file.read_text(encoding="utf-8", errors="replace")
        parts.append(Listing("best_config.yaml", text, folded=True))
    return Section("reproduce", "How to reproduce it", parts, "Reproduce")


def _search_code(commit: str) -> Iterator[Part]:
    """The checkout that searched; `+changes` marks a commit whose checkout had been edited."""
    if not commit:
        yield Missing("The commit is not known.", "Search from a checkout of the repository to have it recorded.")
        return
    yield Listing("The code of the search", _checkout(commit))
    if commit.endswith("+changes"):
        how = "Commit them before a search whose results should last."
        yield Missing("The checkout had changes that are in no commit.", how)


def _confirmation(study: StudyTables, searched_at: str, confirmation: ConfirmationRecord | None) -> Iterator[Part]:
    """The command of the confirmation, and the commit that it ran at if that differs from the search's."""
    typed = ""
    if confirmation is not None:
        typed = confirmation.command
        if confirmation.git_commit and confirmation.git_commit != searched_at:
            yield Listing("The code of the confirmation", _checkout(confirmation.git_commit))
    yield Listing("The confirmation", typed or command("confirm", str(study.folder.path)))


def _checkout(commit: str) -> str:
    return f"git checkout {commit.removesuffix('+changes')} && make setup"
