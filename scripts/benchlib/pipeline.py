"""`scripts/bench pipeline`: normalise, rules, MinHash (a); and with MeCab (b), beside peers."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchlib import environments, rows, rules, table, tools
from benchlib.rows import Prepared
from benchlib.tools import Outcome, Place, Runner

HELP = "Compare the main job with HojiChar, datatrove and bare MeCab, in one run on one input."
PEERS = ("hojichar", "hojichar-shared", "datatrove", "mecab")
_WARM_MB = 0.2

#: What the issue asks for.
FASTER_A = {"hojichar": 7.0, "datatrove": 50.0}
FASTER_B = {"hojichar": 8.0}
MECAB_FACTOR = 1.15


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    number = argparse.ArgumentParser.add_argument
    number(parser, "--input", nargs="+", type=Path, required=True, metavar="PATH",
           help=".jsonl or .jsonl.zst files or folders of them; rows with a 'text'")  # fmt: skip
    number(parser, "--workers", type=positive_int, default=2, help="worker processes (2)")
    number(parser, "--mb", type=positive, help="use a slice of this many MB of text; else all")
    number(parser, "--datatrove-mb", type=positive, metavar="MB",
           help="give datatrove a smaller slice, and extrapolate")  # fmt: skip
    number(parser, "--only", choices=("a", "b"), help="(a) without MeCab or (b) with it; else both")
    number(parser, "--peers", type=peer_list, default=PEERS, metavar="LIST",
           help=f"some of {','.join(PEERS)}; an empty list runs corpuskit alone")  # fmt: skip
    number(parser, "--runs", type=positive_int, default=1, help="runs of each; the median counts")
    number(parser, "--work", type=Path, help="work folder, kept; else a temporary one")
    number(parser, "--envs", type=Path, help="folder of the peers' environments; else in --work")
    number(parser, "--json", type=Path, metavar="FILE", help="write all figures to a file")
    parser.set_defaults(function=run)


def positive_int(text: str) -> int:
    """A whole number from 1 on."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("1 or more")
    return value


def positive(text: str) -> float:
    """A number above 0."""
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError("more than 0")
    return value


def peer_list(text: str) -> tuple[str, ...]:
    """Names of peers, with commas between."""
    names = tuple(name for name in text.split(",") if name)
    for name in names:
        if name not in PEERS:
            raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(PEERS)}")
    return names


