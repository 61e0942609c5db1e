"""Folders of images, as they are found."""

import os
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from image_files import draw, fill
from moto.server import ThreadedMotoServer

from lstnet_search.config.domain_names import UserImages, parse_user_images
from lstnet_search.domains import load
from lstnet_search.domains.class_names import in_order
from lstnet_search.domains.formats.folder import ImageFolder
from lstnet_search.domains.formats.opening import find_images, open_images
from lstnet_search.domains.formats.source import ImageSource
from lstnet_search.errors import InputError


def opened(path: Path) -> ImageSource:
    return open_images(UserImages("mine", "folder", str(path)))


def names(source: ImageSource) -> list[str]:
    return [file.name for file in source]


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def test_subfolders_are_classes(tmp_path: Path) -> None:
    found = opened(touch(tmp_path, "dog/1.png", "cat/1.png", "dog/deep/0.png", "cat/.hidden.png", "notes.txt"))
    assert names(found) == ["cat/1.png", "dog/1.png", "dog/deep/0.png"]
    layout = found.layout()
    assert layout.labels == ["cat", "dog", "dog"]
    assert (layout.parts, len(found), layout.remarks) == (None, 3, ())


def test_classes_whose_names_are_numbers_are_sorted_by_value_and_then_by_name() -> None:
    assert in_order(["10", "9", "2"]) == ("2", "9", "10")
    assert in_order({"1", "01", "001", "2"}) == ("001", "01", "1", "2")
    assert in_order(["b", "10", "9"]) == ("10", "9", "b")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("train", "test"), {"train": "train", "test": "test"}),
        (("Train", "TEST"), {"Train": "train", "TEST": "test"}),
        (("training", "testing"), {"training": "train", "testing": "test"}),
        (("train", "val", "test"), {"train": "train", "val": "train", "test": "test"}),
        (("train", "valid"), {"train": "train", "valid": "test"}),
        (("train", "validation"), {"train": "train", "validation": "test"}),
    ],
)
def test_folders_called_like_parts_are_parts_and_not_classes(
    tmp_path: Path, parts: tuple[str, ...], expected: dict[str, str]
) -> None:
    layout = opened(touch(tmp_path, *(f"{part}/{name}/0.png" for part in parts for name in "ab"))).layout()
    assert layout.labels == ["a", "b"] * len(parts)
    assert layout.parts == [expected[part] for part in sorted(parts) for _ in "ab"]
    validation = [part for part in parts if part.lower().startswith("val")]
    if validation:
        use = "are used for training" if "test" in parts else "are the test set, because there is no other"
        assert layout.remarks == (f"the images of {validation[0]!r} {use}",)


def test_training_images_alone_are_split_as_if_they_lay_outside(tmp_path: Path) -> None:
    layout = opened(touch(tmp_path, "train/a/0.png", "train/b/0.png")).layout()
    assert (layout.labels, layout.parts) == (["a", "b"], None)


def test_a_single_folder_around_the_classes_is_skipped_with_a_remark(tmp_path: Path) -> None:
    layout = opened(touch(tmp_path, "photos/a/0.png", "photos/b/0.png", "readme.txt")).layout()
    assert (layout.labels, layout.remarks) == (["a", "b"], ("the images lie in photos/",))
    parts = opened(touch(tmp_path / "x", "photos/train/a/0.png", "photos/test/a/0.png", "photos/test/b/0.png")).layout()
    assert parts.parts == ["test", "test", "train"]


def test_images_outside_subfolders_are_unlabelled(tmp_path: Path) -> None:
    found = opened(touch(tmp_path, "0.png", "1.png"))
    assert (found.layout().labels, len(found)) == (None, 2)


