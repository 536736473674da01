"""Part `steps` of `scripts/bench dedup`: near-duplicates of one file, by whole commands and alone.

Everything is measured in the same way, from outside: wall and CPU time of a process and all it
starts, on the input and on one of 0.2 MB, whose time counts as the start: interpreters, imports,
worker processes, dictionaries.

- **Whole command**: from the JSON Lines file to the dataset that the tool writes, start included.
- **The step alone**: a process of each tool that reads the same file and ends as soon as it is
  known which documents go; for corpuskit that includes the proof of each. Nobody writes a dataset
  or whatever else belongs to one; what a tool keeps on disk until it has decided counts. The start
  is subtracted, for all tools alike.

A tool that is given less than the whole input is extrapolated: its time without the start grows
with the text, the start counts once. All have the same CPUs and as many worker processes
(`PROCESSES`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchlib import deduptools, table, tools
from benchlib.deduptools import NUM_PERM, STEP
from benchlib.pipeline import Bench, extrapolated
from benchlib.rows import Prepared
from benchlib.tools import Outcome

BARE = "bare pass"
#: What the issue asks for, of the step: ratios of speeds.
FASTER = {"hojichar": 5.0, "text-dedup": 20.0, "datatrove": 100.0}
BARE_SHARE = 0.5
GROWN = ", extrapolated"

TITLE_WHOLE = "whole commands: read, MinHash 14 x 8, remove near-duplicates, write; starts included"
TITLE_STEP = (
    "the step alone: read, MinHash 14 x 8, until it is known which documents go; no dataset is "
    "written by anyone; starts (the same on 0.2 MB) are subtracted"
)
HEADER = (
    "tool", "MB", "wall s", "start s", "step s", "step CPU s", "MB/s", "corpuskit is", "removed",
)  # fmt: skip

PROCESSES = (
    "corpuskit: {n} workers; the parent waits",
    "hojichar: {n} workers for loading and keys; its deduplicator runs in the parent meanwhile",
    "text-dedup: {n} workers (num_proc); its clusters are made in the parent, after them",
    "datatrove: {n} workers in each step but the clusters, which are one task",
    f"{BARE}: {{n}} workers",
)
DIFFERENCES = (
    "corpuskit: MinHash 14 x 8 over characters by 5, then exact Jaccard >= 0.8 and equal numbers; "
    "command: writes kept and duplicate documents with evidence as Parquet, manifest, card and "
    "digests; step: reads, keeps the texts in step files (fsync), keys, bands, clusters, gathers, "
    "verifies",
    "hojichar: MinHash 14 x 8 over characters by 5; whatever shares a band with an earlier "
    "document goes, without verification; its keys live in one process; command: writes JSON "
    "Lines; step: dumps and writes nothing",
    "text-dedup: MinHash 14 x 8, xxh3, 32 bits, no verification in this version; command: writes "
    "a data set of Arrow files; step: its Loading, MinHashing and Clustering without Filtering and "
    "Saving. As it is, it cuts texts at non-word characters and hashes 5 such words, far fewer "
    "shingles than characters by 5; '(characters)' is the same code cutting characters",
    "datatrove: MinHash 14 x 8 over 5 words by Sudachi, in its four steps, without verification; "
    "command: writes JSON Lines; step: the first three of the four. Its workers load their "
    "dictionary in each step: a start",
    f"{BARE}: reads the texts of the same JSON Lines, shingles and hashes them with corpuskit's "
    f"kernels: {NUM_PERM} permutations, or one only; nothing is kept or written",
)

__all__ = ["Bench", "run", "verdicts"]


def run(bench: Bench, slices: Mapping[str, Prepared], peers: Sequence[str]) -> list[Outcome]:
    """Measure each tool both ways, print tables and verdicts; corpuskit's outcomes come first."""
    measure = bench.measure
    wholes = [measure(deduptools.corpuskit), measure(deduptools.corpuskit_without)]
    steps = [
        measure(deduptools.corpuskit_step),
        measure(deduptools.bare(BARE, NUM_PERM)),
        measure(deduptools.bare(f"{BARE}, 1 permutation", 1)),
    ]
    if "hojichar" in peers:
        wholes.append(measure(tools.hojichar_alone))
        steps.append(measure(deduptools.hojichar_step))
    for name, characters in (("text-dedup (characters)", True), ("text-dedup (as it is)", False)):
        if "text-dedup" in peers:
            for rows, decide in ((wholes, False), (steps, True)):
                runner = deduptools.text_dedup(name, characters=characters, decide=decide)
                rows.append(whole(bench, measure(runner, slices["text-dedup"])))
    if "datatrove" in peers:
        small = slices["datatrove"]
        wholes.append(whole(bench, measure(tools.datatrove_alone, small)))
        steps.append(whole(bench, measure(deduptools.datatrove_step, small)))
    print(f"\n{TITLE_WHOLE}")
    print(table.tools(wholes, wholes[0]), starts(wholes), sep="\n")
    print(f"\n{TITLE_STEP}")
    print(step_table(steps))
    print("", *slices_of([*wholes, *steps]), *verdicts(wholes, steps), sep="\n")
    for own, spent in ((wholes[0], wholes[0].more["run"]), (steps[0], steps[0].more)):
        print(f"\n{own.tool}, by stage, CPU seconds")
        print(stages(own, spent["cpu_seconds_by_stage"]))
    print("\nprocesses", *(p.format(n=bench.place.workers) for p in PROCESSES), sep="\n- ")
    print("\nwhat differs", *DIFFERENCES, sep="\n- ")
    return [*wholes, *steps]


