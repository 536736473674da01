"""Check digits of Japanese numbers and of payment cards. All functions take plain ASCII digits."""

from __future__ import annotations

_MY_NUMBER = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_LICENCE = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_LICENCE_OFFICES = frozenset(
    tens * 10 + unit
    for tens, units in enumerate((0, 5, 6, 1, 10, 6, 6, 5, 4, 8))
    for unit in range(units)
)
_CARD_LENGTHS = {"3": (14, 15, 16), "4": (16,), "5": (16,), "2": (16,), "6": (16,)}


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(d) * w for d, w in zip(digits, weights, strict=True))


def my_number_check(first: str) -> int:
    """Check digit of the first 11 digits: 11 - (sum mod 11), 0 where the remainder is 0 or 1.

    Source: 総務省令第85号 (2014) Art. 5.
    """
    rest = _weighted(first, _MY_NUMBER) % 11
    return 0 if rest <= 1 else 11 - rest


def is_my_number(digits: str) -> bool:
    """Say whether 12 digits are a 個人番号 by their check digit; twelve equal digits are none."""
    if len(digits) != 12 or len(set(digits)) == 1:
        return False
    return my_number_check(digits[:11]) == int(digits[11])


def corporate_check(rest: str) -> int:
    """Check digit, which comes first, of the other 12: 9 - (sum mod 9), weights 1 and 2 from right.

    Source: 法人番号の指定等に関する省令.
    """
    return 9 - sum(int(d) * (1 + i % 2) for i, d in enumerate(reversed(rest))) % 9


def is_corporate_number(digits: str) -> bool:
    """Say whether 13 digits are a 法人番号 by their check digit."""
    return len(digits) == 13 and corporate_check(digits[1:]) == int(digits[0])


def licence_check(first: str) -> int:
    """Check digit of the first 10 digits, last digit of 11 - (sum mod 11).

    Source: published worked examples; there is no official text.
    """
    return (11 - _weighted(first, _LICENCE) % 11) % 10


def is_licence(digits: str) -> bool:
    """Say whether 12 digits are a 運転免許証番号 by office and check digit."""
    if len(digits) != 12 or int(digits[:2]) not in _LICENCE_OFFICES:
        return False
    return licence_check(digits[:10]) == int(digits[10])


def insurer_check(first: str) -> int:
    """Check digit of a 保険者番号: weights 2 and 1 from the right, sums of digits, 10 - mod 10."""
    total = 0
    for i, digit in enumerate(reversed(first)):
        value = int(digit) * (2 - i % 2)
        total += value // 10 + value % 10
    return (10 - total % 10) % 10


def is_insurer(digits: str) -> bool:
    """Say whether 6 or 8 digits are a 保険者番号 by their check digit."""
    return len(digits) in (6, 8) and insurer_check(digits[:-1]) == int(digits[-1])


def luhn_check(first: str) -> int:
    """Check digit by Luhn's formula (ISO/IEC 7812-1 Annex B); that of an insurer is the same."""
    return insurer_check(first)


def is_card(digits: str) -> bool:
    """Say whether 14 to 16 digits are a payment card by issuer's prefix, length and check digit."""
    if len(digits) not in _CARD_LENGTHS.get(digits[:1], ()) or not _is_issuer(digits):
        return False
    return len(set(digits)) > 1 and luhn_check(digits[:-1]) == int(digits[-1])


def _is_issuer(digits: str) -> bool:
    two, four, size = int(digits[:2]), int(digits[:4]), len(digits)
    if digits[0] == "4" or 51 <= two <= 55 or 2221 <= four <= 2720:
        return True
    if two in (34, 37):
        return size == 15
    if 3528 <= four <= 3589:
        return size == 16
    if two in (36, 38, 39) or 300 <= four // 10 <= 305:
        return size == 14
    return two == 62 or two == 65 or four == 6011
