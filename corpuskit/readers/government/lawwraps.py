"""Takes a law out of what the e-Gov API wraps around it: XML of version 1 and 2, JSON of 2."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from lxml import etree

from corpuskit.readers.whole import Raw, UnreadableError, about_encoding, decoded_text
from corpuskit.readers.xml.xmltext import xml_tree
from corpuskit.readers.xmltree import MOST_NODES, Element, check, local, parsed

#: What XML can't hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A law and what its wrapping says of it, under the names of a law's own facts."""

    law: Element
    about: dict[str, Any] = field(default_factory=dict)


def unwrapped_law(raw: Raw) -> Wrapped:
    """The law in a file: as XML, or as an answer of the API.

    Raises:
        UndecodableError: the bytes are not text.
        UnreadableError: there is no law in the file, or it can't be read.
    """
    start = raw.data[:16].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return _from_json(raw)
    root, about = xml_tree(raw)
    if local(root) in ("Law", "LawBody"):
        return Wrapped(root, about)
    law = next(root.iter("{*}Law", "{*}LawContents"), None)
    if law is None:
        raise _no_law(root.findtext(".//{*}Result/{*}Code"))
    return Wrapped(law, {**about, **_facts(_leaves(root, law))})


def _no_law(code: str | None) -> UnreadableError:
    if code not in (None, "0"):
        return UnreadableError("api_error", "the answer of the API is an error; fetch it again")
    return UnreadableError("no_law", "there is no text of a law in the file; fetch it by its id")


def _leaves(root: Element, law: Element) -> dict[str, str]:
    """Texts of the elements around the law, by name."""
    found: dict[str, str] = {}
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if element is law:
            walk.skip_subtree()
        elif not len(element) and element.text and element.text.strip():
            found.setdefault(local(element), element.text.strip())
    return found


def _from_json(raw: Raw) -> Wrapped:
    decoded = decoded_text(raw.data, raw.charset)
    try:
        answer = msgspec.json.decode(decoded.text)
    except (msgspec.DecodeError, RecursionError):
        raise UnreadableError(
            "invalid_json", "not valid JSON, or cut short; fetch it again"
        ) from None
    full = answer.get("law_full_text") if isinstance(answer, dict) else None
    if isinstance(full, dict):
        law = _element(full)
    elif isinstance(full, str):
        law = parsed(_packed_xml(full))
    else:
        raise _no_law(None)
    if local(law) != "Law":
        law = next(law.iter("{*}Law"), law)
    known: dict[str, str] = {}
    for key in ("law_info", "revision_info"):
        part = answer.get(key)
        if isinstance(part, dict):
            known.update({name: str(value) for name, value in part.items() if value is not None})
    return Wrapped(law, {**about_encoding(decoded), **_facts(known)})


def _packed_xml(text: str) -> bytes:
    if text.lstrip().startswith("<"):
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        message = "the law in the answer is neither XML nor Base64 of it; fetch it again"
        raise UnreadableError("broken_base64", message) from None


def _element(tree: Mapping[str, Any]) -> Element:
    """A tree of tag, attr and children as an element, without recursion.

    Raises:
        UnreadableError: it is not such a tree, too deep or too large.
    """
    root = etree.Element("root")
    stack: list[tuple[Any, Element]] = [(tree, root)]
    nodes = 0
    while stack:
        node, parent = stack.pop()
        nodes += 1
        if nodes > MOST_NODES:
            raise UnreadableError("too_many_nodes", f"more than {MOST_NODES} elements")
        if isinstance(node, str):
            _append_text(parent, _FORBIDDEN.sub("", node))
            continue
        name = node.get("tag") if isinstance(node, dict) else None
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            message = "law_full_text is not a tree of tag, attr and children; set json_format=full"
            raise UnreadableError("no_law", message)
        made = etree.SubElement(parent, name)
        attributes = node.get("attr")
        for key, value in attributes.items() if isinstance(attributes, dict) else ():
            if isinstance(value, str) and _NAME.fullmatch(key):
                made.set(key, _FORBIDDEN.sub("", value))
        children = node.get("children")
        if isinstance(children, list):
            stack.extend((child, made) for child in reversed(children))
    check(root)
    return root[0]


def _append_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _facts(known: Mapping[str, str]) -> dict[str, Any]:
    """What the API says of a law, under the names that a law's own facts have."""
    found: dict[str, str | None] = {
        "law_id": known.get("law_id") or known.get("LawId"),
        "law_num": known.get("law_num") or known.get("LawNum"),
        "law_title": known.get("law_title"),
        "published": known.get("promulgation_date"),
        "category": known.get("category"),
        "in_force_from": known.get("amendment_enforcement_date"),
        "amended_by": known.get("amendment_law_num"),
        "repealed": known.get("repeal_status") if known.get("repeal_status") != "None" else None,
        "modified": known.get("updated"),
    }
    return {name: value for name, value in found.items() if value}