def whole(bench: Bench, outcome: Outcome) -> Outcome:
    """A tool on the whole input: as measured, or extrapolated from its slice, and named so."""
    if outcome.megabytes == bench.full.megabytes:
        return outcome
    took, start = outcome.measured, outcome.more["start"]
    wall, cpu = (
        extrapolated(spent, start[kind], outcome.megabytes, bench.full.megabytes)
        for kind, spent in (("wall", took.wall), ("cpu", took.cpu))
    )
    return replace(
        outcome,
        tool=f"{outcome.tool}{GROWN}",
        megabytes=bench.full.megabytes,
        measured=replace(took, wall=wall, cpu=cpu),
        read=None,
        kept=None,
        duplicates=None,
        more={**outcome.more, "measured_on": outcome.as_json()},
    )


def step_table(steps: Sequence[Outcome]) -> str:
    """The table of the step alone; corpuskit comes first."""
    rows = [HEADER]
    for outcome in steps:
        start, steady, own = outcome.more["start"], _steady(outcome), _steady(steps[0])
        ratio = f"{own / steady:.2f} x" if own and steady and outcome is not steps[0] else "-"
        rows.append(
            (
                outcome.tool,
                f"{outcome.megabytes:.1f}",
                f"{outcome.measured.wall:.2f}",
                f"{start['wall']:.2f}",
                f"{outcome.measured.wall - start['wall']:.2f}",
                f"{outcome.measured.cpu - start['cpu']:.2f}",
                f"{steady:.2f}" if steady else "-",
                ratio,
                table.count(outcome.duplicates),
            )
        )
    return table.aligned(rows)


def starts(outcomes: Sequence[Outcome]) -> str:
    """The starts of whole commands, in a line."""
    each = (f"{_plain(o)} {o.more['start']['wall']:.2f} s" for o in outcomes)
    return f"starts of these: {', '.join(each)}"


def slices_of(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each tool that is extrapolated: what it was measured on."""
    lines = []
    for outcome in outcomes:
        small = outcome.more.get("measured_on")
        if small is not None:
            found = f"kept {small['kept']} of {small['read']}, " if small["kept"] else ""
            lines.append(
                f"{outcome.tool}: took {small['wall']:.1f} s for {small['megabytes']:.1f} MB "
                f"({found}start {small['more']['start']['wall']:.1f} s): the rest is grown linearly"
            )
    return lines


def _steady(outcome: Outcome) -> float | None:
    """MB a second without the start; None where there is hardly anything but the start."""
    start = outcome.more["start"]["wall"]
    spent = outcome.measured.wall - start
    return outcome.megabytes / spent if spent > start / 5 else None


def verdicts(wholes: Sequence[Outcome], steps: Sequence[Outcome]) -> list[str]:
    """Lines for each goal: of the step without starts, and beside it of the whole command."""
    by_name = {_plain(outcome): outcome for outcome in wholes}
    lines = []
    for outcome in steps[1:]:
        name = _plain(outcome)
        goal = next((g for n, g in FASTER.items() if name.startswith(n)), None)
        if name == BARE:
            goal = BARE_SHARE
        own, peer = _steady(steps[0]), _steady(outcome)
        if goal is None:
            continue
        if not own or not peer:
            lines.append(f"unknown: {outcome.tool}: too little input for a speed")
            continue
        said = _verdict(own / peer, goal)
        ratio = table.speed(steps[0]) / table.speed(outcome)
        lines.append(f"{said} x {outcome.tool} (to reach: {goal:g} x); {ratio:.2f} x with starts")
        command = by_name.get(name)
        if command is not None:
            lines.append(_of_command(wholes[0], command, goal))
    return lines


def _of_command(own: Outcome, peer: Outcome, goal: float) -> str:
    said = _verdict(table.speed(own) / table.speed(peer), goal)
    line = f"  whole command: {said} x {peer.tool}"
    own_steady, peer_steady = _steady(own), _steady(peer)
    if own_steady and peer_steady:
        line += f"; {own_steady / peer_steady:.2f} x without starts"
    return line


def _verdict(ratio: float, goal: float) -> str:
    return f"{'reached' if ratio >= goal else 'NOT reached'}: {ratio:.2f}"


def _plain(outcome: Outcome) -> str:
    """The tool's name without what a row adds to it."""
    return outcome.tool.removesuffix(GROWN).removesuffix(STEP)


def stages(own: Outcome, spent: Mapping[str, float]) -> str:
    """CPU seconds of a row of corpuskit's by stage, and for each MB of text."""
    lines = [("stage", "CPU s", "ms/MB")]
    outside = own.measured.cpu - sum(spent.values())
    for name, seconds in [*spent.items(), ("start-up, parent", outside)]:
        lines.append((name, f"{seconds:.2f}", f"{1000 * seconds / own.megabytes:.2f}"))
    return table.aligned(lines)
