"""Tombstones: what was taken down, so that it stays down. Never a text.

The ledger is JSON Lines. Each line names one or more of ``id``, ``url``, ``domain``, ``uri`` and
``text_hmac``; a document that has any of them is taken down. ``text_hmac`` is HMAC-SHA256 under the
user's key over the normalised text (NFKC, lower case, without white space, control and invisible
characters) as hex; ``key_id`` is the first 16 digits of the key's own HMAC of nothing, so that a
wrong key is noticed. ``matched`` says how a removed document was found; a line without it is what
was asked for. ``date`` and ``reason`` are the user's.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.errors import InputError

#: The ledger's name in a dataset.
LEDGER = "tombstones.jsonl"
#: In which order the ways to find a document are tried.
WAYS = ("id", "url", "domain", "text")
#: Columns that a document is found by, beside its text.
COLUMNS = ("id", "uri", "url", "meta")

_HOST = (
    r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//(?:[^/?#@]*@)?(?P<host>\[[^\]]*\]|[^/?#:]*)(?P<port>:\d*)?"
    r"(?P<rest>[^#]*)"
)
#: Fields of records (JSON Lines, Parquet, CSV) that hold their address, in the column `meta`.
_FIELD = (
    r'"(?i:url|uri|link|permalink|page_?url|source_?url|warc-target-uri)"\s*:\s*'
    r'"(?P<url>(?:[^"\\]|\\.)*)"'
)
_SHORTEST_KEY = 16


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One line of the ledger; see the module's docstring."""

    id: str | None = None
    url: str | None = None
    domain: str | None = None
    uri: str | None = None
    text_hmac: str | None = None
    key_id: str | None = None
    matched: str | None = None
    table: str | None = None
    source: str | None = None
    date: str | None = None
    reason: str | None = None

    def line(self) -> bytes:
        """As it is written: sorted keys, what is not known left out."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        return json.dumps(known, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def read(path: Path) -> list[Tombstone]:
    """The lines of a ledger.

    Raises:
        InputError: the file is missing, or a line is not a tombstone; names its number.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", "check 'takedowns'") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            stone = Tombstone(**json.loads(line))
            well = all(v is None or isinstance(v, str) for v in asdict(stone).values())
        except (ValueError, TypeError):
            well = False
        if not well or not any((stone.id, stone.url, stone.domain, stone.uri, stone.text_hmac)):
            raise InputError(
                f"{path}: line {number} is not a tombstone",
                "each line is JSON with an id, url, domain, uri or text_hmac, all of them text",
            )
        found.append(stone)
    return found


# --- keys and texts -------------------------------------------------------------------------------


def read_key(path: Path) -> bytes:
    """The key of the texts' digests: the file's bytes without white space around them.

    Raises:
        InputError: the file is missing, or the key is short.
    """
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", "give the file that holds the key") from error
    if len(key) < _SHORTEST_KEY:
        raise InputError(f"{path}: a key has {_SHORTEST_KEY} bytes or more", "use a longer one")
    return key


def make_key(path: Path) -> None:
    """Write a random key (32 bytes as hex) that only the user can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(secrets.token_hex(32) + "\n")


def key_id(key: bytes) -> str:
    """Tells keys apart without telling them."""
    return hmac.digest(key, b"", "sha256").hex()[:16]


def normalised(texts: pa.Array) -> pa.Array:
    """Texts as their digests see them: NFKC, lower case, nothing that can't be seen."""
    lower = pc.utf8_lower(pc.utf8_normalize(texts, form="NFKC"))
    return pc.replace_substring_regex(lower, pattern=r"[\p{Z}\p{Cc}\p{Cf}]+", replacement="")


def text_hmacs(texts: pa.Array, key: bytes) -> list[str | None]:
    """Keyed digests of texts; None where nothing is left of one.

    One HMAC a document: a loop in Python, as only runs with takedowns have it.
    """
    values = normalised(texts).cast(pa.binary()).to_pylist()
    return [hmac.digest(key, v, "sha256").hex() if v else None for v in values]


# --- addresses ------------------------------------------------------------------------------------


def addresses(batch: pa.RecordBatch) -> pa.Array:
    """The address of each document: the column ``url``, else the first such field in ``meta``."""
    found = pc.struct_field(pc.extract_regex(batch.column("meta"), _FIELD), "url")
    if pc.any(pc.match_substring(found, "\\")).as_py():
        found = pa.array([_unescaped(value) for value in found.to_pylist()], pa.string())
    return pc.coalesce(batch.column("url"), found)


def _unescaped(value: str | None) -> str | None:
    """What stands between the quotes of a JSON string."""
    if value is None or "\\" not in value:
        return value
    text: str = json.loads(f'"{value}"', strict=False)
    return text.encode("utf-8", "replace").decode()


