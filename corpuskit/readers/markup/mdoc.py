"""The macros of BSD's mdoc that stand within a line, as text."""

from __future__ import annotations

from collections.abc import Sequence

from corpuskit.readers.html.text import words

_ENCLOSED = {
    "Op": "[]", "Oo": "[]", "Bq": "[]", "Pq": "()", "Dq": "“”", "Sq": "‘’", "Qq": '""', "Ql": "‘’",
    "Aq": "<>", "Brq": "{}", "Bo": "[]", "Po": "()", "Do": "“”", "So": "‘’", "Qo": '""',
    "Ao": "<>", "Bro": "{}", "Eo": "  ",
}  # fmt: skip
#: Pairs that may go on over several lines: where they end.
_ENDS = {"Oc": "]", "Bc": "]", "Pc": ")", "Dc": "”", "Sc": "’", "Qc": '"', "Ac": ">", "Brc": "}"}
_STYLES = words(
    "Ar Cm Ic Pa Va Vt Ev Er Em Sy Li Dv Ad An Tn No Ft Fa Sx Ms Mt Lk Nd Cd Dl D1 Xo Xc Ec Tg"
)
_SYSTEMS = {"Ux": "UNIX", "Nx": "NetBSD", "Fx": "FreeBSD", "Ox": "OpenBSD", "Dx": "DragonFly BSD",
    "Bx": "BSD", "At": "AT&T UNIX", "Bsx": "BSD/OS"}  # fmt: skip
_CLOSING = frozenset(".,:;)]?!")
_OPENING = frozenset("([")
_OTHERS = words("Fl Nm Xr Fn In Ns Ap Lb St Pf Ex Rv Fd")
KNOWN = frozenset((*_ENCLOSED, *_ENDS, *_STYLES, *_SYSTEMS, *_OTHERS))


class Line:
    """Builds the text of one line.

    Args:
        name: of the page, for ``Nm`` without arguments.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._text = ""
        self._tight = True
        self._closers: list[str] = []

    def add(self, word: str) -> None:
        """A word, with a space before it where there is one."""
        if not word:
            return
        joined = self._tight or not self._text or word in _CLOSING
        self._text += word if joined else f" {word}"
        self._tight = word in _OPENING

    def macros(self, parts: Sequence[str]) -> str:
        """Words of which some are macros, as text."""
        at = 0
        while at < len(parts):
            at = self._one(parts, at)
        for closer in reversed(self._closers):
            self._close(closer)
        return self._text

    def _close(self, closer: str) -> None:
        held = ""
        while self._text and self._text[-1] in ".,:;":
            held, self._text = self._text[-1] + held, self._text[:-1]
        self._text += closer + held

    def _one(self, parts: Sequence[str], at: int) -> int:
        word = parts[at]
        following = parts[at + 1] if at + 1 < len(parts) else ""
        if word in _ENCLOSED:
            opening, closing = _ENCLOSED[word][0], _ENCLOSED[word][1]
            self.add(opening.strip())
            self._tight = True
            if not word.endswith("o"):
                self._closers.append(closing.strip())
        elif word in _ENDS:
            self._text += _ENDS[word]
        elif word == "Fl":
            self.add(
                "-"
                if following and following not in KNOWN and following not in "|.,:;"
                else "-" * (not following)
            )
            self._tight = bool(following)
            return self._flags(parts, at + 1)
        elif word == "Nm" and (not following or following in KNOWN or following in _CLOSING):
            self.add(self._name)
        elif word == "Xr" and following:
            number = parts[at + 2] if at + 2 < len(parts) and parts[at + 2][:1].isalnum() else ""
            self.add(f"{following}({number})" if number else following)
            return at + 3 if number else at + 2
        elif word == "In" and following:
            self.add(f"<{following}>")
            return at + 2
        elif word == "Fn" and following:
            stop = next((n for n in range(at + 2, len(parts)) if parts[n] in _CLOSING), len(parts))
            self.add(f"{following}({', '.join(parts[at + 2 : stop])})")
            return stop
        elif word in ("Ns", "Ap", "Pf"):
            self._text += "'" if word == "Ap" else following if word == "Pf" else ""
            self._tight = True
            return at + 2 if word == "Pf" else at + 1
        elif word in _SYSTEMS:
            self.add(_SYSTEMS[word])
        elif word not in _STYLES and word not in KNOWN:
            self.add(word)
        return at + 1

    def _flags(self, parts: Sequence[str], at: int) -> int:
        """Every argument of ``Fl`` gets a hyphen."""
        first = True
        while at < len(parts) and parts[at] not in KNOWN:
            word = parts[at]
            if first or word in _CLOSING or word == "|":
                self.add(word)
            else:
                self.add(f"-{word}")
            first = False
            at += 1
        return at
