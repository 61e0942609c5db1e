"""Nothing is read or written outside a folder, whatever names and links it contains."""

import json
from pathlib import Path

import pytest

from lstnet_search.config import TrialConfig
from lstnet_search.errors import InputError
from lstnet_search.models import ImageShape
from lstnet_search.results.confirmation.test_log import log_opening
from lstnet_search.results.export.model import TrainedModel, build_networks, read_model, write_model
from lstnet_search.results.export.winner import export
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.mirror import Mirror, _is_mirrored, fetch
from lstnet_search.results.folder.storage import Storage

HOSTILE = ["../../evil", "/etc/evil", "a/b", "..", "", "a\0b", "a\nb", "x" * 101, "folder:/x/\ud800", "parquet:/x\0"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_domains_name_holds_no_path(name: str) -> None:
    """Domain names are parts of file names: of ONNX files, contact sheets and cached classifiers."""
    with pytest.raises(InputError, match="must be the name of a set, images:PATH, folder:PATH or parquet:PATH"):
        TrialConfig.parse({"domains": [name, "usps"]}, "best_config.yaml")


@pytest.mark.parametrize("path", ["folder:/somewhere/../..", "parquet:/x/[a b].parquet", "folder:/x\n/y z"])
def test_user_images_have_a_name_without_a_path(path: str) -> None:
    config = TrialConfig.parse({"domains": [path, "usps"]}, "best_config.yaml")
    assert all(sign.isalnum() or sign in "_-" for sign in config.domain_names[0])


def test_a_model_that_names_a_path_is_refused(tmp_path: Path) -> None:
    shapes = ImageShape(1, 28), ImageShape(1, 16)
    config = TrialConfig(width=1 / 64)
    network, classifiers = build_networks(config, shapes, 10)
    write_model(tmp_path / "m", TrainedModel(config, shapes, 10, network, classifiers, {}))
    header = json.loads((tmp_path / "m.json").read_text())
    header["config"]["domains"][0] = "../../evil"
    (tmp_path / "m.json").write_text(json.dumps(header))
    with pytest.raises(InputError, match=r"evil' must be the name of a set"):
        read_model(tmp_path / "m")


@pytest.mark.parametrize("change", [{"width": 4}, {"shapes": [[1, 10**9], [1, 16]]}, {"classes": 10**9}])
def test_a_model_that_claims_larger_networks_than_its_file_has_is_refused_before_they_are_built(
    tmp_path: Path, change: dict[str, object]
) -> None:
    shapes = ImageShape(1, 28), ImageShape(1, 16)
    config = TrialConfig(width=1 / 64)
    network, classifiers = build_networks(config, shapes, 10)
    write_model(tmp_path / "m", TrainedModel(config, shapes, 10, network, classifiers, {}))
    header = json.loads((tmp_path / "m.json").read_text())
    for name, value in change.items():
        (header["config"] if name in header["config"] else header)[name] = value
    (tmp_path / "m.json").write_text(json.dumps(header))
    with pytest.raises(InputError, match="does not fit its safetensors file"):
        read_model(tmp_path / "m")


@pytest.mark.parametrize("name", ["../evil", "samples/../../evil", "/etc/evil", "samples//x", "./x", "a/..", "a\0b"])
def test_a_key_of_an_object_store_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="whose path is not valid; remove it there"):
        _is_mirrored(name, ResultsFolder(tmp_path))


def test_unfinished_files_and_rays_state_are_not_fetched(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    names = ["search.yaml", ".search.yaml.a1b2c3d4.part", "trials.parquet.partial", "tune/run_001/x", "samples/0.npz"]
    assert [name for name in names if _is_mirrored(name, folder)] == ["search.yaml", "samples/0.npz"]


def test_a_link_out_of_a_results_folder_is_not_copied_to_the_storage(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("of this machine")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "other").write_text("of this machine")
    folder = ResultsFolder(tmp_path / "study")
    folder.create({})
    (folder.path / "link").symlink_to(tmp_path / "key")
    (folder.path / "links").symlink_to(tmp_path / "keys")
    (folder.path / "within").symlink_to(folder.search_file)
    storage = Storage.local(tmp_path / "mirror")
    assert Mirror(folder, storage).push() == ""
    copied = {path.name for path in (tmp_path / "mirror").rglob("*") if path.is_file()}
    assert copied == {"search.yaml", "within"}
    fetch(storage, ResultsFolder(tmp_path / "again"))
    assert (tmp_path / "again" / "search.yaml").read_bytes() == folder.search_file.read_bytes()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    made = tmp_path / "secret"
    made.write_bytes(b"of this machine")
    return made


@pytest.mark.parametrize("name", ["best_config.yaml", "best_model.json", "best_model.safetensors", "translations.png"])
def test_a_link_out_of_a_results_folder_is_not_exported(tmp_path: Path, secret: Path, name: str) -> None:
    folder = ResultsFolder(tmp_path / "study")
    folder.create({})
    (folder.path / name).symlink_to(secret)
    with pytest.raises(InputError, match=f"{name} is a link that leads out of .*study; put the file itself there"):
        export(folder, tmp_path / "exported")
    assert not (tmp_path / "exported").exists()


def test_a_link_out_of_a_results_folder_does_not_count_as_its_file(tmp_path: Path, secret: Path) -> None:
    folder = ResultsFolder(tmp_path / "study")
    folder.create({})
    for name, to in (("out", secret), ("round", folder.path / "round"), ("within", folder.search_file)):
        (folder.path / name).symlink_to(to)
    (folder.path / "again").symlink_to(folder.path)
    assert folder.has(folder.search_file)
    assert folder.has(folder.path / "within")
    assert folder.has(folder.path / "again" / "search.yaml")
    assert not any(folder.has(folder.path / name) for name in ("out", "round", "nothing", "samples"))


@pytest.mark.parametrize("name", ["study.journal", "confirmation/study.journal", "test_openings.jsonl", ".lock"])
def test_a_folder_whose_files_would_be_written_elsewhere_is_not_locked(tmp_path: Path, secret: Path, name: str) -> None:
    folder = ResultsFolder(tmp_path / "study")
    folder.create({})
    folder.confirmation.mkdir()
    (folder.path / name).symlink_to(secret)
    with pytest.raises(InputError, match=f"{name} is a link that leads out of"), folder.locked():
        pass


@pytest.mark.parametrize("name", [".lock", "samples"])
def test_nothing_is_made_where_a_dangling_link_leads(tmp_path: Path, name: str) -> None:
    folder = ResultsFolder(tmp_path / "study")
    folder.create({})
    if name == "samples":
        folder.samples.rmdir()
    (folder.path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=f"{name} is a link that leads out of"), folder.locked():
        pass
    assert not folder.is_running()
    assert not (tmp_path / "elsewhere").exists()


def test_samples_are_not_written_to_a_linked_folder(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path / "study")
    folder.create({})
    folder.samples.rmdir()
    (tmp_path / "elsewhere").mkdir()
    folder.samples.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="samples is a link that leads out of"), folder.locked():
        pass


def test_an_opening_is_not_logged_through_a_link(tmp_path: Path, secret: Path) -> None:
    folder = ResultsFolder(tmp_path / "study")
    folder.create({})
    folder.openings_file.symlink_to(secret)
    with pytest.raises(InputError, match=r"test_openings\.jsonl is a link that leads out of"):
        log_opening(folder, "train")
    assert secret.read_bytes() == b"of this machine"
