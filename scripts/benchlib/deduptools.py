"""The tools that `scripts/bench dedup` runs over one input: MinHash and nothing else.

Each in two ways: as its command, which ends with a dataset; and as its step alone, a process that
ends when it is known which documents go.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchlib import measure, recipe, rules
from benchlib.errors import BenchError
from benchlib.rows import Prepared, split
from benchlib.tools import Outcome, Place, Runner, peer

NUM_PERM = rules.BANDS * rules.ROWS
#: datatrove lists what goes as 32-bit numbers.
_REMOVED_BYTES = 4
#: Ends the name of a row of the step alone.
STEP = ", step"


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
        raise BenchError(
            f"corpuskit{STEP}: read {result['read']} of {prepared.documents} documents"
        )
    counts = (result["read"], None, None, result["removed"])
    return Outcome(f"corpuskit{STEP}", prepared.megabytes, took, *counts, more=result)


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


def hojichar_step(place: Place, prepared: Prepared) -> Outcome:
    """HojiChar with its LSH keys and deduplicator; what it keeps is neither dumped nor written."""
    folder = place.fresh("hojichar-step")
    config = {
        "input": str(prepared.path),
        "output": None,
        "jobs": place.workers,
        "filters": [],
        "dedup": {"num_bands": rules.BANDS, "band_size": rules.ROWS, "n_grams": rules.NGRAM},
    }
    took, result = peer(place, "hojichar", "hojichar_pipeline.py", folder, config)
    counts = (result["read"], None, None, result["duplicates"])
    return Outcome(f"hojichar{STEP}", prepared.megabytes, took, *counts, more=result)


def text_dedup(name: str, *, characters: bool, decide: bool = False) -> Runner:
    """text-dedup's command, over its own words or over characters; or its step alone."""
    name = f"{name}{STEP}" if decide else name

    def run(place: Place, prepared: Prepared) -> Outcome:
        folder = place.fresh(name.replace(", ", "-").replace(" ", "-"))
        config = {
            "input": str(prepared.path),
            "output": str(folder / "out"),
            "work": str(folder),
            "workers": place.workers,
            "bands": rules.BANDS,
            "rows": rules.ROWS,
            "ngram": rules.NGRAM,
            "characters": characters,
            "decide": decide,
        }
        took, result = peer(place, "text-dedup", "textdedup_minhash.py", folder, config)
        kept = result["kept"]
        removed = None if kept is None else prepared.documents - kept
        return Outcome(
            name, prepared.megabytes, took, prepared.documents, kept, None, removed, result
        )

    return run


def datatrove_step(place: Place, prepared: Prepared) -> Outcome:
    """datatrove's signatures, buckets and clusters, over the input in parts."""
    folder = place.fresh("datatrove-step")
    split(prepared.path, folder / "parts", 2 * place.workers)
    config = {
        "input": str(folder / "parts"),
        "work": str(folder),
        "workers": place.workers,
        "filters": False,
        "decide": True,
    }
    took, result = peer(place, "datatrove", "datatrove_pipeline.py", folder, config)
    listed = sum(path.stat().st_size for path in (folder / "remove").rglob("*.remove"))
    removed = listed // _REMOVED_BYTES
    counts = (prepared.documents, None, None, removed)
    return Outcome(f"datatrove{STEP}", prepared.megabytes, took, *counts, more=result)
