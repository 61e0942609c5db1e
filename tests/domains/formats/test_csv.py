"""CSV files: of pixels, as on Kaggle, and of paths and labels beside images."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from image_files import draw

from lstnet_search.config.reading import Reading
from lstnet_search.domains import Domain, load
from lstnet_search.domains.domain import Part
from lstnet_search.domains.formats.opening import find_images
from lstnet_search.errors import InputError

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
LABELS = np.arange(40) % 2
NAMES = ["0", "1"] * 20
HEAD = ",".join(f"pixel{number}" for number in range(64))


def read(path: Path, part: Part = "train", **reading: Any) -> Domain:
    return load(f"images:{path}", "full", path.parent, part, Reading(**reading))


def pixel_csv(path: Path, rows: slice, head: str | None = f"label,{HEAD}", labels: bool = True) -> Path:
    lines = [] if head is None else [head]
    for row in range(40)[rows]:
        lines.append(",".join(map(str, [*([row % 2] if labels else []), *IMAGES[row].ravel().tolist()])))
    path.write_text("\n".join(lines) + "\n")
    return path


def of_image(domain: Domain) -> set[tuple[bytes, int]]:
    """Each image with its label."""
    assert domain.labels is not None
    pairs = zip(domain.images, domain.labels.tolist(), strict=True)
    return {(image.numpy().tobytes(), label) for image, label in pairs}


@pytest.mark.parametrize(("head", "label"), [(f"label,{HEAD}", "label"), (None, "column 0")])
def test_a_csv_of_pixels_is_read_with_and_without_a_header(tmp_path: Path, head: str | None, label: str) -> None:
    columns = {"digits": {"label": label}}
    domain = read(pixel_csv(tmp_path / "digits.csv", slice(None), head), columns=columns)
    test = read(tmp_path / "digits.csv", "test", columns=columns)
    of_row = {(IMAGES[row].tobytes(), row % 2) for row in range(40)}
    assert (domain.name, len(domain), len(test)) == ("digits", 32, 8)
    assert domain.class_names == ("0", "1")
    assert of_image(domain) <= of_row
    assert of_image(test) <= of_row
    both = torch.cat([domain.images, test.images])[:, 0]
    assert all((both == torch.from_numpy(image)).all((1, 2)).any() for image in IMAGES)


def test_a_csv_of_pixels_without_a_column_called_label_is_read_where_one_column_can_be_it(tmp_path: Path) -> None:
    path = tmp_path / "digits.csv"
    np.savetxt(path, np.hstack([IMAGES.reshape(40, 64), LABELS[:, None]]), fmt="%d", delimiter=",")
    with pytest.raises(InputError, match="'column 0' or 'column 64' could be the labels; say which, as in --columns"):
        find_images(path)
    assert find_images(path, {"label": "column 64"}).layout().labels == NAMES
    with path.open("r+") as file:
        content = file.read()
        file.seek(0)
        file.write(HEAD + ",number\n" + content)
    assert find_images(path).layout().labels == NAMES
    # The corners of scikit-learn's digits are empty, and their labels come last.
    framed = IMAGES.copy()
    framed[:, 0, 0] = 0
    np.savetxt(path, np.hstack([framed.reshape(40, 64), LABELS[:, None]]), fmt="%d", delimiter=",")
    assert find_images(path).layout().labels == NAMES
    assert find_images(path).remarks == (
        "'column 64' is taken for the column of labels; --columns label=NAME takes another",
    )


def test_columns_of_pixels_that_a_program_sorted_by_name_are_put_in_order(tmp_path: Path) -> None:
    columns = sorted(range(64), key=str)
    head = ",".join(f"pixel{number}" for number in columns)
    rows = np.hstack([IMAGES.reshape(40, 64)[:, columns], LABELS[:, None]])
    np.savetxt(tmp_path / "x.csv", rows, fmt="%d", delimiter=",", header=head + ",label", comments="")
    first = next(iter(find_images(tmp_path / "x.csv"))).content
    assert isinstance(first, np.ndarray)
    assert np.array_equal(first, IMAGES[0])


def test_rows_of_emnist_are_turned_upright(tmp_path: Path) -> None:
    rows = np.hstack([LABELS[:, None], IMAGES.swapaxes(1, 2).reshape(40, 64)])
    head = f"label,{HEAD}"
    np.savetxt(tmp_path / "emnist-digits-train.csv", rows, fmt="%d", delimiter=",", header=head, comments="")
    first = next(iter(find_images(tmp_path / "emnist-digits-train.csv"))).content
    assert isinstance(first, np.ndarray)
    assert np.array_equal(first, IMAGES[0])


def test_a_folder_of_csv_files_of_pixels_has_parts(tmp_path: Path) -> None:
    pixel_csv(tmp_path / "mnist_train.csv", slice(0, 32))
    pixel_csv(tmp_path / "mnist_test.csv", slice(32, 40))
    assert torch.equal(read(tmp_path).images[:, 0], torch.from_numpy(IMAGES[:32]))
    assert torch.equal(read(tmp_path, "test").images[:, 0], torch.from_numpy(IMAGES[32:]))


def test_another_column_of_labels_gives_other_pixels_although_images_are_cached(tmp_path: Path) -> None:
    path = tmp_path / "digits.csv"
    lines = [",".join([*(f"p{number}" for number in range(64)), "digit_"])]
    for row, image in enumerate(IMAGES):
        lines.append(",".join(map(str, [row % 2, *image.ravel()[1:].tolist(), row % 2])))
    path.write_text("\n".join(lines) + "\n")
    wrong = read(path, columns={"digits": {"label": "p0"}})
    right = read(path, columns={"digits": {"label": "digit_"}})
    assert wrong.fingerprint != right.fingerprint
    assert torch.equal(right.images[:, 0, 0, 1:], wrong.images[:, 0, 0, :-1])


def test_images_of_two_tables_of_one_part_have_names_of_their_own(tmp_path: Path) -> None:
    for name in ("train-1", "train-2", "test"):
        pixel_csv(tmp_path / f"{name}.csv", slice(0, 20))
    names = [image.name for image in find_images(tmp_path)]
    assert len(set(names)) == len(names) == 60


def test_unlabelled_test_images_of_kaggle_are_named_with_the_way_out(tmp_path: Path) -> None:
    pixel_csv(tmp_path / "train.csv", slice(0, 32))
    pixel_csv(tmp_path / "test.csv", slice(32, 40), HEAD, labels=False)
    (tmp_path / "sample_submission.csv").write_text("ImageId,Label\n1,0\n")
    with pytest.raises(InputError, match="the images of 'test' have no labels, the others have; leave that part out"):
        read(tmp_path)
    assert len(find_images(tmp_path)) == 40


def test_columns_of_pixels_in_parquet_are_read(tmp_path: Path) -> None:
    columns = {f"{number // 8}x{number % 8}": IMAGES.reshape(40, 64)[:, number] for number in range(64)}
    pq.write_table(pa.table({"class": np.arange(40) % 2, **columns}), tmp_path / "x.parquet")
    domain = read(tmp_path / "x.parquet")
    assert (domain.class_names, domain.images.shape) == (("0", "1"), (32, 1, 8, 8))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"label,{HEAD}\n" + ",".join(["a"] * 65), r"not all pixels are numbers \(columns pixel0, .* and 59 more\)"),
        ("a,b,c\n1,2,3\n", r"has 3 columns \(a, b, c\); a table of pixels has a column 'label' and as many others"),
        (f"label,{HEAD}\n" + "1,2\n", "cannot be read"),
        (
            f"label,{HEAD}\n" + ",".join(["", *["1"] * 64]),
            "the labels are object of shape 1; allowed is one whole number",
        ),
        (HEAD.replace("pixel3,", "pixel2,") + "\n" + ",".join(["1"] * 64), "has the column 'pixel2' twice; rename one"),
        (b"\x80abel,x\n1,2\n", "is not a CSV file .*; save it as UTF-8"),
        (f"label,{HEAD}\n" + ",".join(["400"] * 65), "pixels lie between 400 and 400"),
        ("", "cannot be read"),
    ],
)
def test_another_csv_file_is_refused(tmp_path: Path, content: str | bytes, message: str) -> None:
    (tmp_path / "x.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=message):
        read(tmp_path / "x.csv")


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    for number in range(40):
        draw(tmp_path / "set" / f"{number}.png", 255 - number)
    return tmp_path / "set"


def path_csv(path: Path, head: str, line: str) -> Path:
    names = ("cat", "dog")
    rows = [line.format(number=number, label=names[number % 2]) for number in range(40)]
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def parity(domain: Domain) -> set[tuple[int, int]]:
    """Each label, with whether its images' numbers are odd."""
    assert domain.labels is not None
    return {
        (label, int(255 - image.max()) % 2) for label, image in zip(domain.labels.tolist(), domain.images, strict=True)
    }


