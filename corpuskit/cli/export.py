"""``corpuskit export FORMAT OUT``: the dataset's papers in the forms that others ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    format: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help="attribution, croissant, cyclonedx, datasheet, eu-summary, oasis, "
            "principle-code or spdx; all for each of them.",
        ),
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the dataset, as 'run' wrote it.")
    ],
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Folder to write; OUT.papers beside the dataset by default."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write a dataset's papers: bills of materials, provenance records, sheets and summaries.

    Everything comes from the manifest, from columns of the kept documents, from run.json (energy
    only), and from what the recipe states under `papers`; what nobody stated is absent, or
    NOASSERTION where the standard has a word for that. The same dataset gives the same files. None
    of it is legal advice.
    """
    from corpuskit.cli.show import print_json, print_line
    from corpuskit.papers.formats import FORMATS, export
    from corpuskit.registry import nearest

    if format != "all" and format not in FORMATS:
        known = [*FORMATS, "all"]
        raise typer.BadParameter(
            f"there is no format '{format}'{nearest(format, known)} ({', '.join(known)})",
            param_hint="FORMAT",
        )
    folder = to if to is not None else out.resolve().with_name(f"{out.resolve().name}.papers")
    written = []
    for name in FORMATS if format == "all" else (format,):
        written += export(name, out, folder)
    if as_json:
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        print_line(path)
