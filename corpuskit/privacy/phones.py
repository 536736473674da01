"""Rules for telephone numbers and postal codes.

Numbers with joints or a mobile prefix are known by their form; ten digits without joints, digits
joined by spaces or dots, and numbers without an area code need a word such as 電話 before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpuskit.privacy.labels import Label, is_guarded, labels_before
from corpuskit.privacy.numbers import Match, digits_of
from corpuskit.privacy.windows import Window

_NB = r"(?<![0-9])(?<![0-9A-Za-z][-._])(?<![0-9],)(?<![-.]-)"
_NA = r"(?![0-9A-Za-z_]|[-.][0-9A-Za-z])"
_J = r"(?: ?[-)(の・./] ?(?:\()?| )"  # one joint, or two as in `) ` and ` (`
_EXTENSION = r"(?: ?\(?(?:内線|ext\.?|内)[ :.]*(?:番号)?[ :]*[0-9]{1,5}\)?)?"

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "phone.international",
        re.compile(
            r"(?<![0-9A-Za-z+])\(?\+81\)?[- ]?(?:\(0\)|0)?[- ]?"
            r"(?P<number>[1-9]\d{8,9}|\(?[1-9]\d{0,3}[-) ]{1,2}\d{1,4}[- ]\d{3,4})"
            + _NA
            + _EXTENSION
        ),
    ),
    (
        "phone.mobile",
        re.compile(
            _NB + rf"\(?(?P<number>0[6-9]0{_J}?[1-9]\d{{3}}{_J}?\d{{4}})" + _NA + _EXTENSION
        ),
    ),
    (
        "phone.service",
        re.compile(
            _NB + rf"\(?(?P<number>050{_J}?[1-9]\d{{3}}{_J}?\d{{4}}|0800{_J}?\d{{3}}{_J}?\d{{4}}"
            rf"|0[15][27]0(?:{_J}?\d{{3}}{_J}?\d{{3}}|{_J}\d{{2}}{_J}\d{{4}}))" + _NA + _EXTENSION
        ),
    ),
    (
        "phone.landline",
        re.compile(
            _NB + rf"\(?(?P<number>0[1-9]\d{{0,3}}{_J}\d{{1,4}}{_J}\d{{4}})" + _NA + _EXTENSION
        ),
    ),
    ("phone.label", re.compile(_NB + r"(?P<number>0[1-9]\d{8})" + _NA + _EXTENSION)),
    ("phone.label", re.compile(_NB + r"(?P<number>[2-9]\d{1,3}-\d{4})" + _NA + _EXTENSION)),
)
_COULD_BE = re.compile(r"(?<![0-9])(?:0[1-9]|81|[2-9]\d{1,3}-\d{4})")
_REACH = 24  # characters after a number where its extension may stand
_WEAK = re.compile(r"[. /・]")
_LETTER = re.compile(r"[A-Za-z]")
_LABEL_LETTERS = re.compile(r"(?:tel|fax|phone|mobile|t|f|p|m)[.:]?$", re.I)


def find_phones(window: Window) -> Iterator[Match]:
    """Telephone numbers that start in the candidate; an extension after them is part of it."""
    start = max(0, window.first - 4)
    reach = min(len(window.folded), window.last + _REACH)
    if not _COULD_BE.search(window.folded, start, reach):
        return
    for rule, form in _FORMS:
        for m in form.finditer(window.folded, start, reach):
            if m.start("number") >= window.last:
                break
            sure = _phone_confidence(window, rule, m)
            if sure:
                yield rule, *_without_brackets(m), sure


def _without_brackets(m: re.Match[str]) -> tuple[int, int]:
    """The hit without a bracket at either end whose partner is not in it: (03-1234-5678)."""
    text = m[0]
    if text[0] == "(" and text[-1] == ")" and _is_balanced(text[1:-1]):
        return m.start() + 1, m.end() - 1
    for head, tail in ((0, 0), (1, 0), (0, 1)):
        if _is_balanced(text[head : len(text) - tail]):
            return m.start() + head, m.end() - tail
    return m.start(), m.end()


def _is_balanced(text: str) -> bool:
    depth = 0
    for mark in text:
        depth += (mark == "(") - (mark == ")")
        if depth < 0:
            return False
    return depth == 0


def _phone_confidence(window: Window, rule: str, m: re.Match[str]) -> int:
    number = m["number"]
    if not _has_phone_digits(rule, digits_of(number)):
        return 0
    before = window.text[: m.start()]
    labels = labels_before(before)
    after = window.text[m.end() :]
    if is_guarded(labels, after) or _is_glued(window.folded, m.start()):
        return 0
    named = _named(labels)
    if rule == "phone.label":
        local = "-" in number
        return 80 if named and labels[0].gap <= (6 if local else 16) else 0
    joints = re.sub(r"\d", "", number)
    plain_digits = not joints
    if window.folded[m.start() - 1 : m.start()] == "第":
        return 0
    slash = window.folded[m.start() - 1 : m.start()] == "/"
    weak = _WEAK.search(joints) is not None and not set(joints) & set("-()")
    if rule == "phone.landline" and weak and not (named and labels[0].gap <= 24):
        return 0
    if (slash or weak) and not named and rule != "phone.international":
        spaced = weak and not slash and rule == "phone.mobile" and "." not in joints
        return 80 if spaced else 0
    if rule == "phone.service" and plain_digits and not named:
        return 0
    return 95 if named else (75 if plain_digits else 85)


def _has_phone_digits(rule: str, digits: str) -> bool:
    """Say whether there are as many digits as such a number has."""
    if rule == "phone.landline":
        return len(digits) == 10 and digits[:3] not in ("050", "060", "070", "080", "090", "010")
    if rule == "phone.international":
        return len(digits.lstrip("0")) in (9, 10)
    return True


def _named(labels: list[Label]) -> bool:
    """Say whether the nearest word is one for telephone."""
    return bool(labels) and labels[0].kind == "phone" and "。" not in labels[0].between


def _is_glued(folded: str, start: int) -> bool:
    """Say whether Latin letters that are no TEL or FAX touch the number."""
    head = folded[:start]
    return bool(head) and _LETTER.match(head[-1]) is not None and not _LABEL_LETTERS.search(head)


_MARKED = re.compile(r"〒 ?(?P<code>\d{3} ?-? ?\d{4})(?![0-9])")
_LABELLED = re.compile(
    r"(?:郵便番号|郵便コード|〠)[^0-9。]{0,24}"
    r"(?P<code>\d{3}-?\d{4})(?![0-9]|-[0-9])"
)
_BEFORE_PLACE = re.compile(
    r"(?<![0-9A-Za-z_-])(?P<code>\d{3}-\d{4})(?=[ \n]{0,3}"
    r"(?:東京都|北海道|(?:京都|大阪)府|[一-龥]{2,3}県|[一-龥ケヶ]{1,5}[市区郡]))"
)


def find_postal(window: Window) -> Iterator[Match]:
    """Postal codes after 〒 or its word, or before a place."""
    start = max(0, window.first - 36)
    reach = min(len(window.folded), window.last + _REACH)
    for form in (_MARKED, _LABELLED, _BEFORE_PLACE):
        for m in form.finditer(window.folded, start, reach):
            if m.start("code") >= window.last:
                break
            if m.end("code") <= window.first:
                continue
            place = form is _BEFORE_PLACE
            if place and is_guarded(labels_before(window.text[: m.start()]), ""):
                continue
            rule = "postal_code.place" if place else "postal_code.mark"
            yield rule, m.start("code"), m.end("code"), 80 if place else 95
