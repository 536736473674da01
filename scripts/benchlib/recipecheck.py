"""``scripts/recipe_check``: published recipes beside their own filters, and what profiles keep.

    scripts/recipe_check hojichar  [--per-source N] [--envs DIR]
    scripts/recipe_check datatrove [--per-source N] [--envs DIR] [--own-words]
    scripts/recipe_check swallow   [--per-source N]
    scripts/recipe_check profiles  [--per-source N]

Each of the first three judges documents of the corpus rule by rule on both sides and prints where
they differ; `profiles` prints the share of each kind of document that profiles keep, and of planted
junk. --corpus names the folder of ``SOURCE.jsonl.zst`` files; every k-th document of a source is
taken where --per-source limits them.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import zstandard

from benchlib import recipejunk, recipeswallow
from benchlib.environments import python_of
from benchlib.table import aligned
from corpuskit.recipes.judge import Judge, open_recipe
from corpuskit.rules.stage import Rules

_ROOT = Path(__file__).resolve().parents[2]
_CORPUS = _ROOT.parent / "shared" / "data" / "corpus"
_PEER = Path(__file__).parent / "peers" / "recipe_filters.py"
_BATCH = 1_000_000

#: Why both sides may differ, by filter or rule.
WHY = {
    "WordRepetitionRatioFilter": "HojiChar cuts the text every 100,000 characters; corpuskit gives "
    "MeCab sentences, so that words at line breaks and in long texts differ",
    "DiscardTooManyNouns": "the same: words at line breaks and in long texts differ",
    "DiscardAds": "HojiChar takes the first word of its list at a place, corpuskit the longest",
    "CharRepetitionRatioFilter": "equal but for six digits of the ratio",
    "bullet_lines_ratio": "datatrove splits lines at U+2028, \\v, \\f and the like too",
    "ellipsis_lines_ratio": "datatrove splits lines at U+2028, \\v, \\f and the like too",
}
_HOJICHAR_LISTS = {
    "adult_words": "adult_keywords_ja.txt",
    "discrimination_words": "discrimination_keywords_ja.txt",
    "violence_words": "violence_keywords_ja.txt",
    "ad_words": "advertisement_keywords_ja.txt",
}
#: Kinds of the corpus's sources; all others are manuals and specifications.
LAW = ("egov_law_2013_txt", "egov_law_2025_html", "egov_law_vault_md")
LITERATURE = ("aozora_txt_sjis", "aozora_xhtml", "epub3_samples_ja")
ENCYCLOPEDIA = ("wikipedia_annotated", "wikipedia_dump_wp2txt")
SPECIFICATION = (
    "future_coding_standards", "gov_base_registry", "gov_digital_agency", "office_text",
    "owasp_masvs_ja", "owasp_top10_ja", "policy_manifest_md",
)  # fmt: skip


def kind_of(source: str) -> str:
    """law, literature, encyclopedia, specification or manual."""
    kinds = {"law": LAW, "literature": LITERATURE, "encyclopedia": ENCYCLOPEDIA,
             "specification": SPECIFICATION}  # fmt: skip
    return next((kind for kind, sources in kinds.items() if source in sources), "manual")


def main(arguments: Sequence[str]) -> int:
    """Run one of the checks; 1 where it fails."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("check", choices=["hojichar", "datatrove", "swallow", "profiles"])
    parser.add_argument("--corpus", type=Path, default=_CORPUS)
    parser.add_argument("--per-source", type=int, default=0, help="documents, 0 for all")
    parser.add_argument("--envs", type=Path, default=Path(tempfile.gettempdir()) / "envs")
    parser.add_argument("--python", type=Path, help="the peer's interpreter, already installed")
    parser.add_argument("--own-words", action="store_true", help="datatrove's own words (Sudachi)")
    options = parser.parse_args(arguments)
    if options.check == "profiles":
        return _profiles(options)
    return _against(options)


