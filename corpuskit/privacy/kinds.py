"""Kinds of personal information and the rules that find them.

Formats and check digits have sources; where no official text was at hand the rule is marked as not
verified, and `detect(..., unverified=False)` leaves it out. This is not legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass

PRIVACY_VERSION = 1
"""Changes when some text gets other hits; it is the version of every rule."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of personal information.

    Attributes:
        name: as recipes and columns have it.
        tag: what a mask writes in its place.
        about: what it is, in words.
    """

    name: str
    tag: str
    about: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What finds a kind.

    Attributes:
        id: as stored with counts, `kind.variant`.
        kind: name of the kind.
        source: where format and check come from.
        verified: False where only general knowledge stands behind the format.
        version: of the rule.
    """

    id: str
    kind: str
    source: str
    verified: bool = True
    version: int = PRIVACY_VERSION


KINDS: tuple[Kind, ...] = (
    Kind("my_number", "<MYNUMBER>", "個人番号, 12 digits with a check digit"),
    Kind("drivers_licence", "<ID:DRIVERS_LICENCE>", "運転免許証番号, 12 digits"),
    Kind("passport", "<ID:PASSPORT>", "旅券番号, two letters and 7 digits, or the machine line"),
    Kind("residence_card", "<ID:RESIDENCE_CARD>", "在留カード番号, 2-8-2 letters and digits"),
    Kind("basic_pension", "<ID:PENSION>", "基礎年金番号, 4 and 6 digits"),
    Kind("health_insurance", "<ID:HEALTH_INSURANCE>", "保険者番号; 記号 and 番号 of the insured"),
    Kind("employment_insurance", "<ID:EMPLOYMENT_INSURANCE>", "雇用保険被保険者番号, 4-6-1 digits"),
    Kind("resident_code", "<ID:RESIDENT_CODE>", "住民票コード, 11 digits"),
    Kind("bank_account", "<ACCOUNT>", "口座番号 of a bank, 7 digits"),
    Kind("yucho_account", "<ACCOUNT:YUCHO>", "ゆうちょ 記号 and 番号, or 振替口座"),
    Kind("card", "<CARD>", "payment card, 14 to 16 digits with a check digit"),
    Kind("phone", "<PHONE>", "telephone or fax number, with its extension"),
    Kind("birth_date", "<DOB>", "date of birth, western or by era"),
    Kind("email", "<EMAIL>", "e-mail address"),
    Kind("vehicle_plate", "<PLATE>", "number plate of a vehicle"),
    Kind("postal_code", "<POSTCODE>", "郵便番号, 3 and 4 digits"),
    Kind("mac_address", "<MAC>", "hardware address of a network device"),
    Kind("ip_address", "<IP>", "global address, IPv4 or IPv6"),
    Kind("private_ip", "<IP:PRIVATE>", "address of a private network (RFC 1918, ULA, link-local)"),
    Kind("corporate_number", "<CORPORATE_NUMBER>", "法人番号, 13 digits; it is not personal"),
    Kind("address", "<ADDRESS>", "address down to the block or house number"),
    Kind("name", "<NAME>", "name of a person"),
)

_MS = "Microsoft Purview sensitive information types, Japan"

RULES: tuple[Rule, ...] = (
    Rule("my_number.label", "my_number", "総務省令第85号 Art. 5 (check digit); " + _MS),
    Rule("my_number.format", "my_number", "the check digit alone, in groups of four; " + _MS),
    Rule("drivers_licence.label", "drivers_licence", _MS),
    Rule("drivers_licence.check", "drivers_licence", "published worked examples; " + _MS),
    Rule("passport.label", "passport", _MS),
    Rule("passport.mrz", "passport", "ICAO Doc 9303, machine-readable zone of P<JPN"),
    Rule("residence_card.label", "residence_card", _MS),
    Rule("basic_pension.label", "basic_pension", _MS),
    Rule("health_insurance.insurer", "health_insurance", "published worked examples of 検証番号"),
    Rule("health_insurance.insured", "health_insurance", "usage on cards", verified=False),
    Rule("employment_insurance.label", "employment_insurance", _MS, verified=False),
    Rule("resident_code.label", "resident_code", "usage", verified=False),
    Rule("bank_account.label", "bank_account", _MS),
    Rule("yucho_account.label", "yucho_account", "usage of ゆうちょ銀行", verified=False),
    Rule("card.label", "card", "ISO/IEC 7812 (Luhn), issuers' prefixes", verified=False),
    Rule("card.format", "card", "ISO/IEC 7812 (Luhn), issuers' prefixes", verified=False),
    Rule("phone.mobile", "phone", "総務省 numbering plan: 060 (from 2026-07), 070, 080, 090"),
    Rule("phone.landline", "phone", "総務省 numbering plan: 0AB-J, ten digits"),
    Rule("phone.service", "phone", "総務省 numbering plan: 050, 0120, 0800, 0570"),
    Rule("phone.international", "phone", "ITU-T E.164, country code 81"),
    Rule("phone.label", "phone", "digits without joints, or local, after a word for telephone"),
    Rule("birth_date.label", "birth_date", "生年月日 and like words before a date"),
    Rule("birth_date.born", "birth_date", "a date before 生 or 生まれ"),
    Rule("email.address", "email", "RFC 5321 in its common form"),
    Rule("vehicle_plate.format", "vehicle_plate", "usage on plates, offices by name", False),
    Rule("postal_code.mark", "postal_code", "〒 or 郵便番号 before it"),
    Rule("postal_code.place", "postal_code", "a prefecture or town after it"),
    Rule("mac_address.format", "mac_address", "IEEE 802, six octets"),
    Rule("ip_address.v4", "ip_address", "RFC 791"),
    Rule("ip_address.v6", "ip_address", "RFC 4291"),
    Rule("private_ip.v4", "private_ip", "RFC 1918, RFC 3927, RFC 6598"),
    Rule("private_ip.v6", "private_ip", "RFC 4193, RFC 4291 (link-local)"),
    Rule("corporate_number.label", "corporate_number", "法人番号の指定等に関する省令"),
    Rule("corporate_number.invoice", "corporate_number", "T and 法人番号 of 適格請求書発行事業者"),
    Rule("address.block", "address", "住居表示に関する法律: a prefecture or label, and a block"),
    Rule("address.town", "address", "住居表示に関する法律: a town and 丁目, 番地, 番…号 or a-b-c"),
    Rule("name.label", "name", "氏名, 担当 and like words before it"),
    Rule("name.honorific", "name", "様, 氏, さん, 殿 after it"),
    Rule("name.title", "name", "a title beside it"),
    Rule("name.again", "name", "the same name elsewhere in the text"),
    Rule("name.pair", "name", "a surname and a given name, wherever they stand"),
)

_KIND_IDS = {kind.name: i for i, kind in enumerate(KINDS)}
_RULE_IDS = {rule.id: i for i, rule in enumerate(RULES)}


def kind_id(name: str) -> int:
    """Index into `KINDS`; a KeyError if there is no such kind."""
    return _KIND_IDS[name]


def rule_id(name: str) -> int:
    """Index into `RULES`; a KeyError if there is no such rule."""
    return _RULE_IDS[name]


def kind_of(rule: int) -> int:
    """Index into `KINDS` of what a rule finds."""
    return _KIND_IDS[RULES[rule].kind]
