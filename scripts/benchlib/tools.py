"""Runs each tool over one prepared input and says what it took and what it kept."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchlib import environments, measure, recipe, rules
from benchlib.errors import BenchError
from benchlib.measure import Measured
from benchlib.rows import Prepared, longest_line, split

_PEERS = Path(__file__).parent / "peers"
#: Peers must not look for anything on the network.
_OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass(frozen=True)
class Outcome:
    """One tool on one input, measured once.

    Attributes:
        tool: the row's name.
        megabytes: MB of text it was given.
        measured: time and memory of the whole process.
        read, kept, rejected, duplicates: documents; None where the tool has no such number.
        more: whatever else the tool reports.
    """

    tool: str
    megabytes: float
    measured: Measured
    read: int | None = None
    kept: int | None = None
    rejected: int | None = None
    duplicates: int | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Everything, for ``--json``."""
        flat = asdict(self)
        flat.update(flat.pop("measured"))
        return flat


@dataclass(frozen=True)
class Place:
    """Where and how tools run: work folder, environments' folder, worker processes."""

    work: Path
    environments: Path
    workers: int

    def fresh(self, name: str) -> Path:
        """An empty folder of that name below the work folder."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


Runner = Callable[[Place, Prepared], Outcome]


def corpuskit(mecab: bool) -> Runner:
    """corpuskit of this environment, as its command."""
    name = "corpuskit b" if mecab else "corpuskit a"

    def run(place: Place, prepared: Prepared) -> Outcome:
        folder = place.fresh(name.replace(" ", "-"))
        path = recipe.write(folder / "recipe.yaml", prepared, mecab, place.workers)
        out = folder / "out"
        command = [sys.executable, "-m", "corpuskit", "run", str(path), "--out", str(out)]
        took = measure.run([*command, "--workers", str(place.workers)], folder / "log.txt")
        run_json = json.loads((out / "run.json").read_text("utf-8"))
        total = json.loads((out / "manifest.json").read_text("utf-8"))["accounting"]["total"]
        if total["read"] != prepared.documents:
            raise BenchError(f"corpuskit read {total['read']} of {prepared.documents} documents")
        return Outcome(
            "corpuskit",
            prepared.megabytes,
            took,
            total["read"],
            total["kept"],
            total["rejected"],
            total["duplicate"],
            {"out": str(out), "quarantined": total["quarantined"], "run": run_json},
        )

    return run


def hojichar(chosen: Iterable[rules.Rule], name: str) -> Runner:
    """HojiChar with the filters of some rules."""
    return _hojichar([("DocumentNormalizer", {}), *rules.hojichar(chosen)], name)


def hojichar_alone(place: Place, prepared: Prepared) -> Outcome:
    """HojiChar with its LSH keys and deduplicator and no filter."""
    return _hojichar([], "hojichar")(place, prepared)


def _hojichar(filters: list[tuple[str, dict[str, Any]]], name: str) -> Runner:
    def run(place: Place, prepared: Prepared) -> Outcome:
        folder = place.fresh(name.replace(" ", "-"))
        dedup = {"num_bands": rules.BANDS, "band_size": rules.ROWS, "n_grams": rules.NGRAM}
        took, result = peer(
            place,
            "hojichar",
            "hojichar_pipeline.py",
            folder,
            {
                "input": str(prepared.path),
                "output": str(folder / "kept.jsonl"),
                "jobs": place.workers,
                "filters": filters,
                "dedup": dedup,
            },
        )
        read, kept, rejected, duplicates = (
            result.pop(key) for key in ("read", "kept", "rejected", "duplicates")
        )
        return Outcome(name, prepared.megabytes, took, read, kept, rejected, duplicates, result)

    return run


def datatrove(place: Place, prepared: Prepared) -> Outcome:
    """datatrove over the input in parts, two for each worker."""
    return _datatrove(place, prepared, filters=True)


def datatrove_alone(place: Place, prepared: Prepared) -> Outcome:
    """datatrove's four MinHash steps and no filter."""
    return _datatrove(place, prepared, filters=False)


