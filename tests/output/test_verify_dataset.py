"""A good dataset passes; each kind of damage is named, also when SHA256SUMS was made to agree."""

from __future__ import annotations

import json
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from corpuskit.errors import InputError
from corpuskit.manifest import Manifest, load
from corpuskit.output import recount
from corpuskit.output.digest import RowDigest
from corpuskit.output.sums import file_sha256, write_sums
from corpuskit.output.verify import verify

MADE = runpy.run_path(str(Path(__file__).with_name("made.py")))
REJECTED = "rejected/rejected-00000-of-00001.parquet"
DUPLICATES = "duplicates/duplicates-00000-of-00001.parquet"
TRAIN = "data/train-00000-of-00002.parquet"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    MADE["make"](folder / "out", folder / "work")
    return folder / "out"


@pytest.fixture
def dataset(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "out"))


def found(dataset: Path) -> list[str]:
    return [str(mismatch) for mismatch in verify(dataset)]


def edit(dataset: Path, change: Callable[[Any], None]) -> None:
    """Change the manifest's JSON and make SHA256SUMS agree."""
    path = dataset / "manifest.json"
    data = json.loads(path.read_bytes())
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    write_sums(dataset)


def rewrite(dataset: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change the rows of a shard; shard, sums and the manifest's digests all agree afterwards."""
    path = dataset / name
    table = change(pq.read_table(path))
    pq.write_table(table, path)
    digest = RowDigest(table.schema)
    for batch in table.to_batches():
        digest.update(batch)

    def update(data: Any) -> None:
        for shard in [*data["shards"], *(s for t in data["tables"].values() for s in t)]:
            if shard["path"] == name:
                shard["sha256"] = file_sha256(path)
                shard["bytes"] = path.stat().st_size
                shard["rows_sha256"] = digest.hexdigest()

    edit(dataset, update)


def replace(column: str, values: list[Any]) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        at = table.schema.get_field_index(column)
        field = table.schema.field(at).with_nullable(True)
        return table.set_column(at, field, pa.array(values, field.type))

    return change


def test_a_good_dataset(good: Path) -> None:
    assert found(good) == []


def test_again_with_another_parquet_writer(dataset: Path) -> None:
    """Other bytes, the same rows: only the digests of bytes differ."""
    pq.write_table(pq.read_table(dataset / TRAIN), dataset / TRAIN, compression="gzip")
    what = {(m.file, m.what) for m in verify(dataset)}
    assert what == {(TRAIN, "sha256"), (TRAIN, "sha256 in the manifest"), (TRAIN, "bytes")}


def test_no_dataset(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError, match="is not a dataset") as error:
            verify(path)
        assert error.value.exit_code == 4


def test_one_changed_byte(dataset: Path) -> None:
    path = dataset / "README.md"
    path.write_bytes(path.read_bytes().replace(b"manuals", b"manualz", 1))
    (mismatch,) = verify(dataset)
    assert (mismatch.file, mismatch.what) == ("README.md", "sha256")
    assert mismatch.found == file_sha256(path)


def test_missing_and_extra_files(dataset: Path) -> None:
    (dataset / "run.json").unlink()
    (dataset / "notes.txt").write_text("x")
    assert found(dataset) == [
        "notes.txt: file: expected listed in SHA256SUMS, found not listed",
        "run.json: file: expected present, found missing",
    ]


def test_missing_shard(dataset: Path) -> None:
    (dataset / REJECTED).unlink()
    lines = found(dataset)
    assert f"{REJECTED}: file: expected present, found missing" in lines
    assert "manifest.json: accounting.sources.aozora.rejected: expected 2, found 0" in lines
    assert not any("duplicate_of" in line for line in lines)


def test_a_shard_that_the_manifest_does_not_know(dataset: Path) -> None:
    shutil.copy(dataset / TRAIN, dataset / "data/train-00009-of-00009.parquet")
    write_sums(dataset)
    assert found(dataset) == [
        "data/train-00009-of-00009.parquet: file: expected named in manifest.json, found not named"
    ]


def test_sums_that_are_missing_or_broken(dataset: Path) -> None:
    (dataset / "SHA256SUMS").write_text("nonsense\n")
    assert found(dataset)[0].startswith("SHA256SUMS: format")
    (dataset / "SHA256SUMS").unlink()
    assert found(dataset) == ["SHA256SUMS: file: expected present, found missing"]


def test_manifest_that_is_missing_or_broken(dataset: Path) -> None:
    edit(dataset, lambda data: data.pop("totals"))
    (line,) = found(dataset)
    assert line.startswith("manifest.json: schema") and "totals: Field required" in line
    (dataset / "manifest.json").unlink()
    assert any("manifest.json: file: expected present" in line for line in found(dataset))


def test_a_shard_that_is_no_parquet(dataset: Path) -> None:
    (dataset / REJECTED).write_bytes(b"PAR1 nothing PAR1")
    assert any(f"{REJECTED}: content: expected Parquet" in line for line in found(dataset))


def test_damage_inside_a_shard(dataset: Path) -> None:
    raw = bytearray((dataset / TRAIN).read_bytes())
    raw[40:60] = bytes(20)
    (dataset / TRAIN).write_bytes(raw)
    what = {m.what for m in verify(dataset) if m.file == TRAIN}
    assert "sha256" in what and what & {"content", "rows_sha256"}


def _shard(name: str, value: Any) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        data["shards"][0][name] = value

    return change


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sha256", "0" * 64),
        ("rows_sha256", "0" * 64),
        ("bytes", 1),
        ("rows", 99),
        ("characters", 99),
        ("morphemes", None),
        ("split", "test"),
    ],
)
def test_what_the_manifest_says_of_a_shard(dataset: Path, name: str, value: Any) -> None:
    edit(dataset, _shard(name, value))
    lines = [m for m in verify(dataset) if m.file == TRAIN]
    assert [(m.what.split(" ")[0], m.expected) for m in lines] == [(name, str(value))]


