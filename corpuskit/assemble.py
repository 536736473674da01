"""From committed step files to a dataset in its place: manifest, card, sums, and the final swap.

The dataset is put together in the work folder and moved into place as a whole, so that whoever
looks at OUT sees the old dataset or the new one, never a mixture.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpuskit.errors import OutputError
from corpuskit.indexing import indexed
from corpuskit.labels import COLUMN, LEVELS, Level, rank
from corpuskit.ledger import Receipt, peak_rss
from corpuskit.manifest import (
    Accounting,
    Fates,
    Index,
    IndexRecord,
    InputRecord,
    Manifest,
    Plugin,
    RecipeRecord,
    Shard,
    StageRecord,
    Tables,
    Totals,
    check_accounting,
    load,
    split_of,
)
from corpuskit.manifest import Resource as ResourceRecord
from corpuskit.output.columns import describe
from corpuskit.output.sums import NAME as SUMS
from corpuskit.output.sums import dataset_files, sums_text
from corpuskit.papers.written import written
from corpuskit.paths import portable
from corpuskit.recipe import LoadedRecipe
from corpuskit.steps import State
from corpuskit.tables import FATES, table_schema
from corpuskit.trust.carried import carried, check_carried
from corpuskit.trust.lookupindex import lookup_of
from corpuskit.watch import OF_THE_MACHINE

#: Libraries whose version can change an output's bytes.
LIBRARIES = ("corpuskit", "pyarrow", "numpy", "numba", "msgspec", "lxml", "fugashi", "unidic-lite")


@dataclass(frozen=True)
class Finished:
    """A finished run: its manifest, where the dataset is, and what it took.

    Attributes:
        manifest: as written.
        out: the dataset's folder.
        seconds: wall time.
        spent: CPU seconds by stage, over all workers.
        input_bytes: bytes of text read.
        reused: tasks taken over from an earlier run.
    """

    manifest: Manifest
    out: Path
    seconds: float
    spent: Mapping[str, float]
    input_bytes: int
    reused: int


def check_output(out: Path, loaded: LoadedRecipe, overwrite: bool) -> None:
    """Refuse to replace what is not an earlier result of the same recipe.

    Raises:
        OutputError: the folder holds something else.
    """
    if not out.exists() or overwrite:
        return
    if out.is_dir() and not any(out.iterdir()):
        return
    if not (out / "manifest.json").is_file():
        raise OutputError(
            f"{out} is not empty and holds no dataset of corpuskit",
            "choose another --out, or remove it yourself",
        )
    name = load(out / "manifest.json").name
    if name != loaded.recipe.name:
        raise OutputError(
            f"{out} holds the dataset '{name}', this recipe makes '{loaded.recipe.name}'",
            "choose another --out, or say --overwrite",
        )
    check_carried(out, loaded)


def recover(out: Path, work: Path) -> None:
    """Put back the old dataset if a run was killed between the two renames of the swap."""
    previous = work / "previous"
    if previous.exists():
        if out.exists():
            shutil.rmtree(previous)
        else:
            previous.rename(out)


def assemble(
    state: State, out: Path, keep_work: bool, started: float, engine: str, reused: int
) -> Finished:
    """Write the dataset's papers, move it into place, and clear the work folder."""
    manifest = manifest_of(state)
    check_accounting(manifest)
    check_labels(manifest, state.loaded.recipe.output.max_confidentiality)
    staging = state.work / "dataset"
    shutil.rmtree(staging, ignore_errors=True)
    sums = {path: digest for path, digest in _place_shards(state, staging)}
    spent = _spent(state)
    seconds = time.time() - started
    papers = {
        **written(manifest),
        **carried(state.loaded),
        "run.json": _run_json(state, spent, seconds, started, engine, reused),
    }
    for name, data in papers.items():
        (staging / name).write_bytes(data)
        sums[name] = hashlib.sha256(data).hexdigest()
    (staging / SUMS).write_text(sums_text(sums), encoding="utf-8")
    swap(staging, out, state.work)
    if not keep_work:
        clear(state.work)
    text = sum(r.counts["text_bytes"] for r in state.receipts["segment0"])
    return Finished(manifest, out, seconds, spent, text, reused)


def check_labels(manifest: Manifest, most: Level | None) -> None:
    """Refuse to put a dataset in place whose kept documents are above a level.

    Raises:
        OutputError: a shard is above it; names the shard, the level and how many documents.
    """
    for shard in manifest.shards if most else ():
        if rank(shard.confidentiality) > rank(most):
            marks = shard.labels.get(COLUMN, {})
            above = sum(n for level, n in marks.items() if level in LEVELS[rank(most) :])
            raise OutputError(
                f"{shard.path}: {above} kept documents are above 'max_confidentiality: {most}', "
                f"the highest is {shard.confidentiality}; no dataset was written",
                "reject them with the stage gates, or raise output.max_confidentiality",
            )


