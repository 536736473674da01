"""What stands within a line of HTML: white space, breaks, ruby, small figures, images of signs."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from corpuskit.readers.aozora.reader import gaiji
from corpuskit.readers.layout import WRAPS

#: lxml's elements; its stubs don't know all that is used here.
Element = Any

#: A line break of the page itself (br), told from one of the source. The text holds no NUL.
BREAK = "\0"


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
BLOCKS = words(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li"
    " main menu nav noframes ol p pre search section summary table tbody td tfoot th thead tr ul"
)
SILENT = words(
    "script style template iframe object embed applet svg canvas audio video map head select option"
    " button input textarea datalist noscript rp rt rtc progress meter"
)
#: Elements that something else may stand for.
_INLINE = SILENT | words("br img sup sub math")

_SUPER = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_SUB = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
_LONGEST_SMALL = 20  # characters of a power or an index

_BLANKS = re.compile(r"[ \t\r\f]+")
_LINES = re.compile(r" ?\n[ \n]*")
_AROUND_BREAK = re.compile(rf" ?{BREAK} ?")
_GAIJI_FILE = re.compile(r"/([12])-(\d\d)-(\d\d)\.png$")


def collapse(text: str) -> str:
    """White space of HTML source as a reader sees it; `BREAK` becomes a line end."""
    text = text.strip(" \t\n\r\f\0")
    if not text:
        return ""
    text = _BLANKS.sub(" ", text)
    if "\n" in text:  # runs are made one first: WRAPS would try each of their characters
        text = WRAPS.sub("", _LINES.sub("\n", text)).replace("\n", " ")
    if BREAK in text:
        text = _AROUND_BREAK.sub("\n", text)
    return text


def inline(element: Element, *, keep_ruby: bool = False) -> str | None:
    """What stands for an element within a line, or None where its content is to be read."""
    tag = element.tag
    if tag not in _INLINE:
        return None
    if tag == "br":
        return BREAK
    if tag == "img":
        return _image(element)
    if tag in ("sup", "sub"):
        return _small(element, _SUPER if tag == "sup" else _SUB)
    if tag == "math":
        return _formula(element)
    if tag == "rt" and keep_ruby:
        return f"（{collapse(plain(element))}）"
    return ""


def _image(element: Element) -> str:
    """Images of characters: gaiji of Aozora Bunko, emoji. Others say nothing."""
    described = element.get("alt") or ""
    if described.startswith("※"):
        place = _GAIJI_FILE.search(element.get("src") or "")
        numbers = "、{}-{}-{}".format(*map(int, place.groups())) if place else ""
        return gaiji(described + numbers)
    names = (element.get("class") or "").lower()
    return described if "emoji" in names and len(described) <= 8 else ""


def _small(element: Element, table: dict[str, str]) -> str | None:
    """A power or an index in the characters that Unicode has for it; "" for a note's number."""
    text = "".join(element.itertext()).strip()
    if text and len(text) <= _LONGEST_SMALL and all(character in table for character in text):
        return "".join(table[character] for character in text)
    return "" if "reference" in (element.get("class") or "").split() else None


def _formula(element: Element) -> str:
    """TeX where the page has it, else the signs in a row."""
    tex = element.get("alttext")
    if tex is None:
        for note in element.iter("annotation"):
            if "tex" in (note.get("encoding") or "").lower():
                tex = note.text
    if tex and tex.strip():
        return f"${' '.join(tex.split())}$"
    return "".join("".join(element.itertext()).split())


def plain(root: Element) -> str:
    """All text of an element as it stands in the source; blocks and br become `BREAK`."""
    parts: list[str] = [root.text or ""]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if element is root:
            continue
        tag = element.tag
        if event == "start":
            instead = inline(element)
            if instead is not None:
                parts.append(instead)
                walk.skip_subtree()
                continue
            if tag in BLOCKS:
                parts.append(BREAK)
            if element.text:
                parts.append(element.text)
        else:
            if tag in BLOCKS:
                parts.append(BREAK)
            if element.tail:
                parts.append(element.tail)
    return "".join(parts)
