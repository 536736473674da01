"""The words and characters of the number guard, as tables for `corpuskit.kernels.numbers`.

Written out by hand rather than asked of `unicodedata`, so that hashes don't depend on the Unicode
version of the Python that runs. Raise `GUARD_VERSION` with any change here or in those kernels.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpuskit.kernels import numerals as n
from corpuskit.kernels import numwords as w

GUARD_VERSION = 2

# --- units ----------------------------------------------------------------------------------------

_SI = (
    "m g A V W Hz J N Pa F H Ω S T Wb lm lx Bq Sv Gy L l t B b bit bps eV Wh VA var cal bar rad Ah"
)
_SI_PREFIXES = ("", "k", "K", "M", "G", "T", "P", "m", "μ", "u", "n", "p", "c", "d", "h")
_BINARY = "B b bit byte bytes iB ib bps Bps pix"
_LATIN = (
    "K mol mmol μmol cd sr dB dBm dBi dBA dBμV Np cc ha min hr h sec msec usec ms μs us ns ps "
    "deg ft yd mi lb lbs oz inch inches gal psi mmHg hPa atm Torr rpm RPM r mph kph knot kt kgf "
    "gf tf Nm kgm PS HP hp pt px em rem ex vh vw dpi DPI ppi fps FPS ppm PPM ppb pH cP cSt RH Rt "
    "Mpa Kg KG CM MM cm mm km VAC VDC Vac Vdc Vrms Vpp Vp ACV DCV AC DC AWG sq sqft Mpx MP tok "
    "tokens bits Mbit Gbit mAh kWp MWh GWh Wp TEU GT DWT USD JPY EUR GBP CNY KRW yen hours hour "
    "minutes seconds minute second days day weeks months years bpm kcal Cal IU mEq"
)
_ATTACHED_ONLY = "s in d a y x X C F E D R Q"
_LATIN_SOFT = "st nd rd th am pm AM PM ST ND RD TH BC AD"
_SYMBOLS = "% ‰ ° °C °F °K ′ ″ $ ¢ £ € ¥"

_KANA_PREFIXES = "ミリ センチ キロ メガ ギガ テラ ペタ マイクロ ナノ ピコ デシ ヘクト デカ"
_KANA_SI = (
    "メートル グラム リットル リッター ボルト アンペア ワット ヘルツ ジュール ニュートン "
    "パスカル ファラド ヘンリー オーム ジーメンス テスラ ウェーバ ルーメン ルクス ベクレル "
    "シーベルト グレイ バイト ビット ワット時 ワットアワー アンペア時 ボルトアンペア バール "
    "バーレル カロリー モル 電子ボルト メーター"
)
_KANA = (
    "キロ ミリ センチ メガ ギガ パーセント パーミル トン カラット インチ フィート ヤード マイル "
    "オンス ポンド ガロン アール ヘクタール エーカー デシベル ホン フォン ケルビン カンデラ "
    "ラジアン ステラジアン ノット キュリー レム ラド ガウス マッハ ピクセル ドット ポイント "
    "ルクス ダース ドル ユーロ ウォン フラン ルピー ペソ ルーブル セント ペンス バーツ マルク "
    "リラ セット ケース パック ロット ペア グループ チーム コマ ステップ ボックス カートン "
    "パレット ロール シート ピース カップ スプーン ボトル グラス ベッド クラス コア スレッド "
    "ノード チャンネル ポート ピン スロット レーン ユニット ブロック ヵ所 ヵ国 カ所 カ国 ヶ所 "
    "ヶ国 ケ所 ケ国 か所 か国 つ インチ型 型インチ"
)
_SQUARED = "平方 立方"
_AREAS = "メートル センチメートル センチ ミリメートル ミリ キロメートル キロ インチ フィート ヤード"
#: Counters that make a kanji numeral a number, too (三百円, 五人).
_COUNTERS = (
    "円 人 個 箇 台 枚 件 倍 歳 才 名 冊 匹 頭 羽 軒 戸 棟 杯 着 箱 袋 缶 瓶 皿 錠 株 票 銭 "
    "厘 割 本 回 度 社 点 問 食 泊 床 畳 坪 隻 機 基 両 升 斤 里 海里 尺 寸 匁 反 "
    "世帯 箇所 個所 箇国 文字 種類 項目 車線 馬力 気圧 人分 人前 週間 年間 月間 日間 時間 分間 "
    "秒間 箇月間 か月 カ月 ヶ月 ヵ月 ケ月 箇月 か月間 カ月間 ヶ月間 ヵ月間 ケ月間 か年 カ年 ヶ年 "
    "箇年 米ドル 香港ドル 豪ドル 人民元 段階 系統 立米 平米 作品 店舗"
)
#: Counters that are words of their own after a kanji numeral (三部作, 一面, 百合, 一貫).
_ARABIC_COUNTERS = (
    "合 貫 門 毛 席 室 口 組 足 通 曲 校 方向 "
    "部 面 代 国 局 館 店 駅 園 行 列 桁 語 字 種 周 段 階 戦 勝 敗 粒 滴 膳 対 品 色 形 型 極 "
    "相 線 軸 輪 気筒 速 層 球 灯 連 重 次元 進数 進 元 区画 区間 選 発 打 打点 得点 階建 階建て "
    "畳半 インチ"
)
_DATES = (
    "年 月 日 時 分 秒 年度 年代 年生 年前 年後 年目 年産 年版 年式 年製 年ぶり 年余 月号 月期 "
    "月分 月上旬 月中旬 月下旬 日目 日付 日前 日後 日分 日午前 日午後 時頃 時半 分前 分後 分頃 "
    "秒前 秒後 時間前 時間後 週間前 週間後 か月前 カ月前 ヶ月前 ヵ月前 ケ月前 箇月前 か月後 "
    "カ月後 ヶ月後 ヵ月後 ケ月後 箇月後 週 週目 世紀 周年 学期 学年 期 期生 旬 泊目 時限 曜日"
)
_ORDINALS = (
    "条 項 号 章 節 款 編 篇 巻 話 版 訂版 頁 回目 番 番目 番地 丁目 位 級 等 類 種目 欄 表 図 "
    "人目 個目 件目 枚目 本目 台目 度目 つ目 行目 列目 桁目 文字目 ページ ページ目 号機 号車 "
    "号棟 号室 階目 代目 日目 点目 審 集 輯 冊目 訂 合目 等級 号様式 ステップ目"
)
#: Ordinary words that start with a kanji numeral and a counter, and longer ones that are numbers.
_WORDS = (
    "一杯 一寸 拾つ 十分 一度 二度 一番 一時 一つ 一回り 一本道 一本化 一本釣 一人称 二人称 三人称 "
    "一人前 一枚岩 一匹狼 二枚目 三枚目 二枚貝 二枚舌 六本木 百人一首 千人針 千歳 一着 三度笠 千里 "
    "一里塚 千両役者 一日中 一年中 四六時中 五分五分 八分目 九分九厘 二人三脚 一個人 一件落着 "
    "七分袖 一円化"
)
_PASSED = "十分間 十分の 一時間 一番目 一杯分"
_ERAS = "令和 平成 昭和 大正 明治 慶応 慶應"
_PREFIXES = (
    "v ver vers version rev revision no nos vol fig figs tab tbl sec ch chap art par eq ed part app"
)
_DOTTED_PREFIXES = "p pp s f n c"
_FILES = (
    "jpg jpeg png gif svg webp bmp tif tiff ico pdf html htm xhtml txt md rst css js ts jsx tsx "
    "mjs php xml xhp json yaml yml toml ini csv tsv zip gz bz2 xz tar tgz 7z rar doc docx xls "
    "xlsx ppt pptx odt ods odp mp3 mp4 wav avi mov webm c h cc cpp hpp cs java py rb go rs sh "
    "bat exe dll so jar sql log"
)

# --- characters -----------------------------------------------------------------------------------

_HALF_KATAKANA = (
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨ"
    "ラリルレロワン"
)
_FOLDED = {
    "¥￥": "¥", "£￡": "£", "¢￠": "¢", "〜～∼〰": "~", "−‐‑﹣": "-", "―": "–", "µ": "μ",
    "\u2126": "Ω", "\u212a": "K", "\u212b": "Å", "ℓ": "L", "․": ".", "∶": ":", "·･⋅•": "・",
    "､": "、", "✕✖⨯": "×", "│┃￨": "|", "⁄∕": "/",
}  # fmt: skip
_SQUARED_UNITS = (
    "㍱hPa ㍴bar ㎀pA ㎁nA ㎂μA ㎃mA ㎄kA ㎅KB ㎆MB ㎇GB ㎈cal ㎉kcal ㎊pF ㎋nF ㎌μF ㎍μg ㎎mg "
    "㎏kg ㎐Hz ㎑kHz ㎒MHz ㎓GHz ㎔THz ㎕μL ㎖mL ㎗dL ㎘kL ㎙fm ㎚nm ㎛μm ㎜mm ㎝cm ㎞km ㎟mm² "
    "㎠cm² ㎡m² ㎢km² ㎣mm³ ㎤cm³ ㎥m³ ㎦km³ ㎧m/s ㎨m/s² ㎩Pa ㎪kPa ㎫MPa ㎬GPa ㎭rad ㎮rad/s "
    "㎯rad/s² ㎰ps ㎱ns ㎲μs ㎳ms ㎴pV ㎵nV ㎶μV ㎷mV ㎸kV ㎹MV ㎺pW ㎻nW ㎼μW ㎽mW ㎾kW ㎿MW "
    "㏀kΩ ㏁MΩ ㏃Bq ㏄cc ㏅cd ㏈dB ㏉Gy ㏊ha ㏋HP ㏌in ㏏kt ㏐lm ㏓lx ㏔mb ㏖mol ㏗pH ㏙PPM ㏛sr "
    "㏜Sv ㏝Wb ㌃アール ㌅インチ ㌉オンス ㌍カロリー ㌐ギガ ㌔キロ ㌕キログラム ㌖キロメートル "
    "㌗キロワット ㌘グラム ㌢センチ ㌣セント ㌦ドル ㌧トン ㌨ナノ ㌫パーセント ㌳フィート "
    "㌶ヘクタール ㌹ヘルツ ㌻ページ ㌽ポイント ㌾ボルト ㌿ホン ㍀ポンド ㍃マイクロ ㍄マイル "
    "㍉ミリ ㍊ミリバール ㍋メガ ㍌メガトン ㍍メートル ㍎ヤード ㍑リットル ㍗ワット ℃°C ℉°F №No. "
    "㍻平成 ㍼昭和 ㍽大正 ㍾明治 ㋿令和"
)
_KANJI_VALUES = {"〇": 0, "零": 0, "壱": 1, "弐": 2, "参": 3} | {
    kanji: value for value, kanji in enumerate("一二三四五六七八九", 1)
}
_KANJI_POWERS = {"十": 1, "拾": 1, "百": 2, "千": 3, "万": 4, "萬": 4, "億": 8, "兆": 12}
#: After these a kanji numeral is part of a word (統一, 同一人, 持参人).
_JOINING = "統唯均画単専同随択逐持"
#: After these 十, 百 and 千 are no exact number (数十人).
_VAGUE = "数幾何"
#: First and last code points of the classes that are ranges; later ones override earlier ones.
_RANGES: tuple[tuple[int, str], ...] = (
    (n.LETTER, "A-Z a-z À-ɏ Α-ω ϕ-ϕ"),
    (0, "×-× ÷-÷"),
    (n.DIGIT, "0-9"),
    (n.HAN, "\u3400-\u4dbf \u4e00-\u9fff \uf900-\ufaff 々-〆"),
    (n.KATAKANA, "ァ-ヺ ー-ヿ ㇰ-ㇿ"),
    (n.HIRAGANA, "ぁ-ゖ ゝ-ゟ"),
    (n.SUPER, "²-³ ¹-¹ ⁰-⁻"),
    (n.FRACTION, "¼-¾ ⅐-⅞ ↉-↉"),
    (n.LIST_MARK, "①-⒛ ⓪-⓿ ❶-➓ ㉑-㉟ ㊱-㊿ ㊀-㊉ ㈠-㈩ Ⅰ-ⅿ"),
    (n.CURRENCY, "$-$ £-£ ¥-¥ €-€ ₩-₩"),
    (n.SPACE, "\r-\r \xa0-\xa0 \u2000-\u200a"),
    (n.SPACE, "\u2028-\u2029 \u202f-\u202f \u3000-\u3000"),
    (n.TAB, "\t-\t"),
    (n.BREAK, "\n-\n"),
    (n.BAR, "|-|"),
    (n.VOICED, "\u3099-\u3099 ﾞ-ﾞ"),
    (n.SEMIVOICED, "\u309a-\u309a ﾟ-ﾟ"),
)


@dataclass(frozen=True)
class Tables:
    """What `corpuskit.kernels.numbers.scan` takes beside the texts."""

    fold: npt.NDArray[np.uint16]
    classes: npt.NDArray[np.uint8]
    expansions: npt.NDArray[np.uint16]
    flags: npt.NDArray[np.uint8]
    keys: npt.NDArray[np.uint64]
    kinds: npt.NDArray[np.uint8]


@functools.cache
def tables() -> Tables:
    """The tables of the guard; built once a process, in a few milliseconds."""
    words = _words()
    fold, expansions = _fold()
    keys, kinds = _hashed(words)
    return Tables(fold, _classes(), expansions, _flags(words), keys, kinds)


def _words() -> dict[str, int]:
    """Every word with its kind; later lists don't override earlier ones."""
    si = [prefix + base for base in _SI.split() for prefix in _SI_PREFIXES]
    si += [prefix + base for base in _BINARY.split() for prefix in ("K", "M", "G", "T", "P")]
    kana = [prefix + base for base in _KANA_SI.split() for prefix in ["", *_KANA_PREFIXES.split()]]
    kana += [prefix + base for base in _AREAS.split() for prefix in _SQUARED.split()]
    lists: list[tuple[int, list[str]]] = [
        (w.STOP, _WORDS.split()),
        (w.PASS, _PASSED.split()),
        (w.OF, ["分の"]),
        (w.ATTACHED, _ATTACHED_ONLY.split()),
        (w.SOFT, _LATIN_SOFT.split()),
        (w.HARD, si + _LATIN.split() + _SYMBOLS.split() + kana + _KANA.split()),
        (w.DATE, _DATES.split()),
        (w.HARD, _COUNTERS.split()),
        (w.ARABIC, _ARABIC_COUNTERS.split()),
        (w.ORDINAL, _ORDINALS.split()),
        (w.ERA, [*_ERAS.split(), *("\0" + letter for letter in "rhstm")]),
        (w.PREFIX, ["\0" + prefix for prefix in _PREFIXES.split()]),
        (w.DOTTED, ["\0" + prefix for prefix in _DOTTED_PREFIXES.split()]),
        (w.FILE, ["." + ending for ending in _FILES.split()]),
    ]
    words: dict[str, int] = {}
    for kind, members in lists:
        for word in members:
            words.setdefault(word, kind)
    return words


