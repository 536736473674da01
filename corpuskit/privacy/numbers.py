"""Rules for numbers that a label or a check digit makes sure: identity, insurance, accounts, cards.

Each rule gets the window of a candidate and gives `Found` of the window's characters. Sources of
formats are in `kinds.RULES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from corpuskit.privacy import checks
from corpuskit.privacy.labels import confidence, is_guarded, labels_before, plain
from corpuskit.privacy.windows import Window

NB = r"(?<![0-9A-Za-z_])(?<![0-9][-./])(?:(?<![A-Za-z][-.])|(?<=[Nn]o\.))(?<![0-9],)"
NA = r"(?![0-9A-Za-z_]|[-./][0-9A-Za-z]|,[0-9])"

Match = tuple[str, int, int, int]
"""Rule, first character, character after the last, confidence."""


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A number that needs a word before it.

    Attributes:
        rule: its id.
        form: pattern over folded text; group 1, if there is one, is the number.
        far: characters that may lie between word and number.
        check: gets the digits; False: this is no such number.
    """

    rule: str
    form: re.Pattern[str]
    far: int
    check: Callable[[str], bool] | None = None


def _is_insurer_like(digits: str) -> bool:
    return len(digits) == 8 or checks.is_insurer(digits)


_LABELLED: dict[str, tuple[_Labelled, ...]] = {
    "my_number": (
        _Labelled(
            "my_number.label",
            re.compile(NB + r"(?:\d{4}([- ]?)\d{4}\1\d{4}|\d(?: \d){11})" + NA),
            110,
            checks.is_my_number,
        ),
    ),
    "corporate_number": (
        _Labelled(
            "corporate_number.label",
            re.compile(NB + r"T?-?[1-9]-?\d{4}-?\d{4}-?\d{4}" + NA),
            40,
            checks.is_corporate_number,
        ),
    ),
    "drivers_licence": (
        _Labelled(
            "drivers_licence.check",
            re.compile(NB + r"\d{4}([- ]?)\d{4}\1\d{4}" + NA),
            40,
            checks.is_licence,
        ),
        _Labelled("drivers_licence.label", re.compile(NB + r"\d{12}" + NA), 16),
    ),
    "passport": (_Labelled("passport.label", re.compile(NB + r"[A-Z]{2}[ -]?\d{7}" + NA), 30),),
    "residence_card": (
        _Labelled("residence_card.label", re.compile(NB + r"[A-Z]{2} ?\d{8} ?[A-Z]{2}" + NA), 40),
    ),
    "basic_pension": (
        _Labelled("basic_pension.label", re.compile(NB + r"\d{4}[- ]?\d{6}" + NA), 30),
    ),
    "employment_insurance": (
        _Labelled("employment_insurance.label", re.compile(NB + r"\d{4}([- ]?)\d{6}\1\d" + NA), 30),
    ),
    "resident_code": (
        _Labelled("resident_code.label", re.compile(NB + r"(?:\d{11}|\d{5}-\d{6})" + NA), 30),
    ),
    "health_insurance": (
        _Labelled(
            "health_insurance.insurer",
            re.compile(NB + r"(?:\d{8}|\d{2} \d{2} \d{3} \d|\d(?: \d){7}|\d{6})" + NA),
            16,
            _is_insurer_like,
        ),
    ),
    "yucho_account": (
        _Labelled(
            "yucho_account.label",
            re.compile(NB + r"(?:1\d{4}[- ](?:\d[- ])?\d{2,8}|0\d{4}-\d-\d{1,6})" + NA),
            20,
        ),
    ),
    "bank_account": (
        _Labelled("bank_account.label", re.compile(NB + r"(?:\d{4}-\d{3}-)?\d{7}" + NA), 12),
    ),
    "card": (
        _Labelled(
            "card.label",
            re.compile(NB + r"\d{4}(?:[- ]?\d){10,12}" + NA),
            40,
            checks.is_card,
        ),
    ),
}

# Any token that a rule below could take; most candidates have none.
_TOKEN = re.compile(NB + r"(?:[A-Z]{1,2}[- ]?)?\d(?:[- ]?\d)*(?: ?[A-Z]{2})?" + NA)
_LETTERS, _AFTER, _FEWEST = 4, 5, 6
_CARD = re.compile(NB + r"\d{4}([- ])\d{4}\1\d{4}\1\d{4}" + NA)
_AMEX = re.compile(NB + r"3[47]\d\d([- ])\d{6}\1\d{5}" + NA)
_FOURS = re.compile(NB + r"\d{4}([- ])\d{4}\1\d{4}" + NA)
_INVOICE = re.compile(NB + r"T-?[1-9]-?\d{4}-?\d{4}-?\d{4}" + NA)
_NOT_DIGIT = re.compile(r"\D")
_PLAIN_ORDINARY = re.compile(r"^[\s預金口座番号:()（）・no.]*$")
_BANK = re.compile(r"銀行|支店|口座|預金|振込|振替|信用金庫|信金|信組|農協|名義|account|bank")


