"""Plug-ins as people write them: from a file in a recipe, and inside `datasets`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from corpuskit import DatasetMap, Document, doc_filter, doc_signal
from corpuskit.errors import StageError
from corpuskit.functions import stage_from
from corpuskit.recipe import load
from corpuskit.registry import Registry
from corpuskit.run import Options, run
from corpuskit.stage import DECLARED, Stage
from tests.conftest import RecipeWriter, text_of, write_jsonl

PLUGIN = '''\
from __future__ import annotations

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import Column, Document, Params, Stage, doc_filter, doc_signal
from corpuskit.document import append_columns


@doc_signal("acme.talks", type=int)
def talks(doc: Document, *, mark: str = "についての話") -> int:
    """How often a text says what it is about."""
    if "例外" in doc.text:
        raise ValueError("secret")
    return doc.text.count(mark)


@doc_filter("acme.talkative", at_least=3, reads=("text", "acme.talks"))
def talkative(doc: Document) -> int:
    """Keeps texts that say often enough what they are about."""
    return doc.values["acme.talks"] or 0


class BytesParams(Params):
    """Parameters of the batch stage."""

    unit: int = 1


class Bytes(Stage):
    """Bytes of a text, for speed over a whole batch."""

    name: ClassVar[str] = "acme.bytes"
    Params: ClassVar[type[Params]] = BytesParams
    writes: ClassVar[tuple[Column, ...]] = (Column("acme_bytes", pa.int64(), "bytes / unit"),)

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        size = pc.binary_length(batch.column("text")).cast(pa.int64())
        return append_columns(batch, {"acme_bytes": pc.divide(size, self.params.unit)})
'''


def rows(out: Path, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ds.dataset(out / table, format="parquet").to_table().to_pylist()
    return found


def test_a_plug_in_file_runs_in_workers(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    (tmp_path / "acme.py").write_text(PLUGIN, encoding="utf-8")
    texts = [text_of(i) for i in range(6)]
    texts[1] += "例外"
    texts[4] = "海に近い町では、朝の市場に新しい魚が並ぶ。"
    records = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
    write_jsonl(tmp_path / "in.jsonl", records)
    recipe = write_recipe(
        [{"name": "docs", "path": "in.jsonl", "id": "id"}],
        ["acme.talks", {"acme.bytes": {"unit": 3}}, {"acme.talkative": {"at_least": 5}}],
        plugins=["acme.py"],
    )
    finished = run(load(recipe), Options(workers=2))
    kept = {row["source_id"]: row for row in rows(finished.out, "data")}
    assert sorted(kept) == ["0", "2", "3", "5"]
    assert all(row["acme.talks"] == 12 for row in kept.values())
    assert kept["0"]["acme_bytes"] == len(texts[0].encode()) // 3
    (rejected,) = rows(finished.out, "rejected")
    assert (rejected["source_id"], rejected["stage"]) == ("4", "acme.talkative@1")
    assert (rejected["signal"], rejected["value"]) == ("acme.talkative", 0.0)
    assert rejected["bound"] == ">= 5"
    (failed,) = rows(finished.out, "quarantine")
    assert (failed["source_id"], failed["error"]) == ("1", "ValueError")
    assert "secret" not in str(failed)


def test_a_changed_plug_in_is_run_again(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    """Its code is part of what names a step: an old result is not taken for a new one."""
    write_jsonl(tmp_path / "in.jsonl", [{"text": text_of(1)}])
    recipe = write_recipe(
        [{"name": "docs", "path": "in.jsonl"}], ["acme.talks"], plugins=["acme.py"]
    )
    for mark, count in (("についての話", 12), ("海に近い", 0)):
        (tmp_path / "acme.py").write_text(PLUGIN.replace("についての話", mark), encoding="utf-8")
        out = run(load(recipe), Options(workers=1, keep_work=True, overwrite=True)).out
        expected = count if mark == "についての話" else text_of(1).count(mark)
        assert [row["acme.talks"] for row in rows(out, "data")] == [expected]


# --- datasets.Dataset.map -------------------------------------------------------------------------


@doc_filter("test.no_ads")
def no_ads(doc: Document, *, word: str = "広告") -> bool:
    """Keeps what has no advertising."""
    return word not in doc.text


@doc_signal("test.ratio")
def ratio(doc: Document) -> float | None:
    """A number for some documents only."""
    return None if len(doc.text) < 10 else 1 / len(doc.text)


def stage_of(function: Any, **params: Any) -> Stage:
    cls = stage_from(next(s for s in DECLARED[__name__] if s.function is function))
    return cls(cls.Params.model_validate(params))


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`datasets`, offline and with a cache of its own."""
    import datasets

    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()
    return datasets