def _folds() -> dict[str, str]:
    """Single characters that fold to another one."""
    folds = {source: target for group, target in _FOLDED.items() for source in group}
    folds |= {chr(0xFEE0 + point): chr(point) for point in range(0x21, 0x7F) if point != 0x7E}
    folds |= {chr(0xFF66 + place): kana for place, kana in enumerate(_HALF_KATAKANA)}
    folds["\uff5e"] = "~"
    return folds


def _expansions() -> dict[str, str]:
    """Squared characters as the words they stand for."""
    expansions = {word[0]: word[1:] for word in _SQUARED_UNITS.split()}
    expansions |= {chr(0x33E0 + day): f"{day + 1}日" for day in range(31)}
    expansions |= {chr(0x32C0 + month): f"{month + 1}月" for month in range(12)}
    expansions |= {chr(0x3358 + hour): f"{hour}時" for hour in range(25)}
    return expansions


def _fold() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """Folded code points; for squared ones, where their expansion is: its length, then it."""
    fold = np.arange(0x10000, dtype=np.uint16)
    for source, target in _folds().items():
        fold[ord(source)] = ord(target)
    flat: list[int] = []
    for source, text in _expansions().items():
        fold[ord(source)] = len(flat)
        flat += [len(text), *map(ord, text)]
    return fold, np.array(flat, np.uint16)


