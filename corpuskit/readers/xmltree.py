"""XML from strangers: parsed without network, DTDs or entities of its own, within budgets."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from corpuskit.readers.whole import UnreadableError

Element = Any  # lxml's element; the stubs know too little of it

#: Elements of one file, and how deep they may lie; libxml2's own limit on depth is 256.
MOST_NODES = 5_000_000
DEEPEST = 200


def parser(*, recover: bool = False, huge: bool = False) -> etree.XMLParser:
    """A parser that opens nothing and expands nothing but the five entities of XML."""
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        recover=recover,
        huge_tree=huge,
        remove_comments=True,
        remove_pis=True,
    )


def parsed(data: bytes, *, recover: bool = False) -> Element:
    """The root of an XML file.

    Args:
        data: the bytes, with their own declaration of an encoding or none.
        recover: go on after errors, as far as the parser can.

    Raises:
        UnreadableError: not well-formed (``broken_xml``, with line and column), too deep or too
            large (``too_deep``, ``too_many_nodes``), or with entities of its own that it uses
            (``xml_entities``).
    """
    try:
        root = etree.fromstring(data, parser(recover=recover, huge=len(data) > 10_000_000))
    except etree.XMLSyntaxError as error:
        raise _unreadable(error) from None
    except (ValueError, LookupError) as error:  # an encoding that lxml does not know
        raise UnreadableError(
            "broken_xml", f"not readable as XML: {type(error).__name__}"
        ) from None
    if root is None:
        raise UnreadableError("broken_xml", "there is no XML element in the file")
    check(root)
    return root


def check(root: Element) -> None:
    """Hold a tree to the budgets.

    Raises:
        UnreadableError: too deep, too many nodes, or entities that were not expanded.
    """
    depth = nodes = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        nodes += 1
        if depth > DEEPEST:
            raise UnreadableError("too_deep", f"elements lie more than {DEEPEST} deep")
        if nodes > MOST_NODES:
            raise UnreadableError("too_many_nodes", f"more than {MOST_NODES} elements")
        if node.tag is etree.Entity:
            raise UnreadableError("xml_entities", "it uses entities of its own, which are refused")


#: Characters that XML has not; a tree that was parsed as HTML may still hold them.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(text: str) -> str:
    """A text as it can be put into a tree: without control characters."""
    return _NOT_XML.sub("", text)


def local(element: Element) -> str:
    """An element's name without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _unreadable(error: etree.XMLSyntaxError) -> UnreadableError:
    message = str(error.msg or "")
    line, column = error.position if error.position else (0, 0)
    if "depth" in message:
        return UnreadableError("too_deep", "elements lie deeper than the parser goes")
    if "entity" in message.lower() and "loop" in message.lower():
        return UnreadableError("xml_entities", "its entities refer to each other")
    if "ntity" in message and "not defined" not in message:
        return UnreadableError("xml_entities", f"an entity can't be used at line {line}")
    where = f"at line {line}, column {column}"
    return UnreadableError("broken_xml", f"not well-formed XML {where}; export the file again")
