"""What readers of mark-up languages share: lines, front matter, code blocks, sections."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from corpuskit.ja.encodings import Decoded
from corpuskit.readers.whole import Content, WholeFileParams, about_encoding

#: What a field of front matter or of a document's head is called, by column.
_COLUMNS = {
    "author": ("author", "authors", "creator", "著者", "作者"),
    "published": (
        "date",
        "published",
        "publish_date",
        "pubdate",
        "created",
        "created_at",
        "日付",
        "作成日",
        "公開日",
    ),
    "modified": (
        "modified",
        "updated",
        "updated_at",
        "lastmod",
        "last_modified",
        "ms.date",
        "更新日",
    ),
    "url": ("canonical", "canonical_url", "url"),
    "language": ("lang", "language", "locale", "ms.contentlocale"),
    "license_link": ("license", "licence", "copyright"),
}
_FRONT = re.compile(r"\s*(-{3}|\+{3})[ \t]*\n")
_MOST_FRONT = 50_000  # characters
_KEY = re.compile(r"""(["']?)([^\W\d][\w.@/ -]{0,80})\1[ \t]*([:=])(?:[ \t]+(.*)|$)""")
_ITEM = re.compile(r"\s*-\s+(.*)")
_LONGEST = 1000  # characters of a value

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


class MarkupParams(WholeFileParams):
    """Options of the readers of mark-up languages."""

    per: Literal["file", "section"] = Field(
        "file", description="What a document is: the file, or a section under a # or ## heading."
    )


def lines_of(text: str) -> list[str]:
    """Lines of a text with any line ends; NUL characters are no text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")


def unescaped(text: str) -> str:
    """Character references as characters; one that ends without a semicolon is none."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def raised(text: str) -> str:
    """A superscript: ``2`` becomes ``²`` where there are characters for all of it."""
    return _moved(text, _RAISED)


def lowered(text: str) -> str:
    """A subscript, as `raised`."""
    return _moved(text, _LOWERED)


def _moved(text: str, table: dict[int, int]) -> str:
    return text.translate(table) if text and all(ord(c) in table for c in text) else text


def fenced(code: str, language: str = "") -> str:
    """A code block; its fence is longer than any within."""
    code = code.strip("\n").rstrip()
    if not code:
        return ""
    longest = max((len(run) for run in re.findall(r"^\s*(`{3,})", code, re.M)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def front_matter(lines: list[str]) -> tuple[dict[str, Any], int]:
    """Fields of YAML or TOML before the text, and the number of lines they take.

    Only what is flat is read: strings and lists of strings. Anything else is left out.

    Args:
        lines: of the file.
    """
    start = next((at for at, line in enumerate(lines[:5]) if line.strip("\ufeff \t")), None)
    if start is None or not _FRONT.match(lines[start].lstrip("\ufeff") + "\n"):
        return {}, 0
    mark = lines[start].lstrip("\ufeff").strip()[:3]
    size = 0
    for at in range(start + 1, len(lines)):
        if lines[at].rstrip() == mark or (mark == "---" and lines[at].rstrip() == "..."):
            fields = fields_of(lines[start + 1 : at])
            return (fields, at + 1) if fields or at == start + 1 else ({}, 0)
        size += len(lines[at])
        if size > _MOST_FRONT:
            break
    return {}, 0


def fields_of(lines: list[str]) -> dict[str, Any]:
    """Flat fields of YAML or TOML: values are strings as written, or lists of them."""
    found: dict[str, Any] = {}
    key = ""
    for line in lines:
        named = _KEY.match(line)
        item = _ITEM.match(line)
        if named:
            key = named[2].strip()
            found[key] = _value((named[4] or "").strip())
        elif key and item:
            held = found[key]
            value = _quoted(item[1])
            found[key] = [*held, value] if isinstance(held, list) else [value]
        elif key and line[:1] in " \t" and isinstance(found[key], str) and line.strip():
            found[key] = f"{found[key]} {line.strip()}".strip()
    return {name: value for name, value in found.items() if value}


def _value(text: str) -> str | list[str]:
    if text in ("|", ">", "|-", ">-", "|+", ">+"):
        return ""
    if text.startswith("[") and text.endswith("]") and not text.startswith("[["):
        items = (_quoted(part) for part in text[1:-1].split(","))
        return [item for item in items if item]
    return _quoted(text)


def _quoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return re.sub(r"\s+#\s.*$", "", text)


def about_of(fields: Mapping[str, Any], kept: str = "front_matter") -> dict[str, Any]:
    """Fields as columns; what has no column stays together under one name for `meta`.

    Args:
        fields: names as written; strings or lists of strings.
        kept: name of what is left.
    """
    named = {name.lower().replace(" ", "_"): name for name in reversed(list(fields))}
    about: dict[str, Any] = {}
    used = {"title"}
    for column, names in _COLUMNS.items():
        for name in names:
            if name in named and (value := _short(fields[named[name]])):
                about[column] = value
                used.add(name)
                break
    left = {
        name: value if isinstance(value, list) else value[:_LONGEST]
        for name, value in fields.items()
        if name.lower().replace(" ", "_") not in used
    }
    return {**about, kept: dict(list(left.items())[:50]) or None}


def _short(value: Any) -> str | None:
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return text.strip()[:_LONGEST] or None


def title_of(fields: Mapping[str, Any]) -> str | None:
    """The title that front matter names."""
    return next((_short(v) for name, v in fields.items() if name.lower() == "title"), None)


_HEADING = re.compile(r"(#{1,6}) (.*)")


def first_heading(text: str) -> str | None:
    """The first heading of the highest level among the first few; marks taken off."""
    best: tuple[int, str] | None = None
    for line in _outside_code(text.split("\n", 400)[:400]):
        found = _HEADING.match(line)
        if found and (best is None or len(found[1]) < best[0]):
            best = len(found[1]), found[2].strip()
    return best[1][:_LONGEST] if best else None


def _outside_code(lines: list[str]) -> Iterator[str]:
    fence = ""
    for line in lines:
        mark = re.match(r"[ >]*(`{3,}|~{3,})", line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence:
            yield line
            continue
        yield ""


def documents(
    text: str, title: str | None, about: Mapping[str, Any], decoded: Decoded, per: str
) -> Iterator[Content]:
    """The text as one document, or one for each section.

    Args:
        text: Markdown.
        title: of the whole; a section's own is its heading.
        about: what is known of the whole.
        decoded: how the bytes were read.
        per: ``file`` or ``section``.
    """
    known = {**about, **about_encoding(decoded)}
    text = text.strip("\n")
    title = title or first_heading(text)
    if per != "section":
        yield Content(text, title, known)
        return
    lines = text.split("\n")
    starts = [at for at, line in enumerate(_outside_code(lines)) if re.match(r"#{1,2} ", line)]
    if not starts or any(line.strip() for line in lines[: starts[0]]):
        starts.insert(0, 0)
    for number, at in enumerate(starts, 1):
        until = starts[number] if number < len(starts) else len(lines)
        own = _HEADING.match(lines[at])
        part = "\n".join(lines[at:until]).strip("\n")
        yield Content(part, own[2] if own else title, known, f"section {number}")
