"""A stage that protects texts is passed by all that is written, wherever a document left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from corpuskit.errors import RecipeError
from corpuskit.pipeline import build
from corpuskit.protecting import protections
from corpuskit.recipe import load
from corpuskit.registry import Registry
from corpuskit.run import Options, run
from tests.conftest import RecipeWriter, text_of, write_jsonl

PLUGIN = '''\
from __future__ import annotations

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import Column, Params, Stage
from corpuskit.document import append_columns


class Veil(Stage):
    """Puts a counter where the secret was: what passes twice shows."""

    name: ClassVar[str] = "acme.veil"
    protects: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("text", "title", "meta")
    writes: ClassVar[tuple[Column, ...]] = (
        *(Column(n, pa.string(), "without secrets") for n in ("text", "title", "meta")),
        Column("veiled", pa.int64(), "secrets found"),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if any("壊れ" in t for t in batch.column("text").to_pylist()):
            raise ValueError("it broke")
        columns = {
            name: pc.replace_substring(batch.column(name), "ZZ9", "[veil]")
            for name in ("text", "title", "meta")
        }
        found = pc.count_substring(batch.column("text"), "ZZ9").cast(pa.int64())
        return append_columns(batch, {**columns, "veiled": found})


class Reads(Veil):
    """Protects, but reads what not every record has."""

    name: ClassVar[str] = "acme.reads"
    reads: ClassVar[tuple[str, ...]] = ("text", "characters")


class Echo(Stage):
    """Writes the text again."""

    name: ClassVar[str] = "acme.echo"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("echo", pa.string(), "the text", holds_text=True),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return append_columns(batch, {"echo": batch.column("text")})
'''

STAGES: list[Any] = [
    "signals.scripts",
    {"rules": [{"signal": "characters", "min": 20}]},
    "dedup.exact",
    "acme.veil",
    {"rules": [{"signal": "veiled", "max": 1}]},
]


@pytest.fixture
def recipe(tmp_path: Path, write_recipe: RecipeWriter) -> Any:
    (tmp_path / "acme.py").write_text(PLUGIN, encoding="utf-8")
    rows = [
        {"text": f"{text_of(1)}ZZ9", "title": "ZZ9の題", "note": "ZZ9"},
        {"text": f"{text_of(1)}ZZ9", "title": "ZZ9の題", "note": "ZZ9"},
        {"text": "短いZZ9", "note": "ZZ9"},
        {"text": "短い", "note": "ない"},
        {"text": "短く壊れたZZ9", "note": "ZZ9"},
        {"text": f"{text_of(2)}ZZ9とZZ9", "note": "ZZ9"},
        {"text": f"{text_of(3)}", "note": "ない"},
    ]
    write_jsonl(tmp_path / "in.jsonl", rows)

    def write(stages: list[Any], **more: Any) -> Path:
        source = {"name": "s", "path": "in.jsonl"}
        return write_recipe([source], stages, plugins=["acme.py"], **more)

    return write


def _rows(out: Path, table: str) -> list[dict[str, Any]]:
    return ds.dataset(out / table, format="parquet").to_table().to_pylist()


@pytest.mark.parametrize("mode", ["fast", "study"])
def test_no_table_has_what_the_stage_takes_out(recipe: Any, tmp_path: Path, mode: str) -> None:
    run(load(recipe(STAGES, mode=mode)), Options(out=tmp_path / "out", workers=1))
    tables = {t: _rows(tmp_path / "out", t) for t in ("data", "rejected", "duplicates")}
    assert "ZZ9" not in repr(tables)
    (twin,) = tables["duplicates"]
    assert twin["text"] == f"{text_of(1)}[veil]" and twin["veiled"] == 1
    assert twin["meta"].count("[veil]") == 2
    rejected = {row["text"]: row for row in tables["rejected"]}
    assert rejected["短い[veil]"]["veiled"] == 1 and rejected["短い"]["veiled"] == 0
    assert rejected[f"{text_of(2)}[veil]と[veil]"]["value"] == 2
    assert [row["text"] for row in tables["data"]] == [f"{text_of(1)}[veil]", text_of(3)]


def test_a_text_on_which_it_fails_is_not_written(recipe: Any, tmp_path: Path) -> None:
    run(load(recipe(STAGES)), Options(out=tmp_path / "out", workers=1))
    empty = [row for row in _rows(tmp_path / "out", "rejected") if row["text"] == ""]
    assert len(empty) == 1 and empty[0]["title"] is None and empty[0]["meta"] is None
    assert empty[0]["stage"].startswith("rules@")


def test_a_document_passes_it_once(recipe: Any) -> None:
    """What left after the stage, or in study mode at the end, has passed it."""
    fast, study = (load(recipe(STAGES, mode=mode)) for mode in ("fast", "study"))
    registry = Registry((fast.base / "acme.py",))
    needed = protections(build(fast, registry), "rejected")
    assert [p.stage[0] for p in needed] == ["acme.veil@1"]
    assert needed[0].before == ("signals.scripts@1", "rules@1", "dedup.exact@1")
    assert protections(build(study, registry), "rejected")[0].before == ("dedup.exact@1",)
    assert protections(build(fast, registry), "data") == ()


def test_what_would_go_round_it_is_refused(recipe: Any) -> None:
    registry = Registry((load(recipe(STAGES)).base / "acme.py",))
    with pytest.raises(RecipeError, match=r"'acme\.reads' protects texts, but reads the col"):
        build(load(recipe(["signals.scripts", "acme.reads"])), registry)
    with pytest.raises(RecipeError, match=r"writes texts \(column 'echo'\) before 'acme\.veil'"):
        build(load(recipe(["acme.echo", "acme.veil"])), registry)
    build(load(recipe(["acme.veil", "acme.echo"])), registry)


def test_schema_of_rows_stays(recipe: Any, tmp_path: Path) -> None:
    run(load(recipe(STAGES)), Options(out=tmp_path / "out", workers=1))
    for table in ("rejected", "duplicates"):
        schema = ds.dataset(tmp_path / "out" / table, format="parquet").schema
        assert schema.field("veiled").type == pa.int64()
