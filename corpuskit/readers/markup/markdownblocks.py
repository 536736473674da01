"""The blocks of Markdown, line by line: nothing recurses, every line is looked at once."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

from corpuskit.readers.html.text import BLOCKS
from corpuskit.readers.layout import table
from corpuskit.readers.markup import markdownlines as md
from corpuskit.readers.markup.markdowninline import BREAK, Inline, components, label_of
from corpuskit.readers.markup.markuptext import fenced


@dataclass
class _Fence:
    mark: str
    depth: int
    indent: int
    info: str
    lines: list[str]


class Blocks:
    """Turns the lines of a file into text.

    Args:
        lines: without front matter.
        keep_ruby: readings in brackets.
        mdx: the file may import and export.
    """

    def __init__(self, lines: list[str], *, keep_ruby: bool = False, mdx: bool = False) -> None:
        lines = md.definitions_joined(lines)
        whole = "\n".join(lines)
        self._lines, self._at, self._mdx = lines, 0, mdx
        names = frozenset(n for n in components(whole) if not n[0].islower() or "-" in n)
        references = (m[1] for line in lines if (m := md.DEFINED.match(line)))
        self._inline = Inline(keep_ruby, frozenset(map(label_of, references)), names)
        self._last = {end: whole.count("\n", 0, whole.rfind(end) + 1) for _, end in md.COMMENTS}
        self._last |= {end: -1 for _, end in md.COMMENTS if end not in whole}
        self._out: list[str] = []
        self._paragraph: list[str] = []
        self._lead = ""
        self._depth = 0
        self._content = -1  # column where the text of the open list item begins
        self._outer = -1  # the same, of the list that holds the open quotation
        self._blank = True
        self._fence: _Fence | None = None
        self._ends: dict[str, list[int]] | None = None  # lines that end a fence, by their mark
        self._never: set[str] = set()  # elements that aren't closed, or far too late

    def text(self) -> str:
        """The whole as Markdown."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            if self._fence is not None:
                self._in_fence(self._fence, line)
            else:
                self._outside(line)
        if self._fence is not None:
            self._close(self._fence)
        self._flush()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._out)).strip("\n")

    # --- what is written -------------------------------------------------------------------------

    def _write(self, text: str, *, apart: bool = False) -> None:
        """Lines below one another, behind the marks of their quotation."""
        if apart:
            self._gap()
        quote = "> " * self._depth
        self._out += [(quote + line).rstrip() for line in text.split("\n")]
        if apart:
            self._gap()

    def _gap(self) -> None:
        if self._out and self._out[-1]:
            self._out.append("")

    def _flush(self) -> None:
        """End the paragraph that is open."""
        if not self._paragraph:
            return
        text = self._inline.text("\n".join(self._paragraph))
        self._paragraph = []
        bullet = self._lead.strip()
        if text or bullet:
            indent = "\n" + " " * len(self._lead)
            self._write(self._lead + text.replace("\n", indent))
        if bullet:
            self._lead = " " * len(self._lead)

    def _heading(self, level: int, source: str) -> None:
        self._flush()
        text = self._inline.line(source)
        if text:
            self._write(f"{'#' * level} {text}", apart=True)
        self._content = -1

    # --- code ------------------------------------------------------------------------------------

    def _in_fence(self, fence: _Fence, line: str) -> None:
        inner, depth = line, 0
        while depth < fence.depth and (found := re.match(r" {0,3}> ?", inner)):
            inner, depth = inner[found.end() :], depth + 1
        stripped = inner.strip()
        ended = depth < fence.depth
        if stripped.startswith(fence.mark) and not stripped.strip(fence.mark[0]):
            self._close(fence)
        elif ended:
            self._close(fence)
            self._outside(line)
        else:
            cut = len(inner) - len(inner.lstrip(" "))
            fence.lines.append(inner[min(cut, fence.indent) :])

    def _close(self, fence: _Fence) -> None:
        self._fence = None
        name = re.match(r"[\w+#.-]+", fence.info)
        code = fenced("\n".join(fence.lines), name[0] if name else "")
        if code:
            indent = " " * len(self._lead) if self._content >= 0 and fence.indent else ""
            self._write("\n".join(indent + each for each in code.split("\n")), apart=True)

    def _indented(self, line: str) -> bool:
        """Code by its indentation: after a blank line, four columns or more beyond the text."""
        base = max(0, self._content)
        spaces = len(line) - len(line.lstrip(" \t"))
        columns = len(line[:spaces].expandtabs(4))
        if not self._blank or self._paragraph or columns < base + 4 or md.ITEM.match(line):
            return False
        taken = [line]
        while self._at < len(self._lines):
            following = self._lines[self._at]
            stripped = following.lstrip(" \t")
            width = len(following[: len(following) - len(stripped)].expandtabs(4))
            if stripped and width < base + 4:
                break
            taken.append(following)
            self._at += 1
        code = "\n".join(each.expandtabs(4)[base + 4 :] for each in taken)
        indent = " " * base
        self._write("\n".join(indent + each for each in fenced(code).split("\n")), apart=True)
        return True

    # --- everything else -------------------------------------------------------------------------

    def _outside(self, line: str) -> None:
        quoted = line.lstrip(" ") if max(self._content, self._outer) >= 0 else line
        quote = md.QUOTE.match(quoted)
        depth = quote[0].count(">") if quote else 0
        inner = quoted[quote.end() :] if quote else line
        if depth != self._depth and not (self._paragraph and inner.strip() and depth < self._depth):
            self._quotation(depth)
        cleaned = self._without_comments(inner)
        if cleaned is None:
            return
        if not cleaned.strip():
            self._flush()
            if self._out and self._out[-1].strip("> "):
                self._out.append("> " * (self._depth - 1) + ">" if self._depth else "")
            self._blank = True
            return
        self._block(cleaned)
        self._blank = False

    def _quotation(self, depth: int) -> None:
        """Begin or end a quotation; one within a list leaves the list open."""
        self._flush()
        if self._depth == 0:
            self._outer = self._content
        self._depth, self._lead = depth, ""
        self._content = -1 if depth else self._outer
        if depth == 0:
            self._outer = -1
        self._gap()
        self._blank = True

    def _without_comments(self, line: str) -> str | None:
        """The line without comments, which may go on below; None where nothing else was there."""
        before = line
        for opening, closing in md.COMMENTS:
            if opening in line:
                line = self._cut(line, opening, closing)
        return None if line is not before and not line.strip() else line

    def _cut(self, line: str, opening: str, closing: str) -> str:
        """The line, and what follows where a comment ends on a later one, without comments."""
        parts: list[str] = []
        code = md.Spans(line)
        at, start = 0, code.find(opening, 0)
        while start >= 0:
            parts.append(line[at:start])
            end = line.find(closing, start) if line.rfind(closing) > start else -1
            if end < 0 and self._last[closing] < self._at:  # never closed: text
                return "".join(parts) + line[start:].replace(opening, "")
            while end < 0:
                line, self._at = self._lines[self._at], self._at + 1
                end = line.find(closing)
                code = md.Spans(line)
            at = end + len(closing)
            start = code.find(opening, at)
        return "".join(parts).rstrip() + line[at:] if parts else line

    def _block(self, line: str) -> None:
        if self._opens_fence(line) or self._is_left_out(line) or self._html(line):
            return
        if self._indented(line) or self._underline(line) or self._table(line):
            return
        heading = md.HEADING.match(line)
        if heading:
            self._heading(len(heading[1]), md.CLOSING.sub("", heading[2] or ""))
        elif md.RULE.match(line):
            self._flush()
            self._gap()
        elif item := md.ITEM.match(line):
            self._item(item)
        elif note := md.NOTE.match(line):
            self._flush()
            self._gap()
            self._lead, self._content = "", -1
            self._add(note[1])
        else:
            self._add(line)

    def _opens_fence(self, line: str) -> bool:
        fence = md.FENCE.match(line)
        item = None if fence else md.ITEM.match(line)
        inner = md.FENCE.match(item[3] or "") if item else None
        if item and inner:
            self._item(item, empty=True)
            fence = inner
        if fence is None:
            return False
        admonition = md.ADMONITION.match(fence[3])
        self._flush()
        if admonition:
            self._admonition(fence[2], admonition[1])
            return True
        indent = self._content if inner else len(fence[1].expandtabs(4))
        if not indent:
            self._content, self._lead = -1, ""
        self._fence = _Fence(fence[2], self._depth, indent, fence[3], [])
        return True

    def _admonition(self, mark: str, title: str) -> None:
        """A fence around prose: its lines are text, its end is blanked out."""
        if title:
            self._add(title)
            self._flush()
            self._gap()
        if self._ends is None:
            self._ends = md.bare_fences(self._lines)
        ends = self._ends.get(mark, [])
        at = bisect.bisect_left(ends, self._at)
        if at < len(ends):
            self._lines[ends[at]] = ""

    def _is_left_out(self, line: str) -> bool:
        """Lines that say nothing to a reader: fences of admonitions, imports, definitions."""
        colons = md.COLONS.match(line)
        alert = md.ALERT.match(line) if self._depth else None
        if colons or alert:
            self._flush()
            said = alert[1] if alert else md.named(colons[1]) if colons else ""
            if said:
                self._add(said)
                self._flush()
            self._gap()
            return True
        if md.DEFINED.match(line) and not self._paragraph:
            return True
        if md.NOT_TEXT.match(line) or md.INCLUDED.match(line) or md.LIQUID.match(line):
            self._flush()
            return True
        if not self._paragraph and (md.IMPORT.match(line) or (self._mdx and md.MDX.match(line))):
            while self._mdx and self._at < len(self._lines) and self._lines[self._at].strip():
                self._at += 1
            return True
        return False

    def _underline(self, line: str) -> bool:
        mark = md.UNDERLINE.match(line)
        if not mark or not self._paragraph or self._lead.strip() or len(self._paragraph) > 3:
            return False
        source = "\n".join(self._paragraph)
        self._paragraph = []
        self._heading(1 if mark[1][0] == "=" else 2, source)
        return True

    def _item(self, item: re.Match[str], *, empty: bool = False) -> None:
        self._flush()
        indent = len(item[1].expandtabs(4))
        mark = item[2] if item[2][-1] in ".)" else "-"
        self._lead = f"{' ' * indent}{mark} "
        self._content = indent + len(item[2]) + 1
        self._paragraph = []
        self._add("" if empty else item[3] or "")
        if empty:
            self._flush()

    def _add(self, line: str) -> None:
        """A line of a paragraph; a new one that isn't indented ends the list."""
        if not self._paragraph and not self._lead.strip():
            indented = line[:1] in " \t"
            if not indented:
                self._content, self._lead = -1, ""
            elif self._content < 0:
                self._lead = ""
        if line.lstrip().startswith(": ") and self._paragraph:
            self._flush()  # a definition below its term
            line = line.lstrip()[2:]
        hard = line.endswith("  ") or (line.endswith("\\") and not line.endswith("\\\\"))
        text = line.rstrip("\\" if line.endswith("\\") else " ").strip(" \t")
        self._paragraph.append(text + BREAK if hard else text)

    def _table(self, line: str) -> bool:
        if "|" not in line or self._at >= len(self._lines):
            return False
        rows = [line]
        at = self._at
        while at < len(self._lines) and "|" in self._lines[at]:
            row = self._lines[at]
            quote = md.QUOTE.match(row) if self._depth else None
            rows.append(row[quote.end() :] if quote else row)
            at += 1
            if len(rows) == 2 and not md.is_delimiter(rows[1]):
                return False
        if len(rows) < 2:
            return False
        self._flush()
        self._at = at
        cells = [[self._inline.line(c) for c in md.cells(row)] for row in (rows[0], *rows[2:])]
        self._write(
            table([[c.replace("\\|", "|") for c in row] for row in cells], header=True), apart=True
        )
        return True

    # --- HTML ------------------------------------------------------------------------------------

    def _html(self, line: str) -> bool:
        """Lines of tags; tables, scripts, headings and items of HTML."""
        opened = md.OPENS.match(line)
        if opened is None:
            closed = md.CLOSES.search(line)
            if closed and closed[1].lower() in BLOCKS and not md.ITEM.match(line):
                self._add(line)
                self._flush()
                return True
            return False
        name = opened[1].lower()
        dropped = md.DROPPED.match(line)
        if dropped or name in ("table", "pre"):
            return self._element(line, name, drop=dropped is not None)
        if heading := md.HTML_HEADING.match(line):
            self._heading(int(heading[1]), heading[2])
            return True
        if (item := md.HTML_ITEM.match(line)) and not self._lead.strip():
            self._flush()
            self._write(f"- {self._inline.line(item[1])}")
            return True
        block = name in BLOCKS or not opened[1].islower()
        if not block:
            return False
        self._flush()
        self._paragraph.append(line.strip())
        if md.TAGS.match(line) or md.CLOSES.search(line):
            self._flush()
            self._gap()
        return True

    def _element(self, line: str, name: str, *, drop: bool) -> bool:
        """An element to its end tag; one that isn't closed is left to be read as lines."""
        end = f"</{name}"
        taken, size, at = [line], len(line), self._at
        while end not in taken[-1].lower():
            if at >= len(self._lines) or size > md.TABLE_LIMIT or name in self._never:
                self._never.add(name)
                return drop and line.rstrip().endswith("/>")
            taken.append(self._lines[at])
            size += len(taken[-1])
            at += 1
        self._flush()
        self._at = at
        if not drop:
            text = md.html_text("\n".join(taken), keep_ruby=self._inline.keep_ruby)
            if name == "pre":
                text = fenced(text.removeprefix("```\n").removesuffix("\n```"))
            self._write(text, apart=True)
        return True
