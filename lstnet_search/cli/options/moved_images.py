"""Images of a search that have moved, or are read with other options: accepted if their pixels and labels are equal."""

from pathlib import Path
from typing import TYPE_CHECKING

from lstnet_search.cli.options.reading import DataOptions
from lstnet_search.config import TrialConfig
from lstnet_search.config.domain_names import parse_user_images
from lstnet_search.errors import InputError

if TYPE_CHECKING:
    from lstnet_search.results.folder.folder import ResultsFolder

PLACES = ("domains", "fit", "sides", "columns")
"""Settings that say where images are and how they are read. They may change if the images' fingerprint does not."""


def record_moved_images(folder: "ResultsFolder", asked: DataOptions, data_dir: Path | None) -> None:
    """If options give a new place for a user's images, check that the images are equal, and record the place.

    Options that name other domains change nothing here; the caller has to refuse them.

    Args:
        folder: the search's folder.
        asked: the options; those that are not given keep what is recorded.
        data_dir: the folder of the full data sets, or None for the recorded one.

    Raises:
        InputError: if the images are not those that the search was begun with.
    """
    record = folder.read_search()
    config = record.config
    changes = {name: value for name, value in asked.domain_settings(config.trial.domains).items() if name in PLACES}
    moved = config.trial.override(changes, "the options")
    if moved == config.trial or not _same_domains(moved, config.trial):
        return
    from lstnet_search.domains import load_pair

    pair = load_pair(moved.domains, moved.data, data_dir or Path(record.data_dir), "train", moved.reading)
    known = [*record.data_fingerprint.split("-"), ""]  # a damaged one has one part: the other domain then differs
    halves = zip(pair, known, pair.fingerprint.split("-"), strict=False)
    for domain, recorded, found in halves:
        if recorded != found:
            raise InputError(
                f"the images of {domain.name} are not those that {folder.path} was begun with (fingerprint {found}, "
                f"not {recorded}); give the place of the same images, or start a new search under another --name"
            )
    with folder.locked():
        folder.update_search(config.model_copy(update={"trial": moved}).model_dump(mode="json"))


def _same_domains(moved: TrialConfig, recorded: TrialConfig) -> bool:
    """Whether the domains have the same names, and the same ones are known sets."""
    known = [[parse_user_images(domain) is None for domain in trial.domains] for trial in (moved, recorded)]
    return moved.domain_names == recorded.domain_names and known[0] == known[1]
