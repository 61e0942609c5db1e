"""How to get the study's results again."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstnet_search.analysis.page.parts import Listing, Missing, Part, Row, Section, Table
from lstnet_search.results.folder.studies import StudyTables


def reproduce(study: StudyTables, confirmation: dict[str, Any] | None) -> Section:
    """Commands, what they ran on, and the settings of the best trial."""
    folder, search = study.folder.path, study.search
    asked = search["search"]
    parts: list[Part] = []
    commit = search.get("git_commit") or ""
    if commit:
        parts.append(Listing("The code as it was", f"git checkout {commit.removesuffix('+changes')} && make setup"))
    if not commit:
        parts.append(Missing("The commit is not known.", "Search from a checkout of the repository, and it is noted."))
    elif commit.endswith("+changes"):
        parts.append(
            Missing("The checkout had changes that no commit has.", "Commit them before a search that should last.")
        )
    if "command" in search:
        parts.append(Listing("The search", search["command"]))
    else:
        parts.append(Missing("The command is not known.", "Searches of this version note it in search.yaml."))
    settings = study.folder.best_config_file
    there = study.folder.has(settings)
    if there:
        parts.append(
            Listing(
                "The best trial, trained again",
                shlex.join(
                    [
                        "python",
                        "-m",
                        "lstnet_search",
                        "train",
                        "--config",
                        str(settings),
                        "--output",
                        "DIR",
                        *_data(search),
                    ]
                ),
            )
        )
    else:
        parts.append(
            Missing(
                "best_config.yaml is not there yet.",
                "It is written at the first report of a trial. The settings of any trial that has a report:",
                f"python analysis/select_best.py {folder}",
            )
        )
    parts += [
        *_confirmation(folder, commit, confirmation or {}),
        Listing("This page", f"python analysis/report.py {folder}"),
    ]
    known = {
        "seed": asked.get("seed", asked["trial"].get("seed")),
        "data": f"{', '.join(asked['trial']['domains'])} ({asked['trial']['data']})",
        "data fingerprint": search.get("data_fingerprint"),
        "preset": asked.get("preset"),
        "space": asked.get("space_file"),
        "sampler": asked.get("sampler"),
        "scheduler": asked.get("scheduler"),
        "direction": asked.get("direction"),
        "commit": commit,
        "machine": search.get("machine"),
        **search.get("versions", {}),
    }
    rows = [Row([name, str(value)]) for name, value in known.items() if value not in (None, "")]
    parts.append(Table("What it ran on.", ["", ""], rows, words=2, wraps=True))
    if there:
        parts.append(Listing("best_config.yaml", settings.read_text(encoding="utf-8", errors="replace"), folded=True))
    return Section("reproduce", "How to reproduce it", parts)


def _data(search: dict[str, Any]) -> list[str]:
    """The option that names the data, where the study did not run on those that are bundled."""
    full = search["search"]["trial"]["data"] == "full" and "data_dir" in search
    return ["--data-dir", search["data_dir"]] if full else []


def _confirmation(folder: Path, searched_at: str, confirmation: dict[str, Any]) -> Iterator[Part]:
    """The command, under the commit that it ran at where that is another than the search's."""
    confirmed_at = confirmation.get("git_commit") or ""
    if confirmed_at and confirmed_at != searched_at:
        checkout = f"git checkout {confirmed_at.removesuffix('+changes')} && make setup"
        yield Listing("The code as it was at the confirmation", checkout)
    yield Listing("The confirmation", confirmation.get("command", f"python -m lstnet_search confirm {folder}"))