def test_a_changed_text(dataset: Path) -> None:
    table = pq.read_table(dataset / TRAIN)
    texts = table.column("text").to_pylist()
    original = load(dataset / "manifest.json").shards[0].rows_sha256
    rewrite(dataset, TRAIN, replace("text", [texts[0] + "改", *texts[1:]]))
    edit(dataset, _shard("rows_sha256", original))
    (mismatch,) = [m for m in verify(dataset) if m.what == "rows_sha256"]
    assert (mismatch.file, mismatch.expected) == (TRAIN, original)


def test_recipe_that_was_changed(dataset: Path) -> None:
    edit(dataset, lambda data: data["recipe"]["content"].update(name="other"))
    (mismatch,) = verify(dataset)
    assert mismatch.what == "recipe digest"


def test_accounting_in_the_manifest(dataset: Path) -> None:
    edit(dataset, lambda data: data["accounting"]["sources"]["aozora"].update(kept=3, rejected=3))
    lines = found(dataset)
    assert "manifest.json: accounting.sources.aozora.kept: expected 3, found 4" in lines
    assert "manifest.json: accounting.sources.aozora.rejected: expected 3, found 2" in lines
    assert any("total kept is 9, but its parts sum to 8" in line for line in lines)


def test_a_row_that_moved_to_another_source(dataset: Path) -> None:
    rewrite(dataset, REJECTED, replace("source", ["aozora", "aozora", "aozora"]))
    assert found(dataset) == [
        "manifest.json: accounting.sources.aozora.rejected: expected 2, found 3",
        "manifest.json: accounting.sources.manuals.rejected: expected 1, found 0",
    ]


def test_a_source_that_nobody_declared(dataset: Path) -> None:
    rewrite(dataset, DUPLICATES, replace("source", [None]))
    lines = found(dataset)
    assert "manifest.json: accounting.sources.null.duplicate: expected 0, found 1" in lines


def test_reasons_are_counted_again(dataset: Path) -> None:
    rewrite(dataset, REJECTED, replace("signal", ["ja.hiragana", "other", "ja.hiragana"]))
    assert found(dataset) == [
        "manifest.json: rejected_by.rules@1/ja.hiragana: expected 3, found 2",
        "manifest.json: rejected_by.rules@1/other: expected 0, found 1",
    ]
    rewrite(dataset, "quarantine/quarantine-00000-of-00001.parquet", replace("error", ["Other"]))
    assert "manifest.json: quarantined_by.Other: expected 0, found 1" in found(dataset)


def test_an_id_that_occurs_twice(dataset: Path) -> None:
    kept = MADE["doc_id"](1)
    others = [MADE["doc_id"](n) for n in (21, 22)]
    rewrite(dataset, REJECTED, replace("id", [kept, *others]))
    (mismatch,) = verify(dataset)
    assert mismatch.what == f"id {kept}"
    assert mismatch.found == f"in {TRAIN} and {REJECTED}"


