"""``corpuskit diff OUT_A OUT_B``: what differs between two datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from corpuskit.trust.compare import Changed, Difference


def command(
    before: Annotated[Path, typer.Argument(metavar="OUT_A", help="Folder of the first dataset.")],
    after: Annotated[Path, typer.Argument(metavar="OUT_B", help="Folder of the second dataset.")],
    limit: Annotated[
        int, typer.Option(min=0, help="Ids, and values of each kind, to list; all are counted.")
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say what differs between two datasets: documents, counts, recipe, digests.

    Documents by their fates in the two (added, removed, rejected now, …), the sums of the
    accounting, the keys of the recipe, inputs, dictionaries, models and versions, and the digests
    of the shards. Ends with 0 if nothing differs, 1 if something does.
    """
    from dataclasses import asdict

    from corpuskit.cli.show import print_json
    from corpuskit.errors import EXIT_MISMATCH
    from corpuskit.trust.compare import compare

    found = compare(before, after, limit)
    if as_json:
        fates = [
            {"before": a, "after": b, "documents": n, "ids": found.documents[a, b]}
            for (a, b), n in sorted(found.fates.items())
        ]
        parts = ("counts", "recipe", "made_of", "files")
        lists = {part: [asdict(change) for change in getattr(found, part)] for part in parts}
        same = found.nothing
        print_json({"same": same, "child": found.child, "fates": fates, **lists})
    else:
        _show(found, limit)
    if not found.nothing:
        raise typer.Exit(EXIT_MISMATCH)


def _show(found: Difference, limit: int) -> None:
    from corpuskit.cli.show import print_line

    if found.nothing:
        print_line("the same documents, counts, recipe and digests")
    if found.child:
        print_line("OUT_B names OUT_A as its parent")
    for (before, after), n in sorted(found.fates.items()):
        print_line(f"{n:,} documents: {before} → {after}")
        for name in found.documents[before, after]:
            print_line(f"  {name}")
        if n > len(found.documents[before, after]):
            print_line(f"  … {n - len(found.documents[before, after]):,} more")
    _list("counts", found.counts, limit)
    _list("recipe", found.recipe, limit)
    _list("made of", found.made_of, limit)
    _list("files", found.files, limit)


def _list(title: str, changes: list[Changed], limit: int) -> None:
    from corpuskit.cli.show import print_line

    if changes:
        print_line(f"{title}: {len(changes):,} differ")
    for change in changes[:limit]:
        values = [_short(value) for value in (change.before, change.after)]
        print_line(f"  {change.name}: {values[0]} → {values[1]}")
    if len(changes) > limit:
        print_line(f"  … {len(changes) - limit:,} more")


def _short(value: object) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:12]}…"
