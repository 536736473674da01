"""Whether the word of a confidentiality mark stands there as a mark or is only spoken of.

A mark labels the document that bears it: it stands alone between separators or brackets, is the
value of a label (機密区分：社外秘), or is affirmed of the document itself (本書は社外秘です).
Everything else is a mention (社外秘の文書は持ち出さないこと). Works on one line at a time; lines
without any of the words never come here.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from corpuskit.labels import Level, rank
from corpuskit.provenance.rulesets import RuleModel, RuleSet

#: Characters of a line looked at on each side of a word.
REACH = 200

_MARU = "㊙"
_STANDS_FOR_MARU = "\ue000"  # NFKC would make a plain 秘 of it
_OPEN, _CLOSE = "【〔[(<《〈«≪{", "】〕])>》〉»≫}"
_QUOTES = frozenset("「『“”\"‘’'`」』")
_DECORATION = " \t*＊★☆■□◆◇●○◎※▼▲=~-–—―_/|・•…#"
_SEPARATORS = "\\s|/・•:;,、_~–—―=*★☆■□◆◇●○◎※▼▲【】〔〕\\[\\]()<>《》〈〉≪≫{}\\-&+"
_SENTENCE = re.compile(r"[。！？!?]|(?<=[a-z)\]])\.(?=\s|$)")
_PARTICLE = re.compile(
    r"[をがはにのとでもやへ]|から|まで|より|など|という|だ|な[のだ]|等の|及び|又は|または|とは"
)
_ENDS_OPEN = re.compile(r"(?:[をがはにのとでもや]|につき|には|では)$")
_SUFFIX = re.compile(
    r"(?:文書|資料|書類|情報|扱い|指定|版|用|書|契約書"
    rf"|(?:締結)?(?:先|者|対象|済)?(?:限定|限り|のみ|対象|要))(?=[{_SEPARATORS}]|$)"
)
_NEGATED = re.compile(r"(?:では|じゃ|で)(?:は)?(?:な[いくし]|あ?りません)|\bnot\b|扱いでは")
_CLAUSE = re.compile(r"第\s*[0-9一二三四五六七八九十百]+\s*[条項章節]\s*(?:の[0-9]+)?\s*[(【]?\s*$")
_AMONG = re.compile(
    r"[、・,/□☐☑◯]|及び|又は|または|もしくは|若しくは|と|や|\bor\b|\band\b|>|<|→|順"
)
#: A word is explained: a colon, and a sentence or many words after it.
_DEFINED = re.compile(r"\s*[:：]\s*(?:[^。\n]{3,}[をがはにで][^。\n]{4,}|(?:[A-Za-z',]+[ .]+){6})")
_PROSE_EN = re.compile(
    r"\b(?:the|an?|to|must|shall|should|marked|mark|was|were|be|been|we|you|your|our|their|his|"
    r"her|they|if|when|which|who|how|what|with|about|keep|kept|may|can|will|is|are|has|have|had|"
    r"it|its|some|any|all|every|between|under|by|remains?|than|from|on|in|sign)\b",
    re.I,
)
_NOTES_EN = re.compile(
    r"\b(?:property of|do not|not for|information of|to [A-Z]|for .{0,20}only|for .{0,20}use|"
    r"©|copyright|all rights reserved)",
    re.I,
)


class MarkRule(RuleModel):
    """Words of one class of marks.

    Attributes:
        id: stable name, stored with each hit.
        class: kind of mark, such as ``tlp``.
        level: one of `corpuskit.labels.LEVELS`.
        words: as printed; the first letters' case and the width don't matter.
        names: a regular expression over file names only.
        alone: counts only within brackets, on its own line, or as a label's value.
        edges: no mark where it stands within the body.
        not_before: what may not follow (regular expression).
        not_after: what may not precede it (of fixed length).
    """

    id: str
    level: Level
    words: tuple[str, ...] = ()
    names: str = ""
    alone: bool = False
    edges: bool = False
    not_before: str = ""
    not_after: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """One word found.

    Attributes:
        order: sorts the hit that decides first: marks, highest level, region, place.
        rule: id of its rule.
        kind: class of its rule.
        level: of its rule.
        token: the word as its rule writes it.
        mark: a mark, not a mention.
        region: where it stands.
    """

    order: tuple[int, int, int, int]
    rule: str
    kind: str
    level: Level
    token: str
    mark: bool
    region: str


#: Places, the most telling first.
REGIONS = ("metadata", "title", "name", "header", "footer", "recurring", "body")


def fold(line: str) -> str:
    """NFKC, with ㊙ kept and dashes made one."""
    folded = unicodedata.normalize("NFKC", line.replace(_MARU, _STANDS_FOR_MARU))
    return re.sub("[‐‑‒–—―−]", "-", folded).replace(_STANDS_FOR_MARU, _MARU)


def _widths(char: str) -> str:
    """A class of a character in every width, for raw text; both RE2 and Python read it."""
    wide = {chr(0x21 + i): chr(0xFF01 + i) for i in range(94)}
    half = {unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFF66, 0xFF9E)}
    if char == " ":
        return "[ 　]"
    forms = {char, char.lower(), char.upper()}
    forms |= {wide[c] for c in forms if c in wide} | {half[c] for c in forms if c in half}
    return (
        f"[{''.join(re.escape(c) for c in sorted(forms))}]" if len(forms) > 1 else re.escape(char)
    )


def _spread(word: str, blank: str) -> Iterator[str]:
    """The characters of a word with what may stand between them."""
    for i, char in enumerate(word):
        latin = char.isascii() and word[i - 1].isascii()
        if i and " " not in (char, word[i - 1]) and not latin:
            yield blank
        yield _widths(char)


class Scanner:
    """The words of a rule set, compiled.

    Args:
        rules: a rule set of the kind ``marks``.

    Raises:
        RecipeError: a rule is wrong; with ``file:line``.
    """

    def __init__(self, rules: RuleSet) -> None:
        renamed = [
            {"kind" if k == "class" else k: v for k, v in entry.items()}
            for entry in rules.sections.get("marks", [])
        ]
        self.rules = tuple(rules.checked(f"marks/{e['id']}", e, MarkRule) for e in renamed)
        cues = rules.sections.get("cues", {})
        try:
            self.cues = {name: re.compile(text, re.I) for name, text in cues.items()}
            self._names = [(re.compile(r.names), r) for r in self.rules if r.names]
            self._words = self._compiled()
        except re.error as error:
            raise rules.error("cues", f"no regular expression: {error}") from None

    @cached_property
    def named(self) -> str:
        """`prefilter` for file names."""
        names = [
            re.sub(r"\(\?<?[!=][^)]*\)", "", rule.names) for rule in self.rules
        ]  # RE2 has none
        return "|".join([self.prefilter, *filter(None, names)])

    @cached_property
    def prefilter(self) -> str:
        """An RE2 expression that every line with a word matches, over raw text."""
        parts = []
        for rule in self.rules:
            for word in rule.words:
                body = "".join(_spread(word, "[ 　]{0,2}")).replace("[:：]", "[:：][ 　]?")
                if word.isascii() and " " not in word and len(word) > 6:
                    body += f"|{' '.join(word.upper())}"
                if rule.alone and not word.isascii():
                    body = (
                        f"(?:[(（【〔［\\[<＜《:：=|\\s　]|^){body}(?:[)）】〕］\\]>＞》|\\s　]|$)"
                    )
                parts.append(body)
        return "|".join(sorted(parts))

    def _compiled(self) -> re.Pattern[str]:
        pairs = [(word, i) for i, rule in enumerate(self.rules) for word in rule.words]
        self._tokens = sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0]))
        return re.compile("|".join(f"({self._one(w, i)})" for w, i in self._tokens), re.I)

    def _one(self, word: str, i: int) -> str:
        rule = self.rules[i]
        body = (
            re.escape(word).replace(":", ":[ ]?")
            if word.isascii()
            else "".join(_spread(word, "[ ]{0,2}"))
        )
        if word.isascii():
            if " " not in word and len(word) > 6:
                body = f"(?:{body}|{' '.join(word.upper())})"
            body = rf"(?<![A-Za-z0-9_]){body}(?![A-Za-z0-9_])"
            body = f"(?-i:{body})" if rule.alone else body
        elif rule.alone:
            body = rf"(?:(?<=[(【〔\[<《:=|\s])|^){body}(?=[)】〕\]>》|\s]|$)"
        before = f"(?<!{rule.not_after})" if rule.not_after else ""
        after = f"(?!{rule.not_before})" if rule.not_before else ""
        return f"{before}{body}{after}"

    def line(self, raw: str, region: str, place: int = 0) -> list[Hit]:
        """Every word in a line, with what it is.

        Args:
            raw: the line; looked at within `REACH` of each word.
            region: one of `REGIONS`.
            place: number of the line, for the order of hits.
        """
        text = fold(raw)
        if region == "name":
            text = text.replace("_", " ")
        found = []
        for match in self._words.finditer(text):
            word, rule = self._tokens[(match.lastindex or 1) - 1][0], self._rule(match)
            mark = self._is_mark(text, match.start(), match.end(), word, rule, region)
            found.append(self._hit(rule, word, mark, region, place))
        if region == "name":
            for pattern, rule in self._names:
                if named := pattern.search(raw):
                    found.append(self._hit(rule, named.group(), True, region, place))
        return found

    def _rule(self, match: re.Match[str]) -> MarkRule:
        return self.rules[self._tokens[(match.lastindex or 1) - 1][1]]

    @staticmethod
    def _hit(rule: MarkRule, word: str, mark: bool, region: str, place: int) -> Hit:
        order = (not mark, -rank(rule.level), REGIONS.index(region), place)
        return Hit(order, rule.id, rule.kind, rule.level, word, mark, region)

    # --- mark or mention --------------------------------------------------------------------------

    def _is_mark(
        self, text: str, start: int, stop: int, word: str, rule: MarkRule, region: str
    ) -> bool:
        before, after = text[max(start - REACH, 0) : start], text[stop : stop + REACH]
        if _DEFINED.match(after) or (rule.edges and region == "body"):
            return False
        before = _SENTENCE.split(before)[-1]
        after = _SENTENCE.split(after, maxsplit=1)[0]
        if self._quoted(before, after):
            return self._of_itself(before.rstrip()[:-1], after.lstrip()[1:])
        if self._among_others(before, text[start:stop], after):
            return False
        if rule.kind == "nda":
            return self._is_contract(before, word, after, region)
        if self.cues["label"].search(before) and self._stands_free(after):
            return True
        if self._of_itself(before, after):
            return True
        if self.cues["cargo"].search(before) or self.cues["cargo"].search(after[:12]):
            return False
        if rule.alone and word.isascii() and not _alone(before, after):
            return False
        if word.isascii():
            stamped = region == "name" or text[start:stop] != text[start:stop].lower()
            return stamped and self._free_en(before, after)
        return self._free_ja(before, after, region == "metadata")

    def _is_contract(self, before: str, word: str, after: str, region: str) -> bool:
        """The name of a contract heads the contract; within a text it is spoken of."""
        if _CLAUSE.search(before):
            return False
        left, right = before.strip(_DECORATION), after.strip(_DECORATION)
        if _SUFFIX.match(after) and not left:
            return True
        if region in ("body", "recurring"):
            return False
        if word.isascii():
            return self._free_en(before, after)
        ends = not right or re.fullmatch(r"(?:[(【].{1,12}[)】])?(?:[\s-].*)?", after)
        return word.endswith("書") and bool(ends and re.fullmatch(r"[一-鿿]{0,8}|.*[\s-]", left))

    @staticmethod
    def _quoted(before: str, after: str) -> bool:
        left, right = before.rstrip(), after.lstrip()
        closed = bool(left and right) and left[-1] in _QUOTES and right[0] in _QUOTES
        return closed and bool(left[:-1].strip(_DECORATION) or right[1:].strip(_DECORATION))

    def _among_others(self, before: str, own: str, after: str) -> bool:
        """One of several levels that are listed: a form to fill in, or an explanation."""
        sentence = before + own + after
        found = list(self._words.finditer(sentence))
        levels = {self._rule(match).level for match in found}
        if len(levels) < 2:
            return False
        gaps = [sentence[a.end() : b.start()] for a, b in itertools.pairwise(found)]
        return len(levels) > 2 or any(len(g) < 8 and _AMONG.search(g) for g in gaps)

    def _of_itself(self, before: str, after: str) -> bool:
        if _NEGATED.match(after) or _NEGATED.search(before[-12:]):
            return False
        says = self.cues["self"].search(before)
        if says and len(before) - says.end() <= 30 and self.cues["affirmed"].match(after):
            return True
        return bool(self.cues["self_en"].search(before))

    @staticmethod
    def _stands_free(after: str) -> bool:
        rest = after.lstrip(_CLOSE)
        return not rest.strip() or (
            rest[0] in f" \t|/(-{_OPEN}" and not _PARTICLE.match(rest.strip(" |/("))
        )

    @staticmethod
    def _free_ja(before: str, after: str, listed: bool) -> bool:
        """The word stands between separators or brackets, and no sentence runs on around it."""
        if suffix := _SUFFIX.match(after):
            after = after[suffix.end() :]
        left, right = before.rstrip(), after.lstrip()
        bracketed = bool(left and right) and left[-1] in _OPEN and right[0] in _CLOSE
        if bracketed:
            left, right = left[:-1].rstrip(), right[1:]
            if right and _PARTICLE.match(right.lstrip()):
                return False
            return not _ENDS_OPEN.search(left) and not _CLAUSE.search(left)
        free_left = not left or before != left or re.search(f"[{_SEPARATORS}]$", left)
        free_right = not right or after != right or re.match(f"[{_SEPARATORS}]", right)
        if not (free_left and free_right):
            return False
        return not (
            _PARTICLE.match(right.lstrip(" \t*-=~|/" + _CLOSE))
            or _ENDS_OPEN.search(left.rstrip(_DECORATION))
            or (right.startswith(("、", ",")) and not listed)
        )

    @staticmethod
    def _free_en(before: str, after: str) -> bool:
        """A short segment of a line without the words of prose, or a capitalised stamp."""
        left = re.split(r"\s-+\s|\s{2,}|[|•·;:【】\[\]()<>/]", before)[-1]
        right = re.split(r"\s-+\s|\s{2,}|[|•·;:【】\[\]()<>/]", after, maxsplit=1)[0]
        segment = f"{left} {right}"
        if len(segment.split()) > 8:
            return False
        if (left.strip() and _PARTICLE.search(left[-1:])) or _PARTICLE.match(right):
            return False
        return not _PROSE_EN.search(_NOTES_EN.sub(" ", segment))


def _alone(before: str, after: str) -> bool:
    """Whether nothing but brackets and decoration stands beside a word, up to wide blanks."""
    left = re.split(r"\s{2,}|[|]", before)[-1].strip(_DECORATION + _OPEN)
    right = re.split(r"\s{2,}|[|]", after, maxsplit=1)[0].strip(_DECORATION + _CLOSE)
    return not left and not right
