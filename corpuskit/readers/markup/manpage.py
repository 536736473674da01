"""The lines of a manual page: requests of roff, macros of man and of mdoc, in one pass."""

from __future__ import annotations

import re

from corpuskit.readers.html.text import words
from corpuskit.readers.layout import blocks, heading, unwrapped
from corpuskit.readers.markup import mdoc, roff
from corpuskit.readers.markup.markuptext import fenced

_REQUEST = re.compile(r"[.'][ \t]*([A-Za-z\[\]{}@_%0-9?!*-]{1,40})[ \t]*(.*)$")
_FONTS = words("B I SM SB")
_ALTERNATING = words("BI BR IB IR RB RI")
_APART = words("PP P LP Pp sp Sp HP Lp")
_ENDING_MARKS = words("RE TE UE ME YS EE fi El Ed Re Ek")
_DROPPED = words(
    "ad na hy nh ne in ti ta tr so fam ft ps vs ll pl po nr ev di da wh ch rm rn als cs bd lg ul cu"
    " ce it rs fc tm ab pn nx cf pc lf if0 AT UC DT PD TH1 Os Bk Ek Sm Bd0 Hf Db Tg mso defcolor"
    " fcolor gcolor hcode hla hlm hpf shift warn nop ss bp pso sy PSPIC tkf color evc ecr"
)
_DISPLAYS = words("nf EX Bd Vb fi EE Ed Ve")
_BULLETS = words("• * - o + ·")
_CONDITION = re.compile(r"\s*(!?)\s*(?:([nt])(?=\s|\\)|('[^']*'[^']*'|\S+))\s*(.*)$", re.S)
_DEEPEST = 20


