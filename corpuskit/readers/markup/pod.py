"""Perl's POD, in files of its own and within programs; what is outside of it is code and goes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings, plain_name
from corpuskit.readers.layout import heading, unwrapped
from corpuskit.readers.markup.markuptext import MarkupParams, documents, fenced, lines_of
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Content, Raw, UnreadableError, WholeFile, decoded_text

_COMMAND = re.compile(r"=([A-Za-z]\w*)(?:\s+(.*))?$", re.S)
_STRONG = re.compile(
    rb"^=(?:encoding[ \t]+\S|head[1-6][ \t]+\S|pod\s*$|over\b|begin[ \t]+\S)", re.M
)
_ENCODING = re.compile(rb"^=encoding[ \t]+([\w.:-]+)", re.M)
_CODE = re.compile(r"([IBCLEFSXZ])(<(?:<+(?=\s))?)|(>+)")
_DEEPEST = 50
_NAMES = {"verbar": "|", "sol": "/", "lchevron": "«", "rchevron": "»"}
_TITLED = re.compile(r"NAME|名前|名称|題名", re.I)
_AUTHORED = re.compile(r"AUTHORS?|作者|著者", re.I)


class PodParams(MarkupParams):
    """Options of the POD reader."""

    original: Literal["drop", "keep"] = Field(
        "drop",
        description="What becomes of `=begin original` blocks, the text that was translated.",
    )


class Pod(WholeFile):
    """Reads ``.pod``, and the POD in ``.pm``, ``.pl`` and ``.t``."""

    name: ClassVar[str] = "pod"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".pod")
    Params: ClassVar[type[ReaderParams]] = PodParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where commands of POD start a line; a program without any is none."""
        if plain_name(name).endswith((".txt", ".text", ".md", ".re", ".rd", ".html", ".htm")):
            return 0
        return 2 if _STRONG.search(head) else super().recognises(head, name)

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The text as Markdown; NAME and AUTHOR go to the columns."""
        declared = _ENCODING.search(raw.data)
        label = declared[1].decode("ascii", "replace") if declared else None
        decoded = decoded_text(raw.data, raw.charset or label)
        page = _Page(keep_original=self.params.original == "keep")
        text = page.text(lines_of(decoded.text))
        if not text and not plain_name(raw.name).endswith(".pod"):
            raise UnreadableError("no_pod", "the program holds no POD; leave it out")
        about = {"author": page.author, "original_paragraphs": page.left_out or None}
        yield from documents(text, page.title, about, decoded, self.params.per)


class _Page:
    """One file's paragraphs, in order."""

    def __init__(self, *, keep_original: bool) -> None:
        self.title: str | None = None
        self.author: str | None = None
        self.left_out = 0
        self._keep_original = keep_original
        self._formats: list[bool] = []  # open =begin blocks: whether their text counts
        self._lists: list[str] = []  # open =over blocks: the mark of the item that is due
        self._fields = ""
        self._out: list[str] = []
        self._code: list[str] = []

    def text(self, lines: list[str]) -> str:
        """All POD of the lines as Markdown."""
        within = False
        for paragraph in _paragraphs(lines):
            command = _COMMAND.match(paragraph)
            if command and command[1] == "cut":
                within = False
            elif command:
                within = True
                self._command(command[1], (command[2] or "").strip("\n"))
            elif within:
                self._paragraph(paragraph)
        self._end_code()
        return "\n\n".join(self._out)

    def _command(self, name: str, rest: str) -> None:
        if name == "begin":
            self._formats.append(self._counts(rest.split()[0] if rest.strip() else ""))
            return
        if name == "end":
            self._formats[-1:] = []
            return
        if not all(self._formats):
            return
        self._end_code()
        if name.startswith("head") and name[4:].isdigit():
            text = inline(rest)
            self._fields = text
            self._lists.clear()
            self._add(heading(int(name[4:]), text))
        elif name == "over":
            self._lists.append("")
        elif name == "back":
            self._lists[-1:] = []
        elif name == "item":
            self._item(rest.strip())
        elif name == "for":
            kind, _, text = rest.partition("\n" if "\n" in rest.split(" ", 1)[0] else " ")
            if self._counts(kind.strip()) and text.strip():
                self._paragraph(text)

    def _counts(self, kind: str) -> bool:
        return (
            kind.startswith(":") or kind == "text" or (kind == "original" and self._keep_original)
        )

    def _item(self, rest: str) -> None:
        if not self._lists:
            self._lists.append("")
        number = re.match(r"(\d{1,9})[.)]?(?:\s+|$)", rest)
        bullet = re.match(r"[*o•-](?:\s+|$)", rest)
        mark = f"{number[1]}. " if number else "- "
        text = inline(rest[(number or bullet).end() :] if (number or bullet) else rest)  # type: ignore[union-attr]
        self._lists[-1] = mark
        if text:
            self._add(text)

    def _paragraph(self, paragraph: str) -> None:
        if not all(self._formats):
            self.left_out += 1
            return
        if paragraph[0] in " \t":
            self._code.append(paragraph)
            return
        self._end_code()
        text = inline(paragraph)
        if self._fields and text:
            self._known(text)
        self._add(text)

    def _known(self, text: str) -> None:
        if self.title is None and _TITLED.fullmatch(self._fields):
            self.title = text[:200]
        elif self.author is None and _AUTHORED.fullmatch(self._fields) and len(text) <= 200:
            self.author = text

    def _end_code(self) -> None:
        if not self._code:
            return
        lines = "\n\n".join(self._code).expandtabs(8).split("\n")
        self._code = []
        margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        self._add(fenced("\n".join(line[margin:] for line in lines)))

    def _add(self, text: str) -> None:
        """A block; in a list it stands below the item's mark."""
        if not text:
            return
        if self._lists:
            indent = "  " * (min(len(self._lists), _DEEPEST) - 1)
            mark = self._lists[-1]
            first = indent + (mark or "  ")
            self._lists[-1] = ""
            text = first + text.replace("\n", "\n" + " " * len(first))
        self._out.append(text)


