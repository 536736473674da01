"""The tools that `scripts/bench dedup` runs over one input: MinHash and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchlib import measure, recipe, rules
from benchlib.errors import BenchError
from benchlib.rows import Prepared
from benchlib.tools import Outcome, Place, Runner, peer

NUM_PERM = rules.BANDS * rules.ROWS
#: Row of corpuskit's steps without what writes a dataset.
STEP = "corpuskit, the step alone"


def corpuskit(place: Place, prepared: Prepared) -> Outcome:
    """corpuskit's command with a recipe of one stage, `dedup.minhash`."""
    return _corpuskit(place, prepared, "corpuskit", dedup=True)


def corpuskit_without(place: Place, prepared: Prepared) -> Outcome:
    """The same without the stage: what reading and writing a dataset cost."""
    return _corpuskit(place, prepared, "corpuskit, no stages", dedup=False)


def _corpuskit(place: Place, prepared: Prepared, name: str, *, dedup: bool) -> Outcome:
    folder = place.fresh(name.replace(", ", "-").replace(" ", "-"))
    out = folder / "out"
    path = write_recipe(folder / "recipe.yaml", prepared, place.workers, dedup=dedup)
    command = [sys.executable, "-m", "corpuskit", "run", str(path), "--out", str(out)]
    took = measure.run([*command, "--workers", str(place.workers)], folder / "log.txt")
    run_json = json.loads((out / "run.json").read_text("utf-8"))
    total = json.loads((out / "manifest.json").read_text("utf-8"))["accounting"]["total"]
    if total["read"] != prepared.documents:
        raise BenchError(f"corpuskit read {total['read']} of {prepared.documents} documents")
    counts = (total[key] for key in ("read", "kept", "rejected", "duplicate"))
    return Outcome(name, prepared.megabytes, took, *counts, more={"run": run_json})


def corpuskit_step(place: Place, prepared: Prepared) -> Outcome:
    """The steps of `dedup.minhash` in a process of their own: all but writing a dataset."""
    folder = place.fresh("corpuskit-step")
    path = write_recipe(folder / "recipe.yaml", prepared, place.workers, dedup=True)
    config = {"recipe": str(path), "workers": place.workers, "work": str(folder / "work")}
    took, result = peer(place, None, "own_step.py", folder, config)
    if result["read"] != prepared.documents:
        raise BenchError(f"{STEP} read {result['read']} of {prepared.documents} documents")
    counts = (result["read"], None, None, result["removed"])
    return Outcome(STEP, prepared.megabytes, took, *counts, more=result)


def write_recipe(path: Path, prepared: Prepared, workers: int, *, dedup: bool) -> Path:
    """Write the recipe (JSON is YAML) and return its path."""
    minhash = {
        "ngram": rules.NGRAM,
        "num_perm": NUM_PERM,
        "bands": rules.BANDS,
        "rows": rules.ROWS,
    }
    content = {
        "name": "bench-dedup",
        "part_size": recipe.part_size(prepared.path.stat().st_size, workers),
        "sources": [{"name": "input", "path": str(prepared.path), "reader": "jsonl", "id": "id"}],
        "stages": [{"dedup.minhash": minhash}] if dedup else [],
        "output": {"path": "out"},
    }
    path.write_text(json.dumps(content, indent=1), "utf-8")
    return path


def bare(name: str, num_perm: int) -> Runner:
    """Reading, shingles and hashes with corpuskit's kernels, in as many processes."""

    def run(place: Place, prepared: Prepared) -> Outcome:
        folder = place.fresh(name.replace(" ", "-"))
        config = {
            "input": str(prepared.path),
            "workers": place.workers,
            "num_perm": num_perm,
            "ngram": rules.NGRAM,
        }
        took, result = peer(place, None, "bare_pass.py", folder, config)
        if result["read"] != prepared.documents:
            raise BenchError(f"{name} read {result['read']} of {prepared.documents} documents")
        return Outcome(name, prepared.megabytes, took, prepared.documents)

    return run


def text_dedup(name: str, *, characters: bool) -> Runner:
    """text-dedup's command, over its own words or over characters."""

    def run(place: Place, prepared: Prepared) -> Outcome:
        folder = place.fresh(name.replace(" ", "-"))
        config = {
            "input": str(prepared.path),
            "output": str(folder / "out"),
            "work": str(folder),
            "workers": place.workers,
            "bands": rules.BANDS,
            "rows": rules.ROWS,
            "ngram": rules.NGRAM,
            "characters": characters,
        }
        took, result = peer(place, "text-dedup", "textdedup_minhash.py", folder, config)
        kept = result["kept"]
        removed = prepared.documents - kept
        return Outcome(
            name, prepared.megabytes, took, prepared.documents, kept, None, removed, result
        )

    return run
