"""Translations of gettext (PO files): the translated side, entry by entry or as one document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.layout import blocks
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import (
    Content,
    Found,
    Raw,
    Skipped,
    Trouble,
    UnreadableError,
    WholeFile,
    WholeFileParams,
    about_encoding,
    decoded_text,
)

_STARTS = re.compile(rb'(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*msg(?:id|ctxt)[ \t]+"')
_CHARSET = re.compile(rb'"Content-Type:[^"\n]{0,100}?charset=([\w.:-]+)', re.I)
_KEYWORD = re.compile(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d{1,3})\])?)[ \t]*(.*)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\Z')
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|[^x0-7])")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_FLAGS = re.compile(r"[\w-]+")
_LINE_END = re.compile(r"\r\n|\n|\r")
_HEADER = re.compile(r"^([\w-]+):[ \t]*(.*)$", re.M)


class PoParams(WholeFileParams):
    """Options of the reader of PO files."""

    per: Literal["file", "entry"] = Field(
        "file", description="What is a document: all translations of a file, or each."
    )
    language: str = Field(
        "ja",
        pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$",
        description="The language that is read; a file that says it is in another is a problem.",
    )


class Po(WholeFile):
    """Reads ``.po``. Entries without a translation and doubtful (fuzzy) ones are left out."""

    name: ClassVar[str] = "po"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".po", ".pot")
    Params: ClassVar[type[ReaderParams]] = PoParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where, after comments, an entry starts."""
        return 2 if _STARTS.match(head) else super().recognises(head, name)

    def contents(self, raw: Raw) -> Iterator[Found]:
        """Translations in the order of the file; what is left out is counted."""
        label = _CHARSET.search(raw.data[:100_000])
        declared = label[1].decode("ascii") if label else None
        declared = None if declared == "CHARSET" else declared
        decoded = decoded_text(raw.data, raw.charset or declared)
        header: dict[str, str] = {}
        entries: list[_Entry] = []
        skipped: Counter[str] = Counter()
        for entry in _entries(decoded.text):
            if entry.broken:
                message = "a line is neither a comment nor a keyword with a quoted text; correct it"
                yield Trouble(f"line {entry.broken}", "broken_entry", message)
            elif not entry.original and not entry.context and not header and not entries:
                header = dict(_HEADER.findall(entry.text))
                self._check(header)
            elif reason := entry.left_out(alone=self.params.per == "entry"):
                skipped[reason] += 1
            else:
                entries.append(entry)
        about = {**_about(header), **about_encoding(decoded)}
        yield from self._documents(entries, about)
        yield from (Skipped(reason, count) for reason, count in skipped.items())
        if not entries:
            message = "no entry has a translation that is sure; take the file of another version"
            raise UnreadableError("no_text", message)

    def _check(self, header: dict[str, str]) -> None:
        """A file in another language is no document of the one that is asked for."""
        said = _language(header)
        if said and said.lower() != self._wanted() and said.split("-")[0] != self._wanted():
            raise UnreadableError(
                "other_language",
                "the file says that it is in another language; set 'options: {language: …}' to it",
            )

    def _wanted(self) -> str:
        return str(self.params.language).replace("_", "-").lower()

    def _documents(self, entries: list[_Entry], about: dict[str, Any]) -> Iterator[Found]:
        if self.params.per == "file":
            if entries:
                known = {**about, "entries": len(entries)}
                yield Content(blocks(entry.text for entry in entries), None, known)
            return
        for entry in entries:
            known = {
                **about,
                "original": entry.original,
                "context": entry.context or None,
                "references": entry.references or None,
            }
            yield Content(entry.text.strip("\n"), None, known, f"line {entry.line}")


@dataclass(slots=True)
class _Entry:
    """An entry as it is read.

    Attributes:
        line: number of its first keyword.
        flags: such as fuzzy.
        references: places in the source that it is from.
        obsolete: it is commented out.
        broken: number of a line that can't be read, or 0.
        parts: quoted texts by keyword, those of msgstr by number.
    """

    line: int = 0
    flags: set[str] = field(default_factory=set)
    references: list[str] = field(default_factory=list)
    obsolete: bool = False
    broken: int = 0
    parts: dict[str, list[str]] = field(default_factory=dict)

    @property
    def original(self) -> str:
        """What is translated."""
        return "".join(self.parts.get("msgid", ()))

    @property
    def context(self) -> str:
        """What tells it from others with the same original."""
        return "".join(self.parts.get("msgctxt", ()))

    @property
    def text(self) -> str:
        """The translation; of several forms each that is different, one a line."""
        forms = ("".join(part) for key, part in self.parts.items() if key.startswith("msgstr"))
        return "\n".join(dict.fromkeys(filter(None, forms)))

    def left_out(self, *, alone: bool) -> str:
        """Why an entry is no text, or an empty string.

        Args:
            alone: it would be a document, so that what is the same in both languages is left out;
                within the text of a file it has its place.
        """
        if self.obsolete:
            return "obsolete"
        if not self.text.strip():
            return "untranslated"
        if alone and self.text == self.original:
            return "same_as_original"
        return "fuzzy" if "fuzzy" in self.flags else ""


def _entries(text: str) -> Iterator[_Entry]:
    """Entries in order. A line that can't be read breaks its own entry only."""
    entry, key = _Entry(), ""
    for number, line in enumerate(_LINE_END.split(text), 1):
        line = line.strip()
        obsolete = line.startswith("#~")
        if obsolete:
            line = line[2:].lstrip(" |")
        elif line.startswith("#") or not line:
            if "msgstr" in key:
                yield entry
                entry, key = _Entry(), ""
            _comment(entry, line)
            continue
        found = _KEYWORD.fullmatch(line)
        if found:
            word = found[1]
            starts = word == "msgctxt" or (word == "msgid" and key != "msgctxt")
            if starts and entry.parts:
                yield entry
                entry = _Entry()
            key, line = word, found[3]
            entry.line = entry.line or number
            entry.parts.setdefault(key, [])
        quoted = _QUOTED.match(line)
        if quoted and key:
            entry.parts[key].append(_ESCAPE.sub(_unescaped, quoted[1]))
            entry.obsolete = entry.obsolete or obsolete
        elif not obsolete:
            entry.broken = entry.broken or number
    if entry.parts or entry.broken:
        yield entry


def _comment(entry: _Entry, line: str) -> None:
    if line.startswith("#,"):
        entry.flags.update(_FLAGS.findall(line[2:]))
    elif line.startswith("#:"):
        entry.references += line[2:].split()


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] == "x":
        return chr(int(code[1:], 16))
    if code[0].isdigit():
        return chr(int(code, 8) & 0xFF)
    return _PLAIN.get(code, code)


def _language(header: dict[str, str]) -> str:
    return header.get("Language", "").strip().replace("_", "-").lower()


def _about(header: dict[str, str]) -> dict[str, Any]:
    """What the header says; its names and addresses of people are left out."""
    revised = header.get("PO-Revision-Date", "").strip()
    project = header.get("Project-Id-Version", "").strip()
    return {
        "language": header.get("Language", "").strip() or None,
        "modified": revised if revised[:4].isdecimal() else None,
        "project": project if project and "PACKAGE" not in project else None,
    }
