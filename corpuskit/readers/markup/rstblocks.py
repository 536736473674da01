"""The blocks of reStructuredText: what is indented is a text of its own, to a depth."""

from __future__ import annotations

import re

from corpuskit.readers.html.text import words
from corpuskit.readers.layout import heading, table
from corpuskit.readers.markup import rsttables as tables
from corpuskit.readers.markup.markuptext import fenced
from corpuskit.readers.markup.rstinline import Inline
from corpuskit.readers.markup.rstlines import end_of, substitutions

_DEEPEST = 25  # levels of indentation; what lies deeper is plain text

_ADORNED = re.compile(r"([!-/:-@\[-`{-~])\1{1,}$")
_EXPLICIT = re.compile(r"\.\.(?:\s+|$)")
_DIRECTIVE = re.compile(r"(?:\|([^|]{1,200})\|\s+)?([A-Za-z][\w:+.-]*)\s?::(?:\s+(.*))?$")
_TARGET = re.compile(r"_(?:`[^`]+`|(?:[^:\\]|\\.)*+):(?:\s|$)|__:|__\s")
_NOTE = re.compile(r"\[(\d{1,5}|#[\w.-]*|\*|[A-Za-z][\w.-]*)\](?:\s+(.*)|$)")
_BULLET = re.compile(r"([-*+•‣⁃])(?:\s+(.*)|$)")
_NUMBERED = re.compile(r"\(?(\d{1,9}|#|[A-Za-z]|[ivxlcIVXLC]{1,8})[.)](?:\s+(.*)|$)")
_FIELD = re.compile(r":((?:[^:\\`]|\\.|`[^`]*`|:(?=\S)[^:`]*:(?=`)){1,200}+):(?:\s+(.*)|$)")
_OPTION = re.compile(r"(?:(?:-\w|--[\w-]+|/\w)(?:[ =]<?[\w-]+>?)?(?:, )?)+(?:  +(.*)|$)")
_TREE = re.compile(r"\s*(\S[^<>]{0,300}?)\s*<[^<>]+>$")
_CODE = words(
    "code code-block sourcecode highlight literalinclude parsed-literal math prompt productionlist"
    " doctest testcode testoutput testsetup ipython console graphviz digraph graph mermaid plantuml"
    " uml blockdiag seqdiag actdiag nwdiag"
)
_DRAWN = words("graphviz digraph graph mermaid plantuml uml blockdiag seqdiag actdiag nwdiag")
_SILENT = words(
    "contents include literalinclude index raw meta highlight default-role role sectnum"
    " currentmodule module sectionauthor codeauthor tabularcolumns automodule autoclass"
    " autofunction automethod autoattribute bibliography default-domain title local target-notes"
    " footer header only-builder testsetup"
)


def _margin(lines: list[str]) -> int:
    return min((len(line) - len(line.lstrip(" ")) for line in lines if line), default=0)


def _dedented(lines: list[str]) -> list[str]:
    cut = _margin(lines)
    return [line[cut:] for line in lines]


def _hanging(text: str, lead: str) -> str:
    return lead + text.replace("\n", "\n" + " " * len(lead)).replace(
        "\n" + " " * len(lead) + "\n", "\n\n"
    )


