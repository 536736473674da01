"""``corpuskit takedown OUT``: a new version of a dataset without some documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from corpuskit.trust.takedown import TakenDown
    from corpuskit.trust.tombstones import Tombstone

Texts = list[str] | None
Files = list[Path] | None


def command(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the dataset, as 'run' wrote it.")
    ],
    ids: Annotated[Path | None, typer.Option(help="File with an id on each line.")] = None,
    url: Annotated[Texts, typer.Option(help="URL, or path below the source's root.")] = None,
    urls: Annotated[Path | None, typer.Option(help="File with a URL on each line.")] = None,
    domain: Annotated[Texts, typer.Option(help="Domain, with all that lie below it.")] = None,
    text: Annotated[Files, typer.Option(help="File whose text is a document's whole text.")] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="File with the key of the texts' digests; made where there is none."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--out", help="Folder of the new version; else OUT itself.")
    ] = None,
    date: Annotated[
        str | None, typer.Option(help="Date for the ledger; no clock is asked.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Reason for the ledger.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Take documents out of a dataset and keep them out.

    Rewrites the shards that hold them and no others; the documents move to the rejected table
    without their texts. What went is kept in tombstones.jsonl (ids, URLs, and with --key digests of
    the texts that only the key's owner can compare; never a text): a recipe that says 'takedowns:
    tombstones.jsonl' does not bring them back. The new manifest names the old one's digest. A
    signature has to be made again.
    """
    from corpuskit.cli.show import print_json
    from corpuskit.trust import takedown, tombstones

    if key is not None and not key.exists():
        tombstones.make_key(key)
    secret = tombstones.read_key(key) if key is not None else None
    stones = [
        *(tombstones.Tombstone(id=i) for i in _ids(ids)),
        *(tombstones.Tombstone(url=u, uri=u) for u in [*(url or ()), *_lines(urls)]),
        *(tombstones.Tombstone(domain=tombstones.domain_key(d)) for d in domain or ()),
        *_texts(text or [], secret or b""),
    ]
    if not stones:
        raise typer.BadParameter("say what to take down: --ids, --url, --domain or --text")
    request = takedown.Request(
        tuple(stones), secret, key.name if key is not None else None, date, reason, secret or b""
    )
    done = takedown.take_down(out, request, to)
    if as_json:
        print_json(
            {"out": str(done.out), "documents": dict(done.moved), "blanked": done.blanked,
             "files": done.files, "parent": done.parent}
        )  # fmt: skip
    else:
        _show(out, done, secret is not None)


def _show(out: Path, done: TakenDown, keyed: bool) -> None:
    from corpuskit.cli.show import print_line
    from corpuskit.trust.tombstones import LEDGER

    ways = ", ".join(f"{n:,} by {way}" for way, n in sorted(done.moved.items()))
    print_line(f"{sum(done.moved.values()):,} documents taken down{': ' if ways else ''}{ways}")
    if done.blanked:
        print_line(f"{done.blanked:,} rejected and duplicate records lost their text")
    for name in done.files:
        print_line(f"written again: {name}")
    print_line(f"new version in {done.out}; its parent is {done.parent}")
    if done.out != out:
        print_line(f"{out} still holds the texts: remove it")
    if not keyed:
        print_line("without --key, the same text under another id and URL would not be known again")
    print_line(f"in the recipe: takedowns: {done.out / LEDGER}{' (and its key)' if keyed else ''}")


def _texts(paths: list[Path], key: bytes) -> list[Tombstone]:
    """Whole texts as their keyed digests.

    Raises:
        InputError: a file is no text, or holds none.
    """
    import pyarrow as pa

    from corpuskit.errors import InputError
    from corpuskit.trust.tombstones import Tombstone, text_hmacs

    found = []
    for path in paths:
        text = read_text(path)
        (digest,) = text_hmacs(pa.array([text]), key)
        if digest is None:
            raise InputError(f"{path} holds no text", "give the document's whole text")
        found.append(Tombstone(text_hmac=digest))
    return found


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        InputError: it cannot be read, or is no UTF-8.
    """
    from corpuskit.errors import InputError

    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", "give UTF-8 text") from error


def _ids(path: Path | None) -> list[str]:
    from corpuskit.errors import InputError

    found = _lines(path)
    for number, line in enumerate(found, start=1):
        if not re.fullmatch("[0-9a-f]{32}", line):
            raise InputError(f"{path}: entry {number} is no id", "an id is 32 hex digits")
    return found


def _lines(path: Path | None) -> list[str]:
    """Lines of a list; empty ones, and those that begin with #, are left out."""
    lines = read_text(path).splitlines() if path is not None else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
