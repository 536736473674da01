"""What characters mean to `traits`: one class for each code point, and sets of short tokens."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels import scripts

Table = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]

(OTHER, HIRAGANA, KATAKANA, KANJI, DIGIT, LATIN, SPACE, BREAK, OPEN, CLOSE, ASCII_MARK, FULL_MARK,
 BAR, STRAY, LONG, UNIT_SIGN) = range(16)  # fmt: skip
"""Classes. LONG is ー; STRAY are marks that scanners leave between letters; ASCII marks are those
that have a full-width form in Japanese text; UNIT_SIGN are signs that units are written with."""

STRAYS = "'^;\\~´¨·¸\ufffd"
ASCII_MARKS = ",.:!?"
FULL_MARKS = "、。，．：！？"
UNIT_SIGNS = "%‰°℃℉µμΩΩÅ²³㎜㎝㎞㎎㎏㏄㎡㎥㎖ℓ"

UNITS = (
    "nm", "µm", "μm", "mm", "cm", "m", "km", "in", "ft", "yd", "mi", "mm²", "cm²", "m²",
    "km²", "㎡", "mm³", "cm³", "m³", "㎥", "mm2", "m2", "m3", "cm3", "㎜", "㎝", "㎞", "mg",
    "g", "kg", "t", "lb", "oz", "㎎", "㎏", "mL", "ml", "dL", "L", "l", "kL", "㏄", "cc", "ℓ",
    "N", "kN", "MN", "N·m", "Nm", "kgf", "gf", "kgf/cm²", "Pa", "hPa", "kPa", "MPa", "GPa",
    "N/mm²", "bar", "psi", "atm", "V", "mV", "kV", "VA", "kVA", "V/m", "A", "mA", "µA", "μA",
    "kA", "Ah", "mAh", "W", "mW", "kW", "MW", "Wh", "kWh", "J", "kJ", "MJ", "cal", "kcal", "eV",
    "Ω", "mΩ", "kΩ", "MΩ", "F", "pF", "nF", "µF", "μF", "H", "mH", "µH", "μH", "Hz", "kHz",
    "MHz", "GHz", "s", "ms", "µs", "μs", "ns", "min", "h", "rpm", "r/min", "min-1", "m/s",
    "m/s²", "m/s2", "km/h", "mm/s", "mm/min", "dB", "dBm", "dBA", "lm", "lx", "cd", "K", "℃",
    "℉", "°C", "°F", "°", "%", "‰", "ppm", "ppb", "wt%", "vol%", "mol", "mol/L", "g/L",
    "mg/L", "kg/m³", "g/cm³", "kg/h", "L/min", "m³/h", "bit", "byte", "KB", "MB", "GB", "TB",
    "KiB", "MiB", "GiB", "kbps", "Mbps", "Gbps", "bps", "fps", "dpi", "px", "pt", "em", "sec",
    "T", "mT", "G", "Bq", "Sv", "mSv", "µSv", "Gy", "S", "mS", "W/m²", "W/mK", "rad", "sr",
    "deg",
)  # fmt: skip
STANDARDS = (
    "JIS", "ISO", "IEC", "ISO/IEC", "ANSI", "ASTM", "DIN", "EN", "IEEE", "JEC", "JEM", "JASO",
    "SAE", "UL", "VDE", "BS", "GB", "KS", "JEITA", "RFC", "ITU", "ITU-T", "ETSI", "NIST", "MIL",
    "MIL-STD", "JCS", "JPI", "AWS", "ASME", "NFPA", "API", "JIS/TS", "CISPR", "FIPS", "ECMA",
    "JISC", "JWWA", "JEAC",
)  # fmt: skip

LOOKALIKE_KATAKANA = "ロカニエタトハー"
"""Katakana that kanji are misread as: 口力二工夕卜八一."""
LOOKALIKE_KANJI = "口力二工夕卜八一"
LOOKALIKE_KANA = "ヘベペリ"
"""Katakana that look like hiragana."""

FLAG_SEPARATOR, FLAG_CAPITAL, FLAG_KATAKANA, FLAG_KANJI, FLAG_KANA, FLAG_URL = 1, 2, 4, 8, 16, 32
FLAG_LOWER = 64
SEPARATORS = " \u3000\t\r\n()（）[]|｜・/／▼▲▽△«»‹›><-*+●■◆○◇・…件年月令和平成昭元"
_CAPITALS = "".join(chr(base + n) for base in (0x41, 0xFF21) for n in range(26))
_URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#@!$&*+,;=%"

# Pairs of hiragana (row: first, from U+3041) that make less than 2 in a million of all pairs in the
# development corpus (32 sources, 253 MB): 1 bit each, 86 x 86, high bit first.
RARE_BITS = (
    "fffffffffffffffffffffeaa10005128424be5ac177fffffffffffffffffffffeaa00000000024920b8167ffff"
    "fffffffffffffffffeaa00000000024920a8167fffffffffffffffffffffeaa0740c120037be4b8167ffffffff"
    "fffffffffffffeaa14005118425f20b8167aa800000480092582a059eaa1510412042d920a8327aa8100144000"
    "d6d900059fff3774f32227ffee10367aa800000401092482a059eafff54d13b6ffde6f8177aa85c4340800f6fa"
    "ae079fbb1754f32267ffeeb91e7ea81005044109a682e051fab1541d13b66efe4bc9e7aa80211048009ac82e0d"
    "9fab75d5ff3bf7efe9bc367aa80000440009ac800059eaf0552d12063efe400167aa800424c890db482e0d9eae"
    "1155d33247fd64bc3f7eac5d13cc880fefa2e049fbf7f7fd7267efffffd7f7ab88ddf64cb8dffe3e05dfae9777"
    "ff7367fff6b99e7aa800400400092582a059eaa1551012046ef6cb8167aa81047488189ad900159fff7fffffbf"
    "fffffdbffffffd555556aff6db7fffffeaa00100100404d00a8167efd55dfdcefffffb7f0ffeaa1514112002db"
    "60a9327ab8445144810b7d9aadc9eaa01004000424b20a8167ab8555744818fadb2e079eaa00100110624960b8"
    "167aa814010480093d8007c9faf1175fb7263fd6eba3ffeae9d43cc892fffaff1f9eaa01104000424920a8967a"
    "a800404000097482a049eae155451200bfbe5b8367effdfdff4f9fffffff3fdeba1401d320427fe631567ae85d"
    "554c899bffbac079fff57f7f73ffffffff7ff7aa8450444890ff58ae05dfbf175571304ffde6b81f7fffdfffff"
    "fffffffff3fdeaa1f54d1a002fbeea87e7eec5f5fdcb99fffbbe0f9fbffffff7fffffffffdff7fa945df4ce7bb"
    "fcf7f37dfeb75d5d33befffffbc1f7ebddfffdef7bffffffbf9eaa00001110024b24a8127aa8144140010fef98"
    "8059ebf150051184bfd6ab81e7aa84c1304800fefbae0f9eaa0310510046df60a8127abcd6dffda13ff79ff0fd"
    "eae1011533043c960b8167fbf9fd7fcffeffffffffdfab15fcf33f6f5ff5fc3ffebddd7dfdedbffffffb7dfae5"
    "4175b384a6f74fc177aa800014480092482a0c9eaa1400410002db2000767aa8044400c1097582e1d9eaa0340c"
    "02002fb6aa9367aa8110744418dae8aebd9ffffffffffffffffffffffaac1411c0080d6f96a0f9fffffdff3e6e"
    "7ffeffd7fffffffffffbffffffffffdeaa131051b0028b20a8767aa800000280000002e05bffffffffffffffff"
    "fffffffffffffffffffffffffffffffffffffffffffffffff0"
)


def token_hash(token: str) -> int:
    """The hash that `traits` makes of a token, character by character."""
    value = 0
    for character in token:
        value = (value * 0x100000001B3 + ord(character) + 1) & 0xFFFFFFFFFFFFFFFF
    return value


def _classes() -> Table:
    table = np.zeros(0x10000, np.uint8)
    of_kind = {
        scripts.HIRAGANA: HIRAGANA, scripts.KANA_MARK: HIRAGANA, scripts.KATAKANA: KATAKANA,
        scripts.KANJI: KANJI, scripts.DIGIT: DIGIT, scripts.LATIN: LATIN, scripts.SPACE: SPACE,
        scripts.TAB: SPACE, scripts.BREAK: BREAK, scripts.OPEN: OPEN, scripts.CLOSE: CLOSE,
        scripts.BAR: BAR,
    }  # fmt: skip
    for kind, own in of_kind.items():
        table[np.equal(scripts.KIND, kind)] = own
    for characters, own in (
        (STRAYS, STRAY), (ASCII_MARKS, ASCII_MARK), (FULL_MARKS, FULL_MARK), ("ー", LONG),
        (UNIT_SIGNS, UNIT_SIGN),
    ):  # fmt: skip
        table[[ord(c) for c in characters]] = own
    return table


def _flags() -> Table:
    table = np.zeros(0x10000, np.uint8)
    for characters, flag in (
        (SEPARATORS, FLAG_SEPARATOR),
        (_CAPITALS, FLAG_CAPITAL),
        (LOOKALIKE_KATAKANA, FLAG_KATAKANA), (LOOKALIKE_KANJI, FLAG_KANJI),
        (LOOKALIKE_KANA, FLAG_KANA), (_URL, FLAG_URL),
    ):  # fmt: skip
        table[[ord(c) for c in characters]] |= flag
    return table


def _pairs() -> Table:
    """Which bracket of `scripts.OPENING` each bracket belongs to."""
    table = np.zeros(0x10000, np.uint8)
    for number, pair in enumerate(zip(scripts.OPENING, scripts.CLOSING, strict=True)):
        table[[ord(c) for c in pair]] = number
    return table


def _hashes(tokens: tuple[str, ...]) -> Hashes:
    """Hashes of the tokens in an open-addressing table of 512 slots."""
    table = np.zeros(512, np.uint64)
    for token in dict.fromkeys(tokens):
        value = token_hash(token)
        slot = value & 511
        while table[slot]:
            slot = (slot + 1) & 511
        table[slot] = value
    return table


CLASS: Table = _classes()
FLAG: Table = _flags()
PAIR: Table = _pairs()
PAIRS = len(scripts.OPENING)
UNIT_HASHES: Hashes = _hashes(UNITS)
STANDARD_HASHES: Hashes = _hashes(STANDARDS)
RARE: Table = np.unpackbits(np.frombuffer(bytes.fromhex(RARE_BITS), np.uint8))[: 86 * 86]
"""1 for rare pairs of hiragana: ``RARE[86 * (first - 0x3041) + second - 0x3041]``."""
