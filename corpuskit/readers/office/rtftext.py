"""The text of RTF as blocks: bytes decoded by their font's character set, groups on a stack."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from corpuskit.readers.office.officeblocks import Block, raised
from corpuskit.readers.office.rtfblocks import RtfBlocks
from corpuskit.readers.office.rtftokens import (
    CHARSETS,
    SIGNS,
    SYMBOLS,
    WIDE,
    Token,
    code_page,
    tokens,
)
from corpuskit.readers.office.symbolfonts import symbol
from corpuskit.readers.whole import UnreadableError

_MOST_GROUPS = 10_000
#: Destinations without text of the document.
_SKIPPED = frozenset(
    b"stylesheet colortbl pict object objdata header headerl headerr headerf footer footerl footerr"
    b" footerf fldinst themedata colorschememapping datastore xmlnstbl listtable listoverridetable"
    b" rsidtbl generator revtbl filetbl bkmkstart bkmkend annotation atnid atnauthor atnref atndate"
    b" atrfstart atrfend ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn sp shprslt nonshppict"
    b" latentstyles pgdsctbl mmathPr wgrffmtfilter template private objclass objname xe tc rxe"
    b" keywords operator category manager company comment hlinkbase doccomm password"
    b" panose falt fontemb".split()
)
#: Destinations marked with ``\*`` that have text all the same.
_KEPT = frozenset((b"shpinst", b"ud", b"shptxt"))
_INFO = {b"title": "title", b"author": "author", b"subject": "subject"}
_DATES = {b"creatim": "published", b"revtim": "modified"}
#: States in which what stands there is no text.
_SILENT = frozenset(("fonts", "twin", "published", "modified"))
_LONGEST = 1000  # characters of a property


@dataclass(slots=True)
class _Group:
    """What a group may change, put back at its end."""

    skipped: bool = False
    into: str = ""
    font: int | None = None
    fallback: int = 1
    hidden: bool = False
    deleted: bool = False
    how: str = ""
    first: bool = True
    starred: bool = False
    owner: bool = False


class RtfText:
    """Reads one document; afterwards `blocks`, `about` and `replaced` tell what was found."""

    def __init__(self, data: bytes) -> None:
        self._out = RtfBlocks()
        self.blocks = self._out.blocks
        self.about: dict[str, Any] = {}
        self.replaced = 0
        self.encoding = "cp1252"
        self._used: Counter[str] = Counter()
        self._fonts: dict[int, str | None] = {}
        self._defining: int | None = None
        self._default: int | None = None
        self._group = _Group()
        self._groups: list[_Group] = []
        self._bytes = bytearray()
        self._skip = 0
        self._high = ""
        self._info: list[str] = []
        self._date: dict[bytes, int] = {}
        self._notes: list[str] = []
        self._outside: list[list[str]] = []
        self.cut = not self._read(data)
        self._flush()
        self._end_paragraph()
        self._out.end_table()
        if self._used:  # the one that most of the text is in
            self.encoding = max(sorted(self._used), key=self._used.__getitem__)
        for number, note in enumerate(self._notes, 1):
            if note:
                self.blocks.append(Block(note, "note", 0, f"[^{number}]: "))

    def _read(self, data: bytes) -> bool:
        """Take all tokens; whether the outermost group was ended."""
        for token in tokens(data):
            kind = token[0]
            if kind == "open":
                self._flush()
                self._open()
            elif kind == "close":
                self._flush()
                if self._close():
                    return True
            elif kind == "word":
                self._word(token)
            elif not self._group.skipped:
                self._piece(token)
            if kind not in ("open", "sign"):
                self._group.first = False
        return len(self._groups) < 2  # many programs forget the last brace

    def _open(self) -> None:
        self._groups.append(self._group)
        if len(self._groups) > _MOST_GROUPS:
            raise UnreadableError("too_deep", f"groups lie more than {_MOST_GROUPS} deep")
        self._group = replace(self._group, first=True, starred=False, owner=False)
        self._skip = 0

    def _close(self) -> bool:
        """End a group; True at the end of the document."""
        if not self._groups:
            return True
        ended, self._group = self._group, self._groups.pop()
        self._skip = 0
        if ended.owner:
            self._leave(ended.into)
        return not self._groups

    def _enter(self, into: str) -> None:
        self._group.into, self._group.owner = into, True

    def _leave(self, into: str) -> None:
        """The end of a destination."""
        if into == "note":
            text = "".join(self._out.inline).strip()
            self._out.inline = self._outside.pop()
            self._notes[-1] = text  # notes do not lie within each other
        elif into == "box":
            text = "".join(self._out.inline).strip()
            self._out.inline = self._outside.pop()
            if text:
                self.blocks.append(Block(text))
        elif into in ("title", "author", "subject"):
            text = "".join(self._info).strip()[:_LONGEST]
            if text:
                self.about[into] = text
        elif into in ("published", "modified") and b"yr" in self._date:
            parts = [self._date.get(name, 0) for name in (b"yr", b"mo", b"dy", b"hr", b"min")]
            self.about[into] = "{:04}-{:02}-{:02}T{:02}:{:02}".format(*parts)

    def _word(self, token: Token) -> None:
        _, word, number = token
        group = self._group
        if group.first and (word in _SKIPPED or (group.starred and word not in _KEPT)):
            group.skipped = True
        if group.skipped:
            return
        if self._skip and word not in (b"u", b"uc"):
            self._skip -= 1
            if word not in (b"par", b"cell", b"row", b"line", b"tab"):
                return
        if word == b"u":
            self._unicode(number or 0)
            return
        self._flush()
        if word in SIGNS:
            self._add(SIGNS[word])
        elif word in _WORDS:
            _WORDS[word](self, number)
        elif group.first and word in _INFO:
            self._enter(_INFO[word])
            self._info = []
        elif group.first and word in _DATES:
            self._enter(_DATES[word])
            self._date = {}
        elif group.into in ("published", "modified"):
            self._date[word] = number or 0

    def _piece(self, token: Token) -> None:
        kind, raw, _ = token
        if kind == "sign":
            if raw == b"*":
                self._group.starred = self._group.first
                return
            self._group.first = False
            if raw not in b"\\{}":
                self._sign(raw)
                return
        if self._skip:
            gone = min(self._skip, len(raw))
            self._skip -= gone
            raw = raw[gone:]
        self._bytes += raw

    def _sign(self, raw: bytes) -> None:
        if self._skip:
            self._skip -= 1
            return
        self._flush()
        if raw == b"~":
            self._add("\u00a0")
        elif raw == b"_":
            self._add("-")
        elif raw in (b"\n", b"\r"):
            self._end_paragraph()
        elif raw == b"\t":
            self._add("\t")

    def _unicode(self, number: int) -> None:
        self._flush()
        point = number & 0xFFFF
        self._skip = self._group.fallback
        if 0xD800 <= point < 0xDC00:
            self._high = chr(point)
            return
        if 0xDC00 <= point < 0xE000:
            if self._high:
                pair = (ord(self._high) - 0xD800) * 0x400 + point - 0xDC00 + 0x10000
                self._add(chr(pair))
            else:
                self._add("\ufffd")
                self.replaced += 1
        elif 0xF000 <= point <= 0xF0FF and self._group.into != "label":
            self._add(symbol(f"{point:x}", "symbol"))
        else:
            self._add(chr(point) if point >= 0x20 or point == 9 else "")
        self._high = ""

    def _flush(self) -> None:
        """Decode the bytes that were collected."""
        if not self._bytes:
            return
        raw = bytes(self._bytes)
        self._bytes.clear()
        if self._group.into in _SILENT:
            return
        codec = self._codec(raw)
        if codec == SYMBOLS:
            label = self._group.into == "label"
            self._add("•" if label else "".join(symbol(f"{byte:x}", "symbol") for byte in raw))
            return
        if not raw.isascii():
            self._used[codec] += len(raw)
        text = raw.decode(codec, "replace")
        self.replaced += text.count("\ufffd")
        self._add(text)

    def _codec(self, raw: bytes) -> str:
        """The encoding of bytes: that of their font, unless they only fit the document's own."""
        font = self._group.font if self._group.font is not None else self._default
        own = self._fonts.get(font) if font is not None else None
        if own is None or own == self.encoding:
            return self.encoding
        if own not in (*WIDE, SYMBOLS) and self.encoding in WIDE and not raw.isascii():
            try:
                raw.decode(self.encoding)
            except UnicodeDecodeError:
                return own
            return self.encoding
        return own

    def _add(self, text: str) -> None:
        group = self._group
        if group.into in _SILENT:
            return
        if group.into in ("title", "author", "subject"):
            self._info.append(text)
        elif group.into == "label":
            self._out.label.append(text)
        elif not (group.hidden or group.deleted):
            self._out.inline.append(raised(text, group.how) if group.how else text)

    def _end_paragraph(self, number: int | None = None) -> None:
        if self._group.into in ("note", "box"):
            self._out.inline.append("\n")
        else:
            self._out.end_paragraph()

    def _end_cell(self, number: int | None) -> None:
        if self._group.into not in ("note", "box"):
            self._out.end_cell()

    def _end_row(self, number: int | None) -> None:
        self._out.end_row()

    def _paragraph_defaults(self, number: int | None) -> None:
        self._out.in_table, self._out.outline = False, None

    def _into_table(self, number: int | None) -> None:
        self._out.in_table = True

    def _outline_level(self, number: int | None) -> None:
        self._out.outline = number if number is not None and 0 <= number < 9 else None

    def _code_page(self, number: int | None) -> None:
        found = code_page(number or 0)
        if found is not None:
            self.encoding = found

    def _font(self, number: int | None) -> None:
        if self._group.into == "fonts":
            self._defining = number
        else:
            self._group.font = number

    def _default_font(self, number: int | None) -> None:
        self._default = number

    def _charset(self, number: int | None) -> None:
        if self._group.into == "fonts" and self._defining is not None:
            self._fonts[self._defining] = CHARSETS.get(number or 0)

    def _font_page(self, number: int | None) -> None:
        if self._group.into == "fonts" and self._defining is not None:
            found = code_page(number or 0)
            if found is not None:
                self._fonts[self._defining] = found

    def _font_table(self, number: int | None) -> None:
        self._enter("fonts")

    def _fallback(self, number: int | None) -> None:
        self._group.fallback = min(max(number if number is not None else 1, 0), 100)

    def _hidden(self, number: int | None) -> None:
        self._group.hidden = number != 0

    def _deleted(self, number: int | None) -> None:
        self._group.deleted = number != 0

    def _super(self, number: int | None) -> None:
        self._group.how = "super" if number != 0 else ""

    def _sub(self, number: int | None) -> None:
        self._group.how = "sub" if number != 0 else ""

    def _upright(self, number: int | None) -> None:
        self._group.how = ""

    def _plain(self, number: int | None) -> None:
        self._group.hidden = self._group.deleted = False
        self._group.how, self._group.font = "", None

    def _labelled(self, number: int | None) -> None:
        self._enter("label")
        self._out.label = []

    def _note(self, number: int | None) -> None:
        if not self._group.first or self._group.into in ("note", "box"):
            return
        self._notes.append("")
        self._out.inline.append(f"[^{len(self._notes)}]")
        self._outside.append(self._out.inline)
        self._out.inline = []
        self._enter("note")

    def _box(self, number: int | None) -> None:
        if self._group.into not in ("note", "box"):
            self._outside.append(self._out.inline)
            self._out.inline = []
            self._enter("box")

    def _either(self, number: int | None) -> None:
        """``\\upr``: the same text in bytes and, in a group of its own, in Unicode."""
        self._enter("twin")

    def _unicode_twin(self, number: int | None) -> None:
        if len(self._groups) > 1:
            self._group.into = self._groups[-2].into


