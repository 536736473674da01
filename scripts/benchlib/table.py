"""Tables of a benchmark as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchlib.tools import Outcome

HEADER = (
    "tool", "MB", "wall s", "CPU s", "MB/s", "corpuskit is", "kept", "rejected", "duplicates",
    "peak MB", "largest MB",
)  # fmt: skip


def aligned(rows: Sequence[Sequence[str]], *, note: bool = False) -> str:
    """Rows of text in columns: the first to the left, the others to the right.

    Args:
        rows: cells, as many in each row.
        note: the last column is a note, to the left as well.
    """
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    if note:
        *widths, _ = widths
    for row in rows:
        first, *others = row[:-1] if note else row
        cells = [first + " " * (widths[0] - _width(first))]
        cells += [
            " " * (w - _width(cell)) + cell for cell, w in zip(others, widths[1:], strict=True)
        ]
        lines.append("  ".join([*cells, *row[len(cells) :]]).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if "\u1100" <= c <= "\uffe6" else 1 for c in text)


def speed(outcome: Outcome) -> float:
    """MB of text a second."""
    return outcome.megabytes / outcome.measured.wall


def tools(outcomes: Sequence[Outcome], base: Outcome | None) -> str:
    """The table of tools; `base` is corpuskit, which the others are compared with."""
    return aligned([HEADER, *(_row(outcome, base) for outcome in outcomes)])


def _row(outcome: Outcome, base: Outcome | None) -> tuple[str, ...]:
    took = outcome.measured
    ratio = "-"
    if base is not None and outcome is not base:
        ratio = f"{speed(base) / speed(outcome):.2f} x"
    return (
        outcome.tool,
        f"{outcome.megabytes:.1f}",
        f"{took.wall:.2f}",
        f"{took.cpu:.2f}",
        f"{speed(outcome):.2f}",
        ratio,
        *(count(n) for n in (outcome.kept, outcome.rejected, outcome.duplicates)),
        f"{took.peak / 1e6:.0f}",
        f"{took.largest / 1e6:.0f}",
    )


def count(number: int | None) -> str:
    """A number of documents, or a dash."""
    return "-" if number is None else f"{number:,}"


# --- time by stage --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Budget:
    """A line of the design's budget: CPU milliseconds for one MB on one core, without MeCab.

    Attributes:
        name: what it is.
        prefixes: stages of `run.json` that count to it.
        planned: as the design says it.
    """

    name: str
    prefixes: tuple[str, ...]
    planned: str


BUDGET: tuple[Budget, ...] = (
    Budget("read", ("read",), "7"),
    Budget("normalise", ("normalize",), "8-20"),
    Budget("signals and rules", ("signals.", "rules"), "7"),
    Budget("MinHash", ("dedup.",), "8"),
    Budget("write (twice)", ("write", "commit", "tables", "shard"), "13"),
    Budget("digests, verification", ("digest", "verify"), "6"),
    Budget("MeCab, part of speech", ("morphology",), "190"),
)
"""From the design, "Where the speed comes from"."""
_REST = "other stages"
_OUTSIDE = "start-up, parent, exchange"


def by_budget(spent: Mapping[str, float]) -> dict[str, float]:
    """CPU seconds by line of the budget; what belongs to none goes to one more line."""
    sums = {line.name: 0.0 for line in BUDGET} | {_REST: 0.0}
    for stage, seconds in spent.items():
        line = next((b.name for b in BUDGET if stage.startswith(b.prefixes)), _REST)
        sums[line] += seconds
    return sums


def stages(outcome: Outcome, morphology_megabytes: float | None) -> str:
    """corpuskit's CPU time by stage beside the budget, in ms for each MB of text.

    Args:
        outcome: corpuskit's.
        morphology_megabytes: MB that reached MeCab; its time is divided by these.
    """
    spent: dict[str, float] = outcome.more["run"]["cpu_seconds_by_stage"]
    sums = by_budget(spent)
    planned = {line.name: line.planned for line in BUDGET}
    rows = [("stage", "CPU s", "ms/MB", "budget", "of which")]
    for name, seconds in sums.items():
        parts = [stage for stage in spent if _line_of(stage) == name]
        if not parts:
            continue
        of_mecab = planned.get(name) == "190" and morphology_megabytes
        megabytes = morphology_megabytes if of_mecab else outcome.megabytes
        detail = ", ".join(f"{s} {spent[s]:.2f}" for s in parts) if len(parts) > 1 else ""
        rows.append((name, f"{seconds:.2f}", f"{_ms(seconds, megabytes):.1f}",
                     planned.get(name, "-"), detail))  # fmt: skip
    outside = outcome.measured.cpu - sum(sums.values())
    rows.append((_OUTSIDE, f"{outside:.2f}", f"{_ms(outside, outcome.megabytes):.1f}", "-", ""))
    total = outcome.measured.cpu
    rows.append(("in all", f"{total:.2f}", f"{_ms(total, outcome.megabytes):.1f}", "-", ""))
    return aligned(rows, note=True)


def _line_of(stage: str) -> str:
    return next((b.name for b in BUDGET if stage.startswith(b.prefixes)), _REST)


def _ms(seconds: float, megabytes: float | None) -> float:
    return 1000 * seconds / megabytes if megabytes else 0.0