def test_metadata_csv_beside_images_gives_their_labels(drawn: Path) -> None:
    path_csv(drawn / "metadata.csv", "file_name,label", "{number}.png,{label}")
    domain = read(drawn)
    assert domain.class_names == ("cat", "dog")
    assert parity(domain) == {(0, 0), (1, 1)}


@pytest.mark.parametrize(
    ("name", "head", "line"),
    [
        ("labels.csv", "filename,class", "{number}.png,{label}"),
        ("labels.csv", "id,category", "{number},{label}"),  # without an ending
        ("labels.tsv", "path\tlabel", "./{number}.png\t{label}"),
        ("labels.csv", "image_id,label", "elsewhere/{number}.png,{label}"),
    ],
)
def test_a_csv_file_of_paths_is_read_by_name(drawn: Path, name: str, head: str, line: str) -> None:
    assert parity(read(path_csv(drawn / name, head, line))) == {(0, 0), (1, 1)}


def test_columns_of_paths_are_chosen_by_an_option(drawn: Path) -> None:
    path_csv(drawn / "x.csv", "who,what,when", "{number}.png,{label},train")
    with pytest.raises(InputError, match="has the columns who, what, when; one must name the image files"):
        read(drawn / "x.csv")
    columns = {"x": {"image": "who", "label": "what", "split": "when"}}
    assert parity(read(drawn / "x.csv", columns=columns)) == {(0, 0), (1, 1)}