def _paragraphs(lines: list[str]) -> Iterator[str]:
    held: list[str] = []
    for line in lines:
        if line.strip():
            held.append(line)
        elif held:
            yield "\n".join(held)
            held = []
    if held:
        yield "\n".join(held)


def inline(source: str) -> str:
    """A paragraph with its formatting codes resolved, as one line."""
    source = source.strip()
    if "<" not in source:
        return unwrapped(source)
    stack: list[tuple[str, str, list[str]]] = [("", "", [])]
    at = 0
    for found in _CODE.finditer(source):
        if found.start() < at:
            continue
        stack[-1][2].append(source[at : found.start()])
        at = found.end()
        if found[1]:
            if len(stack) > _DEEPEST:
                stack[-1][2].append(found[0])
            else:
                stack.append((found[1], found[2], []))
            continue
        left = len(found[3])
        while left and len(stack) > 1 and len(stack[-1][1]) <= left:
            letter, opening, parts = stack.pop()
            left -= len(opening)
            inner = "".join(parts)
            stack[-1][2].append(_formatted(letter, inner.strip() if len(opening) > 1 else inner))
        stack[-1][2].append(">" * left)
    stack[-1][2].append(source[at:])
    while len(stack) > 1:  # never closed: it was text
        letter, opening, parts = stack.pop()
        stack[-1][2].append(letter + opening + "".join(parts))
    return unwrapped("".join(stack[0][2]))


def _formatted(letter: str, text: str) -> str:
    if letter in "XZ":
        return ""
    if letter == "E":
        return _entity(text.strip())
    if letter == "L":
        shown, bar, target = text.partition("|")
        return shown if bar and target else shown.strip('"/')
    return text


def _entity(name: str) -> str:
    try:
        if re.fullmatch(r"\d{1,7}", name):
            return chr(int(name, 8 if name.startswith("0") else 10))
        if re.fullmatch(r"0?x[0-9A-Fa-f]{1,6}", name):
            return html.unescape(f"&#x{name.partition('x')[2]};")
    except (ValueError, OverflowError):
        return ""
    return _NAMES.get(name) or html.unescape(f"&{name};").removeprefix("&").removesuffix(";")