def corpus(folder: Path, per_source: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Documents by source, in batches of about a megabyte of characters."""
    for path in sorted(folder.glob("*.jsonl.zst")):
        with path.open("rb") as raw:
            total = sum(1 for _ in _lines(raw)) if per_source else 0
        every = max(1, total // per_source) if per_source else 1
        rows: list[dict[str, Any]] = []
        size = 0
        with path.open("rb") as raw:
            for i, line in enumerate(_lines(raw)):
                if i % every or (per_source and i // every >= per_source):
                    continue
                rows.append(json.loads(line))
                size += len(rows[-1]["text"])
                if size > _BATCH:
                    yield path.name.partition(".")[0], rows
                    rows, size = [], 0
        if rows:
            yield path.name.partition(".")[0], rows


def _lines(raw: Any) -> Iterator[str]:
    stream = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
    yield from io.TextIOWrapper(stream, encoding="utf-8")


def batch_of(rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    """Rows of the corpus as documents."""
    return pa.RecordBatch.from_pydict(
        {"text": [r["text"] for r in rows], "source": [r["source"] for r in rows]}
    )


def decisions(judge: Judge, signals: pa.RecordBatch) -> list[tuple[str, np.ndarray]]:
    """Rule by rule, which documents it rejects."""
    found: dict[str, np.ndarray] = {}
    for stage in judge.stages:
        for rule in stage.params.rules if isinstance(stage, Rules) else ():
            rejects = np.zeros(signals.num_rows, bool)
            for _, breaks in rule.bounds():
                mask = pc.fill_null(breaks(signals.column(rule.signal)), False)
                rejects |= mask.to_numpy(zero_copy_only=False)
            found[rule.signal] = found.get(rule.signal, np.zeros(len(rejects), bool)) | rejects
    return list(found.items())


# --- published recipes ----------------------------------------------------------------------------

_PROFILES = {"hojichar": "hojichar-default", "datatrove": "fineweb2-jpn", "swallow": "swallow-v1"}


def _against(options: argparse.Namespace) -> int:
    given: dict[str, str] = {}
    python = None
    if options.check != "swallow":
        python = options.python or python_of(options.check, options.envs)
    if options.check == "hojichar":
        folder = next(python.parents[1].glob("lib/python3*/site-packages/hojichar/dict"))
        given = {need: str(folder / name) for need, name in _HOJICHAR_LISTS.items()}
    with tempfile.TemporaryDirectory() as scratch:
        profile = open_recipe(_PROFILES[options.check], given, not given, Path(scratch))
        judge = Judge(profile)
        tally = _Tally("words of Sudachi against UniDic's" if options.own_words else "")
        for source, rows in corpus(options.corpus, options.per_source):
            signals = judge.reasons(batch_of(rows))[1]
            ours = _joined(decisions(judge, signals), options.check)
            theirs = _theirs(options, python, rows, signals, Path(scratch), list(ours))
            for (name, mine), (peer, other) in zip(ours.items(), theirs.items(), strict=True):
                tally.add(f"{peer}" if peer == name else f"{peer} ~ {name}", peer, mine, other)
            print(f"  {source}: {len(rows)}", flush=True)
    return tally.report()


def _joined(found: list[tuple[str, np.ndarray]], check: str) -> dict[str, np.ndarray]:
    """Decisions by rule; those that datatrove makes in one filter are joined."""
    out = dict(found)
    if check == "datatrove":
        out["hash_word_ratio"] |= out.pop("ellipsis_word_ratio")
    return out


def _theirs(
    options: argparse.Namespace,
    python: Path | None,
    rows: list[dict[str, Any]],
    signals: pa.RecordBatch,
    scratch: Path,
    names: list[str],
) -> dict[str, np.ndarray]:
    """The other side's decisions by filter, in the order of our rules."""
    if python is None:
        return _swallow(rows, names)
    source, target = scratch / "in.jsonl", scratch / "out.jsonl"
    words: list[Any] = [[]] * len(rows)
    if options.check == "datatrove":
        texts = signals.column("segmented").to_pylist()
        words = [[w for w in t.replace("\n", " ").split(" ") if w.strip()] for t in texts]
        words = [[w.strip() for w in text] for text in words]
    with source.open("w", encoding="utf-8") as out:
        for row, found in zip(rows, words, strict=True):
            out.write(json.dumps({"text": row["text"], "words": found}) + "\n")
    peer = "datatrove-own-words" if options.own_words else options.check
    subprocess.run([str(python), str(_PEER), str(source), str(target), peer], check=True)
    lines = target.read_text("utf-8").splitlines()
    judged = [set(json.loads(line)) for line in lines[1:]]
    return {
        name: np.array([name in found for found in judged], bool) for name in json.loads(lines[0])
    }


def _swallow(rows: list[dict[str, Any]], names: list[str]) -> dict[str, np.ndarray]:
    from corpuskit.recipes.profile import find, load_profile

    rules = {r["signal"]: r for r in load_profile(find("swallow-v1", Path())).rules()}
    measured = [recipeswallow.measure(row["text"]) for row in rows]
    out = {}
    for name in names:
        low, high = rules[name].get("min", -np.inf), rules[name].get("max", np.inf)
        out[name] = np.array([not low <= m[name] <= high for m in measured], bool)
    return out


class _Tally:
    """Agreement by filter."""

    def __init__(self, why: str) -> None:
        self._rows: dict[str, list[Any]] = {}
        self._why = why

    def add(self, label: str, peer: str, mine: np.ndarray, other: np.ndarray) -> None:
        row = self._rows.setdefault(label, [peer, 0, 0, 0, 0])
        row[1] += len(mine)
        row[2] += int(other.sum())
        row[3] += int((mine & ~other).sum())
        row[4] += int((other & ~mine).sum())

    def report(self) -> int:
        """Print the table; 1 where a rule differs without a known reason."""
        table = [("filter ~ rule", "documents", "it rejects", "only we", "only it", "agree", "why")]
        bad = 0
        for label, (peer, n, rejects, ours, theirs) in self._rows.items():
            differ = ours + theirs
            why = WHY.get(peer, self._why) if differ else ""
            bad += bool(differ and not why)
            share = f"{1 - differ / n:.4%}"
            table.append((label, str(n), str(rejects), str(ours), str(theirs), share, why))
        print(aligned(table, note=True))
        return 1 if bad else 0


# --- own profiles ---------------------------------------------------------------------------------

_NAMES = ("industrial", "law", "web", "literature", "encyclopedia", "minutes", "swallow-v1")


def _profiles(options: argparse.Namespace) -> int:
    """Share kept by kind and profile, then of planted junk; 1 where one keeps too little."""
    kept: dict[tuple[str, str], int] = {}
    seen: dict[str, int] = {}
    clean: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        judges = {n: Judge(open_recipe(n, {}, True, Path(scratch))) for n in _NAMES}
        for source, rows in corpus(options.corpus, options.per_source):
            kind = kind_of(source)
            if kind in ("manual", "law") and len(clean) < 400:
                clean += [r["text"] for r in rows if 500 < len(r["text"]) < 20000][:20]
            _judge(judges, batch_of(rows), [kind] * len(rows), kept, seen)
        for kind, texts in recipejunk.planted(clean).items():
            batch = batch_of([{"text": t, "source": "junk"} for t in texts])
            _judge(judges, batch, [f"junk: {kind}"] * len(texts), kept, seen)
    table = [("kind", "documents", *_NAMES)]
    for kind, n in seen.items():
        shares = [f"{kept.get((name, kind), 0) / n:.2%}" for name in _NAMES]
        table.append((kind, str(n), *shares))
    print(aligned(table))
    return int(not _good(kept, seen))


def _judge(
    judges: dict[str, Judge],
    batch: pa.RecordBatch,
    kinds: list[str],
    kept: dict[tuple[str, str], int],
    seen: dict[str, int],
) -> None:
    for kind in kinds:
        seen[kind] = seen.get(kind, 0) + 1
    for name, judge in judges.items():
        for kind, reason in zip(kinds, judge.reasons(batch)[0], strict=True):
            if reason is None:
                kept[(name, kind)] = kept.get((name, kind), 0) + 1


def _good(kept: dict[tuple[str, str], int], seen: dict[str, int]) -> bool:
    """Whether `industrial` and `law` keep 98 % of what they are for."""
    wanted = (("law", "law"), ("industrial", "manual"), ("industrial", "specification"),
              ("industrial", "law"))  # fmt: skip
    return all(kept.get(pair, 0) >= 0.98 * seen.get(pair[1], 0) for pair in wanted)
