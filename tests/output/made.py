"""A small dataset, made by hand with the real writers; other tests check, browse and break it.

Loaded with `runpy`, so that it does not depend on how pytest imports tests.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc

from corpuskit.document import BASE, DUPLICATE, REJECTION
from corpuskit.manifest import (
    Accounting,
    Fates,
    InputRecord,
    Manifest,
    RecipeRecord,
    Resource,
    Shard,
    StageRecord,
    Tables,
    Totals,
    content_digest,
    dump,
    split_of,
)
from corpuskit.output.card import card
from corpuskit.output.columns import describe
from corpuskit.output.parquet import write_table
from corpuskit.output.shards import LaneBatch, LaneBatches, plan_shards
from corpuskit.output.sums import write_sums

SIGNALS = pa.schema(
    [
        ("characters", pa.int64()),
        ("ja.hiragana", pa.float64()),
        ("morphemes", pa.int64()),
        ("cluster", pa.string()),
        ("cluster_size", pa.int64()),
        ("template_of", pa.string()),
        ("template_jaccard", pa.float64()),
        ("quality", pa.float64()),
    ]
)
DATA = pa.schema([*BASE, *SIGNALS])
QUARANTINE = pa.schema(
    [
        *[BASE.field(n) for n in ("id", "source_id", "source", "uri", "locator")],
        ("stage", pa.string()),
        ("error", pa.string()),
        ("message", pa.string()),
        ("raw_digest", pa.string()),
        ("raw_bytes", pa.int64()),
    ]
)
SCHEMAS = {
    "data": DATA,
    "rejected": pa.schema([*DATA, *REJECTION]),
    "duplicates": pa.schema([*DATA, *DUPLICATE]),
    "quarantine": QUARANTINE,
}
SOURCES = ("aozora", "manuals")
LICENSES = {"aozora": "CC0-1.0", "manuals": "CC-BY-4.0"}
KEPT_TEXT = "ポンプを止める。弁を閉じる。圧力を測る。\n記録する。"
TWIN_TEXT = "ポンプを止める。弁を開ける。圧力を測る。\n記録する。"


def doc_id(number: int) -> str:
    """Id of document `number`: ids differ in their first six digits."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def document(number: int, **values: Any) -> dict[str, Any]:
    """A row with every column of the kept table that has a value."""
    text = values.get("text", f"文書{number}。\nか\u3099と𠮷とm²と10⁵。")
    source = values.get("source", SOURCES[number % 2])
    row: dict[str, Any] = {
        "id": doc_id(number),
        "source_id": f"src-{number}",
        "text": text,
        "source": source,
        "uri": f"本/{source}.jsonl",
        "locator": f"line {number}",
        "title": f"題 {number}" if number % 3 else None,
        "meta": '{"年":1920,"b":null}',
        "license": LICENSES[source],
        "characters": len(text),
        "ja.hiragana": round(number / 7, 6),
        "morphemes": number,
        "quality": 0.5,
    }
    return {**row, **values}


def rows_by_lane() -> dict[str, list[dict[str, Any]]]:
    """The rows of every lane of the made dataset."""
    kept = [document(n) for n in range(1, 9)]
    kept.append(document(9, text=KEPT_TEXT, cluster=doc_id(9), cluster_size=2))
    rejected = [
        document(
            n, stage="rules@1", signal="ja.hiragana", value=0.01, bound=">= 0.1", morphemes=None
        )
        for n in (20, 21, 22)
    ]
    twin = document(
        30,
        text=TWIN_TEXT,
        source="manuals",
        stage="dedup.minhash@1",
        duplicate_of=doc_id(9),
        jaccard=0.875,
        containment=0.9,
        bands_hit=[0, 3, 17],
        morphemes=None,
    )
    fault = document(40, stage="read", error="UnicodeError", message="byte 12 is not UTF-8")
    return {
        "train": kept[:6] + kept[8:],
        "validation": kept[6:8],
        "rejected": rejected,
        "duplicates": [twin],
        "quarantine": [{k: v for k, v in fault.items() if k in QUARANTINE.names}],
    }


