"""What readers of XML share: the root's name in a file's head, its tree, the text of an element."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from lxml import etree

from corpuskit.readers.layout import unwrapped
from corpuskit.readers.whole import Raw, about_encoding, decoded_text
from corpuskit.readers.xmltree import Element, local, parsed

_WIDE_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PROLOG = re.compile(
    r"\ufeff?\s*(?:<\?xml\b[^>]*\?>)?(?:\s+|<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>)*",
    re.S,
)
_ROOT = re.compile(r"<((?:[\w.-]+:)?([\w.-]+))(?=[\s/>])([^<>]*)")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""")
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
#: Characters that XML forbids; some programs write them all the same.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\r\n\f]+")

#: Digits and signs, half-width and full-width, that Unicode has set high and low.
_PLAIN = "0123456789+-−=()０１２３４５６７８９＋－＝（）"
_RAISED = str.maketrans(f"{_PLAIN}n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_RAISABLE = re.compile(f"[{re.escape(_PLAIN)}n]+")
_LOWERABLE = re.compile(f"[{re.escape(_PLAIN)}]+")


@dataclass(frozen=True, slots=True)
class Root:
    """How an XML file starts.

    Attributes:
        name: of the root element, without a prefix; empty where there is none in the head.
        tag: the root's start tag with its attributes.
        prolog: what comes before: declaration, DOCTYPE, comments.
        rest: what is left of the head.
    """

    name: str = ""
    tag: str = ""
    prolog: str = ""
    rest: str = ""


def root_of(head: bytes) -> Root:
    """The root element in a file's first bytes; an empty one where they are not XML."""
    text = _head_text(head)
    if "<" not in text:
        return Root()
    prolog = _PROLOG.match(text)
    end = prolog.end() if prolog else 0
    found = _ROOT.match(text, end)
    if found is None:
        return Root()
    return Root(found[2], found[0], text[:end], text[found.end() :])


def _head_text(head: bytes) -> str:
    for mark, encoding in _WIDE_MARKS:
        if head.startswith(mark):
            return head[2:].decode(encoding, "replace")
    return head.decode("utf-8", "replace")


def xml_string(raw: Raw) -> tuple[str, dict[str, Any]]:
    """An XML file's text without its declaration, and how its bytes were read.

    The bytes are decoded here, not by the XML parser, so that the characters of CP932 beyond
    Shift_JIS are read, too, and a wrong declaration does no harm.

    Raises:
        UndecodableError: the bytes are not text.
    """
    found = _ENCODING.match(raw.data.removeprefix(b"\xef\xbb\xbf").lstrip()[:200])
    label = found[1].decode("ascii") if found else None
    decoded = decoded_text(raw.data, raw.charset or label)
    text = _DECLARATION.sub("", decoded.text.removeprefix("\ufeff"), count=1)
    return _FORBIDDEN.sub("", text).lstrip(), about_encoding(decoded)


def xml_tree(raw: Raw) -> tuple[Element, dict[str, Any]]:
    """The root of an XML file, and how its bytes were read.

    Raises:
        UndecodableError: the bytes are not text.
        UnreadableError: they are not well-formed XML, or beyond the budgets.
    """
    text, about = xml_string(raw)
    return parsed(text.encode()), about


def inline(
    element: Element,
    *,
    keep_ruby: bool = False,
    skip: Collection[str] = (),
    replace: Callable[[Element, str], str | None] | None = None,
) -> str:
    """The text of an element and of all below it, as it stands in the source.

    Args:
        element: its own tail is left out.
        keep_ruby: readings in brackets after their base; else they are left out.
        skip: names of elements that are left out; what follows them stays.
        replace: called with each element below and its name; what it gives stands for the element,
            None lets it be read.
    """
    if not len(element):
        return element.text or ""
    parts: list[str] = [element.text or ""]
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if node is element:
            continue
        if event == "end":
            parts.append(node.tail or "")
            continue
        name = local(node)
        instead = "" if name in skip else replace(node, name) if replace else None
        if instead is None and name.lower() in _SPECIAL:
            instead = _special(node, name.lower(), keep_ruby)
        if instead is not None:
            parts.append(instead)
            walk.skip_subtree()
        else:
            parts.append(node.text or "")
    return "".join(parts)


_SPECIAL = frozenset({"rp", "rt", "sup", "sub", "superscript", "subscript"})


def _special(node: Element, name: str, keep_ruby: bool) -> str:
    """Readings, and characters set high or low: as Unicode has them, where it has all of them."""
    text = "".join(node.itertext()).strip()
    if name == "rt":
        return f"（{text}）" if keep_ruby and text else ""
    if name == "rp":
        return ""
    if name.startswith("sup"):
        return text.translate(_RAISED) if _RAISABLE.fullmatch(text) else text
    return text.translate(_LOWERED) if _LOWERABLE.fullmatch(text) else text


def flowed(text: str) -> str:
    """A paragraph of mark-up in one line: line ends between Japanese go, other white space is one.

    Full-width spaces stay.
    """
    return _SPACES.sub(" ", unwrapped(text)).strip(" ")


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its name without a namespace; None where it is missing or empty."""
    value = element.get(name)
    if value is None:
        for key, each in element.attrib.items():
            if key.rpartition("}")[2] == name:
                value = each
                break
    return value or None