def clear(work: Path) -> None:
    """Remove the step files and the ledger; the lock goes last, with the folder."""
    for path in work.iterdir():
        if path.name == "lock":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _place_shards(state: State, staging: Path) -> Iterator[tuple[str, str]]:
    """Link the committed shards, and their index, into the dataset's layout."""
    staging.mkdir()
    placed = [(r, "shard") for r in state.receipts["tables"]]
    placed += [(r, role) for role in ("index", "lookup") for r in state.receipts.get(role, ())]
    for receipt, role in placed:
        file = receipt.files[role]
        target = staging / receipt.counts["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(state.work / file.path, target)
        except OSError:  # a file system without hard links
            shutil.copyfile(state.work / file.path, target)
        yield receipt.counts["path"], file.sha256


def swap(staging: Path, out: Path, work: Path) -> None:
    """Put a dataset that was put together in `staging` in its place; `recover` knows the way."""
    for path in dataset_files(staging):
        with (staging / path).open("rb") as stream:
            os.fsync(stream.fileno())
    if out.exists():
        out.rename(work / "previous")
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
    staging.rename(out)
    shutil.rmtree(work / "previous", ignore_errors=True)


def _spent(state: State) -> dict[str, float]:
    spent: Counter[str] = Counter()
    for receipts in state.receipts.values():
        for receipt in receipts:
            spent.update(receipt.spent)
    return {name: round(seconds, 3) for name, seconds in spent.most_common()}


def _run_json(
    state: State,
    spent: Mapping[str, float],
    seconds: float,
    started: float,
    engine: str,
    reused: int,
) -> bytes:
    """What is not deterministic: times, machine, CPU seconds."""
    from corpuskit.run import machine
    from corpuskit.steps import code_digest

    workers = [r.peak_rss for receipts in state.receipts.values() for r in receipts]
    content = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(seconds, 3),
        "engine": engine,
        "machine": machine(),
        "cpu_seconds_by_stage": spent,
        "energy": {"cpu_seconds": round(sum(spent.values()), 3), "kwh": None},
        "peak_rss_bytes": {"worker": max(workers, default=0), "parent": peak_rss()},
        "tasks_reused": reused,
        "code_digest": code_digest(),
    }
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


# --- the manifest ---------------------------------------------------------------------------------


def manifest_of(state: State) -> Manifest:
    """The manifest of a run whose steps are all done."""
    recipe = state.loaded.recipe
    shards = [_shard(receipt) for receipt in state.receipts["tables"]]
    kept = tuple(s for s in shards if s.path.startswith("data/"))
    totals = [r.counts for r in state.receipts["tables"] if r.counts["path"].startswith("data/")]
    morphemes = [t["morphemes"] for t in totals if t["morphemes"] is not None]
    rejected, quarantined = _reasons(state, "rejected"), _reasons(state, "quarantined")
    return Manifest(
        name=recipe.name,
        released=recipe.released,
        recipe=RecipeRecord(digest=state.loaded.digest, content=state.loaded.content()),
        mode=recipe.mode,
        versions=_versions(),
        resources=tuple(_resources(state)),
        plugins=tuple(
            Plugin(name=path.name, digest=hashlib.sha256(path.read_bytes()).hexdigest())
            for path in state.plugins
        ),
        inputs=tuple(_inputs(state)),
        stages=tuple(_stages(state)),
        accounting=_accounting(state),
        rejected_by={k.replace("\t", "/"): n for k, n in sorted(rejected.items())},
        quarantined_by=_by_error(quarantined),
        columns=_columns(state),
        shards=kept,
        tables=Tables(**{f: tuple(s for s in shards if s.path.startswith(f"{f}/")) for f in FATES}),
        totals=Totals(
            documents=sum(s.rows for s in kept),
            characters=sum(s.characters for s in kept),
            morphemes=sum(morphemes) if morphemes else None,
            text_bytes=sum(t["text_bytes"] for t in totals),
        ),
        index=_index(state),
        lookup=lookup_of(state),
        machine_dependent=any(error in OF_THE_MACHINE for error in _by_error(quarantined)),
    )


def _shard(receipt: Receipt) -> Shard:
    names = ("path", "sha256", "rows_sha256", "bytes", "rows", "characters", "morphemes")
    values = {name: receipt.counts[name] for name in (*names, "confidentiality", "labels")}
    return Shard(split=split_of(values["path"]), **values)


def _index(state: State) -> Index | None:
    exchange = indexed(state.pipeline)
    if exchange is None:
        return None
    files = []
    for receipt in state.receipts["index"]:
        file = receipt.files["index"]
        facts = {"path": receipt.counts["path"], "rows": receipt.counts["rows"]}
        files.append(IndexRecord(sha256=file.sha256, bytes=file.bytes, **facts))
    return Index(stage=exchange.ident, files=tuple(files))


def _versions() -> dict[str, str]:
    versions = {name: version(name) for name in LIBRARIES}
    versions["unicode"] = unicodedata.unidata_version
    versions["python"] = ".".join(platform.python_version_tuple()[:2])
    return versions