def digits_of(text: str) -> str:
    """The ASCII digits of a text."""
    return _NOT_DIGIT.sub("", text)


def find_numbers(window: Window) -> Iterator[Match]:
    """Numbers that start in the candidate, or up to two letters before it, by their labels."""
    reach = min(len(window.folded), window.last + _AFTER)
    tokens = _TOKEN.finditer(window.folded, max(0, window.first - _LETTERS), reach)
    if not any(len(digits_of(m[0])) >= _FEWEST for m in tokens):
        return
    known = {label.kind for label in labels_before(window.text[: window.last])} & _LABELLED.keys()
    for kind in sorted(known):
        for rule in _LABELLED[kind]:
            yield from _labelled(window, kind, rule, reach)
    yield from _unlabelled(window, reach)


def _labelled(window: Window, kind: str, rule: _Labelled, reach: int) -> Iterator[Match]:
    for m in rule.form.finditer(window.folded, max(0, window.first - _LETTERS), reach):
        if m.start() >= window.last:
            return
        if rule.check is not None and not rule.check(digits_of(m[0])):
            continue
        labels = labels_before(window.text[: m.start()])
        sure = confidence(labels, kind, rule.far)
        if kind == "bank_account" and sure:
            sure = _bank_confidence(window, m.start(), sure)
        if sure and not is_guarded(labels, window.text[m.end() :]):
            sure += 10 if rule.check is not None else 0
            yield rule.rule, m.start(), m.end(), sure


def _bank_confidence(window: Window, at: int, sure: int) -> int:
    """普通 and 当座 say little alone: a bank's word must be about, or nothing else between."""
    before = plain(window.text[:at])
    if _BANK.search(before[-80:]):
        return sure
    for word in ("普通", "当座", "貯蓄"):
        _, found, tail = before.rpartition(word)
        if found and _PLAIN_ORDINARY.match(tail):
            return 75
    return 0


def _unlabelled(window: Window, reach: int) -> Iterator[Match]:
    """Cards in groups and T numbers, by form and check digit; a My Number so is a mere guess."""
    forms = (
        (_CARD, "card.format", checks.is_card, 80),
        (_AMEX, "card.format", checks.is_card, 80),
        (_INVOICE, "corporate_number.invoice", checks.is_corporate_number, 80),
        (_FOURS, "my_number.format", checks.is_my_number, 65),
    )
    for form, rule, check, sure in forms:
        for m in form.finditer(window.folded, max(0, window.first - _LETTERS), reach):
            if m.start() >= window.last:
                break
            labels = labels_before(window.text[: m.start()])
            if check(digits_of(m[0])) and not is_guarded(labels, window.text[m.end() :]):
                yield rule, m.start(), m.end(), sure


_INSURED = re.compile(
    r"記号[^0-9。\n]{0,6}?(\d{1,8}(?:-\d{1,4})?)[^0-9。\n]{0,8}?番号[^0-9。\n]{0,4}?(\d{1,8})" + NA
)
_JOINED = re.compile(r"記号[・-]?番号[^0-9。\n]{0,4}(\d{1,8})[・ -](\d{1,8})" + NA)
_INSURER = re.compile(r"(?<!被)保険者番号[^0-9。\n]{0,8}(\d{8}|\d{6})" + NA)
_ABOUT_INSURANCE = re.compile(r"保険|健保|けんぽ|国保|組合|被保|資格確認|後期高齢")
_ABOUT_YUCHO = re.compile(r"ゆうちょ|郵便|貯金|口座|振込|振替")


def find_marks(window: Window) -> Iterator[Match]:
    """記号 and 番号 of an insured person or of a Yucho account, and a 保険者番号 of six digits."""
    folded = window.folded
    near = max(0, window.first - 3)
    for m in _INSURER.finditer(folded, near):
        if _is_insurer_like(m[1]) and m.start() <= window.last:
            yield "health_insurance.insurer", m.start(1), m.end(1), 90
    pairs = [*_INSURED.finditer(folded, near), *_JOINED.finditer(folded, near)]
    for m in pairs:
        if m.start() > window.last:
            continue
        about = plain(window.text[max(0, m.start() - 60) : m.end() + 30])
        yucho = re.fullmatch(r"1\d{3}0(?:-\d)?", m[1]) is not None
        if yucho and (_ABOUT_YUCHO.search(about) or len(m[2]) >= 7):
            rule = "yucho_account.label"
        elif _ABOUT_INSURANCE.search(about):
            rule = "health_insurance.insured"
        else:
            continue
        yield rule, m.start(1), m.end(1), 80
        yield rule, m.start(2), m.end(2), 80
