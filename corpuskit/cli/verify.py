"""``corpuskit verify OUT``: is a dataset what its manifest says?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the dataset, as 'run' wrote it.")
    ],
    key: Annotated[
        Path | None, typer.Option(help="Ed25519 public key, a PEM file: check the signature too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Hash and count a dataset again and name everything that differs from its manifest.

    Checks SHA256SUMS, the manifest, every shard's bytes and rows, the columns, the accounting of
    each source, and that every duplicate names a document of the dataset. With --key also that the
    signature is that key's and that every file is the one signed. Ends with 0 if all is well, 1 if
    something differs, 4 if OUT is no dataset.
    """
    from dataclasses import asdict

    from corpuskit.cli.show import print_json, print_line
    from corpuskit.errors import EXIT_MISMATCH
    from corpuskit.output.verify import verify

    signature = None
    if key is not None:
        from corpuskit.trust.checking import by

        signature = by(key)
    count = 0
    mismatches = []
    for mismatch in verify(out, signature):
        count += 1
        if as_json:
            mismatches.append(asdict(mismatch))
        else:
            print_line(mismatch)
    files, rows = _size(out) if not count else (0, 0)
    if as_json:
        result = {"ok": not count, "mismatches": mismatches}
        print_json({**result, "files": files, "rows": rows} if not count else result)
    elif count:
        print_line(f"{count} mismatches")
    else:
        signed = ", signature fits" if key is not None else ""
        print_line(f"ok: {files:,} files, {rows:,} rows, accounting holds{signed}")
    if count:
        raise typer.Exit(EXIT_MISMATCH)


def _size(out: Path) -> tuple[int, int]:
    """Files listed in SHA256SUMS, and rows of all tables, of a dataset that is well."""
    from corpuskit.manifest import load
    from corpuskit.output.sums import NAME, read_sums

    manifest = load(out / "manifest.json")
    return len(read_sums(out / NAME)), sum(shard.rows for _, shard in manifest.files())