def batch_of(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows as a batch; missing values are null."""
    columns = [pa.array([row.get(f.name) for row in rows], f.type) for f in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def write_ipc(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Path:
    """Batches as an Arrow IPC file."""
    with pa.ipc.new_file(str(path), schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return path


def write_lane(
    out: Path, work: Path, lane: str, rows: list[dict[str, Any]], target: int
) -> list[Shard]:
    """Write a lane's shards, two rows a batch."""
    table = lane if lane in SCHEMAS else "data"
    batches = [batch_of(rows[i : i + 2], SCHEMAS[table]) for i in range(0, len(rows), 2)]
    path = write_ipc(work / f"{lane}.arrow", batches, SCHEMAS[table])
    sizes = [sum(len((r.get("text") or "").encode()) for r in b.to_pylist()) for b in batches]
    plan = plan_shards(
        [
            LaneBatches(
                path,
                tuple(
                    LaneBatch(i, lane, b.num_rows, size)
                    for i, (b, size) in enumerate(zip(batches, sizes, strict=True))
                ),
            )
        ],
        target,
    )
    shards = []
    for one in plan:
        (out / one.path).parent.mkdir(parents=True, exist_ok=True)
        info = write_table(one.pieces, SCHEMAS[table], out / one.path)
        shards.append(
            Shard(
                path=one.path,
                split=split_of(one.path),
                sha256=info.sha256,
                rows_sha256=info.rows_sha256,
                bytes=info.bytes,
                rows=info.rows,
                characters=info.characters,
                morphemes=info.morphemes,
            )
        )
    return shards


def fates_of(lanes: Mapping[str, list[dict[str, Any]]], source: str | None) -> Fates:
    """The accounting of a source, or of all."""
    counts = {
        lane: sum(1 for row in rows if source in (None, row["source"]))
        for lane, rows in lanes.items()
    }
    kept = counts.get("train", 0) + counts.get("validation", 0) + counts.get("test", 0)
    return Fates(
        read=sum(counts.values()),
        kept=kept,
        rejected=counts.get("rejected", 0),
        duplicate=counts.get("duplicates", 0),
        quarantined=counts.get("quarantine", 0),
    )


def stages_of(total: Fates, lanes: Mapping[str, list[dict[str, Any]]]) -> tuple[StageRecord, ...]:
    """Reading, the rules, deduplication: what each took away."""
    signals = Counter(row["signal"] for row in lanes.get("rejected", []))
    read = total.read - total.quarantined
    rules = StageRecord(
        stage="rules@1",
        params={"ja.hiragana": {"at_least": 0.1}},
        read=read,
        kept=read - total.rejected,
        rejected=dict(signals),
        duplicates=0,
        templates=0,
        quarantined={},
    )
    dedup = StageRecord(
        stage="dedup.minhash@1",
        params={"threshold": 0.8},
        read=rules.kept,
        kept=rules.kept - total.duplicate,
        rejected={},
        duplicates=total.duplicate,
        templates=0,
        quarantined={},
    )
    return rules, dedup


def manifest_of(
    lanes: Mapping[str, list[dict[str, Any]]], shards: Mapping[str, list[Shard]]
) -> Manifest:
    """The manifest that goes with the shards."""
    content = {
        "name": "作例",
        "description": "手で作った小さなデータセット。",
        "sources": [{"name": s, "license": LICENSES[s], "publisher": "社内"} for s in SOURCES],
    }
    sources = {source: fates_of(lanes, source) for source in SOURCES}
    total = fates_of(lanes, None)
    data = [s for lane in ("train", "validation", "test") for s in shards.get(lane, [])]
    return Manifest(
        name="作例",
        released="2025-04-01",
        recipe=RecipeRecord(digest=content_digest(content), content=content),
        mode="fast",
        versions={"corpuskit": "0.1.0", "pyarrow": pa.__version__},
        resources=(
            Resource(name="unidic-lite", kind="dictionary", version="1.0.8", digest="sha256:00"),
        ),
        inputs=tuple(
            InputRecord(
                source=source,
                uri=f"本/{source}.jsonl",
                sha256="0" * 64,
                bytes=100,
                reader="jsonl",
                read=fates.read,
                quarantined=fates.quarantined,
                skipped={},
            )
            for source, fates in sources.items()
        ),
        stages=stages_of(total, lanes),
        accounting=Accounting(total=total, sources=sources),
        rejected_by=dict(
            Counter(f"{row['stage']}/{row['signal']}" for row in lanes.get("rejected", []))
        ),
        quarantined_by=dict(Counter(row["error"] for row in lanes.get("quarantine", []))),
        columns=describe(SCHEMAS, {"ja.hiragana": "share of hiragana, 0 to 1"}),
        shards=tuple(data),
        tables=Tables(
            **{t: tuple(shards.get(t, [])) for t in ("rejected", "duplicates", "quarantine")}
        ),
        totals=Totals(
            documents=total.kept,
            characters=sum(s.characters for s in data),
            morphemes=sum(s.morphemes or 0 for s in data),
            text_bytes=sum(
                len(row["text"].encode())
                for lane in ("train", "validation", "test")
                for row in lanes.get(lane, [])
            ),
        ),
        machine_dependent=False,
    )


def finish(out: Path, manifest: Manifest) -> Manifest:
    """Write everything that is not a shard."""
    (out / "manifest.json").write_bytes(dump(manifest))
    (out / "README.md").write_text(card(manifest), encoding="utf-8")
    (out / "run.json").write_text('{"seconds": 1}\n', encoding="utf-8")
    write_sums(out)
    return manifest


def make(
    out: Path,
    work: Path,
    lanes: Mapping[str, list[dict[str, Any]]] | None = None,
    target: int = 900,
) -> Manifest:
    """Make the whole dataset in `out`.

    Args:
        out: folder of the dataset; created.
        work: folder for step files.
        lanes: rows by lane; those of `rows_by_lane` by default.
        target: bytes a shard aims at.
    """
    lanes = rows_by_lane() if lanes is None else lanes
    out.mkdir(parents=True, exist_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    shards = {lane: write_lane(out, work, lane, rows, target) for lane, rows in lanes.items()}
    return finish(out, manifest_of(lanes, shards))
