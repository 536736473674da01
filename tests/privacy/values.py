"""Made-up values with valid check digits, and ways to write them; all from one seeded generator.

Check digits are worked out here once more, apart from the package.
"""

from __future__ import annotations

import random

HYPHENS = "-－−‐–"
OFFICES = ("10", "14", "20", "25", "30", "40", "49", "50", "55", "60", "65", "74", "83", "90", "97")
PLATE_PLACES = ("品川", "練馬", "横浜", "なにわ", "札幌", "尾張小牧", "つくば", "袖ヶ浦", "神戸")
PLATE_KANA = "あいうえかきくけこさすせそたちつてとなにぬねのはひふほまみむめもやゆよらりるれろわ"
ISSUERS = ["4", "51", "53", "55", "3530", "3588", "2221", "62", "6011"]


def digits(r: random.Random, size: int, first: str = "0123456789") -> str:
    return r.choice(first) + "".join(r.choices("0123456789", k=size - 1))


def my_number(r: random.Random) -> str:
    head = digits(r, 11)
    rest = (
        sum(int(d) * w for d, w in zip(head, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    )
    return head + str(0 if rest <= 1 else 11 - rest)


def not_my_number(r: random.Random) -> str:
    value = my_number(r)
    return value[:11] + str((int(value[11]) + r.randint(1, 9)) % 10)


def corporate(r: random.Random) -> str:
    tail = digits(r, 12)
    total = sum(int(d) * (1 if i % 2 == 0 else 2) for i, d in enumerate(tail[::-1]))
    return str(9 - total % 9) + tail


def licence(r: random.Random) -> str:
    head = r.choice(OFFICES) + digits(r, 8)
    total = sum(int(d) * w for d, w in zip(head, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    return head + str((11 - total % 11) % 10) + r.choice("00001")


def double_sum(head: str) -> int:
    total = 0
    for i, d in enumerate(head[::-1]):
        total += sum(int(c) for c in str(int(d) * (2 if i % 2 == 0 else 1)))
    return (10 - total % 10) % 10


def insurer(r: random.Random, size: int = 8) -> str:
    head = digits(r, size - 1, "0123456" if size == 8 else "123")
    return head + str(double_sum(head))


def card(r: random.Random) -> str:
    issuer = r.choice(ISSUERS)
    head = issuer + "".join(r.choices("0123456789", k=15 - len(issuer)))
    return head + str(double_sum(head))


def not_card(r: random.Random) -> str:
    value = card(r)
    return value[:-1] + str((int(value[-1]) + r.randint(1, 9)) % 10)


def fours(value: str, joint: str) -> str:
    return joint.join(value[i : i + 4] for i in range(0, len(value), 4))


def grouped(value: str, sizes: tuple[int, ...], joint: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(value[at : at + size])
        at += size
    return joint.join(parts)


def full(text: str) -> str:
    """Full-width ASCII, hyphens included."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def full_digits(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


def kanji(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "〇一二三四五六七八九"))


def numeral(number: int) -> str:
    """1 to 99 in kanji: 二十三."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else "〇一二三四五六七八九"[tens] + "十")
    return head + ("" if ones == 0 else "〇一二三四五六七八九"[ones])


def written(r: random.Random, text: str) -> str:
    """A number in some width, with some hyphen."""
    way = r.random()
    if way < 0.5:
        return text
    if way < 0.7:
        return full(text).replace("－", r.choice("－−‐"))
    if way < 0.8:
        return full_digits(text)
    if way < 0.9:
        return full_digits(text).replace("-", "ー")
    return text.replace("-", r.choice(HYPHENS))


LANDLINES = ((2, 4, 4), (3, 3, 4), (4, 2, 4), (5, 1, 4))


def landline(r: random.Random) -> tuple[str, tuple[int, ...]]:
    area = digits(r, 1, "123456789") + digits(r, 1, "123456789")
    return "0" + area + digits(r, 7), r.choice(LANDLINES)


def mobile(r: random.Random) -> str:
    return r.choice(("060", "070", "080", "090")) + digits(r, 8, "123456789")


def phone(r: random.Random) -> str:
    """A telephone number that is known by its form alone."""
    way = r.randrange(8)
    if way == 0:
        value, sizes = landline(r)
        area, city, tail = grouped(value, sizes, " ").split()
        return r.choice(
            (f"{area}({city}){tail}", f"({area}){city}-{tail}", f"（{area}）{city}−{tail}")
        )
    if way == 1:
        return grouped(mobile(r), (3, 4, 4), r.choice(("-", "-", "の", " ")))
    if way == 2:
        value = r.choice(("0120", "0570")) + digits(r, 6)
        return grouped(value, r.choice(((4, 3, 3), (4, 2, 4))), "-")
    if way == 3:
        return r.choice(("050", "0800")) + "-" + grouped(digits(r, 8, "123456789"), (4, 4), "-")
    if way == 4:
        return "+81-" + grouped(mobile(r)[1:], (2, 4, 4), r.choice("- "))
    if way == 5:
        value, sizes = landline(r)
        return kanji(grouped(value, sizes, r.choice(("-", "−", "・", "ー"))).replace("・", "−"))
    value, sizes = landline(r)
    return grouped(value, sizes, "-")


def fixed_phone(r: random.Random) -> str:
    value = phone(r)
    if value.startswith("0800-"):
        return value[:5] + value[5:8] + value[9:]
    return value


def birth(r: random.Random) -> str:
    """A date with year, month and day written out."""
    year, month, day = r.randint(1926, 2015), r.randint(1, 12), r.randint(1, 28)
    era, first = next(e for e in (("平成", 1989), ("昭和", 1926)) if year >= e[1])
    number = year - first + 1
    shown = "元" if number == 1 else str(number)
    way = r.randrange(5)
    if way == 0:
        return f"{era}{shown}年{month}月{day}日"
    if way == 1:
        return (
            f"{era}{'元' if number == 1 else numeral(number)}年{numeral(month)}月{numeral(day)}日"
        )
    if way == 2:
        return kanji(str(year)) + f"年{numeral(month)}月{numeral(day)}日"
    if way == 3:
        return full(f"{era}{shown}年{month}月{day}日")
    return f"{year}年{month}月{day}日"


def short_birth(r: random.Random) -> str:
    """A date with joints or an era's letter."""
    year, month, day = r.randint(1930, 2015), r.randint(1, 12), r.randint(1, 28)
    joint = r.choice("/.-")
    if r.random() < 0.5:
        return f"{year}{joint}{month:02d}{joint}{day:02d}"
    letter, first = ("H", 1989) if year >= 1989 else ("S", 1926)
    return f"{letter}{year - first + 1}.{month}.{day}"


def email(r: random.Random) -> str:
    name = "".join(r.choices("abcdefghijklmnoprstuwy", k=r.randint(3, 8)))
    local = name + r.choice(("", ".", "_", "-", "+")) + digits(r, 2)
    host = r.choice(
        ("example.co.jp", "mail.example.jp", "example.com", "ex-ample.ne.jp", "example.org")
    )
    return f"{local}@{host}"


def public_ip(r: random.Random) -> str:
    first = r.choice((133, 150, 163, 202, 203, 210, 219))
    return f"{first}.{r.randint(40, 250)}.{r.randint(0, 250)}.{r.randint(1, 254)}"


def public_v6(r: random.Random) -> str:
    tail = ":".join(f"{r.randint(16, 65535):x}" for _ in range(6))
    return (
        f"2{r.randint(0, 4095):03x}:{r.randint(256, 65535):x}:{tail}"
        if r.random() < 0.5
        else (f"2400:{r.randint(4096, 40000):x}::{r.randint(16, 9999):x}")
    )


def private_ip(r: random.Random) -> str:
    return r.choice(
        (
            f"10.{r.randint(0, 255)}.{r.randint(0, 255)}.{r.randint(40, 254)}",
            f"192.168.{r.randint(0, 255)}.{r.randint(1, 254)}",
            f"172.{r.randint(16, 31)}.{r.randint(0, 255)}.{r.randint(40, 254)}",
            f"fe80::{r.randint(4096, 65535):x}:{r.randint(1, 65535):x}",
        )
    )


def mac(r: random.Random) -> str:
    pairs = [f"{r.randint(0, 255):02x}" for _ in range(6)]
    text = r.choice(":-").join(pairs)
    return text.upper() if r.random() < 0.5 else text


def plate(r: random.Random) -> str:
    number = r.choice(
        (
            f"{digits(r, 2, '123456789')}-{digits(r, 2)}",
            f"・{digits(r, 1)}-{digits(r, 2)}",
            f"・・{digits(r, 2)}",
            f"・・・{r.randint(1, 9)}",
        )
    )
    space = r.choice(("", " ", "　"))
    size = r.choice((digits(r, 3, "1345678"), digits(r, 2, "1345")))
    kana = r.choice(PLATE_KANA)
    return f"{r.choice(PLATE_PLACES)}{space}{size}{space}{kana}{space}{number}"


def letters(r: random.Random, size: int) -> str:
    return "".join(r.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=size))