def test_images_that_only_one_of_table_and_folder_has_are_counted(drawn: Path) -> None:
    path_csv(drawn / "x.csv", "file,label", "{number}.png,{label}")
    draw(drawn / "extra.png")
    (drawn / "5.png").unlink()
    with pytest.raises(InputError, match=r"1 of 40 images .* 5.png \(the table names it, but there is no such file\)"):
        read(drawn / "x.csv")
    domain = read(drawn / "x.csv", "test", skip_bad=True)
    assert domain.remarks[0] == "x: 1 images beside the table are not in it and are left out"


def test_an_image_that_is_missing_in_its_folder_is_not_taken_from_another(tmp_path: Path) -> None:
    for name in ("cat/1.png", "dog/2.png", "dog/3.png"):
        draw(tmp_path / name)
    (tmp_path / "x.csv").write_text("file,label\ncat/1.png,cat\ncat/2.png,cat\ndog/3.png,dog\n")
    problems = [image.problem for image in find_images(tmp_path / "x.csv")]
    assert [bool(problem) for problem in problems] == [False, True, False]


def test_names_and_labels_of_digits_keep_their_zeros(tmp_path: Path) -> None:
    for number in range(8):
        draw(tmp_path / f"{number:04}.png")
    rows = [f"{number:04},{number % 2:02}" for number in range(8)]
    (tmp_path / "x.csv").write_text("\n".join(["image_id,label", *rows]) + "\n")
    found = find_images(tmp_path / "x.csv")
    assert not [image for image in found if image.problem]
    assert found.layout().labels == ["00", "01"] * 4


