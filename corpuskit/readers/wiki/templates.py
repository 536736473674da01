"""What a template of Wikipedia leaves in the text, without the wiki that defines it.

The rule: a template that prints its own argument within a sentence (a reading, a foreign word, a
link that has no page yet, a size or colour) leaves that argument; a country's flag leaves its name;
a date or number is written out; a link to another site leaves its label. All others leave nothing:
boxes, notes, sources, navigation, maintenance marks, and whatever is not known here. Nothing
depends on the clock: no ages, no days.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from corpuskit.readers.html.text import words
from corpuskit.readers.wiki.marks import GONE
from corpuskit.readers.wiki.names import COUNTRIES, LANGUAGES, SHORT_LANGUAGES
from corpuskit.readers.wiki.services import LINKS

#: A text with $1 to $9 for arguments and $+ for the last one. Names are compared without case.
_SIMPLE = """
$1 | nowrap small big larger smaller b bold strong i em italic u ul underline s strike del ins tt
$1 | code mono kbd samp var center centre right left ipa ipa2 ipa発音 ipa_link unicode
$1 | jis2004フォント jis90フォント cp932フォント 補助漢字フォント 拡張漢字 補助漢字 人名用漢字
$1 | mjフォント 日本語版にない記事リンク 誰2 plainlist flatlist indent indent2
$1 | visible_anchor vanchor wrap
$1 | inline-block nobr nobold noitalic sic cquote
$1 | centered_pull_quote ilq inline_quote q 改行禁止 serif math mvar nowiki
$1 | official_name ship abbr tooltip 略語 ruby-ja
$1 | bquote squote ピン音 nastaliq flex-item 高線 低線 下げ核 上線 下線
$2 | lang lang2 color font_color bgcolor background_color fontcolor fontsize fontfamily font_size
$2 | rtl-lang font legend legend2 legend0 legend-line transl llang align 音声リンク colored_text
$+ | columns-list col-list linktext
$2: $3 | langwithname rtl-langwithname
$1 $2 | convert converter cvt
$1#$2 | 節リンク
ISBN $1 | isbn isbn2
ISSN $1 | issn issn2
"""

#: Templates that are a sign.
_SIGNS = {
    "!": "|", "=": "=", "nbsp": "\u00a0", "spaces": "\u00a0", "sp": " ", "space": " ", ",": "・",
    "·": "・", "•": "・", "dot": "・", "middot": "・", "bullet": "・", "ndash": "–", "mdash": "—",
    "–": "–", "—": "—", "'": "'", "`": "`", "''": "''", "(": "{", ")": "}", "((": "{", "))": "}",
    "snd": " – ", "spaced ndash": " – ", "times": "×", "ast": "*", "sharp": "♯", "flat": "♭",
    "natural": "♮", "tm": "™", "!!": "||", "!-": "|-", "〒": "〒", "n/a": "n/a", "br": "<br>",
    "-r": "<br>", "crlf": "<br>", "crlf2": "<br>", "zwsp": "\u200b", "shy": "\u00ad",
}  # fmt: skip
_MUSIC = {
    "♯": "♯", "♭": "♭", "♮": "♮", "sharp": "♯", "flat": "♭", "natural": "♮", "#": "♯", "b": "♭",
    "シャープ": "♯", "フラット": "♭", "ナチュラル": "♮", "doublesharp": "𝄪", "doubleflat": "𝄫",
}  # fmt: skip
_ERAS = ((2019, "令和"), (1989, "平成"), (1926, "昭和"), (1912, "大正"), (1868, "明治"))
_LANGUAGE = re.compile(r"lang-([a-z]{2,3}(?:-(?!short)[a-z]+)?)(-short)?")
_NUMBER = re.compile(r"-?\d{4,30}")
_MONTHS = dict(
    jan="1", feb="2", mar="3", apr="4", may="5", jun="6",
    jul="7", aug="8", sep="9", oct="10", nov="11", dec="12",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """A template's name and arguments, resolved and stripped.

    Attributes:
        name: lower case, spaces for underscores.
        unnamed: arguments by position; the first is `unnamed[0]`.
        named: by name; ``1`` to ``9`` may be named, too.
        ruby: whether readings are kept.
        page: title of the page that it stands on.
    """

    name: str
    unnamed: list[str]
    named: Mapping[str, str] = field(default_factory=dict)
    ruby: bool = False
    page: str = ""

    def get(self, place: int) -> str:
        """An argument by its place, from 1; empty where there is none."""
        named = self.named.get(str(place))
        if named is not None:
            return named
        return self.unnamed[place - 1] if place <= len(self.unnamed) else ""

    def every(self) -> list[str]:
        """Unnamed arguments that are not empty."""
        return [argument for argument in self.unnamed if argument]


def _reading(call: Call) -> str:
    """{{読み仮名|漢字|かんじ|備考}} prints 漢字（かんじ、備考）."""
    inner = "、".join(part for part in (call.get(2), call.get(3)) if part)
    return f"{call.get(1)}（{inner}）" if inner else call.get(1)


def _ruby(call: Call) -> str:
    shown = call.ruby and call.get(2)
    return f"{call.get(1)}（{call.get(2)}）" if shown else call.get(1)


def _missing_link(call: Call) -> str:
    """{{仮リンク|名|en|Name|label=表示}}."""
    return call.named.get("label") or call.named.get("redirect") or call.get(1)


def _interlang(call: Call) -> str:
    """{{interlang|en|Page|label}}."""
    return call.get(3) or call.get(2)


def _date(call: Call) -> str:
    year, month, day = call.get(1), call.get(2), call.get(3)
    if not year.lstrip("-").isdigit():
        return year
    month = _MONTHS.get(month[:3].lower(), month)
    return f"{year}年" + (f"{month}月" if month else "") + (f"{day}日" if month and day else "")


def _death(call: Call) -> str:
    """{{死亡年月日と没年齢|1900|1|2|1980|3|4}}: the later date and the age."""
    parts = [call.get(place) for place in range(1, 7)]
    if not all(part.isdigit() and len(part) < 5 for part in parts):
        return ""
    born, died = [tuple(int(part) for part in parts[at : at + 3]) for at in (0, 3)]
    age = died[0] - born[0] - (died[1:] < born[1:])
    return f"{died[0]}年{died[1]}月{died[2]}日（{age}歳没）"


def _age_at_death(call: Call) -> str:
    found = _death(call)
    return found[found.find("（") :] if found else ""


def _era(call: Call) -> str:
    """{{和暦|2000}} prints 平成12年."""
    if not (call.get(1).isdigit() and len(call.get(1)) < 5):
        return ""
    year = int(call.get(1))
    start, name = next((era for era in _ERAS if year >= era[0]), (0, ""))
    return f"{name}{'元' if year == start else year - start + 1}年" if name else ""


def grouped(number: str) -> str:
    """A number with commas; anything else as it is."""
    whole, point, rest = number.partition(".")
    return (f"{int(whole):,}{point}{rest}") if _NUMBER.fullmatch(whole) else number


def _number(call: Call) -> str:
    return grouped(call.get(1))


def _value(call: Call) -> str:
    """{{val|1.2|e=5|u=m}}."""
    power = f"×10^{call.named['e']}" if call.named.get("e") else ""
    unit = call.named.get("u") or call.named.get("ul") or ""
    return (grouped(call.get(1)) + power + (f" {unit}" if unit else "")) if call.get(1) else ""


def _list_of(sign: str) -> Callable[[Call], str]:
    return lambda call: sign.join(call.every())


def _lines(call: Call) -> str:
    return "".join(f"\n* {item}" for item in call.every()) + "\n" if call.every() else ""


def _numbered(call: Call) -> str:
    return "".join(f"\n# {item}" for item in call.every()) + "\n" if call.every() else ""


def _character(call: Call) -> str:
    """{{CharCode|38|0026|1-1-85|Ampersand}} is a row of a table of characters."""
    point = call.get(1)
    if not (point.isdigit() and 32 <= int(point[:8]) < 0x110000):
        return ""
    cells = (f"&#{point};", f"U+{call.get(2).upper()}", call.get(3), call.get(4))
    return f"\n|-\n|{'||'.join(cells[:3])}||&amp;#{point};||{cells[3]}\n"


def _flag(call: Call) -> str:
    return COUNTRIES.get(call.get(1), call.get(1))


def _harvard(call: Call) -> str:
    """{{Harvnb|著者|2000|p=3}} within a sentence."""
    return " ".join(call.every())


def _harvard_in_brackets(call: Call) -> str:
    return f"({_harvard(call)})" if call.every() else ""


def _chinese(call: Call) -> str:
    labels = {"s": "簡体字: ", "t": "繁体字: ", "p": "拼音: ", "c": "中国語: "}
    named = [label + call.named[key] for key, label in labels.items() if call.named.get(key)]
    return call.get(1) or "、".join(named)


def _raised(call: Call) -> str:
    return f"<sup>{call.get(1)}</sup>" if call.get(1) else ""


def _lowered(call: Call) -> str:
    return f"<sub>{call.get(1)}</sub>" if call.get(1) else ""


def _music(call: Call) -> str:
    return _MUSIC.get(call.get(1).lower(), "")


def _quoted(call: Call) -> str:
    """{{Quotation|text|source|work}} prints the source in a line of its own."""
    sources = (call.get(2) or call.named.get("source", ""), call.get(3))
    source = "、".join(part for part in sources if part.replace(GONE, "").strip())
    if not source:
        return call.get(1)
    return call.get(1) + ("\n\n— " if "\n" in call.get(1) else "<br>— ") + source


def _doubted(call: Call) -> str:
    """{{要出典|範囲=passage}}; without a passage only a mark."""
    return call.named.get("範囲", "")


def _link(call: Call) -> str:
    """{{URL|http://…|label}}."""
    return call.get(2) or call.get(1)


Rule = Callable[[Call], str]

_RULES: dict[str, Rule] = {
    **dict.fromkeys(("読み仮名", "読み仮名 ruby不使用", "よみがな", "読みがな"), _reading),
    **dict.fromkeys(("ルビ", "ruby", "rubi", "読み", "よみ", "音声ルビ", "ふりがな"), _ruby),
    "振り仮名": _ruby,
    **dict.fromkeys(("仮リンク", "ill2", "ill", "illm", "link-interwiki"), _missing_link),
    **dict.fromkeys(("interlang", "enlink", "日本語版にない記事リンク2"), _interlang),
    **dict.fromkeys(("dts", "date", "日付", "生年月日と年齢", "生年月日", "birth date"), _date),
    **dict.fromkeys(("start date", "birth date and age", "release date"), _date),
    **dict.fromkeys(("死亡年月日と没年齢", "death date and age"), _death),
    "没年齢": _age_at_death,
    "和暦": _era,
    **dict.fromkeys(("nts", "ntsh", "num", "formatnum", "数値"), _number),
    **dict.fromkeys(("val", "数値2"), _value),
    **dict.fromkeys(("hlist", "hlist2", "flatlist2"), _list_of("・")),
    **dict.fromkeys(("hlist-comma", "enum"), _list_of("、")),
    **dict.fromkeys(("ubl", "unbulleted list", "bulleted list", "ulist"), _lines),
    **dict.fromkeys(("col", "no col break", "表2列", "表3列", "段組"), _list_of("\n")),
    **dict.fromkeys(("番号付きリスト", "ordered list"), _numbered),
    "charcode": _character,
    **dict.fromkeys(("flag", "flagu", "flagcountry", "flagdeco", "国旗"), _flag),
    **dict.fromkeys(("harvnb", "harvnb2"), _harvard),
    **dict.fromkeys(("harv", "harvtxt", "harvs", "harvp"), _harvard_in_brackets),
    "zh": _chinese,
    **dict.fromkeys(("sup", "上付き"), _raised),
    **dict.fromkeys(("sub", "下付き"), _lowered),
    **dict.fromkeys(("音楽", "music"), _music),
    "url": _link,
    **dict.fromkeys(("quotation", "quote", "blockquote", "引用"), _quoted),
    **dict.fromkeys(("要出典", "要検証", "疑問点", "独自研究?"), _doubted),
}  # fmt: skip
_PLACE = re.compile(r"\$([1-9+])")


def pattern(text: str) -> Rule:
    """A rule from a text such as ``$1（$2）``; where all its arguments are empty it is nothing."""
    places = _PLACE.findall(text)

    def rule(call: Call) -> str:
        found = {
            place: (call.every() or [""])[-1] if place == "+" else call.get(int(place))
            for place in places
        }
        if places and not any(found.values()):
            return ""
        return _PLACE.sub(lambda match: found[match[1]], text)

    return rule


def _simple() -> dict[str, Rule]:
    """Rules of `_SIMPLE`: names are parted by spaces, so a space in a name is written _."""
    found: dict[str, Rule] = {}
    for line in filter(None, _SIMPLE.split("\n")):
        text, _, listed = line.partition(" | ")
        found.update(dict.fromkeys(map(_spaced, listed.split()), pattern(text)))
    return found


def _spaced(name: str) -> str:
    return name.replace("_", " ")


RULES: dict[str, Rule] = {**_simple(), **_RULES, **LINKS}


def resolved(call: Call, own: Mapping[str, Rule]) -> str:
    """What a template leaves; empty where it leaves nothing.

    Args:
        call: the template.
        own: rules of the recipe by lower-case name; they come first.
    """
    rule = own.get(call.name) or RULES.get(call.name)
    if rule is not None:
        return rule(call)
    sign = _SIGNS.get(call.name)
    if sign is not None:
        return sign
    if found := _LANGUAGE.fullmatch(call.name):
        return _labelled(call, found[1], short=bool(found[2]))
    if call.name.startswith("ipa-"):
        return _pronounced(call, LANGUAGES.get(call.name[4:]))
    if call.name in LANGUAGES:
        return call.get(1)
    if call.name.endswith(" icon"):  # the language of a link
        language = LANGUAGES.get(call.name[:-5])
        return f"（{language}）" if language else ""
    if call.name.endswith("範囲"):  # a mark that this or that is missing in a passage
        return call.get(1)
    return "" if call.unnamed else COUNTRIES.get(call.name.upper(), "")


def _labelled(call: Call, code: str, *, short: bool) -> str:
    """{{lang-en|word}} prints 英語: word."""
    names = SHORT_LANGUAGES if short else LANGUAGES
    label = names.get(code) or names.get(code.partition("-")[0])
    return f"{label}: {call.get(1)}" if label else call.get(1)


def _pronounced(call: Call, language: str | None) -> str:
    """{{IPA-fr|sound}}: the second argument says whether the language is printed, and how."""
    if not call.get(1):
        return ""
    label = f"{language}発音: " if language and len(call.unnamed) < 2 else ""
    if language and call.get(2) == "lang":
        label = f"{language}: "
    return f"{label}[{call.get(1)}]"


def function(name: str, argument: str, parts: list[str], page: str) -> str | None:
    """What a parser function or variable leaves; None where the name is none.

    Args:
        name: before the colon, lower case.
        argument: between the colon and the first bar.
        parts: what comes after bars.
        page: title of the page.
    """
    if name == "#if":
        chosen = parts[:1] if argument else parts[1:2]
        return chosen[0] if chosen else ""
    if name == "#ifeq":
        chosen = parts[1:2] if parts and argument == parts[0] else parts[2:3]
        return chosen[0] if chosen else ""
    if name in ("formatnum", "lc", "uc", "lcfirst", "ucfirst", "nowrap"):
        return _CASES.get(name, str)(argument)
    if name in ("pagename", "fullpagename", "subpagename") and not argument:
        return page
    return "" if name.startswith("#") or name in _VARIABLES else None


_CASES: dict[str, Callable[[str], str]] = {
    "formatnum": grouped,
    "lc": str.lower,
    "uc": str.upper,
    "lcfirst": lambda text: text[:1].lower() + text[1:],
    "ucfirst": lambda text: text[:1].upper() + text[1:],
}
_VARIABLES = words(
    "defaultsort displaytitle ns int fullurl localurl urlencode anchorencode plural padleft"
    " padright pagesincategory grammar gender filepath safesubst subst msg raw"
)
