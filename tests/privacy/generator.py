"""The privacy set: seeded sentences with the places of what must be found, and near misses.

`tuning` is for making rules, `held_out` for measuring them: they differ in seed and in every label,
frame and near miss (`sentences` tells how the second was used). Half of the sentences of each have
nothing to find.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from tests.privacy import values as v
from tests.privacy.sentences import BARE, FILLERS, FRAMES, LABELS, NEAR_MISSES

KINDS = tuple(sorted(LABELS.keys() | BARE.keys()))
_MARK = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Sentence:
    """A text and its hits: kind, first character, the character after the last."""

    text: str
    hits: tuple[tuple[str, int, int], ...]


def tuning(each: int = 100) -> list[Sentence]:
    return _sentences(0, 20261, each)


def held_out(each: int = 100) -> list[Sentence]:
    return _sentences(1, 90177, each)


def _sentences(half: int, seed: int, each: int) -> list[Sentence]:
    r = random.Random(seed)
    made = [_positive(r, half, kind) for kind in KINDS for _ in range(each)]
    made += [_negative(r, half) for _ in range(len(KINDS) * each)]
    r.shuffle(made)
    return made


def _fill(template: str, parts: dict[str, str], kind: str) -> Sentence:
    """Put values into a template; those of the keys v, g, a, b, i are hits of `kind`."""
    text, hits, at = "", [], 0
    for m in _MARK.finditer(template):
        text += template[at : m.start()]
        value = parts[m[1]]
        if m[1] in ("v", "g", "a", "b", "i"):
            hits.append((kind, len(text), len(text) + len(value)))
        text += value
        at = m.end()
    return Sentence(text + template[at:], tuple(hits))


def _around(r: random.Random, s: Sentence) -> Sentence:
    before, after = r.choice(FILLERS), r.choice(FILLERS)
    head = before + ("\n" if before else "")
    moved = tuple((k, a + len(head), b + len(head)) for k, a, b in s.hits)
    return Sentence(head + s.text + ("\n" + after if after else ""), moved)


def _positive(r: random.Random, half: int, kind: str) -> Sentence:
    bare = kind in BARE and (kind not in LABELS or r.random() < 0.4)
    label = "" if bare else r.choice(LABELS[kind][half])
    template = r.choice(BARE[kind][half] if bare else FRAMES[half])
    if label.endswith("〒"):
        template = "{label}{v}"
    parts = {"label": label, "v": _value(r, kind, template, bare)}
    parts["g"] = v.written(r, v.fours(v.card(r), r.choice("- ")))
    if kind == "yucho_account":
        parts |= {"a": v.written(r, "1" + v.digits(r, 3) + "0"), "b": v.digits(r, 7) + "1"}
    elif kind == "health_insurance":
        parts |= {"a": v.written(r, v.digits(r, r.randint(2, 8), "123456789"))}
        parts |= {"b": v.digits(r, r.randint(1, 6), "123456789")}
        parts["i"] = v.written(r, v.insurer(r, r.choice((8, 8, 6))))
    sentence = _fill(template, parts, kind)
    if bare and kind == "corporate_number":  # the T belongs to the number
        ((_, start, stop),) = sentence.hits
        sentence = Sentence(sentence.text, ((kind, start - 1, stop),))
    return _around(r, sentence)


def _value(r: random.Random, kind: str, template: str, bare: bool) -> str:
    if kind == "my_number":
        return v.written(r, v.fours(v.my_number(r), r.choice(("", "", " ", "-"))))
    if kind == "drivers_licence":
        return v.written(r, v.licence(r))
    if kind == "passport":
        return v.written(r, v.letters(r, 2) + v.digits(r, 7))
    if kind == "residence_card":
        return v.written(r, v.letters(r, 2) + v.digits(r, 8) + v.letters(r, 2))
    if kind == "basic_pension":
        return v.written(r, v.grouped(v.digits(r, 10), (4, 6), r.choice(("-", "-", ""))))
    if kind == "employment_insurance":
        return v.written(r, v.grouped(v.digits(r, 11), (4, 6, 1), r.choice(("-", "-", ""))))
    if kind == "resident_code":
        return v.written(r, v.digits(r, 11))
    if kind == "yucho_account":
        return v.written(r, "1" + v.digits(r, 3) + "0-" + v.digits(r, 7) + "1")
    if kind == "bank_account":
        return v.written(r, v.digits(r, 7))
    if kind == "card":
        return v.written(r, v.fours(v.card(r), r.choice(("", "-", " "))))
    if kind == "corporate_number":
        return v.written(r, v.corporate(r))
    if kind == "postal_code":
        joint = "-" if bare or r.random() < 0.7 else ""
        return v.written(r, v.digits(r, 3) + joint + v.digits(r, 4))
    return _contact(r, kind, bare)


def _contact(r: random.Random, kind: str, bare: bool) -> str:
    if kind == "phone":
        return _phone(r, bare)
    if kind == "birth_date":
        return v.birth(r) if bare or r.random() < 0.6 else v.written(r, v.short_birth(r))
    if kind == "email":
        address = v.email(r)
        return v.full(address) if r.random() < 0.15 else address.replace("@", r.choice("@@@＠"))
    if kind == "ip_address":
        if r.random() < 0.25:
            return v.public_v6(r)
        return v.full(v.public_ip(r)) if r.random() < 0.15 else v.public_ip(r)
    if kind == "private_ip":
        return v.private_ip(r)
    if kind == "mac_address":
        return v.mac(r)
    plate = v.plate(r)
    return v.full(plate) if r.random() < 0.2 else plate


def _phone(r: random.Random, bare: bool) -> str:
    if bare or r.random() < 0.6:
        value = v.fixed_phone(r)
        value = value if "〇" in value or "の" in value else v.written(r, value)
        return value + (r.choice(("（内線123）", " 内線 4567", "")) if r.random() < 0.2 else "")
    number, sizes = v.landline(r)
    way = r.randrange(4)
    if way == 0:
        return v.written(r, number)
    if way == 1:
        return v.written(r, v.mobile(r))
    if way == 2:
        return v.grouped(number, sizes, r.choice((" ", ".", "・")))
    return v.written(r, v.grouped(number, sizes, "-"))


def _negative(r: random.Random, half: int) -> Sentence:
    template = r.choice(NEAR_MISSES[half])
    text = _MARK.sub(
        lambda m: _piece(r, m[1]), template.replace("{{", "\x01").replace("}}", "\x02")
    )
    text = text.replace("\x01", "{").replace("\x02", "}")
    if r.random() < 0.25:
        text = v.full_digits(text)
    return _around(r, Sentence(text, ()))


def _piece(r: random.Random, name: str) -> str:
    if name[0] == "n" and name[1:].isdigit():
        return v.digits(r, int(name[1:]))
    if name[0] == "h":
        return "".join(r.choices("0123456789abcdef", k=int(name[1:])))
    if name[0] == "L":
        return v.letters(r, int(name[1:]))
    number, sizes = v.landline(r)
    return {
        "my": v.my_number(r),
        "card": v.card(r),
        "corp": v.corporate(r),
        "m": v.mobile(r),
        "tel": v.grouped(number, sizes, "-"),
        "v1": str(r.randint(0, 9)),
        "v2": str(r.randint(1, 64)),
        "d": f"{r.randint(1950, 2026)}年{r.randint(1, 12)}月{r.randint(1, 28)}日",
        "era": r.choice(("昭和", "平成")) + f"{r.randint(2, 30)}年{r.randint(1, 12)}月1日",
        "time": f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}",
    }[name]