class Page:
    """Turns the lines of a page into text.

    Attributes:
        title: its names and what they do.
        section: of the manual.
        date: as written.
        author: of an mdoc page.

    Args:
        lines: of the file.
    """

    def __init__(self, lines: list[str]) -> None:
        self.title: str | None = None
        self.section: str | None = None
        self.date: str | None = None
        self.author: str | None = None
        self._lines, self._at = lines, 0
        self._strings = dict(roff.STRINGS)
        self._name = ""
        self._out: list[str] = []
        self._paragraph: list[str] = []
        self._code: list[str] | None = None
        self._lead = ""
        self._depth = 0
        self._tag_due = False
        self._lists: list[tuple[str, int]] = []
        self._heading_due = 0
        self._in_name = False
        self._taken = True
        self._reread = (-1, 0)  # the place of a line that is read again, and how often

    def text(self) -> str:
        """The whole as Markdown."""
        while self._at < len(self._lines):
            self._line(roff.without_comment(self._next()))
        self._end_code()
        self._flush()
        return blocks(self._out)

    def _next(self) -> str:
        """The next line, with those that it says it goes on in."""
        parts: list[str] = []
        while self._at < len(self._lines):
            part = self._lines[self._at]
            self._at += 1
            if not part.endswith("\\") or part.endswith("\\\\"):
                return "".join([*parts, part])
            parts.append(part[:-1])
        return "".join(parts)

    def _again(self, line: str) -> None:
        """Read what is left of a line as a line; conditions nest so deep at most."""
        same = self._reread[0] == self._at
        self._reread = (self._at, self._reread[1] + 1 if same else 1)
        if self._reread[1] <= _DEEPEST:
            self._at -= 1
            self._lines[self._at] = line

    def _line(self, line: str) -> None:
        request = _REQUEST.match(line) if line[:1] in ".'" else None
        if request:
            self._request(request[1], request[2].rstrip())
        elif line[:1] in (".", "'"):
            return  # ends of branches, and what no request begins with
        elif self._code is not None:
            self._code.append(self._said(line))
        elif not line.strip():
            self._flush()
        else:
            if line[0] in " \t" and self._paragraph:
                self._paragraph.append("\0")
            self._word(self._said(line))

    def _said(self, text: str) -> str:
        return roff.resolved(text, self._strings)

    def _word(self, text: str) -> None:
        """A line of running text, or what a macro before it was waiting for."""
        if self._heading_due:
            self._heading(text)
        elif self._tag_due:
            self._tag_due = False
            self._begin(text)
        elif self._code is not None:
            self._code.append(text)
        elif text.strip():
            self._paragraph.append(text.strip(" "))

    # --- what is written -------------------------------------------------------------------------

    def _flush(self) -> None:
        lines = "\n".join(self._paragraph).split("\0")
        self._paragraph = []
        text = "\n".join(filter(None, (unwrapped(part.strip("\n")).strip() for part in lines)))
        if not text:
            return
        if self._in_name and self.title is None:
            self.title = text[:300]
        self._in_name = False
        indent = "  " * min(self._depth, _DEEPEST)
        lead = indent + self._lead
        block = lead + text.replace("\n", "\n" + " " * len(lead))
        if self._lead and not self._lead.strip() and self._out:
            self._out[-1] += "\n" + block  # below the tag it belongs to
        else:
            self._out.append(block)
        self._lead = "  " if self._lead else ""

    def _begin(self, tag: str) -> None:
        """An item of a list: a bullet, a number, or a term with its text below."""
        self._flush()
        tag = " ".join(tag.split())
        number = re.fullmatch(r"[(\[]?(\d{1,4})[.)\]]?", tag)
        if number:
            self._lead = f"{number[1]}. "
        elif tag in _BULLETS or not tag:
            self._lead = "- " if tag else "  "
        else:
            self._lead = "- "
            self._paragraph = [tag]
            self._flush()

    def _heading(self, text: str) -> None:
        level, self._heading_due = self._heading_due, 0
        self._flush()
        self._lead, self._depth = "", 0
        self._lists.clear()
        self._out.append(heading(level, text))
        plain = text.strip().strip('"').upper()
        self._in_name = plain in ("NAME", "名前", "名称", "書式名") or plain.startswith("NAME")

    def _end_code(self) -> None:
        if self._code is None:
            return
        code, self._code = fenced("\n".join(self._code)), None
        indent = "  " * min(self._depth, _DEEPEST) + self._lead.replace("-", " ")
        if code:
            self._out.append("\n".join(indent + line for line in code.split("\n")))

    # --- requests and macros ---------------------------------------------------------------------

    def _request(self, name: str, rest: str) -> None:
        if name in _FONTS or name in _ALTERNATING:
            self._font(name, rest)
        elif name in ("TH", "Dt"):
            self._names(name, [self._said(each) for each in roff.arguments(rest)])
        elif name in ("SH", "SS", "Sh", "Ss"):
            self._end_code()
            self._heading_due = 2 if name in ("SS", "Ss") else 1
            if rest:
                said = [self._said(each) for each in roff.arguments(rest)]
                self._heading(" ".join(said))
        elif name in _APART:
            self._break(apart=name != "sp" or not self._lead)
        elif name in ("br", "Nl"):
            self._paragraph += ["\0"] if self._paragraph else []
        elif name in ("IP", "TP", "TQ", "RS", "RE"):
            self._indented(name, rest)
        elif name in _DISPLAYS:
            self._display(name, rest)
        elif name in ("de", "de1", "am", "ig", "dei"):
            self._skip_to(
                r"\.\."
                if name == "ig" or len(rest.split()) < 2
                else rf"[.']\s*{re.escape(rest.split()[1])}\b"
            )
        elif name == "ds":
            key, _, value = rest.partition(" ")
            if len(self._strings) < 1000:
                self._strings[key] = self._said(value.lstrip().removeprefix('"'))[:1000]
        elif name in ("if", "ie", "el", "while"):
            self._condition(name, rest)
        elif name == "TS":
            self._flush()
            self._out.append(
                roff.tbl(self._until(r"\.TE\b"), lambda cell: unwrapped(self._said(cell)))
            )
        elif name == "EQ":
            self._until(r"\.EN\b")
        elif name in ("UR", "MT", "SY", "OP"):
            self._synopsis(name, rest)
        elif name in _ENDING_MARKS or name in _DROPPED or name.startswith("%"):
            self._reference(name, rest)
        else:
            self._mdoc(name, rest)

    def _font(self, name: str, rest: str) -> None:
        said = [self._said(each) for each in roff.arguments(rest)]
        if said:
            self._word(("" if name in _ALTERNATING else " ").join(said))

    def _names(self, name: str, said: list[str]) -> None:
        self._name = said[0] if said else ""
        self.section = said[1] if len(said) > 1 else None
        if name == "TH" and len(said) > 2:
            self.date = said[2] or None

    def _break(self, *, apart: bool) -> None:
        if self._code is not None:
            self._code.append("")
            return
        self._flush()
        if apart and not self._lists:
            self._lead = ""

    def _indented(self, name: str, rest: str) -> None:
        if self._code is not None and name in ("IP", "TP"):
            self._end_code()
        if name == "IP":
            said = roff.arguments(rest)
            self._begin(self._said(said[0]) if said else "")
        elif name in ("TP", "TQ"):
            self._flush()
            self._tag_due = True
        else:
            self._flush()
            self._depth = max(
                0, self._depth + (1 if name == "RS" and self._lead else 0) - (name == "RE")
            )
            self._lead = ""

    def _display(self, name: str, rest: str) -> None:
        if name in ("fi", "EE", "Ed", "Ve"):
            self._end_code()
        elif name != "Bd" or "-literal" in rest or "-unfilled" in rest:
            self._flush()
            self._code = [] if self._code is None else self._code
        else:
            self._flush()

    def _skip_to(self, end: str) -> None:
        self._until(end)

    def _until(self, end: str) -> list[str]:
        """The lines before one that matches; all that are left where none does."""
        start, stop = self._at, re.compile(end)
        while self._at < len(self._lines) and not stop.match(self._lines[self._at]):
            self._at += 1
        self._at += 1
        return self._lines[start : self._at - 1]

    def _condition(self, name: str, rest: str) -> None:
        """The branch for a terminal is read; one for a printer, or unknown, is not."""
        if name == "el":
            taken, left = not self._taken, rest
        else:
            found = _CONDITION.match(rest)
            taken = bool(found and found[2] and (found[2] == "n") != bool(found[1]))
            left = found[4] if found else ""
            self._taken = taken
        left = left.lstrip()
        if taken:
            self._again(left.removeprefix("\\{").removesuffix("\\}").removesuffix("\\"))
        elif left.startswith("\\{"):
            depth = left.count("\\{") - left.count("\\}")
            while depth > 0 and self._at < len(self._lines):
                line = self._lines[self._at]
                depth += line.count("\\{") - line.count("\\}")
                self._at += 1

    def _synopsis(self, name: str, rest: str) -> None:
        said = [self._said(each) for each in roff.arguments(rest)]
        if name == "OP":
            self._word(f"[{' '.join(said)}]")
        elif name == "SY":
            self._flush()
            self._word(" ".join(said))
        elif said:
            shown = self._lines[self._at] if self._at < len(self._lines) else ""
            if re.match(r"\.[UM]E\b", shown):
                self._word(f"<{said[0]}>")

    def _reference(self, name: str, rest: str) -> None:
        if name.startswith("%"):
            self._word(" ".join(self._said(each) for each in roff.arguments(rest)))
        elif name == "El":
            self._flush()
            self._lists[-1:] = []
            self._depth = max(0, len(self._lists) - 1)
            self._lead = "  " if self._lists else ""
        elif name in ("UE", "ME") and rest and self._paragraph:
            self._paragraph[-1] += self._said(rest)

    def _mdoc(self, name: str, rest: str) -> None:
        said = [self._said(each) for each in roff.arguments(rest)]
        if name == "Dd":
            self.date = " ".join(said) or None
        elif name == "Bl":
            self._flush()
            self._lists.append((said[0] if said else "-bullet", 0))
            self._depth = len(self._lists) - 1
        elif name == "It":
            self._item(said)
        elif name == "Nd":
            self._word("— " + " ".join(said))
        elif name in ("Nm", "An") and said and not self._name_is(said, name):
            self._word(mdoc.Line(self._name).macros([name, *said]))
        elif name in ("Fo", "Fc", "Rs", "Pp", "Ex", "Rv"):
            self._word(f"{' '.join(said)}(" if name == "Fo" else ")" if name == "Fc" else "")
        elif name in ("Dl", "D1"):
            self._flush()
            self._out.append(fenced(mdoc.Line(self._name).macros(said)))
        elif name in mdoc.KNOWN:
            self._word(mdoc.Line(self._name).macros([name, *said]))

    def _name_is(self, said: list[str], name: str) -> bool:
        """Whether this names the page or its author for the first time; both are text, too."""
        if name == "Nm" and self._in_name:
            self._name = said[0]
        elif name == "An" and self.author is None and not said[0].startswith("-"):
            self.author = " ".join(word for word in said if word not in mdoc.KNOWN)[:200]
        return False

    def _item(self, said: list[str]) -> None:
        kind, count = self._lists[-1] if self._lists else ("-bullet", 0)
        self._depth = max(0, len(self._lists) - 1)
        if kind == "-enum":
            self._lists[-1] = (kind, count + 1)
            self._begin(str(count + 1))
        elif said:
            self._begin(mdoc.Line(self._name).macros(said))
        else:
            self._begin("•")
