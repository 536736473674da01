"""``corpuskit sign OUT --key KEY``: vouch for a dataset with a key of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the dataset, as 'run' wrote it.")
    ],
    key: Annotated[Path, typer.Option(help="Ed25519 private key, a PEM file.")],
    passphrase_file: Annotated[
        Path | None, typer.Option(help="File whose first line unlocks the key.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Sign every file of a dataset and what it was made of, offline.

    Writes attestation.dsse.json: an in-toto statement in a DSSE envelope. Needs the extra 'trust'.
    A key: openssl genpkey -algorithm ed25519 -out key.pem; its public half, for 'verify --key':
    openssl pkey -in key.pem -pubout -out pub.pem.
    """
    from corpuskit.cli.show import print_json, print_line
    from corpuskit.errors import InputError
    from corpuskit.trust import signing

    passphrase = None
    if passphrase_file is not None:
        try:
            passphrase = passphrase_file.read_bytes().partition(b"\n")[0].rstrip(b"\r")
        except OSError as error:
            raise InputError(f"{passphrase_file}: {error.strerror}") from error
    private = signing.private_key(key, passphrase)
    path = signing.sign(out, private)
    signer = signing.key_id(private.public_key())
    if as_json:
        print_json({"envelope": str(path), "keyid": signer})
    else:
        print_line(f"{path}: signed by {signer}")