@dataclass(frozen=True)
class Bench:
    """One benchmark: where it runs, its inputs, and how often each tool runs."""

    place: Place
    full: Prepared
    small: Prepared
    warm: Prepared
    runs: int

    def measure(
        self, runner: Runner, prepared: Prepared | None = None, *, warm: bool = True
    ) -> Outcome:
        """Run a tool on the warm-up input, then `runs` times; the run of median wall time."""
        cold = runner(self.place, self.warm) if warm else None
        outcomes = [runner(self.place, prepared or self.full) for _ in range(self.runs)]
        outcomes.sort(key=lambda o: o.measured.wall)
        walls = [round(o.measured.wall, 3) for o in outcomes]
        chosen = outcomes[(len(outcomes) - 1) // 2]
        print(f"  {chosen.tool}: {median(walls):.1f} s", file=sys.stderr, flush=True)
        more = {**chosen.more, "walls": walls}
        if cold is not None:
            more["start"] = {"wall": cold.measured.wall, "cpu": cold.measured.cpu}
        return replace(chosen, more=more)


def run(options: argparse.Namespace) -> int:
    """Run the benchmark and print its tables."""
    with contextlib.ExitStack() as stack:
        work = options.work
        if work is None:
            work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        work = work.absolute()
        work.mkdir(parents=True, exist_ok=True)
        place = Place(work, options.envs or work / "envs", options.workers)
        bench = _prepare(place, options)
        print(_title(bench, place))
        parts = {}
        if options.only != "b":
            parts["a"] = part_a(bench, options.peers)
        if options.only != "a":
            parts["b"] = part_b(bench, options.peers, parts.get("a"))
        if options.json:
            options.json.write_text(_as_json(bench, parts, options.peers), "utf-8")
    return 0


def _prepare(place: Place, options: argparse.Namespace) -> Bench:
    files = rows.find(options.input)
    full = rows.prepare(files, place.work / "input.jsonl", options.mb)
    small = full
    if options.datatrove_mb and options.datatrove_mb < full.megabytes:
        small = rows.prepare([full.path], place.work / "datatrove.jsonl", options.datatrove_mb)
    warm = rows.prepare([full.path], place.work / "warm.jsonl", min(_WARM_MB, full.megabytes))
    for peer in environments.REQUIREMENTS:
        if any(name.startswith(peer) for name in options.peers):
            environments.python_of(peer, place.environments)
    return Bench(place, full, small, warm, options.runs)


def _title(bench: Bench, place: Place) -> str:
    full = bench.full
    return (
        f"{full.documents:,} documents, {full.megabytes:.1f} MB of text; {place.workers} workers "
        f"on {len(os.sched_getaffinity(0))} CPUs; load {os.getloadavg()[0]:.1f} at the start"
    )


# --- (a) ------------------------------------------------------------------------------------------


def part_a(bench: Bench, peers: Sequence[str]) -> list[Outcome]:
    """Without MeCab: corpuskit first, then the peers."""
    outcomes = [bench.measure(tools.corpuskit(mecab=False))]
    if "hojichar" in peers:
        every = [*rules.SHARED, *rules.NEAR]
        outcomes.append(bench.measure(tools.hojichar(every, "hojichar")))
    if "hojichar-shared" in peers:
        outcomes.append(bench.measure(tools.hojichar(rules.SHARED, "hojichar-shared")))
    if "datatrove" in peers:
        outcomes.append(_whole(bench, bench.measure(tools.datatrove, bench.small)))
    own = outcomes[0]
    print("\n(a) without MeCab: normalise, rules, MinHash 14 x 8")
    print(table.tools(outcomes, own))
    _say_extrapolated(outcomes)
    _say_ratios(outcomes, own, FASTER_A)
    print("\ncorpuskit by stage, beside the design's budget for one core")
    print(table.stages(own, None))
    if len(outcomes) > 1:
        _say_rules("rules of both sides: HojiChar | corpuskit | what differs", rules.SHARED)
        _say_rules("rules that corpuskit expresses nearly; not in hojichar-shared", rules.NEAR)
        print("\nwhat else differs", *rules.DIFFERENCES, sep="\n- ")
    return outcomes


def _whole(bench: Bench, measured: Outcome) -> Outcome:
    """datatrove on the whole input: as measured, or extrapolated from its slice."""
    if bench.small is bench.full:
        return measured
    took, start = measured.measured, measured.more["start"]
    wall, cpu = (
        extrapolated(spent, start[kind], measured.megabytes, bench.full.megabytes)
        for kind, spent in (("wall", took.wall), ("cpu", took.cpu))
    )
    return replace(
        measured,
        tool="datatrove (extrapolated)",
        megabytes=bench.full.megabytes,
        measured=replace(took, wall=wall, cpu=cpu),
        kept=None,
        rejected=None,
        duplicates=None,
        more={**measured.more, "measured_on": measured.as_json()},
    )


def extrapolated(seconds: float, start: float, megabytes: float, whole: float) -> float:
    """Seconds for `whole` MB: what the warm-up took stays, the rest grows linearly."""
    return start + max(0.0, seconds - start) * whole / megabytes


def _say_extrapolated(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        slice_ = outcome.more.get("measured_on")
        if slice_ is not None:
            print(
                f"datatrove took {slice_['wall']:.1f} s for {slice_['megabytes']:.1f} MB ("
                f"{count_line(slice_)}), of which its start {outcome.more['start']['wall']:.1f} s; "
                "the row above grows the rest linearly to the whole input"
            )


def count_line(outcome: dict[str, Any]) -> str:
    """Documents of an outcome in words."""
    return f"kept {outcome['kept']:,} of {outcome['read']:,}"


# --- (b) ------------------------------------------------------------------------------------------


def part_b(bench: Bench, peers: Sequence[str], without: Sequence[Outcome] | None) -> list[Outcome]:
    """With MeCab; the floor needs (a), whose kept texts are what (b) gives to MeCab."""
    own_a = without[0] if without else bench.measure(tools.corpuskit(mecab=False))
    text = bench.place.work / "kept.txt"
    megabytes = tools.kept_text(Path(own_a.more["out"]), text)
    own = bench.measure(tools.corpuskit(mecab=True))
    outcomes = [own]
    if "hojichar" in peers:
        chosen = [*rules.SHARED, *rules.NEAR, *rules.MECAB]
        outcomes.append(bench.measure(tools.hojichar(chosen, "hojichar with MeCab")))
    floors = []
    if "mecab" in peers and tools.has_mecab():
        n = bench.place.workers
        for label, fields in (
            (f"{n} x mecab, same fields", tools.same_fields()),
            (f"{n} x mecab, surface+pos", tools.SURFACE_AND_POS),
        ):
            runner = tools.mecab(label, fields, text, megabytes)
            floors.append(bench.measure(runner, warm=False))  # (b) has just read the dictionary
    print("\n(b) with MeCab")
    print(table.tools([*outcomes, *floors], own))
    if "mecab" in peers and not floors:
        print("no bare mecab: the command is not on PATH (Debian's package mecab)")
    _say_ratios(outcomes, own, FASTER_B)
    if floors:
        _say_floor(own_a, own, floors[0])
    print(
        f"\ncorpuskit by stage; {megabytes:.1f} MB reached MeCab, whose time is for each of these"
    )
    print(table.stages(own, megabytes))
    if len(outcomes) > 1:
        _say_rules("rules over MeCab: HojiChar | corpuskit | what differs", rules.MECAB)
    return [*outcomes, *floors]


def _say_ratios(outcomes: Sequence[Outcome], own: Outcome, wanted: dict[str, float]) -> None:
    for outcome in outcomes[1:]:
        goal = next((g for name, g in wanted.items() if outcome.tool.startswith(name)), None)
        if goal is not None:
            ratio = table.speed(own) / table.speed(outcome)
            print(f"{_verdict(ratio >= goal)}: {ratio:.2f} x {outcome.tool} (to reach: {goal:g} x)")


def _say_floor(own_a: Outcome, own: Outcome, floor: Outcome) -> None:
    a, b, bare = (o.measured.wall for o in (own_a, own, floor))
    limit = a + MECAB_FACTOR * bare
    print(
        f"{_verdict(b <= limit)}: (b) {b:.2f} s; (a) {a:.2f} s + {MECAB_FACTOR} x bare mecab "
        f"{bare:.2f} s = {limit:.2f} s"
    )


def _say_rules(title: str, chosen: Sequence[rules.Rule]) -> None:
    print(f"\n{title}", *rules.lines(chosen), sep="\n- ")


def _verdict(reached: bool) -> str:
    return "reached" if reached else "NOT reached"


def _as_json(bench: Bench, parts: dict[str, list[Outcome]], peers: Sequence[str]) -> str:
    used = [p for p in environments.REQUIREMENTS if any(n.startswith(p) for n in peers)]
    found = {
        peer: environments.versions(environments.python_of(peer, bench.place.environments))
        for peer in used
    }
    content = {
        "machine": {
            "cpus": len(os.sched_getaffinity(0)),
            "python": platform.python_version(),
            "system": platform.platform(),
        },
        "workers": bench.place.workers,
        "input": {"documents": bench.full.documents, "text_bytes": bench.full.text_bytes},
        "parts": {name: [o.as_json() for o in outcomes] for name, outcomes in parts.items()},
        "rules": rules.lines([*rules.SHARED, *rules.NEAR, *rules.MECAB]),
        "differences": rules.DIFFERENCES,
        "versions": found,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
