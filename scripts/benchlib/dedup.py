"""`scripts/bench dedup`: signatures a core and the near-duplicate step beside peers; scale."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchlib import dedupsignatures, dedupsteps, environments, rows
from benchlib.errors import BenchError
from benchlib.pipeline import positive, positive_int
from benchlib.tools import Place
from corpuskit.kernels import compiler

HELP = "Compare near-duplicate removal with peers, on one input in one run; or show how it scales."
PARTS = ("signatures", "steps")
PEERS = ("rensa", "datasketch", "hojichar", "text-dedup", "datatrove")
_WARM_MB = 0.2
_SIGNATURES_MB = 20.0


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    number = argparse.ArgumentParser.add_argument
    number(parser, "--input", nargs="+", type=Path, metavar="PATH",
           help=".jsonl or .jsonl.zst files or folders of them; rows with a 'text'")  # fmt: skip
    number(parser, "--only", type=_some(PARTS), default=PARTS, metavar="LIST",
           help=f"some of {','.join(PARTS)}")  # fmt: skip
    number(parser, "--peers", type=_some(PEERS), default=PEERS, metavar="LIST",
           help=f"some of {','.join(PEERS)}; an empty list runs corpuskit alone")  # fmt: skip
    number(parser, "--mb", type=positive, help="use a slice of this many MB of text; else all")
    number(parser, "--signatures-mb", type=positive, default=_SIGNATURES_MB, metavar="MB",
           help=f"slice for the part signatures ({_SIGNATURES_MB:g})")  # fmt: skip
    for name in ("datatrove", "text-dedup"):
        number(parser, f"--{name}-mb", type=positive, metavar="MB",
               help=f"give {name} a smaller slice, and extrapolate")  # fmt: skip
    number(parser, "--workers", type=positive_int, default=2, help="worker processes (2)")
    number(parser, "--runs", type=positive_int, default=1, help="runs of each; the median counts")
    number(parser, "--work", type=Path, help="work folder, kept; else a temporary one")
    number(parser, "--envs", type=Path, help="folder of the peers' environments; else in --work")
    number(parser, "--json", type=Path, metavar="FILE", help="write all figures to a file")
    number(parser, "--scale", nargs=argparse.REMAINDER, metavar="OPTION",
           help="instead of all that: run growing numbers of documents; takes the rest of the "
                "line, --scale --help explains it")  # fmt: skip
    parser.set_defaults(function=run)


def _some(known: Sequence[str]) -> Any:
    def parse(text: str) -> tuple[str, ...]:
        names = tuple(name for name in text.split(",") if name)
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(known)}")
        return names

    return parse


def run(options: argparse.Namespace) -> int:
    """Run the parts and print their tables; or hand over to the part `scale`."""
    if options.scale is not None:
        from benchlib import dedupscale  # it needs none of the above

        return int(dedupscale.main(options.scale))
    if not options.input:
        raise BenchError("--input PATH is needed: .jsonl or .jsonl.zst files, or a folder of them")
    with contextlib.ExitStack() as stack:
        work = options.work
        if work is None:
            work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        work = work.absolute()
        work.mkdir(parents=True, exist_ok=True)
        place = Place(work, options.envs or work / "envs", options.workers)
        for peer in options.peers:
            environments.python_of(peer, place.environments)
        compiler.warm()
        figures = _parts(place, options)
        if options.json:
            options.json.write_text(_as_json(figures, place, options), "utf-8")
    return 0


def _parts(place: Place, options: argparse.Namespace) -> dict[str, Any]:
    files = rows.find(options.input)
    full = rows.prepare(files, place.work / "input.jsonl", options.mb)
    print(
        f"{full.documents:,} documents, {full.megabytes:.1f} MB of text; {place.workers} workers "
        f"on {len(os.sched_getaffinity(0))} CPUs; load {os.getloadavg()[0]:.1f} at the start"
    )
    figures: dict[str, Any] = {"documents": full.documents, "text_bytes": full.text_bytes}

    def slice_of(name: str, megabytes: float | None) -> rows.Prepared:
        if megabytes is None or megabytes >= full.megabytes:
            return full
        return rows.prepare([full.path], place.work / f"{name}.jsonl", megabytes)

    if "signatures" in options.only:
        small = slice_of("slice", options.signatures_mb)
        seen = dedupsignatures.as_seen(small, place.work / "signatures.jsonl")
        figures["signatures"] = dedupsignatures.run(
            seen, options.peers, place.environments, options.runs
        )
    if "steps" in options.only:
        slices = {
            "datatrove": slice_of("datatrove", options.datatrove_mb),
            "text-dedup": slice_of("text-dedup", options.text_dedup_mb),
        }
        warm = slice_of("warm", _WARM_MB)
        bench = dedupsteps.Bench(place, full, full, warm, options.runs)
        figures["steps"] = [o.as_json() for o in dedupsteps.run(bench, slices, options.peers)]
    return figures


def _as_json(figures: dict[str, Any], place: Place, options: argparse.Namespace) -> str:
    content = {
        "machine": {
            "cpus": len(os.sched_getaffinity(0)),
            "python": platform.python_version(),
            "system": platform.platform(),
        },
        "workers": place.workers,
        **figures,
        "versions": {
            peer: environments.versions(environments.python_of(peer, place.environments))
            for peer in options.peers
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
