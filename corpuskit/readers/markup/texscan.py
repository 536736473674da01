"""A scanner of LaTeX: one pass, an explicit stack of groups, macros followed within a budget."""

from __future__ import annotations

import re

from corpuskit.readers.layout import heading
from corpuskit.readers.markup import texnames as names
from corpuskit.readers.markup import texsource as tex
from corpuskit.readers.markup.markuptext import fenced
from corpuskit.readers.markup.texglyphs import glyph
from corpuskit.readers.markup.texout import BREAK, CELL, ROW, RULE, Held
from corpuskit.readers.markup.texsource import Frame, Source, after, closing

_DEEPEST = 100  # open groups and environments; deeper braces are passed over
_EXPANSIONS = 20_000
_EXPANDED = 2_000_000  # characters
_NESTED = 20  # macros within macros
_LONGEST_MACRO = 5_000  # characters


class Scanner:
    """Reads a document.

    Attributes:
        known: title, author and date.
        cut_short: whether macros were no longer followed.

    Args:
        text: without NUL characters.
        keep_ruby: readings in brackets.
    """

    def __init__(self, text: str, *, keep_ruby: bool = False) -> None:
        self.known: dict[str, str] = {}
        self.cut_short = False
        self._keep_ruby = keep_ruby
        self._held = Held()
        self._sources = [Source(text, 0, closing(text))]
        self._frames = [Frame("root")]
        self._pending: list[str] = []  # what the next groups are
        self._passed = 0  # braces deeper than the budget
        self._macros: dict[str, tuple[int, str | None, str]] = {}
        self._expansions = self._expanded = 0
        self._last_fi = text.rfind("\\fi")

    def text(self) -> str:
        """The whole as Markdown."""
        while self._sources:
            source = self._sources[-1]
            token = tex.TOKEN.search(source.text, source.at)
            self._emit(source.text[source.at : token.start() if token else None])
            if token is None:
                self._sources.pop()
                continue
            source.at = token.end()
            if token[1] or token[3]:
                self._command(source, token)
            else:
                self._sign(source, token[0])
        while len(self._frames) > 1:
            self._close()
        return self._held.document("".join(self._frames[0].out))

    def _emit(self, text: str) -> None:
        if text:
            if self._pending and text.strip():
                self._pending.clear()
            self._frames[-1].out.append(text)

    # --- signs -----------------------------------------------------------------------------------

    def _sign(self, source: Source, sign: str) -> None:
        if sign == "{":
            if len(self._frames) > _DEEPEST:
                self._passed += 1
            else:
                kind, *rest = self._pending or ["group"]
                self._frames.append(Frame(kind, pending=rest))
                self._pending = []
        elif sign == "}":
            if self._passed:
                self._passed -= 1
            elif self._frames[-1].kind not in ("root", "env"):
                rest = self._frames[-1].pending
                self._close()
                self._pending = rest
        elif sign == "$":
            self._math(source)
        elif sign == "%":
            source.at = after(tex.COMMENT, source)
            self._emit("\n" if source.text[source.at : source.at + 1] == "\n" else "")
        elif sign == "&":
            self._emit(CELL if self._within_table() else "&")
        else:
            self._emit({"~": " ", "--": "–", "---": "—", "``": "“", "''": "”"}.get(sign, sign))

    def _math(self, source: Source) -> None:
        if source.text.startswith("$", source.at):
            end = source.text.find("$$", source.at + 1)
            if end > 0:
                self._display(source.text[source.at + 1 : end])
                source.at = end + 2
            return
        found = tex.INLINE_MATH.match(source.text, source.at)
        if found and "\n\n" not in found[1]:
            source.at = found.end()
            self._emit(self._held.inline(f"${' '.join(found[1].split())}$"))

    def _display(self, formula: str) -> None:
        formula = tex.LABELS.sub("", formula).strip()
        self._emit(self._held.block(f"$$\n{formula}\n$$" if formula else ""))

    # --- groups ----------------------------------------------------------------------------------

    def _close(self) -> None:
        """End the innermost group or environment, and give its text to the one around it."""
        frame = self._frames.pop()
        text = "".join(frame.out)
        out = self._frames[-1].out
        kind, _, value = frame.kind.partition(":")
        if kind == "heading":
            out.append(self._held.block(heading(int(value), self._held.line(text))))
            out.append(self._held.notes(text))
        elif kind == "note":
            out.append(self._held.note(self._held.line(text)))
        elif kind == "block":
            out.append(self._held.block(self._held.line(text)))
        elif kind == "known":
            text = text.replace(BREAK, ", ") if value == "author" else text
            self.known[value] = self._held.line(text)[:1000]
        elif kind == "base":
            out.append(text.replace("|", ""))
        elif kind == "ruby":
            out.append(f"（{text.replace('|', '')}）" if self._keep_ruby else "")
        elif kind == "env":
            self._close_environment(frame.name, text, out)
        elif kind != "drop":
            out.append(text)

    def _close_environment(self, name: str, text: str, out: list[str]) -> None:
        if name in names.TABLES:
            out.append(self._held.block(self._held.table(text)))
            out.append(self._held.notes(text))
        elif name not in names.NO_TEXT:
            out.append(f"\n\n{text}\n\n")

    def _within_table(self) -> bool:
        for frame in reversed(self._frames):
            if frame.kind == "env":
                return frame.name in names.TABLES
        return False

    # --- commands --------------------------------------------------------------------------------

    def _command(self, source: Source, token: re.Match[str]) -> None:
        name = token[1] or token[3]
        if token[3] is not None:
            self._short(source, name)
            return
        if name in ("begin", "end"):
            found = tex.NAME.match(source.text, source.at)
            if found:
                source.at = found.end()
                (self._begin if name == "begin" else self._end)(source, found[1])
            return
        if not (self._definition(source, name) or self._structure(source, name)):
            self._word(source, name)

    def _short(self, source: Source, sign: str) -> None:
        if sign == "\\":
            source.at = (
                after(tex.OPTIONAL, source)
                if source.text[source.at : source.at + 1] == "["
                else source.at
            )
            self._emit(ROW if self._within_table() else BREAK)
        elif sign in "([":
            end = source.text.find("\\)" if sign == "(" else "\\]", source.at, source.at + 10_000)
            if end >= 0:
                formula = source.text[source.at : end]
                source.at = end + 2
                if sign == "(":
                    self._emit(self._held.inline(f"${' '.join(formula.split())}$"))
                else:
                    self._display(formula)
        elif sign in names.ACCENTS and not self._within_tabbing():
            self._accent(source, sign)
        else:
            self._emit(names.SIGNS.get(sign, sign if sign not in ")]<>=" else ""))

    def _within_tabbing(self) -> bool:
        return self._frames[-1].name == "tabbing"

    def _accent(self, source: Source, mark: str) -> None:
        found = tex.ACCENT.match(source.text, source.at)
        if not found:
            return
        source.at = found.end()
        letter = (found[1] or found[3] or found[4] or "").lstrip("\\")
        self._emit(names.accented(mark, letter + (found[2] or "")))

    def _definition(self, source: Source, name: str) -> bool:
        if name == "let":
            source.at = after(tex.LET, source)
            return True
        if name not in names.DEFINES and name not in names.ALSO_DEFINES:
            return False
        found = tex.DEFINED.match(source.text, source.at)
        end = source.closing.get(found.end()) if found else None
        if found is None or end is None:
            return True
        body = source.text[found.end() + 1 : end]
        source.at = end + 1
        parameters = re.sub(r"#\d|\s", "", found[4])
        count = int(found[2]) if found[2] else found[4].count("#")
        if not parameters and len(body) <= _LONGEST_MACRO and count <= 9:
            self._macros[found[1]] = (count, found[3][1:-1] if found[3] else None, body)
        return True

    def _structure(self, source: Source, name: str) -> bool:
        """Commands that make headings, items, notes and the like."""
        plain = name.rstrip("*")
        if plain in names.HEADINGS:
            source.at = after(tex.OPTIONAL, source)
            self._pending = [f"heading:{names.HEADINGS[plain]}"]
        elif plain in ("title", "author", "date"):
            source.at = after(tex.OPTIONAL, source)
            self._pending = [f"known:{plain}"]
        elif plain == "maketitle":
            self._emit(self._held.block(heading(1, self.known.get("title", ""))))
        elif plain in names.NOTES:
            source.at = after(tex.OPTIONAL, source)
            kind = "block" if plain == "caption" else "drop" if plain == "thanks" else "note"
            self._pending = [kind]
        elif plain == "item":
            self._item(source)
        elif name in names.RUBY:
            source.at = after(tex.OPTIONAL, source)
            self._pending = ["base", "ruby"]
        elif plain in ("verb", "lstinline", "mintinline", "path", "url", "nolinkurl"):
            self._verb(source, plain)
        elif plain in names.PARTS or (plain in names.RULES and not self._within_table()):
            self._emit("\n\n")
        elif plain in names.RULES:
            self._emit(RULE)
        else:
            return False
        return True

    def _verb(self, source: Source, name: str) -> None:
        if name != "verb":
            source.at = after(tex.OPTIONAL, source)
        if name == "mintinline":
            source.at = after(tex.NAME, source)
        braced = tex.BRACED.match(source.text, source.at) if name != "verb" else None
        found = braced or tex.VERB.match(source.text, source.at)
        if found:
            self._emit(self._held.inline(found[found.lastindex or 0]))
            source.at = found.end()

    def _item(self, source: Source) -> None:
        lists = [
            frame for frame in self._frames if frame.kind == "env" and frame.name in names.LISTS
        ]
        term = tex.OPTIONAL.match(source.text, source.at)
        mark = "- "
        if lists and lists[-1].name in ("enumerate", "compactenum", "inparaenum"):
            lists[-1].count += 1
            mark = f"{lists[-1].count}. "
        self._emit(f"\n\n\0i{min(len(lists), 10)}:{mark}\0")
        if term:
            source.at = term.end()
            self._splice(f"{{{term[1]}}} " if term[1].strip() else "")

    def _word(self, source: Source, name: str) -> None:
        """Any other command: a sign, a macro, one whose arguments are no text, or nothing."""
        plain = name.rstrip("*")
        if plain in names.SYMBOLS:
            self._emit(names.SYMBOLS[plain])
            if source.text.startswith("{}", source.at):
                source.at += 2
            return
        drawn = glyph(plain, source.text, source.at)
        if drawn is not None:
            self._emit(drawn[0])
            source.at = drawn[1]
        elif plain in self._macros:
            self._expand(source, plain)
        elif plain in ("input", "include") and not source.text.startswith("{", source.at):
            source.at = after(tex.FILE, source)
        elif plain in names.DROPPED or plain in names.LAST:
            source.at = after(tex.OPTIONAL, source)
            last = names.LAST.get(plain)
            count = names.DROPPED.get(plain, last or 0)
            if plain in names.REFERENCES and self._frames[-1].out[-1:] == [" "]:
                self._frames[-1].out.pop()
            self._pending = ["drop"] * count + (["group"] if last is not None else [])
            if count:
                self._past_options(source)
        elif len(plain) == 1 and plain in names.ACCENTS:
            self._accent(source, plain)
        elif plain == "and":
            self._emit(", ")
        elif plain in names.REGISTERS:
            source.at = after(tex.REGISTER, source)
            self._pending = ["drop"] if plain == "setbox" else []
        elif plain in ("advance", "multiply", "divide"):
            source.at = after(tex.ARITHMETIC, source)
        elif plain.startswith("if") or plain in ("else", "fi", "or"):
            self._condition(source, plain)
        else:
            self._unknown(source)

    def _past_options(self, source: Source) -> None:
        """Optional arguments between the others; a length without braces is one of them."""
        if source.text[source.at : source.at + 1] != "{":
            source.at = after(tex.ASSIGNED, source)

    def _unknown(self, source: Source) -> None:
        """What it does is not known: its options go, what stands in its braces stays."""
        option = tex.OPTIONAL.match(source.text, source.at)
        if (
            option
            and source.text[source.at] == "["
            and source.text[option.end() : option.end() + 1] in "{\\\n"
        ):
            source.at = option.end()
        source.at = after(tex.ASSIGNED, source)

    def _condition(self, source: Source, name: str) -> None:
        """Of two branches the first is read; one for false never is."""
        if name == "else" or name == "iffalse":
            end = source.text.find("\\fi", source.at) if source.at <= self._last_fi else -1
            source.at = end + 3 if end >= 0 and source is self._sources[0] else source.at
        elif name == "ifx":
            source.at = after(tex.TOKENS, source)
        elif name in ("ifnum", "ifdim", "ifodd"):
            source.at = after(tex.CONDITION, source)

    def _expand(self, source: Source, name: str) -> None:
        count, default, body = self._macros[name]
        values = []
        if default is not None:
            option = tex.OPTIONAL.match(source.text, source.at)
            values.append(option[1] if option else default)
            source.at = option.end() if option else source.at
        while len(values) < count and (end := source.closing.get(source.at)) is not None:
            values.append(source.text[source.at + 1 : end])
            source.at = end + 1
        if count:
            body = re.sub(
                r"#([1-9])", lambda f: dict(enumerate(values, 1)).get(int(f[1]), ""), body
            )
        self._splice(body)

    def _splice(self, text: str) -> None:
        """Read a text before going on, as long as the budget lasts."""
        self._expansions += 1
        self._expanded += len(text)
        spent = self._expansions > _EXPANSIONS or self._expanded > _EXPANDED
        if spent or len(self._sources) > _NESTED:
            self.cut_short = True
        else:
            self._sources.append(Source(text, 0, closing(text)))

    # --- environments ----------------------------------------------------------------------------

    def _begin(self, source: Source, name: str) -> None:
        if name == "document":
            self._frames = [Frame("root")]
            self._pending.clear()
            return
        source.at = (
            after(tex.OPTIONAL, source)
            if source.text[source.at : source.at + 1] == "["
            else source.at
        )
        if name in names.VERBATIM or name in names.MATH:
            end = source.text.find(f"\\end{{{name}}}", source.at)
            body = source.text[source.at : end if end >= 0 else len(source.text)]
            source.at = source.at + len(body) + (len(name) + 6 if end >= 0 else 0)
            if name in names.MATH:
                self._display(body)
            elif name not in names.NO_TEXT:
                language = tex.NAME.match(body) if name == "minted" else None
                code = body[language.end() :] if language else body
                self._emit(self._held.block(fenced(code, language[1] if language else "")))
            return
        if len(self._frames) <= _DEEPEST:
            self._frames.append(Frame("env", name))
        self._pending = ["drop"] * names.OPENINGS.get(name, 0)

    def _end(self, source: Source, name: str) -> None:
        if name == "document":
            self._sources.clear()
            return
        self._pending.clear()
        if not any(frame.kind == "env" and frame.name == name for frame in self._frames):
            return
        while self._frames[-1].kind != "env" or self._frames[-1].name != name:
            self._close()
        self._close()
