"""Synopses of DocBook (of functions, classes and commands) as lines of code."""

from __future__ import annotations

from corpuskit.readers.xml.xmltext import flowed, inline
from corpuskit.readers.xmltree import Element, local

_METHODS = frozenset({"methodsynopsis", "constructorsynopsis", "destructorsynopsis"})
_FIELDS = frozenset({"fieldsynopsis"})
_CLASSES = frozenset({"ooclass", "oointerface", "ooexception"})
SYNOPSES = _METHODS | _FIELDS | {"classsynopsis", "funcsynopsis", "cmdsynopsis"}


def synopsis(element: Element) -> str:
    """One of `SYNOPSES` as code: a line for each method, field, function or command."""
    name = local(element)
    if name in _METHODS:
        return _method(element)
    if name in _FIELDS:
        return _field(element)
    if name == "cmdsynopsis":
        return _command(element)
    if name == "funcsynopsis":
        lines = [_function(each) for each in element if local(each) == "funcprototype"]
        return "\n".join(filter(None, lines))
    return _class(element)


def _class(element: Element) -> str:
    named = [_words(each) for each in element if local(each) in _CLASSES]
    lines = [", ".join(filter(None, named))]
    for each in element:
        if local(each) in _METHODS:
            lines.append(_method(each))
        elif local(each) in _FIELDS:
            lines.append(_field(each))
    return "\n".join(filter(None, lines))


def _method(element: Element) -> str:
    before: list[str] = []
    parameters: list[str] = []
    for each in element:
        name = local(each)
        if name == "methodparam":
            parameters.append(_parameter(each))
        elif name != "void":
            before.append(_type(each) if name == "type" else _words(each))
    return f"{' '.join(filter(None, before))}({', '.join(parameters)})"


def _parameter(element: Element) -> str:
    parts = [_type(each) if local(each) == "type" else _assigned(each) for each in element]
    return " ".join(filter(None, parts))


def _field(element: Element) -> str:
    parts = [_type(each) if local(each) == "type" else _assigned(each) for each in element]
    return " ".join(filter(None, parts))


def _assigned(element: Element) -> str:
    text = _words(element)
    return f"= {text}" if text and local(element) == "initializer" else text


def _type(element: Element) -> str:
    """A type; of a union its members."""
    inner = [_words(each) for each in element if local(each) == "type"]
    return "|".join(filter(None, inner)) or _words(element)


def _function(element: Element) -> str:
    definition = ""
    parameters: list[str] = []
    for each in element:
        name = local(each)
        if name == "funcdef":
            definition = _words(each)
        elif name in ("paramdef", "varargs"):
            parameters.append(_words(each) or "...")
        elif name == "void":
            parameters.append("void")
    return f"{definition}({', '.join(parameters)})" if definition else ""


def _command(element: Element) -> str:
    parts: list[str] = []
    for each in element:
        text = _words(each)
        text += " ..." if text and each.get("rep") == "repeat" else ""
        optional = local(each) in ("arg", "group") and each.get("choice", "opt") == "opt"
        parts.append(f"[{text}]" if text and optional else text)
    return " ".join(filter(None, parts))


def _words(element: Element) -> str:
    return flowed(inline(element))