class Blocks:
    """Turns the lines of a file into text.

    Attributes:
        title: the first heading.
        fields: of the list before or below it.

    Args:
        lines: without tabs and trailing spaces.
    """

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self.title: str | None = None
        self.fields: dict[str, str] = {}
        self._levels: list[str] = []
        self._inline = Inline(substitutions(lines))

    def text(self) -> str:
        """The whole as Markdown."""
        return "\n\n".join(self._blocks(self._lines, 0))

    def _blocks(self, lines: list[str], depth: int) -> list[str]:
        """The blocks of a body of text whose margin is 0."""
        out: list[str] = []
        at = 0
        while at < len(lines):
            line = lines[at]
            if not line:
                at += 1
                continue
            if line[0] == " ":
                stop = end_of(lines, at, lambda each: each[0] == " ")
                out += self._inner(lines[at:stop], depth)
                at = stop
                continue
            for read in self._readers:
                stop = read(self, lines, at, depth, out)
                if stop > at:
                    break
            else:
                stop = self._paragraph(lines, at, depth, out)
            at = stop
        return [block for block in out if block.strip()]

    def _inner(self, lines: list[str], depth: int) -> list[str]:
        if depth >= _DEEPEST:
            return [self._inline.text("\n".join(line.strip() for line in lines if line))]
        return self._blocks(_dedented(lines), depth + 1)

    # What a line begins: each gives the line after it, or the same one where it is something else.

    def _heading(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        line = lines[at]
        over = _ADORNED.match(line)
        if over and at + 2 < len(lines) and lines[at + 2] == line and lines[at + 1].strip():
            return self._titled(lines[at + 1].strip(), line[0] * 2, out, at + 3)
        if over:
            alone = at + 1 >= len(lines) or not lines[at + 1]
            return at + 1 if alone and len(line) >= 4 else at
        below = lines[at + 1] if at + 1 < len(lines) else ""
        under = _ADORNED.match(below)
        if not under or (len(below) < 3 and len(below) < len(line)) or line.startswith(".. "):
            return at
        if (at and lines[at - 1]) or (len(below) < 4 and len(below) < len(line)):
            return at
        return self._titled(line, below[0], out, at + 2)

    def _titled(self, source: str, mark: str, out: list[str], after: int) -> int:
        if mark not in self._levels:
            self._levels.append(mark)
        text = self._inline.text(source)
        self.title = self.title or text
        out.append(heading(self._levels.index(mark) + 1, text))
        return after

    def _explicit(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        found = _EXPLICIT.match(lines[at])
        if not found:
            return at
        stop = end_of(lines, at + 1, lambda each: each[0] == " ")
        first, body = lines[at][found.end() :], lines[at + 1 : stop]
        directive = _DIRECTIVE.match(first)
        note = _NOTE.match(first)
        if directive and not directive[1]:
            out += self._directive(directive[2].lower(), directive[3] or "", body, depth)
        elif note:
            out += self._inner([note[2] or "", *_dedented(body)], depth)
        return stop  # targets, substitutions and comments say nothing

    def _directive(self, name: str, argument: str, body: list[str], depth: int) -> list[str]:
        name = name.rpartition(":")[2] if name.count(":") and name not in _CODE else name
        content, options, said = _parts(body, argument)
        if name == "toctree":
            named = filter(None, map(_TREE.match, content))
            return ["\n".join(f"- {self._inline.text(each[1])}" for each in named)]
        if name in _SILENT:
            return []
        if name in _CODE:
            if name == "math":
                source = "\n".join(filter(None, [argument, *content]))
                return [f"$$\n{source}\n$$"] if source else []
            if name in _DRAWN:
                return []
            caption = self._inline.text(options.get("caption", ""))
            lines = [argument, *content] if name in ("parsed-literal", "prompt") else content
            code = "\n".join(lines).strip("\n")
            if name == "parsed-literal":
                code = self._inline.marked(code)
            language = argument if name.startswith(("code", "source")) else ""
            return [caption, fenced(code, language.strip())]
        if name in ("image", "figure"):
            return [self._inline.text(options.get("alt", "")), *self._inner(content, depth)]
        if name in ("list-table", "csv-table", "table"):
            return [self._inline.text(said), *self._tabled(name, content, options, depth)]
        if name in ("only", "container", "div", "ifconfig", "highlights", "compound", "class"):
            return self._inner(content, depth)
        if said and content and content[0] and not options:  # one paragraph, begun beside the name
            return self._inner([said, *content], depth)
        return [self._inline.text(said), *self._inner(content, depth)]

    def _tabled(
        self, name: str, content: list[str], options: dict[str, str], depth: int
    ) -> list[str]:
        if name == "table":
            return self._inner(content, depth)
        if name == "csv-table":
            rows, header = tables.separated([line for line in content if line], options)
        else:
            rows = [self._row(row, depth) for row in _items(_dedented(content))]
            header = options.get("header-rows", "0") not in ("", "0")
            return [table(rows, header=header)]
        return [table([[self._cell(cell, depth) for cell in row] for row in rows], header=header)]

    def _row(self, lines: list[str], depth: int) -> list[str]:
        return [" ".join(self._inner(cell, depth)).strip() for cell in _items(_dedented(lines))]

    def _cell(self, text: str, depth: int) -> str:
        return (
            " ".join(self._inner(text.split("\n"), depth))
            if "\n" in text
            else self._inline.text(text)
        )

    def _grid(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        if not tables.is_grid(lines[at]):
            return at
        stop = end_of(lines, at, lambda each: each[0] in "+|", blank=False)
        rows, header = tables.grid(lines[at:stop])
        out.append(
            table([[self._cell(cell, depth) for cell in row] for row in rows], header=header)
        )
        return stop

    def _simple(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        if not tables.is_simple(lines[at]):
            return at
        stop = at + 1
        rules = 1
        while stop < len(lines):
            ruled = bool(re.match(r"=+(?: +=+)*$", lines[stop]))
            rules += ruled
            stop += 1
            if ruled and (stop >= len(lines) or not lines[stop]) and rules > 1:
                break
        else:
            return at
        rows, header = tables.simple(lines[at:stop])
        out.append(table([[self._cell(c, depth) for c in row] for row in rows], header=header))
        return stop

    def _list(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        bullet = _BULLET.match(lines[at])
        number = None if bullet else _NUMBERED.match(lines[at])
        found = bullet or number
        if not found:
            return at
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if number and below and below[0] != " " and not _NUMBERED.match(below):
            return at  # a sentence that begins with a number
        width = len(lines[at]) - len(found[2] or "") if found[2] else 2
        stop = end_of(lines, at + 1, lambda each: each[0] == " ")
        item = [
            lines[at][width:],
            *(line[min(width, _margin([line])) :] for line in lines[at + 1 : stop]),
        ]
        mark = f"{number[1]}. " if number and number[1].isdigit() else "- "
        if number and number[1] == "#":
            mark = "1. "
        inner = self._inner(item, depth) if depth < _DEEPEST else [" ".join(item)]
        text = "\n\n".join(inner)
        if text:
            tight = out and re.match(r"(?:- |\d+\. )", out[-1]) and lines[at - 1]
            block = _hanging(text, mark)
            if tight:
                out[-1] += "\n" + block
            else:
                out.append(block)
        return stop

    def _field(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        found = _FIELD.match(lines[at])
        if not found or lines[at].startswith("::") or re.match(r":[\w:.+-]+:`", lines[at]):
            return at
        stop = end_of(lines, at + 1, lambda each: each[0] == " ")
        name = found[1]
        body = [found[2] or "", *_dedented(lines[at + 1 : stop])]
        if depth == 0 and len(out) <= 1 and not name.startswith(("param", "return", "raise")):
            value = self._inline.text("\n".join(body).strip())
            if value:
                self.fields[name.lower()] = value[:1000]
            return stop
        text = "\n\n".join(self._inner(body, depth))
        out.append(_hanging(f"{self._inline.text(name)}: {text}", "- "))
        return stop

    def _option(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        found = _OPTION.match(lines[at])
        if not found:
            return at
        stop = end_of(lines, at + 1, lambda each: each[0] == " ")
        text = "\n\n".join(self._inner([found[1] or "", *_dedented(lines[at + 1 : stop])], depth))
        name = lines[at][: found.start(1)].strip() if found[1] else lines[at]
        out.append(_hanging(f"{name}: {text}", "- "))
        return stop

    def _line_block(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        if not re.match(r"\|(?: |$)", lines[at]):
            return at
        stop = end_of(lines, at, lambda each: each[0] in "| ", blank=False)
        held: list[str] = []
        for line in lines[at:stop]:
            if line[0] == "|":
                held.append(line[1:].strip())
            else:
                held[-1] += "\n" + line.strip()
        out.append("\n".join(self._inline.text(each) for each in held))
        return stop

    def _doctest(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        if not lines[at].startswith(">>> "):
            return at
        stop = end_of(lines, at, bool, blank=False)
        out.append(fenced("\n".join(lines[at:stop]), "python"))
        return stop

    def _definition(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if not below.startswith(" ") or lines[at].endswith("::"):
            return at
        stop = end_of(lines, at + 1, lambda each: each[0] == " ")
        text = "\n\n".join(self._inner(lines[at + 1 : stop], depth))
        out.append(_hanging(f"{self._inline.text(lines[at])}\n{text}", "- "))
        return stop

    def _paragraph(self, lines: list[str], at: int, depth: int, out: list[str]) -> int:
        stop = at + 1
        while stop < len(lines) and lines[stop] and lines[stop][0] != " ":
            if _EXPLICIT.match(lines[stop]) and _DIRECTIVE.match(lines[stop][2:].lstrip()):
                break
            stop += 1
        source = "\n".join(lines[at:stop])
        if not source.endswith("::"):
            out.append(self._inline.text(source))
            return stop
        said = source[:-2].rstrip() if source in ("::",) or source[-3:-2].isspace() else source[:-1]
        out.append(self._inline.text(said))
        end = end_of(lines, stop, lambda each: each[0] == " ")
        if not any(lines[stop:end]):  # quoted by a mark at the margin
            start = next((n for n in range(stop, len(lines)) if lines[n]), len(lines))
            mark = lines[start][0] if start < len(lines) else ""
            quoted = bool(mark) and not mark.isalnum() and ord(mark) < 128
            end = (
                end_of(lines, start, lambda each: each[0] == mark, blank=False) if quoted else stop
            )
        out.append(fenced("\n".join(_dedented(lines[stop:end]))))
        return max(end, stop)

    _readers = (
        _explicit,
        _grid,
        _simple,
        _heading,
        _list,
        _field,
        _option,
        _line_block,
        _doctest,
        _definition,
    )


def _items(lines: list[str]) -> list[list[str]]:
    """Items of a bullet list, without their marks."""
    found: list[list[str]] = []
    for line in lines:
        item = _BULLET.match(line)
        if item:
            found.append([" " * (len(line) - len(item[2] or "")) + (item[2] or "")])
        elif found:
            found[-1].append(line)
    return found


def _parts(body: list[str], argument: str) -> tuple[list[str], dict[str, str], str]:
    """Content, options and argument of a directive; the argument may go on below it."""
    lines = _dedented(body)
    at = 0
    options: dict[str, str] = {}
    key = ""
    while at < len(lines) and lines[at]:
        found = _FIELD.match(lines[at])
        if found and not re.match(r":[\w:.+-]+:`", lines[at]):
            key = found[1]
            options[key] = (found[2] or "").strip()
        elif key and lines[at][0] == " ":
            options[key] += f" {lines[at].strip()}"
        else:
            break
        at += 1
    return lines[at:], options, argument.strip()