def test_the_fingerprint_changes_with_name_size_and_time(tmp_path: Path) -> None:
    path = touch(tmp_path, "0.png", "1.png") / "1.png"
    fingerprints = [opened(tmp_path).fingerprint, opened(tmp_path).fingerprint]
    path.write_bytes(b"x")
    fingerprints.append(opened(tmp_path).fingerprint)
    os.utime(path, ns=(0, 0))
    fingerprints.append(opened(tmp_path).fingerprint)
    path.rename(tmp_path / "2.png")
    fingerprints.append(opened(tmp_path).fingerprint)
    assert fingerprints[0] == fingerprints[1]
    assert len(set(fingerprints)) == 4


def test_pipes_and_links_to_them_are_not_images(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "link.png").symlink_to("pipe.png")
    touch(tmp_path, "x.png", "y.png")
    assert names(opened(tmp_path)) == ["x.png", "y.png"]


def test_links_to_folders_and_files_are_followed_and_loops_end(tmp_path: Path) -> None:
    store = touch(tmp_path / "store", "many/0.png", "one.png")
    mine = touch(tmp_path / "mine", "a/0.png")
    (mine / "b").symlink_to(store / "many")
    (mine / "a" / "1.png").symlink_to(store / "one.png")
    (mine / "a" / "loop").symlink_to(mine)
    assert names(opened(mine)) == ["a/0.png", "a/1.png", "b/0.png"]
    assert names(find_images(mine)) == ["a/0.png", "a/1.png", "b/0.png"]
    assert opened(mine).layout().labels == ["a", "a", "b"]


def test_names_that_are_not_utf_8_are_escaped_and_stay_distinct(tmp_path: Path) -> None:
    touch(tmp_path, "a/0.png", "b/0.png")
    for name in (b"/\xff.png", b"/\xfe.png"):
        Path(os.fsdecode(os.fsencode(tmp_path / "a") + name)).write_bytes(b"")
    assert names(opened(tmp_path)) == ["a/0.png", r"a/\xfe.png", r"a/\xff.png", "b/0.png"]


def test_endings_that_pillow_reads_are_images_and_others_are_counted_with_the_reason(tmp_path: Path) -> None:
    files = ["a.jfif", "b.jpe", "c.jp2", "d.avif", "e.heic", "f.PNG", "g.txt"]
    found = opened(touch(tmp_path, *files))
    assert names(found) == ["a.jfif", "b.jpe", "c.jp2", "d.avif", "e.heic", "f.PNG"]
    assert [file.problem for file in found if file.problem] == [".heic is not read; save it as PNG or JPEG"]


@pytest.mark.parametrize("ending", ["jfif", "jpe", "jp2", "avif", "dib"])
def test_every_ending_is_decoded(tmp_path: Path, ending: str) -> None:
    for name in "ab":
        for number in range(20):
            draw(tmp_path / name / f"{number}.{ending}", 255 - number)
    domain = load(f"folder:{tmp_path}", "full", tmp_path, "train")
    assert domain.images.shape == (32, 1, 28, 28)


def test_a_home_folder_is_expanded_before_it_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    fill(tmp_path / "x", "a", "b", count=20)
    assert len(load("folder:~/x", "full", tmp_path, "train")) == 32
    assert len(find_images("~/x")) == 40


def test_a_file_address_is_a_path(tmp_path: Path) -> None:
    fill(tmp_path / "my photos", "a", "b", count=20)
    images = parse_user_images(f"folder:file://{tmp_path}/my%20photos")
    assert images is not None
    assert (images.name, len(open_images(images))) == ("my_photos", 40)


def test_an_address_of_another_kind_is_refused_in_one_sentence() -> None:
    message = r"images:ftp://host/photos cannot be read \(.*\); copy the images to this machine and give their folder"
    with pytest.raises(InputError, match=message):
        load("images:ftp://host/photos", "full", Path(), "train")