def test_an_id_that_is_none(dataset: Path) -> None:
    rewrite(dataset, REJECTED, replace("id", ["x", "y", "z"]))
    assert any("ids: expected 32 hex digits" in line for line in found(dataset))


def test_duplicates_name_a_document(dataset: Path) -> None:
    rewrite(dataset, DUPLICATES, replace("duplicate_of", ["ab" * 16]))
    (mismatch,) = verify(dataset)
    assert (mismatch.file, mismatch.what) == (DUPLICATES, f"duplicate_of {'ab' * 16}")


def test_duplicates_may_name_what_was_rejected_later_but_not_quarantine(dataset: Path) -> None:
    rewrite(dataset, DUPLICATES, replace("duplicate_of", [MADE["doc_id"](20)]))
    assert found(dataset) == []
    rewrite(dataset, DUPLICATES, replace("duplicate_of", [MADE["doc_id"](40)]))
    assert len(found(dataset)) == 1


@pytest.mark.parametrize("other", [None, MADE["doc_id"](30)])
def test_duplicates_of_nothing_or_of_themselves(dataset: Path, other: str | None) -> None:
    rewrite(dataset, DUPLICATES, replace("duplicate_of", [other]))
    (mismatch,) = verify(dataset)
    assert mismatch.what == "duplicates"


def test_columns(dataset: Path) -> None:
    rewrite(dataset, REJECTED, lambda table: table.drop_columns(["bound"]))
    assert found(dataset) == [f"{REJECTED}: column 'bound': expected string, found missing"]
    rewrite(
        dataset,
        REJECTED,
        lambda t: t.append_column("bound", pa.nulls(3, pa.int32())).append_column("x", t["value"]),
    )
    assert found(dataset) == [
        f"{REJECTED}: type of column 'bound': expected string, found int32",
        f"{REJECTED}: column 'x': expected not in the manifest, found double",
    ]


def test_a_table_without_the_columns_that_are_counted(dataset: Path) -> None:
    rewrite(dataset, REJECTED, lambda table: table.drop_columns(["id", "source"]))
    lines = found(dataset)
    assert f"{REJECTED}: column 'id': expected string, found missing" in lines
    assert "manifest.json: accounting.sources.aozora.rejected: expected 2, found 0" in lines


def test_many_mismatches_of_one_kind_are_counted(dataset: Path, tmp_path: Path) -> None:
    lanes = MADE["rows_by_lane"]()
    twin = lanes["duplicates"][0]
    lanes["duplicates"] = [
        {**twin, "id": MADE["doc_id"](n), "duplicate_of": MADE["doc_id"](-n)}
        for n in range(100, 115)
    ]
    MADE["make"](tmp_path / "many", tmp_path / "many-work", lanes, 10**6)
    lines = found(tmp_path / "many")
    assert len(lines) == 11
    assert lines[-1].endswith("found 5 more duplicates of nothing")


def test_ids_in_slices(dataset: Path, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recount, "IDS_AT_A_TIME", 3)
    assert found(good) == []
    rewrite(dataset, DUPLICATES, replace("duplicate_of", ["ab" * 16]))
    rewrite(dataset, REJECTED, replace("id", [MADE["doc_id"](n) for n in (1, 2, 22)]))
    assert len(found(dataset)) == 3


def test_ids_with_a_zero_byte_at_the_end(tmp_path: Path) -> None:
    """NumPy strips trailing NULs of fixed-width bytes; ids may end in 00."""
    lanes = MADE["rows_by_lane"]()
    lanes["train"][0]["id"] = "ab" * 15 + "00"
    lanes["train"][1]["id"] = "ab" * 14 + "0000"
    lanes["duplicates"][0]["duplicate_of"] = "ab" * 15 + "00"
    MADE["make"](tmp_path / "out", tmp_path / "work", lanes)
    assert found(tmp_path / "out") == []
    rewrite(tmp_path / "out", DUPLICATES, replace("duplicate_of", ["cd" * 14 + "0000"]))
    (mismatch,) = verify(tmp_path / "out")
    assert mismatch.what == f"duplicate_of {'cd' * 14}0000"


def test_manifest_model_is_not_needed_to_read_shards(good: Path) -> None:
    """What `verify` recounts is what any reader of Parquet counts."""
    manifest: Manifest = load(good / "manifest.json")
    rows = sum(pq.read_metadata(good / shard.path).num_rows for _, shard in manifest.files())
    assert rows == manifest.accounting.total.read
    table = pq.read_table(good / DUPLICATES)
    assert pc.all(pc.greater_equal(table["jaccard"], 0.8)).as_py()