def test_a_row_that_leads_out_of_the_folder_finds_nothing(drawn: Path, tmp_path: Path) -> None:
    draw(tmp_path / "secret.png")
    (drawn / "x.csv").write_text("file,label\n../secret.png,a\n/etc/passwd,b\n")
    with pytest.raises(InputError, match="names no image that exists"):
        find_images(drawn / "x.csv")


@pytest.mark.parametrize("name", ["metadata.jsonl", "labels.jsonl"])
def test_lines_of_json_name_images_and_labels(drawn: Path, name: str) -> None:
    line = '{{"file_name": "{number}.png", "label": "{label}", "box": [1, 2]}}'
    path = path_csv(drawn / name, line.format(number=0, label="cat"), line)
    path.write_text("\n".join(path.read_text().splitlines()[1:]))
    domain = read(drawn if name.startswith("metadata") else path)
    assert (domain.class_names, parity(domain)) == (("cat", "dog"), {(0, 0), (1, 1)})


def test_a_csv_file_without_a_header_is_read_by_its_content(drawn: Path) -> None:
    """As `medmnist` writes it."""
    path = path_csv(drawn / "x.csv", "TRAIN,0.png,cat", "TRAIN,{number}.png,{label}")
    path.write_text("\n".join(path.read_text().splitlines()[1:]).replace("TRAIN,39", "TEST,39"))
    source = find_images(path)
    layout = source.layout()
    assert [file.name for file in source] == [f"{number}.png" for number in range(40)]
    assert (layout.labels, layout.parts) == (["cat", "dog"] * 20, ["train"] * 39 + ["test"])


def test_marks_and_spaces_that_programs_leave_are_no_part_of_names_and_labels(drawn: Path) -> None:
    path = path_csv(drawn / "x.csv", "file, label", "{number}.png, {label}")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b" dog", b"dog "))
    assert find_images(path).layout().labels == ["cat", "dog"] * 20


def test_rows_that_say_different_things_about_an_image_are_refused(drawn: Path) -> None:
    path = path_csv(drawn / "x.csv", "file,label", "{number}.png,{label}")
    with path.open("a") as file:
        file.write("3.png,dog\n")
    source = find_images(path)
    assert (len(source), source.remarks) == (40, ("1 rows name an image again, with the same label, and are left out",))
    with path.open("a") as file:
        file.write("3.png,cat\n")
    with pytest.raises(InputError, match=r"different labels or splits for 1 images \(3\.png\); leave one row for each"):
        find_images(path)


def test_an_image_of_the_same_name_in_the_folder_of_another_class_is_not_taken(tmp_path: Path) -> None:
    for name in ("cat/1.png", "dog/2.png", "dog/3.png", "cat/3.png"):
        draw(tmp_path / name)
    paths = ("/elsewhere/cat/1.png,cat", "/elsewhere/dog/1.png,dog", "/elsewhere/dog/2.png,dog", "3,cat")
    (tmp_path / "x.csv").write_text("\n".join(["file,label", *paths]))
    problems = [image.problem for image in find_images(tmp_path / "x.csv")]
    assert problems[0] is problems[2] is None
    assert problems[1] == "the table names it, but there is no such file"
    assert problems[3] == "the table names it, but 2 files have that name, such as cat/3.png"


def test_columns_of_a_set_that_is_no_table_are_refused(tmp_path: Path) -> None:
    draw(tmp_path / "a" / "1.png")
    with pytest.raises(InputError, match="is not read as a table, so --columns has nothing to name; leave it out"):
        find_images(tmp_path, {"label": "kind"})