def _resources(state: State) -> Iterator[ResourceRecord]:
    for stage in state.pipeline.used:
        for found in getattr(stage, "resources", tuple)():
            yield ResourceRecord(
                name=found.name,
                kind=found.kind,
                version=found.version,
                digest=found.digest,
                license=found.license,
                country=found.country,
            )


def _segments(state: State) -> Iterator[tuple[int, list[Receipt]]]:
    for number in range(len(state.pipeline.segments)):
        yield number, state.receipts[f"segment{number}"]


def _reasons(state: State, fate: str) -> Counter[str]:
    """Rows of a fate by ``stage TAB reason``, over the whole run."""
    total: Counter[str] = Counter()
    for _, receipts in _segments(state):
        for receipt in receipts:
            total.update(receipt.counts[fate])
    return total


def _by_error(reasons: Counter[str]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for key, n in reasons.items():
        total[key.split("\t")[1]] += n
    return dict(sorted(total.items()))


def _inputs(state: State) -> Iterator[InputRecord]:
    counts: dict[tuple[int, str], Counter[str]] = {}
    skipped: dict[tuple[int, str], Counter[str]] = {}
    for part, receipt in zip(state.inventory.parts, state.receipts["segment0"], strict=True):
        for uri, found in receipt.counts["files"].items():
            counts.setdefault((part.source, uri), Counter()).update(found)
        for uri, found in receipt.counts["skipped"].items():
            skipped.setdefault((part.source, uri), Counter()).update(found)
    for source, file, reader in state.inventory.files:
        found = counts.get((source, file.uri), Counter())
        yield InputRecord(
            source=state.loaded.recipe.sources[source].name,
            uri=file.uri,
            sha256=file.sha256 if reader or file.size else None,
            bytes=file.size,
            reader=reader or "none",
            read=found["read"],
            quarantined=found["quarantined"],
            skipped=dict(sorted(skipped.get((source, file.uri), Counter()).items())),
        )


def _accounting(state: State) -> Accounting:
    fields = tuple(Fates.model_fields)
    sources = {s.name: Counter(dict.fromkeys(fields, 0)) for s in state.loaded.recipe.sources}
    last = len(state.pipeline.segments) - 1
    for number, receipts in _segments(state):
        for part, receipt in zip(state.inventory.parts, receipts, strict=True):
            fates = sources[state.loaded.recipe.sources[part.source].name]
            counts = receipt.counts
            fates["read"] += counts["read"]
            fates["kept"] += counts["rows"] if number == last else 0
            fates["rejected"] += sum(counts["rejected"].values())
            fates["duplicate"] += sum(counts["duplicate"].values())
            fates["quarantined"] += sum(counts["quarantined"].values())
    total: Counter[str] = Counter(dict.fromkeys(fields, 0))
    for fates in sources.values():
        total.update(fates)
    return Accounting(
        total=Fates(**total), sources={name: Fates(**fates) for name, fates in sources.items()}
    )


def _stages(state: State) -> Iterator[StageRecord]:
    """What each stage saw and what left there; study mode judges last, but counts by stage."""
    entered: Counter[str] = Counter()
    duplicates: Counter[str] = Counter()
    for _, receipts in _segments(state):
        for receipt in receipts:
            entered.update(receipt.counts["entered"])
            duplicates.update(receipt.counts["duplicate"])
    rejected, quarantined = _reasons(state, "rejected"), _reasons(state, "quarantined")
    templates = _templates(state)
    for stage in state.pipeline.used:
        own = {k.split("\t")[1]: n for k, n in sorted(rejected.items()) if _of(k, stage.ident)}
        bad = {k.split("\t")[1]: n for k, n in sorted(quarantined.items()) if _of(k, stage.ident)}
        left = sum(own.values()) + sum(bad.values()) + duplicates[stage.ident]
        yield StageRecord(
            stage=stage.ident,
            params=portable(stage.params.model_dump(mode="json")),
            read=entered[stage.ident],
            kept=entered[stage.ident] - left,
            rejected=own,
            duplicates=duplicates[stage.ident],
            templates=templates[stage.ident],
            quarantined=bad,
        )


def _of(key: str, ident: str) -> bool:
    return key.split("\t")[0] == ident


def _templates(state: State) -> Counter[str]:
    """Template pairs that each exchange's last phase counted."""
    found: Counter[str] = Counter()
    for number, segment in enumerate(state.pipeline.segments):
        for e, exchange in enumerate(segment.exchanges):
            name = f"segment{number}.{e}.{exchange.phases()[-1].name}"
            found[exchange.ident] += sum(r.counts.get("templates", 0) for r in state.receipts[name])
    return found


def _columns(state: State) -> Any:
    about = {c.name: c.about for c in state.pipeline.columns}
    schemas = {lane: table_schema(state, lane) for lane in ("data", *FATES)}
    return describe(schemas, about)  # type: ignore[arg-type]