def test_the_same_stages_work_in_datasets_map(hub: Any) -> None:
    texts = ["あいうえお", "漢字kanji123", ""]
    data = hub.Dataset.from_dict({"text": texts, "n": [1, 2, 3]})
    scripts = DatasetMap(Registry().stage("signals.scripts")())
    done = data.map(scripts, batched=True, batch_size=2)
    assert done["text"] == texts and done["n"] == [1, 2, 3]
    assert done["characters"] == [5, 10, 0]
    assert done["hiragana_ratio"] == [1.0, 0.0, 0.0]
    assert done["rejected_by"] == ["", "", ""]


def test_a_stage_that_rewrites_the_text_keeps_the_columns_name(hub: Any) -> None:
    data = hub.Dataset.from_dict({"body": ["ﾊﾝｶｸ", "全角"]})
    done = data.map(DatasetMap(Registry().stage("normalize")(), text="body"), batched=True)
    assert done["body"] == ["ハンカク", "全角"]
    assert "text" not in done.column_names and "id" not in done.column_names


def test_rejected_documents_can_be_filtered_however_late_the_first_one_comes(hub: Any) -> None:
    """`datasets` fixes a column's type by the first rows it writes."""
    texts = ["本文です。"] * 40 + ["広告です。"] * 3
    data = hub.Dataset.from_dict({"text": texts})
    done = data.map(DatasetMap(stage_of(no_ads)), batched=True, batch_size=10, writer_batch_size=10)
    assert done["rejected_by"] == [""] * 40 + ["test.no_ads"] * 3
    assert len(done.filter(lambda row: not row["rejected_by"])) == 40


def test_features_tell_the_types_where_the_first_rows_are_null(hub: Any) -> None:
    data = hub.Dataset.from_dict({"text": ["短い"] * 20 + ["十文字より長い文章です。"]})
    mapped = DatasetMap(stage_of(ratio))
    features = mapped.features(data.features)
    done = data.map(mapped, batched=True, batch_size=5, writer_batch_size=5, features=features)
    assert done["test.ratio"][:2] == [None, None] and done["test.ratio"][20] == 0.083333
    assert done.features["rejected_by"].dtype == "string"


def test_a_document_that_fails_is_told_apart(hub: Any) -> None:
    data = hub.Dataset.from_dict({"text": ["良い", None, "良い"]})
    done = data.map(DatasetMap(Registry().stage("signals.lines")()), batched=True)
    assert [bool(reason) for reason in done["rejected_by"]] == [False, True, False]


def test_a_column_the_dataset_lacks_is_named() -> None:
    with pytest.raises(StageError, match=r"quality@2 reads the column '\w+', which the dataset"):
        DatasetMap(Registry().stage("quality")())({"text": ["文"]})


def test_the_fingerprint_is_that_of_stage_and_parameters(hub: Any) -> None:
    """`datasets` reuses its cache by it, over processes and runs."""
    from datasets.fingerprint import Hasher

    used = DatasetMap(stage_of(no_ads))
    before = Hasher.hash(used)
    used({"text": ["広告"]})
    assert Hasher.hash(used) == before == Hasher.hash(DatasetMap(stage_of(no_ads)))
    assert Hasher.hash(DatasetMap(stage_of(no_ads, word="宣伝"))) != before


def test_a_stage_goes_to_several_processes(hub: Any) -> None:
    data = hub.Dataset.from_dict({"text": ["広告", "本文"] * 4})
    done = data.map(DatasetMap(stage_of(no_ads, word="本文")), batched=True, num_proc=2)
    assert done["rejected_by"] == ["", "test.no_ads"] * 4
