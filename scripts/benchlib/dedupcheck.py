"""Near-duplicates against brute force: the tables of `scripts/dedup_check`.

Documents are real ones of all sources, drawn at random and cut to 20,000 characters, and half as
many copies of some of them with planted edits: noise at 1 to 20 % of the characters, moved
sentences, insertions, other documents' text before or behind, cuts, other numbers, old
orthography, wide letters, katakana. The true Jaccard similarity of all pairs is computed without
corpuskit's code (`dedupcheck_truth`). Three things are held against it: whether pairs share a band
as often as theory says (`dedupcheck_theory`), what `corpuskit run` with `dedup.minhash` did
(`dedupcheck_verdict`), and the labelled pairs (`dedupcheck_labels`). The exit code is 1 where
anything is not as it must be.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchlib import dedupcheck_labels as labels
from benchlib import dedupcheck_theory as theory
from benchlib.dedupcheck_corpus import LONGEST, Document, documents
from benchlib.dedupcheck_run import deduplicate
from benchlib.dedupcheck_truth import Sets
from benchlib.dedupcheck_verdict import RECALL, Judge, Verdict
from benchlib.errors import BenchError
from benchlib.table import aligned

BOUND = 0.8


@dataclass(frozen=True)
class Result:
    """What the check of one set of documents found.

    Attributes:
        documents, planted, pairs: how many; pairs are those of at least `theory.FLOOR`.
        recall: share of the pairs at or above the bound that share a band, default setting.
        bins: theory against what was found.
        verdict: of the run.
        seconds: wall time by step.
        peak: most memory of this process, bytes; corpuskit's own is not in it.
    """

    documents: int
    planted: int
    pairs: int
    recall: float
    bins: list[theory.Bin]
    verdict: Verdict
    seconds: dict[str, float]
    peak: int

    def violations(self) -> list[str]:
        """What must not be."""
        found = list(self.verdict.violations)
        if self.recall < RECALL:
            found.append(f"{self.recall:.4f} of the pairs at {BOUND} share a band, not {RECALL}")
        found += [
            f"{b.bands} x {b.rows}, Jaccard {b.low:g}: {b.found} of {b.trials} share a band, "
            f"outside of {b.least} to {b.most}"
            for b in self.bins
            if not b.holds
        ]
        return found


def check(found: Sequence[Document], seeds: Sequence[int], folder: Path) -> Result:
    """Check the documents.

    Args:
        found: the documents.
        seeds: of the permutations, for the comparison with theory.
        folder: for the run; it must not be there yet.
    """
    folder.mkdir()
    seconds: dict[str, float] = {}
    clock = time.monotonic()

    def step(name: str) -> None:
        nonlocal clock
        seconds[name] = round(time.monotonic() - clock, 1)
        clock = time.monotonic()

    texts = [document.text for document in found]
    sets = Sets(texts)
    pairs = sets.pairs(theory.FLOOR)
    step("all pairs")
    fates = deduplicate(found, folder)
    step("corpuskit run")
    verdict = Judge(found, sets, fates).verdict(pairs)
    step("verdict")
    bins = theory.compare(pairs, len(found), theory.signer(texts), seeds)
    step("theory")
    near = [b for b in bins if (b.bands, b.rows) == theory.SETTINGS[0] and b.low >= BOUND]
    weight = sum(b.pairs for b in near)
    recall = sum(b.pairs * b.all_found for b in near) / weight if weight else 1.0
    planted = sum(bool(document.edit) for document in found)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Result(len(found), planted, len(pairs), recall, bins, verdict, seconds, peak)


def main(arguments: Sequence[str]) -> int:
    """Print the tables; exit code 1 on any violation, 2 where the check can't be made."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(dir=options.work) as work:
            found = documents(options.data / "corpus", options.documents, options.seed)
            result = check(found, range(1, options.seeds + 1), Path(work) / "documents")
            labelled = [labels.check(options.data, Path(work) / f, f) for f in ("rows", "files")]
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    violations = result.violations() + [v for one in labelled for v in one.violations()]
    if options.json:
        print(json.dumps(_as_json(result, labelled, violations), ensure_ascii=False, indent=1))
    else:
        print(report(result))
        print("\n".join(labels.report(one) for one in labelled))
        print("\n".join(f"WRONG: {line}" for line in violations) or "nothing is wrong")
    return 1 if violations else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/dedup_check", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("data", type=Path, help="folder with corpus/, fixtures/ and labels/")
    parser.add_argument("--documents", type=int, default=20_000, help="real ones (default: 20000)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw and the edits")
    parser.add_argument("--seeds", type=int, default=10, help="of permutations (default: 10)")
    parser.add_argument("--work", type=Path, help="where the temporary folder goes")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _as_json(
    result: Result, labelled: list[labels.Labelled], violations: list[str]
) -> dict[str, Any]:
    found = dataclasses.asdict(result) | {"labels": [dataclasses.asdict(one) for one in labelled]}
    return found | {"violations": violations}


def report(result: Result) -> str:
    """The tables as text."""
    verdict = result.verdict
    lines = [
        f"{result.documents:,} documents, {result.planted:,} of them planted; real ones "
        f"are cut to {LONGEST:,} characters; {result.pairs:,} pairs of Jaccard >= {theory.FLOOR}",
        ", ".join(f"{name} {seconds} s" for name, seconds in result.seconds.items())
        + f"; peak {result.peak / 1e6:,.0f} MB",
        "",
        "Pairs that share a band. Trials: one pair of each family for each seed.",
        _theory(result.bins),
        f"pairs of Jaccard >= {BOUND} that share a band (18 x 6): {result.recall:.4%}",
        "",
        f"corpuskit run: {verdict.removed:,} removed, {verdict.templates:,} templates stay",
        _run(verdict),
        f"recall of the run (one is gone, or a template): {verdict.recall:.4%}",
    ]
    return "\n".join(lines)


def _theory(bins: Sequence[theory.Bin]) -> str:
    rows = [("setting", "Jaccard", "pairs", "found", "theory", "trials", "found", "expected",
             "least", "most", "")]  # fmt: skip
    for b in bins:
        rows.append((
            f"{b.bands} x {b.rows}", f"{b.low:.2f}", f"{b.pairs:,}", f"{b.all_found:.4%}",
            f"{b.all_expected:.4%}", f"{b.trials:,}", f"{b.found:,}", f"{b.expected:,.1f}",
            f"{b.least:,}", f"{b.most:,}", "" if b.holds else "!",
        ))  # fmt: skip
    return aligned(rows)


def _run(verdict: Verdict) -> str:
    rows = [("Jaccard", "pairs", "one gone", "templates", "missed", "expected", "families",
             "missed", "most")]  # fmt: skip
    for r in verdict.rows:
        rows.append((
            f"{r.low:.2f}", f"{r.pairs:,}", f"{r.gone:,}", f"{r.templates:,}", f"{r.missed:,}",
            f"{r.expected:.2f}", f"{r.trials:,}", f"{r.trials_missed:,}", f"{r.most:,}",
        ))  # fmt: skip
    return aligned(rows)
