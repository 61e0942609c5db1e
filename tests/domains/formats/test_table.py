"""Parquet files of images: the bundled format, Hugging Face's, shards, and what `datasets` saves."""

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from image_files import draw

from lstnet_search.config.domain_names import Kind, UserImages
from lstnet_search.config.reading import Columns, Reading
from lstnet_search.domains import load
from lstnet_search.domains.domain import PARTS
from lstnet_search.domains.formats.opening import find_images, open_images
from lstnet_search.domains.formats.source import ImageSource, Layout
from lstnet_search.domains.formats.table import ImageTable
from lstnet_search.domains.sets.bundled import BUNDLED
from lstnet_search.errors import InputError


def table(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def opened(path: Path, columns: Columns | None = None) -> ImageSource:
    return open_images(UserImages("mine", "parquet", str(path)), columns)


def layout_of(tmp_path: Path, **columns: object) -> Layout:
    return opened(table(tmp_path / "mine.parquet", **columns)).layout()


@pytest.fixture
def pngs(tmp_path: Path) -> list[bytes]:
    """Forty images, each with its own brightness."""
    for number in range(40):
        draw(tmp_path / "drawn" / f"{number}.png", 255 - number)
    return [(tmp_path / "drawn" / f"{number}.png").read_bytes() for number in range(40)]


def hugging_face(
    images: Sequence[bytes | None], labels: Sequence[int], label: str = "label", image: str = "image"
) -> pa.Table:
    """A table as `datasets` writes it: a struct of bytes and path, and numbered classes with names in the metadata."""
    about = {"info": {"features": {image: {"_type": "Image"}, label: {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    rows = [{"bytes": each, "path": f"{row}.png"} for row, each in enumerate(images)]
    schema = pa.schema([(image, kind), (label, pa.int64())], metadata={"huggingface": json.dumps(about)})
    return pa.table([pa.array(rows, kind), pa.array(labels, pa.int64())], schema=schema)


def test_the_bundled_file_is_a_table_of_images() -> None:
    source = find_images(BUNDLED / "usps.parquet")
    assert len(source) == 7291 + 2007
    assert source.extra.names == ["label", "split"]
    first = next(iter(source))
    assert first.name == "0"
    assert first.extra == {"label": 6, "split": "train"}


def test_rows_are_numbered_and_may_hold_nothing(tmp_path: Path) -> None:
    source = find_images(table(tmp_path / "t", image=pa.array([b"x", None], pa.large_binary()), other=pa.array([1, 2])))
    assert [(file.name, file.content is None, file.extra) for file in source] == [("0", False, {}), ("1", True, {})]
    assert source.png_name("1") == "1.png"


def test_labels_and_parts_are_columns(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, image=[b"x"] * 3, label=[9, 10, 9], split=["test", "train", "train"])
    assert layout.labels == ["9", "10", "9"]
    assert layout.parts == ["test", "train", "train"]


def test_dictionary_encoded_labels_and_splits_are_decoded(tmp_path: Path) -> None:
    encoded = pa.array(["b", "a", "b"]).dictionary_encode()
    split = pa.array(["train", "test", "train"]).dictionary_encode()
    layout = layout_of(tmp_path, image=[b"x"] * 3, label=encoded, split=split)
    assert (layout.labels, layout.parts) == (["b", "a", "b"], ["train", "test", "train"])


def test_the_split_takes_the_names_that_folders_may_have(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, image=[b"x"] * 3, split=["Train", "validation", "test"])
    assert layout.parts == ["train", "train", "test"]
    assert layout.remarks == ("the images of 'validation' are used for training",)


def test_hugging_face_tables_have_images_in_a_struct_and_names_of_classes(tmp_path: Path, pngs: list[bytes]) -> None:
    pq.write_table(hugging_face(pngs, [0, 1] * 20), tmp_path / "pets.parquet")
    domain = load(f"parquet:{tmp_path}/pets.parquet", "full", tmp_path, "train")
    assert (domain.name, domain.class_names, domain.images.shape) == ("pets", ("cat", "dog"), (32, 1, 28, 28))
    assert domain.labels is not None
    # Cats have even numbers, and so even differences of brightness from 255.
    assert {int(255 - image.max()) % 2 for image in domain.images[domain.labels == 0]} == {0}
    (first, *_) = find_images(tmp_path / "pets.parquet")
    assert first.content is not None


@pytest.mark.parametrize(("image", "label"), [("img", "labels"), ("image", "digit"), ("img", "fine_label")])
def test_usual_names_of_columns_are_known(tmp_path: Path, pngs: list[bytes], image: str, label: str) -> None:
    pq.write_table(hugging_face(pngs, [0, 1] * 20, label, image), tmp_path / "x.parquet")
    source = opened(tmp_path / "x.parquet")
    assert source.layout().labels == ["cat", "dog"] * 20
    assert source.remarks == ()


def test_an_image_may_be_a_path_below_the_folder_of_its_table(tmp_path: Path, pngs: list[bytes]) -> None:
    data = hugging_face([None, pngs[1]], [0, 1]).to_pydict()
    rows = [{"bytes": None, "path": "drawn/0.png"}, {"bytes": None, "path": "../../etc/passwd"}]
    path = table(tmp_path / "x.parquet", image=rows, label=data["label"])
    inside, outside = opened(path)
    assert inside.content == tmp_path / "drawn/0.png"
    assert outside.problem == "the row names '../../etc/passwd', which is not below the table's folder"


def test_shards_are_one_set_whose_parts_are_in_their_names(tmp_path: Path, pngs: list[bytes]) -> None:
    shards = tmp_path / "pets" / "data"
    shards.mkdir(parents=True)
    names = ("train-00000-of-00002", "train-00001-of-00002", "validation-00000-of-00001", "test-00000-of-00001")
    for index, name in enumerate(names):
        images = pngs[index * 10 : index * 10 + 10]
        pq.write_table(hugging_face(images, [0, 1] * 5), shards / f"{name}.parquet")
    kinds: tuple[Kind, ...] = get_args(Kind)
    for kind, place in ((kind, place) for kind in kinds for place in ("pets", "pets/data/*")):
        source = open_images(UserImages("pets", kind, str(tmp_path / place)))
        assert len(source) == 40
        layout = source.layout()
        assert layout.parts == ["test"] * 10 + ["train"] * 30
        assert layout.remarks == ("the images of 'validation' are used for training",)
    training = opened(shards / "train-*.parquet")
    assert (len(training), training.layout().parts) == (20, None)


def test_shards_of_other_sets_are_refused(tmp_path: Path) -> None:
    table(tmp_path / "train-0.parquet", image=[b"x"], label=[1])
    table(tmp_path / "train-1.parquet", image=[b"x"], digit=[1])
    with pytest.raises(InputError, match=r"train-1\.parquet has other columns or class names than train-0\.parquet"):
        opened(tmp_path)


def test_shards_that_number_their_classes_in_another_order_are_refused(tmp_path: Path, pngs: list[bytes]) -> None:
    shard = hugging_face(pngs[:2], [0, 1])
    pq.write_table(shard, tmp_path / "train-0.parquet")
    about = shard.schema.metadata[b"huggingface"].replace(b'"cat", "dog"', b'"dog", "cat"')
    pq.write_table(shard.replace_schema_metadata({"huggingface": about}), tmp_path / "train-1.parquet")
    with pytest.raises(InputError, match=r"train-1\.parquet has other columns or class names than train-0\.parquet"):
        opened(tmp_path)


def saved(folder: Path, images: list[bytes], labels: list[int]) -> None:
    """One part as `Dataset.save_to_disk` writes it."""
    folder.mkdir(parents=True)
    data = hugging_face(images, labels)
    with pa.OSFile(str(folder / "data-00000-of-00001.arrow"), "wb") as file, pa.ipc.new_stream(file, data.schema) as to:
        to.write_table(data, max_chunksize=7)
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}))
    (folder / "dataset_info.json").write_text("{}")


def test_a_folder_that_datasets_saved_is_read(tmp_path: Path, pngs: list[bytes]) -> None:
    saved(tmp_path / "pets" / "train", pngs[:32], [0, 1] * 16)
    saved(tmp_path / "pets" / "test", pngs[32:], [0, 1] * 4)
    (tmp_path / "pets" / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    spec = f"folder:{tmp_path}/pets"
    train, test = (load(spec, "full", tmp_path, part) for part in PARTS)
    assert (len(train), len(test), train.class_names) == (32, 8, ("cat", "dog"))
    alone = open_images(UserImages("x", "images", str(tmp_path / "pets" / "train")))
    assert (len(alone), alone.layout().parts) == (32, None)


def test_what_datasets_has_computed_beside_its_tables_is_not_read(tmp_path: Path, pngs: list[bytes]) -> None:
    for part, rows in (("train", pngs[:32]), ("test", pngs[32:])):
        saved(tmp_path / "pets" / part, rows, [0, 1] * (len(rows) // 2))
        table = tmp_path / "pets" / part / "data-00000-of-00001.arrow"
        (table.parent / "cache-0a1b2c3d4e5f6789.arrow").write_bytes(table.read_bytes())
    assert len(find_images(tmp_path / "pets")) == 40
    stale = tmp_path / "pets" / "train" / "data-00001-of-00002.arrow"  # of an earlier set in more files
    stale.write_bytes((stale.parent / "data-00000-of-00001.arrow").read_bytes())
    assert len(find_images(tmp_path / "pets")) == 40
    (stale.parent / "data-00000-of-00001.arrow").unlink()
    with pytest.raises(InputError, match=r"lacks train/data-00000-of-00001\.arrow, which `datasets` saved"):
        find_images(tmp_path / "pets")


def test_an_arrow_file_whose_offsets_lead_out_of_it_is_refused(tmp_path: Path) -> None:
    data = pa.table({"image": pa.array([b"x" * 100] * 8), "label": [0, 1] * 4})
    with pa.OSFile(str(tmp_path / "x.arrow"), "wb") as file, pa.ipc.new_stream(file, data.schema) as to:
        to.write_table(data)
    content = (tmp_path / "x.arrow").read_bytes()
    assert content.count(struct.pack("<2i", 200, 300)) == 1
    (tmp_path / "x.arrow").write_bytes(content.replace(struct.pack("<2i", 200, 300), struct.pack("<2i", 200, 2**30)))
    with pytest.raises(InputError, match=r"x\.arrow is not a Parquet file of images \(.*offset"):
        find_images(tmp_path / "x.arrow")


def test_columns_that_could_be_labels_are_named_and_can_be_chosen(tmp_path: Path, pngs: list[bytes]) -> None:
    path = table(tmp_path / "x.parquet", photo=pngs, kind=[0, 1] * 20, use=["train"] * 30 + ["test"] * 10)
    with pytest.raises(InputError, match=r"has photo \(binary\), kind \(int64\), .*; it must have one column 'image'"):
        opened(path)
    half = opened(path, {"image": "photo"})
    assert half.layout().labels is None
    assert half.remarks == ("columns that are not used: kind; --columns label=kind would take the labels from there",)
    columns: Columns = {"image": "photo", "label": "kind", "split": "use"}
    domain = load(f"parquet:{path}", "full", tmp_path, "test", Reading(columns={"x": columns}))
    assert (domain.class_names, len(domain)) == (("0", "1"), 10)
    with pytest.raises(
        InputError, match=r"has no column 'kinds' \(label\); it has photo, kind, use: correct --columns"
    ):
        opened(path, {"image": "photo", "label": "kinds"})


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"picture": pa.array([b"x"])}, r"has picture \(binary\); it must have one column 'image' \(binary\)"),
        ({"image": pa.array(["x.png"])}, r"has image \(string\); it must have one column 'image' \(binary\)"),
        ({"image": pa.array([], pa.binary())}, "has no rows"),
    ],
)
def test_a_table_without_images_is_refused(tmp_path: Path, columns: dict[str, pa.Array], message: str) -> None:
    with pytest.raises(InputError, match=message):
        find_images(table(tmp_path / "t.parquet", **columns))


def test_a_message_about_many_columns_is_short(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", **{f"feature{number}": [0.5] for number in range(700)})
    with pytest.raises(InputError, match=r"feature4 \(double\) and 695 more; it must have one column") as raised:
        find_images(path)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"image": [b"x"] * 3, "label": [1, None, 2]}, "1 of 3 rows have no label; label all of them"),
        ({"image": [b"x"] * 2, "label": [0.5, 1.5]}, "'label' is double; it must hold whole numbers or names"),
        ({"image": [b"x"] * 2, "label": [1, 1]}, "holds one class, '1'"),
        ({"image": [b"x"] * 2, "split": ["train", "fold1"]}, "the column 'split' say 'fold1'; they must say train and"),
        (
            {"image": [b"x"] * 2, "split": ["test", "test"]},
            "say 'test' and never 'train', so there is nothing to train",
        ),
        ({"image": [b"x"] * 2, "split": pa.nulls(2)}, "the column 'split' say ''; they must say train and test"),
        ({"image": [b"x"] * 2, "split": [1, 2]}, "'split' is int64; it must hold 'train' and 'test'"),
    ],
)
def test_a_table_with_unusable_columns_is_refused(tmp_path: Path, columns: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=rf"parquet:.*{message}"):
        layout_of(tmp_path, **columns)


