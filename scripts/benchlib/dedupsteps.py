"""Part `steps` of `scripts/bench dedup`: near-duplicates of one file, from reading to what is kept.

Each tool is measured as a command: wall time from its start to its end, twice: on a tiny input,
whose time counts as its start, and on the input itself. Speeds are those of the whole command;
those without the start stand beside.
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
#: What the issue asks for: ratios of speeds. Peers' commands write what they keep, so they are held
#: against corpuskit's whole command; the bare pass writes nothing and is held against the step.
FASTER = {"hojichar": 5.0, "text-dedup": 20.0, "datatrove": 100.0}
BARE_SHARE = 0.5

DIFFERENCES = (
    "corpuskit: MinHash 14 x 8 over characters by 5, then exact Jaccard >= 0.8 and equal numbers; "
    "writes kept and duplicate documents with evidence as Parquet, manifest, card and digests",
    f"{STEP}: the same as far as the decision about each document: reads, keeps the texts in step "
    "files, keys, bands, clusters, gathers, verifies; no dataset is written",
    "hojichar: MinHash 14 x 8 over characters by 5; whatever shares a band with an earlier "
    "document goes, without verification; its keys live in one process; writes JSON Lines",
    "text-dedup: MinHash 14 x 8, xxh3, 32 bits, no verification in this version; writes a data "
    "set of Arrow files. As it is, it cuts texts at non-word characters and hashes 5 such words, "
    "far fewer shingles than characters by 5; '(characters)' is the same code cutting characters",
    "datatrove: MinHash 14 x 8 over 5 words by Sudachi, in its four steps, without verification; "
    "writes JSON Lines",
    f"{BARE}: reads the texts of the same JSON Lines, shingles and hashes them with corpuskit's "
    f"kernels: {NUM_PERM} permutations, or one only; nothing is kept or written",
)

__all__ = ["Bench", "run", "verdicts"]


def run(bench: Bench, slices: Mapping[str, Prepared], peers: Sequence[str]) -> list[Outcome]:
    """Measure each tool, print the table and the verdicts; corpuskit's outcome comes first."""
    measure = bench.measure
    outcomes = [
        measure(deduptools.corpuskit),
        measure(deduptools.corpuskit_step),
        measure(deduptools.corpuskit_without),
        measure(deduptools.bare(BARE, NUM_PERM)),
        measure(deduptools.bare(f"{BARE}, 1 permutation", 1)),
    ]
    if "hojichar" in peers:
        outcomes.append(measure(tools.hojichar_alone))
    for name, characters in (("text-dedup (characters)", True), ("text-dedup (as it is)", False)):
        if "text-dedup" in peers:
            runner = deduptools.text_dedup(name, characters=characters)
            outcomes.append(whole(bench, measure(runner, slices["text-dedup"])))
    if "datatrove" in peers:
        outcomes.append(whole(bench, measure(tools.datatrove_alone, slices["datatrove"])))
    print("\nsteps: read, MinHash 14 x 8, remove near-duplicates, write")
    print(table.tools(outcomes, outcomes[0]))
    print(*starts(outcomes), *verdicts(outcomes), sep="\n")
    for own, spent in zip(outcomes, (outcomes[0].more["run"], outcomes[1].more), strict=False):
        print(f"\n{own.tool}, by stage, CPU seconds")
        print(stages(own, spent["cpu_seconds_by_stage"]))
    print("\nwhat differs", *DIFFERENCES, sep="\n- ")
    return outcomes


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
        tool=f"{outcome.tool}, extrapolated",
        megabytes=bench.full.megabytes,
        measured=replace(took, wall=wall, cpu=cpu),
        read=None,
        kept=None,
        duplicates=None,
        more={**outcome.more, "measured_on": outcome.as_json()},
    )


def starts(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each tool: its start, its speed without it, the slice it was measured on."""
    lines = []
    for outcome in outcomes:
        begun = outcome.more["start"]["wall"]
        steady = _steady(outcome)
        speed = f"{steady:.2f} MB/s" if steady else "too little input for a speed"
        line = f"{outcome.tool}: start {begun:.2f} s, {speed} without it"
        small = outcome.more.get("measured_on")
        if small is not None:
            line += (
                f"; took {small['wall']:.1f} s for {small['megabytes']:.1f} MB (kept "
                f"{small['kept']:,} of {small['read']:,}): the rest is grown linearly"
            )
        lines.append(line)
    return lines


def _steady(outcome: Outcome) -> float | None:
    """MB a second without the start; None where the start is most of the time."""
    start = outcome.more["start"]["wall"]
    spent = outcome.measured.wall - start
    return outcome.megabytes / spent if spent > start / 2 else None


def verdicts(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each goal; the first outcome is corpuskit's."""
    own = outcomes[0]
    step = next((o for o in outcomes if o.tool == STEP), own)
    lines = []
    for outcome in outcomes[1:]:
        held, goal = own, next((g for n, g in FASTER.items() if outcome.tool.startswith(n)), None)
        if outcome.tool == BARE:
            held, goal = step, BARE_SHARE
        if goal is not None:
            ratio = table.speed(held) / table.speed(outcome)
            word = "reached" if ratio >= goal else "NOT reached"
            line = f"{word}: {ratio:.2f} x {outcome.tool} (to reach: {goal:g} x), by {_named(held)}"
            own_steady, peer_steady = _steady(held), _steady(outcome)
            if own_steady and peer_steady:
                line += f"; {own_steady / peer_steady:.2f} x without starts"
            lines.append(line)
    return lines


def _named(held: Outcome) -> str:
    return "the step alone" if held.tool == STEP else "the whole command"


def stages(own: Outcome, spent: Mapping[str, float]) -> str:
    """CPU seconds of a row of corpuskit's by stage, and for each MB of text."""
    lines = [("stage", "CPU s", "ms/MB")]
    outside = own.measured.cpu - sum(spent.values())
    for name, seconds in [*spent.items(), ("start-up, parent", outside)]:
        lines.append((name, f"{seconds:.2f}", f"{1000 * seconds / own.megabytes:.2f}"))
    return table.aligned(lines)
