"""The stage `optout`: what was said of training on a document, and what was not looked at.

Each protocol keeps its own precedence and its own row; "nobody looked" is never "nothing was said".
Signals are evidence. Whether one binds is a question of law, and this is not legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pyarrow as pa
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.errors import InputError
from corpuskit.paths import resolve_path
from corpuskit.provenance import agents as crawlers
from corpuskit.provenance.captures import Capture, Captures, captured
from corpuskit.provenance.fields import object_of, said
from corpuskit.provenance.notices import candidates, notice
from corpuskit.provenance.robots import LONGEST, Robots, path_of
from corpuskit.provenance.signalstates import (
    DISALLOWED,
    Signal,
    combined,
    noai,
    of_headers,
    of_robots,
    of_tdmrep,
)
from corpuskit.signals.wordlists import read
from corpuskit.stage import Column, Params, Resource, Stage

SIGNALS = pa.list_(
    pa.struct([(n, pa.string()) for n in ("protocol", "state", "place", "raw", "captured")])
)
_PAGES = (".html", ".htm", ".xhtml")


class OptoutParams(Params):
    """What was saved when the pages were fetched, and which lists apply."""

    captures: str = Field(
        "", description="A robots.txt, or a folder with HOST[@DATE].txt, .ai.txt, .tdmrep.json."
    )
    sources: tuple[str, ...] = Field(
        (), description="Sources whose documents the captures are of; all where there are none."
    )
    retroactive: bool = Field(
        False, description="Apply files that were captured after a page was fetched too."
    )
    agents: str = Field("", description="Agents that gather training data, one a line.")
    databases: str = Field(
        "", description="Domains whose works are sold or licensed for analysis, one a line."
    )
    pirates: str = Field("", description="Domains that host infringing copies, one a line.")
    walled: tuple[str, ...] = Field(
        (), description="Sources that were fetched from behind a login or a paywall."
    )
    quotes: bool = Field(
        True, description="Keep notices as written; then privacy goes before this stage."
    )


class Optout(Stage):
    """Opt-outs from training as they were seen, and how risky Article 30-4's proviso makes them.

    robots.txt and ai.txt for agents that gather training data, Content-Signal, Content-Usage
    (AIPREF), X-Robots-Tag and robots elements (noai), TDMRep and notices in the text such as
    AI学習禁止. Not legal advice.
    """

    name: ClassVar[str] = "optout"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = OptoutParams
    reads: ClassVar[tuple[str, ...]] = ("text", "source", "uri", "url", "robots", "headers", "meta")
    example: ClassVar[str] = "- optout"

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._captures = Captures()
        self._agents: tuple[str, ...] = ()
        self._lists: dict[str, frozenset[str]] = {}
        self._loaded = lru_cache(maxsize=256)(_read)

    def columns_written(self) -> tuple[Column, ...]:
        """States, signals and the risk."""
        return (
            Column(
                "optout_train",
                pa.string(),
                "disallowed where any protocol disallows training, else allowed where one allows "
                "it; null where none says anything",
            ),
            Column(
                "optout_probed",
                pa.string(),
                "protocols that could be looked at, comma separated; what is not named is unknown",
            ),
            Column(
                "optout_signals",
                SIGNALS,
                "protocol, state (disallowed, allowed, unset), place, as seen (robots.txt: the "
                "agents concerned), date of capture; null where nothing was looked at",
                holds_text=self.params.quotes,
            ),
            Column(
                "jp304_proviso_risk",
                pa.string(),
                "of Copyright Act 30-4's proviso: high (pirate list; login passed; sold for "
                "analysis and opted out), medium (a machine-readable opt-out), contract-check (a "
                "notice in the text only), low (none in robots.txt and page), unknown (not probed)",
            ),
        )

    def _path(self, name: str) -> Path | None:
        given = getattr(self.params, name)
        return Path(resolve_path(given, self.root)) if given else None

    def inputs(self) -> tuple[Path, ...]:
        """The captures and lists."""
        found = [p for n in ("agents", "databases", "pirates") if (p := self._path(n))]
        for path in found:
            if not path.is_file():
                raise InputError(f"no list at {path.name}", "give its path from the recipe on")
        if place := self._path("captures"):
            found += [each.path for files in captured(place).files.values() for each in files]
        return tuple(sorted(found))

    def facts(self) -> tuple[str, ...]:
        """Names of the captures: host and date are in them."""
        place = self._path("captures")
        files = captured(place).files.values() if place and place.is_dir() else ()
        return tuple(sorted(each.path.name for found in files for each in found))

    def resources(self) -> tuple[Resource, ...]:
        """The agents, and the lists of domains."""
        lists = [p for n in ("databases", "pirates") if (p := self._path(n))]
        return (crawlers.resource(self._path("agents")), *map(_domains, lists))

    def open(self) -> None:
        """Read the lists; captured files are read when a host's first page comes."""
        place = self._path("captures")
        self._captures = captured(place) if place else Captures()
        self._agents = crawlers.agents(self._path("agents"))
        for name in ("databases", "pirates"):
            path = self._path(name)
            words = read(path).words if path else ()
            self._lists[name] = frozenset(word.lower() for word in words)

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Look at every document's own signals, and at its host's."""
        told = candidates(batch.column("text"))
        names = [name for name in self.reads if name != "text"]
        columns = [batch.column(name).to_pylist() for name in names]
        out: list[tuple[Any, ...]] = []
        for row, values in enumerate(zip(*columns, strict=True)):
            words = notice(batch.column("text")[row].as_py()) if told[row] else None
            out.append(self._judge(dict(zip(names, values, strict=True)), words))
        written = self.columns_written()
        arrays = {
            column.name: pa.array([row[at] for row in out], column.type)
            for at, column in enumerate(written)
        }
        return append_columns(batch, arrays)

    def _judge(self, row: dict[str, Any], words: str | None) -> tuple[Any, ...]:
        """The four values of one document."""
        host, path = _place(said("url", row["url"], object_of(row["meta"])))
        signals = [*self._of_host(host, path, row), *self._of_page(row)]
        probed = {signal.protocol for signal in signals} | {"notice"}
        if words:
            raw = words[:500] if self.params.quotes else ""
            signals.append(Signal("notice", DISALLOWED, "text", raw))
        signals = list(dict.fromkeys(signals))
        rows = [(s.protocol, s.state, s.place, s.raw or None, s.captured or None) for s in signals]
        fields = [dict(zip(("protocol", "state", "place", "raw", "captured"), r, strict=True)) for r in rows]  # fmt: skip # noqa: E501
        risk = self._risk(row["source"], host, signals, probed)
        return combined(signals), ",".join(sorted(probed)), fields or None, risk

    def _of_host(self, host: str, path: str, row: dict[str, Any]) -> Iterator[Signal]:
        mine = not self.params.sources or row["source"] in self.params.sources
        meta = object_of(row["meta"])
        fetched = meta.get("fetched") if isinstance(meta.get("fetched"), str) else None
        found: dict[str, tuple[Capture, bytes]] = {}
        for kind in ("robots.txt", "ai.txt", "tdmrep.json") if host and mine else ():
            each = self._captures.of(host, kind, fetched, self.params.retroactive)
            if each:
                found[kind] = (each, self._loaded(each.path))
        for kind in ("robots.txt", "ai.txt"):
            if kind in found:
                each, raw = found[kind]
                yield from of_robots(_parsed(raw), path, self._agents, each.date, kind)
        file, date = None, ""
        if "tdmrep.json" in found:
            file, date = found["tdmrep.json"][1].decode("utf-8", "replace"), found["tdmrep.json"][0].date  # fmt: skip # noqa: E501
        header = object_of(row["headers"]).get("tdm-reservation")
        element = meta.get("tdm_reservation")
        signal = of_tdmrep(file, _word(header), _word(element), path, date)
        if signal:
            yield signal

    def _of_page(self, row: dict[str, Any]) -> Iterator[Signal]:
        """What the response and the page's elements say, where there were any to look at."""
        names = frozenset(self._agents)
        if row["headers"] is not None:
            texts = {k: v for k, v in object_of(row["headers"]).items() if isinstance(v, str)}
            yield from of_headers(texts, names)
        answer = object_of(row["headers"])
        page = row["uri"].lower().endswith(_PAGES) or "html" in str(answer.get("content-type"))
        if row["robots"] is not None or page:
            header = str(answer.get("x-robots-tag", ""))
            rules = (row["robots"] or "").removesuffix(header)  # the reader joins the two
            yield Signal("robots-meta", noai(rules, names), "meta", rules[:500])

    def _risk(self, source: str, host: str, signals: list[Signal], probed: set[str]) -> str:
        against = {s.protocol for s in signals if s.state == DISALLOWED}
        walled = source in self.params.walled
        machine = against - {"notice"}
        if walled or _listed(host, self._lists.get("pirates")):
            return "high"
        if machine:
            return "high" if _listed(host, self._lists.get("databases")) else "medium"
        if against:
            return "contract-check"
        page = {"x-robots-tag", "robots-meta"} & probed
        return "low" if "robots.txt" in probed and page else "unknown"


def _place(url: str | None) -> tuple[str, str]:
    """Host and path of an address; an empty host where it is none."""
    try:
        host = (urlsplit(url).hostname or "") if url else ""
        return host.lower(), path_of(url) if url else "/"
    except ValueError:
        return "", "/"


def _word(value: Any) -> str | None:
    return None if value is None else str(value)


def _listed(host: str, domains: frozenset[str] | None) -> bool:
    """Whether a host or a domain above it is in a list."""
    parts = host.split(".")
    return bool(domains) and any(
        ".".join(parts[at:]) in (domains or ()) for at in range(len(parts))
    )


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LONGEST)


@lru_cache(maxsize=256)
def _parsed(raw: bytes) -> Robots:
    return Robots(raw)


def _domains(path: Path) -> Resource:
    found = read(path)
    return Resource(path.name, "list", f"{len(found.words)} domains", found.digest)