def test_a_label_outside_the_named_classes_is_refused(tmp_path: Path, pngs: list[bytes]) -> None:
    pq.write_table(hugging_face(pngs[:2], [0, 2]), tmp_path / "x.parquet")
    with pytest.raises(InputError, match="'label' holds 2, but names 2 classes"):
        opened(tmp_path / "x.parquet").layout()
    pq.write_table(hugging_face(pngs[:2], [-1, -1]), tmp_path / "y.parquet")  # how unlabelled test images are stored
    assert opened(tmp_path / "y.parquet").layout().labels is None


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"some other bytes")
    with pytest.raises(
        InputError, match=r"x\.bin is not a Parquet file of images \(.*\); give one, or a folder of images"
    ):
        find_images(tmp_path / "x.bin")
    with pytest.raises(InputError, match=r"parquet:none is not a file; give a Parquet file with a column 'image'"):
        opened(Path("none"))


def test_a_table_that_claims_more_rows_than_its_bytes_can_hold_is_refused(tmp_path: Path) -> None:
    rows = 1_000_000
    made = table(tmp_path / "t.parquet", image=pa.nulls(rows, pa.binary()), label=pa.repeat("aa", rows))
    assert made.stat().st_size < rows / 100
    with pytest.raises(InputError, match=r"t\.parquet is not a Parquet file of images \(it claims 2000000 cells\)"):
        find_images(made)


def test_a_table_with_damaged_rows_is_refused_when_they_are_read(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", image=pa.array([bytes([value] * 5000) for value in range(100)]))
    content = bytearray(path.read_bytes())
    content[4:400] = b"\xff" * 396
    path.write_bytes(content)
    source = find_images(path)
    assert isinstance(source, ImageTable)
    with pytest.raises(InputError, match=r"t\.parquet is damaged from row 0 on"):
        list(source)
