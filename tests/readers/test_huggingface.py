from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.errors import InputError
from corpuskit.readers.huggingface import HuggingFace, HuggingFaceParams
from corpuskit.readers.protocol import Fields, InputFile
from corpuskit.readers.rows import canonical

from .reading import IDENTITY, read

datasets = pytest.importorskip("datasets")

ROWS = [{"text": f"本文その{n}", "番号": n, "more": {"k": [n]}} for n in range(450)]


def tree(path: Path, uri: str = "") -> InputFile:
    size = sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    return InputFile(path, uri or path.name, size, hashlib.sha256(b"x").hexdigest())


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("saved")
    datasets.disable_progress_bars()
    every = datasets.Dataset.from_list(ROWS)
    every.save_to_disk(str(root / "one"))
    pair = {"train": every, "test": every.select(range(7))}
    datasets.DatasetDict(pair).save_to_disk(str(root / "two"))
    (root / "files").mkdir()
    pq.write_table(pa.Table.from_pylist(ROWS), root / "files" / "train.parquet")
    return root


@pytest.mark.parametrize("name", ["one", "files"])
def test_rows_of_a_folder(saved: Path, name: str) -> None:
    found = read(HuggingFace(None, Fields("text", "番号")), tree(saved / name))
    assert found.texts == [row["text"] for row in ROWS]
    assert [row["locator"] for row in found.records] == [f"train row {n}" for n in range(1, 451)]
    assert found.records[3]["source_id"] == "3"
    assert json.loads(found.records[3]["meta"]) == {"more": {"k": [3]}}
    assert found.records[3]["id"] == IDENTITY.of(canonical(ROWS[3]), "train row 4")


def test_all_splits_or_one(saved: Path) -> None:
    both = read(HuggingFace(), tree(saved / "two"))
    assert len(both.records) == 457
    one = read(HuggingFace(HuggingFaceParams(split="test")), tree(saved / "two"))
    assert one.records == both.records[450:]
    with pytest.raises(InputError, match="no split 'dev'"):
        read(HuggingFace(HuggingFaceParams(split="dev")), tree(saved / "two"))


@pytest.mark.parametrize("target", [700, 10_000])
def test_slices_give_the_same_rows(saved: Path, target: int) -> None:
    reader = HuggingFace()
    source = tree(saved / "two")
    pieces = reader.slices(source, target)
    assert len(pieces) > 1
    assert read(reader, source, target) == read(reader, source)


def test_rows_that_are_not_text_are_problems(tmp_path: Path) -> None:
    table = {"text": ["a", None, "c"]}
    datasets.Dataset.from_dict(table).save_to_disk(str(tmp_path / "a"))
    found = read(HuggingFace(), tree(tmp_path / "a"))
    assert found.texts == ["a", "c"]
    assert found.errors == [("train row 2", "missing_text")]
    named = read(HuggingFace(None, Fields("body")), tree(tmp_path / "a"))
    assert named.errors == [("train", "missing_text")]
    assert "set 'text: text'" in named.problems[0]["message"]


def test_a_hub_id_needs_the_network(tmp_path: Path) -> None:
    source = InputFile(Path("hf://owner/name"), "hf://owner/name", 0, "0" * 64)
    with pytest.raises(InputError, match="owner/name is on the hub") as error:
        HuggingFace().slices(source, 1)
    assert "network: true" in error.value.remedy


def test_what_is_no_dataset_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"x")
    with pytest.raises(InputError, match="not a dataset"):
        read(HuggingFace(), tree(tmp_path))


def test_a_tree_is_never_chosen_for_a_file() -> None:
    assert HuggingFace.recognises(b"PAR1", "dataset_info.json") == 0
