"""``corpuskit query OUT``: is this in the dataset?"""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

Texts = list[str] | None
Files = list[Path] | None


def command(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the dataset, as 'run' wrote it.")
    ],
    document: Annotated[Texts, typer.Option("--id", help="A document's id.")] = None,
    url: Annotated[Texts, typer.Option(help="URL, or path below the source's root.")] = None,
    domain: Annotated[Texts, typer.Option(help="Domain, with all that lie below it.")] = None,
    text: Annotated[Files, typer.Option(help="File whose text is a document's whole text.")] = None,
    passage: Annotated[Texts, typer.Option(help="Words that a document's text holds.")] = None,
    license_: Annotated[
        Texts, typer.Option("--license", help="Licence, as documents have it: CC-BY-4.0.")
    ] = None,
    mark: Annotated[
        Texts, typer.Option(help="Word, class or rule of a confidentiality mark: 社外秘.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Look at rejected and duplicate documents too.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="Documents to list; all are counted.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say whether documents, addresses, texts, licences or marks are in a dataset, offline.

    Lists id, shard and row (from 0) of every document that fits any of the questions. Ends with 0
    if something was found, 1 if nothing was.
    """
    from corpuskit.cli.show import print_json, print_line, print_table
    from corpuskit.cli.takedown import read_text
    from corpuskit.errors import EXIT_MISMATCH
    from corpuskit.manifest import load
    from corpuskit.trust.lookup import Question, ask
    from corpuskit.trust.tombstones import Tombstone, domain_key

    question = Question(
        (
            *(Tombstone(id=i.lower()) for i in document or ()),
            *(Tombstone(url=u, uri=u) for u in url or ()),
            *(Tombstone(domain=domain_key(d)) for d in domain or ()),
        ),
        tuple(read_text(path) for path in text or ()),
        tuple(passage or ()),
        tuple(license_ or ()),
        tuple(mark or ()),
    )
    if question == Question():
        raise typer.BadParameter("ask for something: --url, --domain, --text, …")
    answers = ask(out, load(out / "manifest.json"), question, every)
    shown = list(islice(answers, limit))
    count = len(shown) + sum(1 for _ in answers)
    if as_json:
        print_json({"found": count, "documents": [asdict(answer) for answer in shown]})
    elif count:
        heads = ("by", "id", "shard", "row", "from", "url")
        rows = [
            (a.by, a.id, a.shard, a.row, f"{a.source} {a.uri} {a.locator}".strip(), a.url)
            for a in shown
        ]
        print_table(heads, rows, right=("row",))
        if count > len(shown):
            print_line(f"… {count - len(shown):,} more; --limit shows them")
    else:
        print_line("not found")
    if not count:
        raise typer.Exit(EXIT_MISMATCH)
