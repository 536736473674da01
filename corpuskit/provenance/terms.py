"""The term of copyright in Japan by the year of an author's death, as a rule over a list.

Copyright Act, Articles 51 and 57: to the end of the 50th year after death, of the 70th for works
still protected on 30 December 2018; what had expired stays so. Hence who died in 1967 or before is
out of term, who died in 1968 is protected to the end of 2038. Works of nationals of the Allied
powers of the Second World War may be protected up to 3,794 days longer: they are for people to
review. Corporate, anonymous and film works have other terms and are not judged. Not legal advice.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corpuskit.errors import InputError

#: Id of the rule, stored beside each judgement.
RULE = "jp-term@1"
LAST_OF_50 = 1967  # last year of death whose 50 years had passed on 30 December 2018
_NAMES = ("name", "氏名", "人物名")
_DEATHS = ("death_year", "没年", "没年月日")
_NATIONALITIES = ("nationality", "国籍")
#: ISO 3166 codes of Allied powers whose nationals' works may be protected longer.
_ALLIED = frozenset(
    [
        "US",
        "GB",
        "AU",
        "CA",
        "FR",
        "BR",
        "NL",
        "NO",
        "BE",
        "ZA",
        "LK",
        "NZ",
        "PK",
        "GR",
        "LB",
        "CZ",
        "SK",
        "PL",
    ]
)


@dataclass(frozen=True, slots=True)
class Death:
    """When a person died.

    Attributes:
        year: of death.
        allied: whether the list gives the nationality of an Allied power.
    """

    year: int
    allied: bool = False


@dataclass(frozen=True, slots=True)
class Deaths:
    """A list as it was read: people by name, and the sha256 of the file."""

    people: Mapping[str, Death]
    digest: str


def key_of(name: str) -> str:
    """A name as it is compared: NFKC, without blanks, dots and what is in brackets."""
    folded = unicodedata.normalize("NFKC", re.sub(r"[（(\[].*?[）)\]]", "", name))
    return re.sub(r"[\s・.,、]", "", folded).lower()


def read_deaths(path: Path) -> Deaths:
    """Read a list: CSV in UTF-8 with a header.

    Columns: ``name`` (氏名; or 姓 and 名, as Aozora Bunko's list of authors has them),
    ``death_year`` (没年, 没年月日) and, if known, ``nationality`` (国籍; ISO 3166 code). Rows
    without a year are left out; of two people of one name the later death counts.

    Raises:
        InputError: the file can't be read, or has no such columns.
    """
    try:
        raw = path.read_bytes()
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"can't read the list of deaths {path.name}: {type(error).__name__}",
            "give a CSV in UTF-8 with the columns name and death_year",
        ) from None
    people: dict[str, Death] = {}
    for row in rows:
        name = _value(row, _NAMES) or f"{row.get('姓') or ''}{row.get('名') or ''}"
        year = re.match(r"\d{4}", _value(row, _DEATHS))
        if name and year:
            allied = _value(row, _NATIONALITIES).upper() in _ALLIED
            known = people.get(key_of(name), Death(0))
            people[key_of(name)] = Death(max(known.year, int(year[0])), allied or known.allied)
    if not people:
        raise InputError(
            f"the list of deaths {path.name} names nobody with a year",
            "give it the columns name and death_year",
        )
    return Deaths(people, hashlib.sha256(raw).hexdigest())


def _value(row: Mapping[str, str | None], names: tuple[str, ...]) -> str:
    return next((found for name in names if (found := (row.get(name) or "").strip())), "")


def free_from(death_year: int) -> int:
    """First year in which the works of a person who died in a year are out of term in Japan."""
    return death_year + (51 if death_year <= LAST_OF_50 else 71)