def _classes() -> npt.NDArray[np.uint8]:
    classes = np.zeros(0x10000, np.uint8)
    for kind, ranges in _RANGES:
        for span in ranges.split(" "):
            classes[ord(span[0]) : ord(span[-1]) + 1] = kind
    classes[ord(" ")] = n.SPACE
    classes[[ord(kanji) for kanji in _KANJI_VALUES]] = n.KANJI_DIGIT
    for kanji, power in _KANJI_POWERS.items():
        classes[ord(kanji)] = n.KANJI_TEN if power < 4 else n.KANJI_BIG
    for source, target in _folds().items():
        classes[ord(source)] = classes[ord(target)]
    classes[[ord(source) for source in _expansions()]] = n.EXPANDED
    return classes


def _flags(words: dict[str, int]) -> npt.NDArray[np.uint8]:
    flags = np.zeros(0x10000, np.uint8)
    for kanji, value in (_KANJI_VALUES | _KANJI_POWERS).items():
        flags[ord(kanji)] = value << 4
    for word, kind in words.items():
        if kind <= w.SOFT:
            flags[ord(word[0])] |= w.STARTS_UNIT
    for characters, flag in ((_JOINING, w.JOINS), (_VAGUE, w.VAGUE)):
        for character in characters:
            flags[ord(character)] |= flag
    return flags


def _hashed(
    words: dict[str, int],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
    """The open-addressing table of the words: keys (0 is an empty slot) and kinds."""
    keys = [0] * w.SLOTS
    kinds = np.zeros(w.SLOTS, np.uint8)
    for word, kind in words.items():
        key = _key(word)
        slot = key & (w.SLOTS - 1)
        while keys[slot]:
            slot = (slot + 1) & (w.SLOTS - 1)
        keys[slot], kinds[slot] = key, kind
    return np.array(keys, np.uint64), kinds


def _key(word: str) -> int:
    """`fmix64` of the FNV-1a hash over code points, as the kernels compute it."""
    mask = (1 << 64) - 1
    value = int(n.FNV_OFFSET)
    for character in word:
        value = (value ^ ord(character)) * int(n.FNV_PRIME) & mask
    for shift, factor in ((33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53)):
        value = (value ^ value >> shift) * factor & mask
    return value ^ value >> 33