def _datatrove(place: Place, prepared: Prepared, *, filters: bool) -> Outcome:
    folder = place.fresh("datatrove")
    split(prepared.path, folder / "parts", 2 * place.workers)
    took, result = peer(
        place,
        "datatrove",
        "datatrove_pipeline.py",
        folder,
        {
            "input": str(folder / "parts"),
            "work": str(folder),
            "workers": place.workers,
            "filters": filters,
        },
    )
    passed, kept = _lines(folder / ("filtered" if filters else "parts")), _lines(folder / "kept")
    return Outcome(
        "datatrove",
        prepared.megabytes,
        took,
        prepared.documents,
        kept,
        prepared.documents - passed,
        passed - kept,
        result,
    )


def peer(
    place: Place, environment: str | None, script: str, folder: Path, config: dict[str, Any]
) -> tuple[Measured, dict[str, Any]]:
    """Run a script of the folder `peers` by a peer's interpreter, or by this one (None).

    Returns:
        What it took, and what it wrote to the `result` of its configuration.
    """
    python = Path(sys.executable)
    if environment is not None:
        python = environments.python_of(environment, place.environments)
    config_path, result = folder / "config.json", folder / "result.json"
    config_path.write_text(json.dumps({**config, "result": str(result)}), "utf-8")
    command = [str(python), str(_PEERS / script), str(config_path)]
    took = measure.run(command, folder / "log.txt", _OFFLINE)
    found: dict[str, Any] = json.loads(result.read_text("utf-8"))
    return took, found


def _lines(folder: Path) -> int:
    found = 0
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as stream:
            found += sum(1 for _ in stream)
    return found


# --- bare MeCab -----------------------------------------------------------------------------------

#: What corpuskit gets out of it, in words: surface and part of speech.
SURFACE_AND_POS = ("-O", "", "-F%m\\t%f[0]\\n", "-U%m\\t%f[0]\\n", "-E\\n")


def same_fields() -> tuple[str, ...]:
    """What corpuskit's morphology asks of MeCab, as arguments of the command."""
    from corpuskit.ja import morphology

    return tuple(shlex.split(morphology._FORMAT))


def mecab(name: str, fields: tuple[str, ...], text: Path, megabytes: float) -> Runner:
    """As many bare `mecab` processes as there are workers, each over its share of a text's lines.

    Args:
        name: the row's name.
        fields: what to print.
        text: plain text, one piece a line; the shares are made before the measurement.
        megabytes: MB of it, without line feeds.
    """

    def run(place: Place, prepared: Prepared) -> Outcome:
        folder = place.fresh(name.replace(" ", "-"))
        shares = split(text, folder / "shares", place.workers)
        command = mecab_command(shares, fields, longest_line(text) + 1)
        took = measure.run(["sh", "-c", command], folder / "log.txt")
        return Outcome(name, megabytes, took)

    return run


def mecab_command(shares: Iterable[Path], fields: tuple[str, ...], buffer: int) -> str:
    """A shell line that runs `mecab` on all shares at once, and fails if one of them fails.

    The buffer must hold the longest line: MeCab cuts what is longer.
    """
    import unidic_lite

    base = ["mecab", "-r", "/dev/null", "-d", unidic_lite.DICDIR, "-b", str(max(8192, buffer))]
    one = shlex.join([*base, *fields])
    starts = [f"{one} < {shlex.quote(str(share))} > /dev/null & p{i}=$!"
              for i, share in enumerate(shares)]  # fmt: skip
    waits = [f"wait $p{i}" for i in range(len(starts))]
    return f"{'; '.join(starts)}; {' && '.join(waits)}"


def has_mecab() -> bool:
    """Whether the `mecab` command is there."""
    return shutil.which("mecab") is not None


def kept_text(out: Path, path: Path) -> float:
    """Write the kept texts of a dataset as lines, blank lines left out; return MB of text."""
    import pyarrow.parquet as pq

    size = 0
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for shard in sorted((out / "data").glob("*.parquet")):
            for batch in pq.ParquetFile(shard).iter_batches(columns=["text"]):
                for text in batch.column("text").to_pylist():
                    size += len(text.encode())
                    stream.writelines(line + "\n" for line in text.split("\n") if line)
    return size / 1e6
