"""`scripts/bench text`: MB of text a second and core, for each signal, beside HojiChar's filters.

All figures are CPU time of one process over the same texts. Stages run as in a recipe, one after
the other on each batch: what several of them share is computed once, and counts to the first.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchlib import environments, rows, table, textstages
from benchlib.errors import BenchError
from benchlib.pipeline import positive, positive_int

HELP = "Measure signals and normalisation in MB of text a second and core, beside HojiChar."

#: What the issue asks for, in MB of text a second and core, and as a ratio to HojiChar.
ALL, WEB, NORMALIZE_CLEAN, NORMALIZE_RAW, FASTER = 60.0, 150.0, 120.0, 50.0, 15.0
_ROWS = 1024  # about what a run puts in a batch: 4 MiB of text


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    number = argparse.ArgumentParser.add_argument
    number(parser, "--input", nargs="+", type=Path, required=True, metavar="PATH",
           help=".jsonl or .jsonl.zst files or folders of them; rows with a 'text'")  # fmt: skip
    number(parser, "--mb", type=positive, default=30.0, help="use a slice of this many MB (30)")
    number(parser, "--runs", type=positive_int, default=3, help="runs; the fastest counts (3)")
    number(parser, "--no-peer", action="store_true", help="leave HojiChar out")
    number(parser, "--work", type=Path, help="work folder, kept; else a temporary one")
    number(parser, "--envs", type=Path, help="folder of the peers' environments; else in --work")
    number(parser, "--json", type=Path, metavar="FILE", help="write all figures to a file")
    parser.set_defaults(function=run)


def run(options: argparse.Namespace) -> int:
    """Measure, and print the tables."""
    with contextlib.ExitStack() as stack:
        work = options.work
        if work is None:
            work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        work = work.absolute()
        work.mkdir(parents=True, exist_ok=True)
        prepared = rows.prepare(rows.find(options.input), work / "input.jsonl", options.mb)
        batches = _batches(prepared.path)
        print(
            f"{prepared.documents:,} documents, {prepared.megabytes:.1f} MB of text; one process; "
            f"load {os.getloadavg()[0]:.1f} at the start"
        )
        found = _measure(batches, prepared.megabytes, options.runs)
        if not options.no_peer:
            found["hojichar"] = _beside(options, work, prepared.path, batches, prepared.megabytes)
        if options.json:
            options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    return 0


def _batches(path: Path) -> list[pa.RecordBatch]:
    """The texts in batches of `_ROWS`."""
    texts = [row.text for row in rows.read(path)]
    return [
        pa.RecordBatch.from_pydict({"text": pa.array(texts[at : at + _ROWS], pa.string())})
        for at in range(0, len(texts), _ROWS)
    ]


def _made(name: str, params: Mapping[str, Any] | None = None) -> Any:
    from corpuskit.registry import Registry

    stage = Registry().stage(name)
    made: Any = stage(stage.Params(**params)) if params else stage()
    made.open()
    return made


def spent(stages: Sequence[Any], batches: Sequence[pa.RecordBatch], runs: int) -> list[float]:
    """CPU seconds of each stage over all batches; of the fastest of several runs in all."""
    from corpuskit.stage import apply

    best: list[float] = []
    for turn in range(runs + 1):  # the first one compiles
        seconds = [0.0] * len(stages)
        for batch in batches[:1] if turn == 0 else batches:
            for place, stage in enumerate(stages):
                started = time.process_time()
                batch = apply(stage, batch).batch
                seconds[place] += time.process_time() - started
        if turn and (not best or sum(seconds) < sum(best)):
            best = seconds
    return best


def _measure(batches: Sequence[pa.RecordBatch], megabytes: float, runs: int) -> dict[str, Any]:
    fresh = [_again(batch) for batch in batches]
    each = spent([_made(name) for name in textstages.SIGNALS], fresh, runs)
    web = spent([_made(name) for name in textstages.WEB], [_again(b) for b in batches], runs)
    lines = [("signals", "CPU s", "ms/MB", "MB/s")]
    figures = {name: megabytes / s for name, s in zip(textstages.SIGNALS, each, strict=True)}
    for name, seconds in zip(textstages.SIGNALS, each, strict=True):
        lines.append(_line(name, seconds, megabytes))
    lines.append(_line("all without MeCab", sum(each), megabytes))
    lines.append(_line(f"web rules: {', '.join(textstages.WEB)}", sum(web), megabytes))
    raw = spent([_made("normalize")], [_again(b) for b in batches], runs)
    clean = spent([_made("normalize")], [_normal(b) for b in batches], runs)
    lines.append(_line("normalize, text as it is", sum(raw), megabytes))
    lines.append(_line("normalize, text already normalised", sum(clean), megabytes))
    print(table.aligned(lines))
    totals = {"all": sum(each), "web": sum(web), "raw": sum(raw), "clean": sum(clean)}
    speeds = {name: megabytes / seconds for name, seconds in totals.items()}
    for name, wanted in (
        ("all", ALL),
        ("web", WEB),
        ("clean", NORMALIZE_CLEAN),
        ("raw", NORMALIZE_RAW),
    ):
        print(f"{_verdict(speeds[name] >= wanted)}: {name} {speeds[name]:.0f} MB/s ({wanted:.0f})")
    return {"megabytes": megabytes, "stages": figures, **speeds}


def _again(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch in memory of its own, so that nothing is known about it."""
    texts = batch.column("text").to_pylist()
    return pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())})