_WORDS = {
    b"par": RtfText._end_paragraph,
    b"sect": RtfText._end_paragraph,
    b"page": RtfText._end_paragraph,
    b"cell": RtfText._end_cell,
    b"nestcell": RtfText._end_cell,
    b"row": RtfText._end_row,
    b"nestrow": RtfText._end_row,
    b"pard": RtfText._paragraph_defaults,
    b"intbl": RtfText._into_table,
    b"outlinelevel": RtfText._outline_level,
    b"ansicpg": RtfText._code_page,
    b"f": RtfText._font,
    b"af": RtfText._font,
    b"deff": RtfText._default_font,
    b"fcharset": RtfText._charset,
    b"cpg": RtfText._font_page,
    b"fonttbl": RtfText._font_table,
    b"uc": RtfText._fallback,
    b"v": RtfText._hidden,
    b"deleted": RtfText._deleted,
    b"super": RtfText._super,
    b"sub": RtfText._sub,
    b"nosupersub": RtfText._upright,
    b"plain": RtfText._plain,
    b"pntext": RtfText._labelled,
    b"listtext": RtfText._labelled,
    b"footnote": RtfText._note,
    b"shptxt": RtfText._box,
    b"upr": RtfText._either,
    b"ud": RtfText._unicode_twin,
}
