"""Data sheets on one long template, of which each differs from the first in one rating."""

from __future__ import annotations

from collections.abc import Iterator

SHEET = """製品仕様書

1. 概要
本書は、工場の生産ラインで用いる電源装置の仕様を定めるものである。設置、配線、保守は、必ず資格を
もつ作業者が行うこと。取り扱いを誤ると、感電や火災のおそれがあるため、安全上の注意をよく読んだ
うえで、本書をいつでも見られるところに保管すること。改良のため、予告なく仕様を変えることがある。

2. 品名
型番 {model}
部品番号: {part}
希望小売価格 {price}（税別）、送料は{fee}とする。

3. 電気的な特性
定格電圧は{volts}、定格電流は{amperes}である。消費電力は最大で{watts}、周波数は{hertz}とする。
絶縁抵抗は{ohms}以上、出力の精度は{percent}以内とし、平滑用の容量は{farads}を用いる。
| 項目 | 値 | 備考 |
| 分解能 | {bits} | 工場出荷時の値 |
| 極数 | {cell} | 端子台を除く |

4. 機械的な特性
外形寸法は{size}、質量は{kilos}、取付ねじは{screw}を用いること。耐圧は{pascals}、騒音は{decibels}
以下、使用できる温度は{celsius}、必要な床面積は{area}、配管の口径は{inch}である。期待される寿命は
{cycles}の開閉とし、これを超えて用いる場合は、事前に担当の窓口へ相談すること。

5. 試験と保証
出荷前の検査では、{samples}の抜き取りを行い、{hours}の連続運転に耐えることを確かめる。不合格の
ものは出荷しない。保証の対象は、通常の使い方で生じた故障に限り、天災や改造による故障は含まない。
輸送の途中で生じた傷については、荷受けの日に申し出があった場合に限り、無償で交換する。
"""
#: The values of each place; the first is that of the first sheet, all others differ from it.
RATINGS: dict[str, tuple[str, ...]] = {
    "model": ("ZX-1200A", "ZX-1200B", "ZX-1201A", "ZY-1200A", "ＺＸ－１３００Ａ", "ZX-1200A/W"),
    "part": ("6205ZZ-0071", "6305ZZ-0071", "6205ZX-0071", "6205ZZ-0072"),
    "price": ("12,800円", "12,900円", "１３，９００円", "1万4,900円", "12,800ドル", "¥12,800,000"),
    "fee": ("五百円", "六百円", "五千円", "1,500円"),
    "volts": ("100V", "200V", "２２０Ｖ", "110 V", "100kV", "100mV", "100〜240V", "100ﾎﾞﾙﾄ"),
    "amperes": ("3A", "3mA", "3μA", "30A", "0.3A", "３．３Ａ", "7㎂"),
    "watts": ("三百ワット", "五百ワット", "三千ワット", "三〇五ワット", "３１０ワット"),
    "hertz": ("50Hz", "60Hz", "50/60Hz", "50kHz", "５５Ｈｚ"),
    "ohms": ("10MΩ", "10kΩ", "100MΩ", "10Ω", "４．７MΩ"),
    "percent": ("±5%", "±1%", "±０．５％", "五割"),
    "farads": ("470μF", "470nF", "47μF", "４７０ｐＦ"),
    "bits": ("12ビット", "16ビット", "12バイト", "１４ビット"),
    "cell": ("4", "6", "８", "4.5"),
    "size": ("100×200×50mm", "100×210×50mm", "100×200×55mm", "１１０×２００×５０mm"),
    "kilos": ("1.2kg", "1.3kg", "12kg", "1.2g", "１．２５ｋｇ", "一・五キログラム"),
    "screw": ("M8x20", "M8x25", "M8×20", "M8×25", "M6x20", "Ｍ１０ｘ２０"),
    "pascals": ("5MPa", "5kPa", "5Pa", "0.5MPa", "５０ＭＰａ"),
    "decibels": ("45dB", "54dB", "４８ｄＢ"),
    "celsius": ("-10〜50℃", "-20〜50℃", "-10〜60℃", "10〜50℃", "－１０〜５５℃"),
    "area": ("25㎡", "52㎡", "25ha", "２５．５㎡"),
    "inch": ("½インチ", "¼インチ", "1½インチ", "三分の一インチ"),
    "cycles": ("10⁵回", "10⁶回", "105回", "１０万回"),
    "samples": ("三個", "五個", "十三個", "30個"),
    "hours": ("24時間", "42時間", "24分間", "七十二時間"),
}
#: Ways to write the same value: these sheets are no others.
SAME: dict[str, tuple[str, ...]] = {
    "model": ("ＺＸ-１２００Ａ",),
    "price": ("１２，８００円", "12800円"),
    "fee": ("500円", "５００円"),
    "volts": ("１００Ｖ", "100 V"),
    "cell": ("４",),
    "kilos": ("1.2㎏", "１．２ｋｇ"),
    "samples": ("3個",),
    "hours": ("二十四時間",),
}


def first_sheet() -> str:
    """The sheet with the first value everywhere."""
    return SHEET.format(**{name: values[0] for name, values in RATINGS.items()})


def sheets() -> Iterator[tuple[str, str]]:
    """Names and texts of sheets that differ from the first one in one rating each."""
    for name, values in RATINGS.items():
        for value in values[1:]:
            yield f"{name} {value}", _with(name, value)


def same_sheets() -> Iterator[tuple[str, str]]:
    """Names and texts of sheets that write the first one's ratings in another way."""
    for name, values in SAME.items():
        for value in values:
            yield f"{name} {value}", _with(name, value)


def _with(name: str, value: str) -> str:
    first = {place: values[0] for place, values in RATINGS.items()}
    return SHEET.format(**{**first, name: value})