def address_keys(urls: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Addresses as they are compared, and their hosts.

    Scheme, user, default port, fragment, a leading ``www.``, case of the host and a bare ``/`` at
    the end don't tell addresses apart. What has no host is compared as it is.

    Returns:
        Keys and hosts, lower case; hosts are null where there is none.
    """
    parts = pc.extract_regex(urls, _HOST)
    host = pc.utf8_lower(pc.struct_field(parts, "host"))
    host = pc.utf8_rtrim(host, characters=".")
    bare = pc.replace_substring_regex(host, pattern=r"^www\.", replacement="")
    port = pc.replace_substring_regex(
        pc.struct_field(parts, "port"), pattern=r"^:(80|443)?$", replacement=""
    )
    rest = pc.replace_substring_regex(pc.struct_field(parts, "rest"), pattern=r"/$", replacement="")
    known = pc.fill_null(pc.and_(pc.is_valid(parts), pc.not_equal(host, "")), False)
    keys = pc.if_else(known, pc.binary_join_element_wise(bare, port, rest, ""), urls)
    return keys, pc.if_else(known, host, pa.scalar(None, pa.string()))


def domain_key(domain: str) -> str:
    """A domain as it is compared: lower case, punycode as browsers send it; of a URL its host.

    Raises:
        InputError: there is no domain in it.
    """
    host = urlsplit(domain if "//" in domain else f"//{domain}").hostname or ""
    try:
        return host.strip(".").encode("idna").decode().lower() or _no_domain(domain)
    except UnicodeError:
        return _no_domain(domain)


def _no_domain(domain: str) -> str:
    raise InputError(f"'{domain}' is not a domain", "write it like example.co.jp")


def _host_key(host: str) -> str:
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return host


def domains_of(host: str) -> list[str]:
    """A host and the domains above it, as they are compared."""
    labels = _host_key(host).split(".")
    return [".".join(labels[i:]) for i in range(len(labels))]


class Matcher:
    """Finds the documents that tombstones name.

    Args:
        stones: the ledger's lines, or what is asked for.
        key: of the texts' digests; None: texts are not looked at.
    """

    def __init__(self, stones: Iterable[Tombstone], key: bytes | None) -> None:
        stones = list(stones)
        self._key = key
        self._ids = _values(s.id for s in stones)
        self._urls, _ = address_keys(_values(s.url for s in stones))
        self._uris = _values(s.uri for s in stones)
        self._domains = {domain_key(s.domain) for s in stones if s.domain}
        self._texts = _values(s.text_hmac for s in stones)

    @property
    def columns(self) -> list[str]:
        """Columns that `match` reads."""
        return [*COLUMNS, *(["text"] if self._reads_text else [])]

    @property
    def _reads_text(self) -> bool:
        return self._key is not None and len(self._texts) > 0

    def match(self, batch: pa.RecordBatch) -> pa.Array:
        """How each row was found: one of `WAYS`, or null.

        Args:
            batch: n rows with the columns of `columns`.
        """
        keys, hosts = address_keys(addresses(batch))
        found = {
            "id": pc.is_in(batch.column("id"), self._ids),
            "url": pc.or_(
                pc.and_(pc.is_valid(keys), pc.is_in(keys, self._urls)),
                pc.is_in(batch.column("uri"), self._uris),
            ),
            "domain": self._below(hosts),
        }
        if self._reads_text and self._key is not None:
            digests = pa.array(text_hmacs(batch.column("text"), self._key), pa.string())
            found["text"] = pc.and_(pc.is_valid(digests), pc.is_in(digests, self._texts))
        ways = pa.nulls(batch.num_rows, pa.string())
        for way in reversed(WAYS):
            if way in found:
                ways = pc.if_else(found[way], pa.scalar(way), ways)
        return ways

    def _below(self, hosts: pa.Array) -> pa.Array:
        """Hosts that are one of the domains, or lie below one."""
        if not self._domains:
            return pa.array(np.zeros(len(hosts), np.bool_))
        unique = hosts.unique().drop_null().to_pylist()
        hit = [host for host in unique if not self._domains.isdisjoint(domains_of(host))]
        return pc.is_in(hosts, pa.array(hit, pa.string()))

    def wanted(self) -> dict[str, list[str]]:
        """What an index is asked for, by kind; texts are known by digest alone."""
        return {
            "id": self._ids.to_pylist(),
            "url": self._urls.to_pylist(),
            "domain": sorted(self._domains),
            "uri": self._uris.to_pylist(),
        }


def _values(values: Iterable[Any]) -> pa.Array:
    return pa.array(sorted({value for value in values if value}), pa.string())