def _normal(batch: pa.RecordBatch) -> pa.RecordBatch:
    from corpuskit.stage import apply

    return _again(apply(_made("normalize"), batch).batch)


def _line(name: str, seconds: float, megabytes: float) -> tuple[str, ...]:
    speed = megabytes / seconds if seconds else float("inf")
    return name, f"{seconds:.3f}", f"{1000 * seconds / megabytes:.2f}", f"{speed:.0f}"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "NOT reached"


def _beside(
    options: argparse.Namespace,
    work: Path,
    path: Path,
    batches: Sequence[pa.RecordBatch],
    megabytes: float,
) -> dict[str, Any]:
    """HojiChar's filters without MeCab, and the stages that give the same numbers."""
    python = environments.python_of("hojichar", options.envs or work / "envs")
    config, result = work / "hojichar.json", work / "hojichar-result.json"
    filters = textstages.HOJICHAR
    given = {"input": str(path), "result": str(result), "filters": filters}
    config.write_text(json.dumps(given), "utf-8")
    script = Path(__file__).parent / "peers" / "hojichar_filters.py"
    done = subprocess.run([str(python), str(script), str(config)], capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"HojiChar failed:\n{done.stderr[-3000:]}")
    peer = json.loads(result.read_text("utf-8"))
    site = next((python.parent.parent / "lib").glob("python*/site-packages"))
    params = {
        "signals.words": {"lists": textstages.word_lists(site)},
        "signals.patterns": {"patterns": {"bbs": textstages.BBS}},
    }
    own = [_made(name, params.get(name)) for name in textstages.EQUIVALENT]
    each = spent(own, [_again(batch) for batch in batches], options.runs)
    lines = [("HojiChar's filters", "CPU s", "ms/MB", "MB/s")]
    lines += [_line(name, s, megabytes) for name, s in peer["cpu_seconds"].items()]
    total = sum(peer["cpu_seconds"].values())
    lines.append(_line(f"HojiChar {peer['version']} in all", total, megabytes))
    lines += [
        _line(name, s, megabytes) for name, s in zip(textstages.EQUIVALENT, each, strict=True)
    ]
    lines.append(_line("corpuskit in all", sum(each), megabytes))
    print("\n" + table.aligned(lines))
    ratio = total / sum(each)
    print(f"{_verdict(ratio >= FASTER)}: {ratio:.1f} x HojiChar (to reach: {FASTER:.0f} x)")
    if sys.stdout:
        sys.stdout.flush()
    return {"ratio": ratio, "own": dict(zip(textstages.EQUIVALENT, each, strict=True)), **peer}
