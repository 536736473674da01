"""Names, addresses and texts of licences, and the SPDX expression that each stands for.

SPDX ids where the SPDX licence list has one; ``LicenseRef-PDL-1.0`` (公共データ利用規約) and
``LicenseRef-GJSTU-2.0`` (政府標準利用規約) where it has none, and a ``LicenseRef-`` without number
where the text does not say which version is meant: a version is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: Creative Commons versions that SPDX lists for all six licences.
_VERSIONS = frozenset({"1.0", "2.0", "2.5", "3.0", "4.0"})
#: National versions of SPDX's list that the patterns below can meet.
_PORTED = frozenset({"CC-BY-SA-2.1-JP", "CC-BY-3.0-US", "CC-BY-SA-3.0-DE", "CC-BY-3.0-DE"})
#: Width only: every character stays one character, so places in the text stay what they are.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}


@dataclass(frozen=True, slots=True)
class Named:
    """A licence's name in a text.

    Attributes:
        expression: the SPDX id, or a ``LicenseRef-``.
        start: first character.
        stop: the one behind the last.
        form: ``name``, ``url``, ``tag`` (SPDX-License-Identifier) or ``terms`` (a licence's text).
    """

    expression: str
    start: int
    stop: int
    form: str = "name"


def narrow(text: str) -> str:
    """The text with full-width ASCII as ASCII, character for character."""
    return text.translate(_NARROW)


def _commons(parts: str, version: str | None, country: str | None = None) -> str:
    """Expression of a Creative Commons licence by its parts, such as ``by-nc-sa``."""
    wanted = [p for p in ("BY", "NC", "ND", "SA") if p in re.split(r"[^A-Z]+", parts.upper())]
    name = "CC-" + "-".join(wanted)
    if not version:
        return f"LicenseRef-{name}"
    if country:
        ported = f"{name}-{version}-{country.upper()}"
        return ported if ported in _PORTED else f"LicenseRef-{ported}"
    return f"{name}-{version}" if version in _VERSIONS else f"LicenseRef-{name}-{version}"


def _of_url(found: re.Match[str]) -> str:
    if found["public"]:
        return "CC0-1.0" if found["public"].lower() == "zero" else "CC-PDM-1.0"
    return _commons(found["parts"], found["version"], found["country"])


_WORDS = (
    ("NC", re.compile(r"non[- ]?commercial|非営利", re.I)),
    ("ND", re.compile(r"no[- ]?deriv|改変禁止", re.I)),
    ("SA", re.compile(r"share[- ]?alike|継承", re.I)),
)


def _of_words(found: re.Match[str]) -> str:
    parts = ["BY", *(name for name, word in _WORDS if word.search(found["words"] or ""))]
    ported = re.search(r"japan|日本|jp", found["where"] or "", re.I)
    return _commons("-".join(parts), found["number"], "JP" if ported else None)


def _of_short(found: re.Match[str]) -> str:
    letters = re.findall("BY|NC|ND|SA", found["short"].upper())
    return _commons("-".join(letters), found["edition"], found["land"])


def _gjstu(found: re.Match[str]) -> str:
    version = found["terms"]
    return f"LicenseRef-GJSTU-{version.replace('．', '.')}" if version else "LicenseRef-GJSTU"


def _gnu(found: re.Match[str]) -> str:
    said = found[0]
    letters = re.search(r"AGPL|LGPL|GFDL|FDL", said, re.I)
    name = letters[0].upper() if letters else "GPL"
    if re.search("affero", said, re.I):
        name = "AGPL"
    elif re.search(r"lesser|library general|劣等", said, re.I):
        name = "LGPL"
    elif name == "FDL" or re.search(r"free documentation", said, re.I):
        name = "GFDL"
    number = found["gnu"]
    if not number:
        return f"LicenseRef-{name}"
    number = number if "." in number else f"{number}.0"
    later = re.search(r"\+|later|以降|以上|以後", said, re.I)
    return f"{name}-{number}-{'or-later' if later else 'only'}"


def _bsd(found: re.Match[str]) -> str:
    said = found[0].lower()
    for clauses, words in (("3", ("3", "three", "三", "new", "modified", "修正")), ("2", ("2", "two", "二", "simpl"))):  # fmt: skip # noqa: E501
        if any(word in said for word in words):
            return f"BSD-{clauses}-Clause"
    return "LicenseRef-BSD"


def _mozilla(found: re.Match[str]) -> str:
    return f"MPL-{found['mpl']}" if found["mpl"] else "LicenseRef-MPL"


def _apache(found: re.Match[str]) -> str:
    number = found["apache"]
    if not number:
        return "LicenseRef-Apache"
    return f"Apache-{number if '.' in number else number + '.0'}"


#: Ids that a tag or a declaration may name, by their lower-case form.
KNOWN = {
    name.lower(): name
    for name in (
        *(f"CC-{p}-{v}" for p in ("BY", "BY-SA", "BY-NC", "BY-ND", "BY-NC-SA", "BY-NC-ND")
          for v in sorted(_VERSIONS)),
        *sorted(_PORTED), "CC0-1.0", "CC-PDM-1.0", "MIT", "MIT-0", "ISC", "Zlib", "Unlicense",
        "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "Apache-1.1", "MPL-1.1", "MPL-2.0",
        "EPL-1.0", "EPL-2.0", "BSL-1.0", "PostgreSQL", "Python-2.0", "PSF-2.0", "Ruby", "PHP-3.01",
        "Artistic-1.0", "Artistic-2.0", "OFL-1.1", "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0", "WTFPL",
        "CDLA-Permissive-2.0", "CDLA-Sharing-1.0", "LPPL-1.3c",
        *(f"{p}-{v}-{m}" for p, v in (("GPL", "1.0"), ("GPL", "2.0"), ("GPL", "3.0"),
          ("LGPL", "2.0"), ("LGPL", "2.1"), ("LGPL", "3.0"), ("AGPL", "3.0"), ("GFDL", "1.1"),
          ("GFDL", "1.2"), ("GFDL", "1.3")) for m in ("only", "or-later")),
    )
}  # fmt: skip

_V = r"(?:[ -]?(?:v|ver|version|バージョン)?[ .]{0,2}"


def _fixed(expression: str) -> Callable[[re.Match[str]], str]:
    return lambda found: expression


def _tagged(found: re.Match[str]) -> str:
    return KNOWN.get(found["tag"].lower(), "")


_CC_PART = r"(?:[ _-]?(?:NC|SA|ND))"
_CC_NAME = r"(?:Creative[ \n]?Commons|クリエイティブ[・ ]?・?[ ]?コモンズ)"
_EN_PART = r"(?:[\s,–-]{0,6}(?:Non[- ]?Commercial|Share[- ]?Alike|No[- ]?Deriv(?:ative|s)*(?:[ -]?Works)?))"  # noqa: E501
_JA_PART = r"(?:[\s・–－―-]{0,6}(?:非営利|継承|改変禁止))"
_WHERE = r"(?:[ ]{0,6}(?P<where>International|Unported|Japan|Generic|国際|日本|非移植))?"
#: What to look for, in the form it has, and what it means; earlier ones win where they begin alike.
_TABLE: tuple[tuple[str, str, Callable[[re.Match[str]], str]], ...] = (
    (
        "url",
        r"(?:https?://)?(?:www\.)?creativecommons\.(?:org|jp)/(?:licenses/(?P<parts>by(?:-nc)?(?:-nd|-sa)?)"
        r"/(?P<version>\d\.\d)(?:/(?P<country>(?!de?ed)[a-z]{2})\b)?|publicdomain/(?P<public>zero|mark)"
        r"(?:/1\.0)?)[\w./-]*",
        _of_url,
    ),
    ("tag", r"SPDX-License-Identifier:\s{0,8}(?P<tag>[A-Za-z0-9.+-]+)", _tagged),
    ("name", rf"(?:{_CC_NAME}[ ]?(?:の)?(?:Zero|ゼロ|0|CC0)|(?<![A-Za-z0-9])CC[ -]?(?:0|Zero)(?![0-9A-Za-z]))(?:[ -]?1\.0)?", _fixed("CC0-1.0")),  # noqa: E501
    ("name", rf"(?<![A-Za-z])(?:CC|{_CC_NAME})[ _-]?(?P<short>BY{_CC_PART}*)(?![A-Za-z])(?:[ -]?v?(?P<edition>\d\.\d))?(?:[ -]?(?P<land>JP)\b)?", _of_short),  # noqa: E501
    (
        "name",
        rf"(?:(?:{_CC_NAME}|(?<![A-Za-z])CC)[ 「『（(:：,-]{{0,8}}(?:ライセンス|License)?[ 「『（(:：の-]{{0,8}}"  # noqa: E501
        rf"(?:Attribution(?P<words>{_EN_PART}*)))(?:[ 」』-]{{0,6}}(?:public )?(?:licen[cs]e|ライセンス))?[ ,]{{0,6}}"  # noqa: E501
        rf"(?:v|version )?(?P<number>\d\.\d)?{_WHERE}",
        _of_words,
    ),
    (
        "name",
        rf"(?:{_CC_NAME}|(?<![A-Za-z])CC)[ ・]{{0,6}}(?:ライセンス)?[ 「『（(:：の―-]{{0,8}}表示"
        rf"(?P<words>{_JA_PART}*)(?:[ 」』]{{0,6}}ライセンス)?[ ]{{0,6}}(?P<number>\d\.\d)?{_WHERE}",  # noqa: E501
        _of_words,
    ),
    (
        "name",
        r"公共データ利用規約(?:[ ]?[（(]?第?[ ]?1(?:[.．]0)?[ ]?版?[ ]?[）)]?)?|(?<![A-Za-z])PDL[ -]?1\.0"  # noqa: E501
        r"|digital\.go\.jp/[\w/-]*public_data_license_v1\.0",
        _fixed("LicenseRef-PDL-1.0"),
    ),
    ("name", r"政府標準利用規約(?:[ ]?[（(]?[ ]?第?[ ]?(?P<terms>[12][.．][01])[ ]?版?[ ]?[）)]?)?", _gjstu),  # noqa: E501
    ("name", r"(?:インターネット公開)?[（(]保護期間満了[）)]", _fixed("LicenseRef-NDL-PD")),
    ("name", r"(?<![A-Za-z])(?:the[ ])?MIT[ -]?(?:licen[cs]e|ライセンス|許諾)", _fixed("MIT")),
    ("name", rf"(?<![A-Za-z])Apache(?:[ ]Software)?[ -]?(?:licen[cs]e|ライセンス)?,?{_V}(?P<apache>[12](?:\.[01])?))?(?:[ ]?(?:licen[cs]e|ライセンス))?", _apache),  # noqa: E501
    ("name", r"(?<![A-Za-z])(?:(?:[23二三]|two|three|new|modified|simplified|修正|新)[ -]?(?:clause|条項)?[ -]?)?BSD[ -]?(?:(?:[23]|two|three)[ -]?(?:clause|条項))?[ -]?(?:licen[cs]e|ライセンス)|(?<![A-Za-z])(?:modified|修正)[ ]?BSD(?![A-Za-z])", _bsd),  # noqa: E501
    (
        "name",
        r"(?<![A-Za-z])(?:GNU[ ](?:Affero |Lesser |Library )?(?:General[ ])?(?:Public|Free Documentation)[ ]Licen[cs]e"  # noqa: E501
        r"|GNU[ ](?:一般|劣等一般)公衆(?:利用)?(?:許諾|ライセンス)(?:契約書)?|(?:GNU[ ])?(?:[AL]?GPL|GFDL|GNU[ ]FDL))(?!(?!v\d)[A-Za-z])"  # noqa: E501
        r"(?:[ ]?(?:licen[cs]e|ライセンス))?(?:[ ]?[（(](?:[AL]?GPL|GFDL)[）)])?,?"
        r"(?:[ -]?(?:v|ver\.?|version|バージョン|第)?[ .]?(?P<gnu>[1-3](?:\.\d)?)(?![\d年月])(?:版)?)?"  # noqa: E501
        r"(?:[ ]?[（(]?(?:\+|-?or[- ]later|or[ ]\(?at your option\)?[ ]any later|(?:または|か|もしくは)?(?:それ)?以[降上後]))?",  # noqa: E501
        _gnu,
    ),
    ("name", rf"(?<![A-Za-z])(?:Mozilla[ ]Public[ ]Licen[cs]e|MPL(?=[ -]?\d)),?{_V}(?P<mpl>[12]\.[01]))?", _mozilla),  # noqa: E501
    ("name", r"(?:SIL[ ])?Open[ ]Font[ ]Licen[cs]e(?:,?[ ]?(?:v|version)?[ ]?1\.1)?", _fixed("OFL-1.1")),  # noqa: E501
    ("name", r"(?<![A-Za-z])ODbL(?:[ -]?1\.0)?|Open[ ]Database[ ]Licen[cs]e", _fixed("ODbL-1.0")),
    ("name", r"(?<![A-Za-z])Artistic[ ]Licen[cs]e[ ]?(?:v|version)?[ ]?2\.0", _fixed("Artistic-2.0")),  # noqa: E501
    ("name", r"(?<![A-Za-z])Artistic[ ]Licen[cs]e", _fixed("LicenseRef-Artistic")),
    ("name", r"same terms as Perl(?:[ ]itself)?|Perl[ ]?(?:itself|自身|自体|本体|そのもの)?[ ]?と(?:全く|まったく)?[ ]?同[じ一]の?(?:条件|ライセンス|条項|使用条件)", _fixed("Artistic-1.0-Perl OR GPL-1.0-or-later")),  # noqa: E501
    ("terms", r"Permission to use, copy, modify, distribute,? and sell this", _fixed("HPND-sell-variant")),  # noqa: E501
    ("terms", r"Permission is hereby granted, free of charge, to any person obtaining a copy", _fixed("MIT")),  # noqa: E501
    ("terms", r"Redistribution and use in source and binary forms", _fixed("LicenseRef-BSD")),
)  # fmt: skip
_FORMS = tuple(form for form, _, _ in _TABLE)
_MEANINGS = tuple(meaning for _, _, meaning in _TABLE)
_PATTERNS = tuple(re.compile(pattern, re.I) for _, pattern, _ in _TABLE)

#: One of these is in every name above (RE2, case folded): what has none is not looked at again.
PREFILTER = (
    r"(?i:creative.?commons|クリエイティブ|利用規約|保護期間満了|\bcc.?(?:by|0|zero|attrib|表示|ライセンス)"
    r"|\bmit.?(?:lic|ライ|許)|apache|bsd.?(?:lic|ライ|\d|-)|gnu |gpl|gfdl|mozilla public|mpl.?\d|open font lic|odbl"  # noqa: E501
    r"|open database lic|artistic lic|spdx-lic|pdl.?1|public_data_lic|permission is hereby granted"
    r"|redistribution and use in|terms as perl|perl.{0,12}と.{0,6}同|(?:modified|修正).?bsd|permission to use, copy"  # noqa: E501
    r"|ＣＣ|ｃｃ|ＰＤＬ|ＭＩＴ|ＧＰＬ|ＧＮＵ|ＢＳＤ|Ａｐａｃｈｅ)"
)


def names(text: str) -> Iterator[Named]:
    """Licences named in a text (`narrow`ed), in order; names that lie within another are left out.

    Args:
        text: any text; its places are code points.
    """
    found: list[Named] = []
    for start, stop in _windows(text):
        for form, pattern, meaning in zip(_FORMS, _PATTERNS, _MEANINGS, strict=True):
            for match in pattern.finditer(text, start, stop):
                expression = meaning(match)
                if expression and not _bare_apache(expression, match[0]):
                    found.append(Named(expression, match.start(), match.end(), form))
    found.sort(key=lambda name: (name.start, -name.stop))
    end = 0
    for name in found:
        if name.start >= end:
            yield name
            end = name.stop


def _windows(text: str) -> list[tuple[int, int]]:
    """Stretches of whole lines: those that `PREFILTER` lets pass, and their neighbours."""
    lines = text.split("\n")
    hits = pc.match_substring_regex(pa.array(lines, pa.large_string()), PREFILTER)
    near = hits.to_numpy(zero_copy_only=False)
    if not near.any():
        return []
    wide = near.copy()
    wide[:-1] |= near[1:]
    wide[1:] |= near[:-1]
    ends = np.cumsum([len(line) + 1 for line in lines])
    edges = np.flatnonzero(np.diff(np.concatenate(([False], wide, [False]))))
    starts, stops = edges[::2], edges[1::2]
    return [
        (int(ends[a - 1]) if a else 0, int(ends[b - 1]) - 1)
        for a, b in zip(starts.tolist(), stops.tolist(), strict=True)
    ]


def _bare_apache(expression: str, said: str) -> bool:
    """The web server is called Apache too: only with a word for a licence is it one."""
    return expression.startswith(("Apache", "LicenseRef-Apache")) and not re.search(
        "licen[cs]e|ライセンス", said, re.I
    )
