"""``corpuskit init``: looks at a folder and writes a commented recipe for what it finds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder or file to look at.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The recipe to write.")] = Path(
        "corpuskit.yaml"
    ),
    force: Annotated[bool, typer.Option(help="Replace a recipe that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Look at a folder and write a commented recipe for it.

    One source for each folder, or for each record file; text and id fields of JSON Lines, CSV and
    Parquet are found by content. Paths are written relative to the recipe.
    """
    from corpuskit.cli.show import print_json, print_line
    from corpuskit.errors import OutputError
    from corpuskit.sketch import sketch
    from corpuskit.sketchyaml import render, summary

    if output.exists() and not force:
        raise OutputError(
            f"{output} is there already", "--force replaces it, -o FILE writes another"
        )
    found = sketch(folder, output)
    text = render(found, output)
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {output}: {error.strerror}", "give -o FILE") from error
    about = summary(found, output)
    if as_json:
        print_json(about)
        return
    for source in about["sources"]:
        fields = f", text: {source['text']}, id: {source['id'] or 'none'}" if source["text"] else ""
        print_line(f"{source['name']}: {source['path']} ({source['reader']}{fields})")
    for kind in ("left_out", "unrecognised"):
        if about[kind]:
            print_line(f"{kind.replace('_', ' ')}: {len(about[kind])} files, named in the recipe")
    print_line(f"wrote {output}; next: corpuskit plan {output}")