def test_a_folder_in_an_object_store_is_read_like_one_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        for name, value in {
            "ACCESS_KEY_ID": "lab",
            "SECRET_ACCESS_KEY": "s3cret",
            "DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        store = boto3.client("s3")
        store.create_bucket(Bucket="bucket")
        for file in sorted(fill(tmp_path / "photos", "a", "b", count=20).rglob("*.png")):
            store.upload_file(str(file), "bucket", str(file.relative_to(tmp_path)))
        domain = load("images:s3://bucket/photos", "full", tmp_path, "train")
        assert (domain.name, domain.class_names, len(domain)) == ("photos", ("a", "b"), 32)
        assert domain.fingerprint == load(f"folder:{tmp_path}/photos", "full", tmp_path, "train").fingerprint
        with pytest.raises(
            InputError, match=r"images:s3://bucket/none cannot be read \(there is no such folder or file\)"
        ):
            load("images:s3://bucket/none", "full", tmp_path, "train")
    finally:
        server.stop()


def test_a_pattern_names_some_folders_and_files(tmp_path: Path) -> None:
    touch(tmp_path, "a1/0.png", "a2/0.png", "b/0.png", "x.png")
    found = opened(tmp_path / "a*")
    assert names(found) == ["a1/0.png", "a2/0.png"]
    assert found.layout().labels == ["a1", "a2"]
    with pytest.raises(InputError, match=r"folder:.*/c\* matches no file; correct the pattern"):
        opened(tmp_path / "c*")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "holds no images; give a folder with files that end in .png"),
        (["a/0.png"], "holds one class, 'a'; give two or more subfolders, or"),
        (["a/0.png", "b/0.png", "x.png"], r"holds 1 images outside its subfolders \(x.png\); .*: move them"),
        (["a/0.png", "b/0.png", "c/"], r"has subfolders without images \(c\); fill or remove them"),
        (["train/0/a.png", "train/1/a.png", "test/a.png"], "'test' has no class folders, 'train' has; sort its images"),
        (["train/a/0.png", "extra/a/0.png"], "holds 'train' beside 'extra'; either all of its folders are parts"),
        (["train/a/0.png", "0.png"], "holds 'train' beside '0.png'"),
        (["test/a/0.png", "test/b/0.png"], "its folders say 'test' and never 'train', so there is nothing to train on"),
        (["a/train/0.png", "a/test/0.png", "b/train/0.png"], "holds 'test', 'train' inside other folders"),
        (["images/train/0.png", "images/val/0.png", "masks/train/0.png"], "put these outside and the classes inside"),
        (["train/a/0.png", "train/b/0.png", "test/"], "'test' holds no images; fill or remove it"),
    ],
)
def test_a_folder_with_another_layout_is_refused_by_name(tmp_path: Path, files: list[str], message: str) -> None:
    for name in files:
        if name.endswith("/"):
            (tmp_path / name).mkdir(parents=True)
        else:
            touch(tmp_path, name)
    with pytest.raises(InputError, match=message):
        opened(tmp_path).layout()


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (opened, "folder:.*/x is not a folder; give a folder of images, or of subfolders, one per class"),
        (find_images, "--input .*/x does not exist; give a folder of images, a Parquet file"),
    ],
)
def test_a_path_that_does_not_exist_is_refused(
    tmp_path: Path, read: Callable[[Path], ImageSource], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path / "x")


def test_a_table_beside_unlabelled_images_is_named(tmp_path: Path) -> None:
    touch(tmp_path, "0.png", "1.png")
    (tmp_path / "labels.csv").write_text("filename,label\n0.png,a\n1.png,b\n")
    assert opened(tmp_path).remarks == (
        "labels.csv lies beside the images and is not read; give images:…/labels.csv to use it",
    )


def test_a_png_file_has_the_path_of_its_image(tmp_path: Path) -> None:
    source = find_images(touch(tmp_path, "a/x.jpg", "a.b/y.PNG"))
    assert isinstance(source, ImageFolder)
    assert source.png_name("a/x.jpg") == "a/x.png"
    assert source.png_name("a.b/y.PNG") == "a.b/y.png"


def test_images_whose_names_differ_only_in_the_ending_keep_it(tmp_path: Path) -> None:
    source = find_images(touch(tmp_path, "x.jpg", "x.png", "y.bmp"))
    assert [source.png_name(file.name) for file in source] == ["x.jpg.png", "x.png.png", "y.bmp.png"]
