"""Notices in a text that reserve it from machine learning, such as AI学習禁止.

By themselves such notices are no opt-out of Japanese law; a contract may make them binding. Texts
that only speak of such notices are told apart.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_AI = r"(?:AI|ＡＩ|人工知能|生成系?(?:AI|ＡＩ)|機械学習|LLM|大規模言語モデル|テキスト(?:及び|および|・|・アンド・)?データ・?マイニング)"  # noqa: E501
_NO = r"(?:禁[じ止]|お断り|許可(?:し(?:ませ|な)|いたしませ|なく)|許諾(?:し(?:ませ|な)|いたしませ)|認め(?:ませ|な|られ|ており)|できません|ご遠慮|拒否|NG|ＮＧ)"  # noqa: E501
_NOTICE = re.compile(
    rf"{_AI}[^。\n]{{0,30}}?(?:学習|訓練|データセット|収集|解析|マイニング)[^。\n]{{0,30}}?{_NO}"
    rf"|{_AI}(?:など|等)?(?:へ|に)の?(?:利用|使用|入力)[^。\n]{{0,10}}?{_NO}"
    rf"|{_AI}(?:学習|訓練)(?:への?)?(?:利用|使用)?(?:は|を|の)?{_NO}"
    r"|無断(?:で)?(?:の)?(?:AI|ＡＩ)?学習(?:は|を)?(?:禁[じ止]|お断り)"
    r"|(?:学習|訓練)(?:データ|用データ)[^。\n]{0,20}(?:として)?(?:の)?(?:利用|使用)[^。\n]{0,10}(?:禁[じ止]|お断り)"
    r"|\b(?:may|must|shall|can)\s?not be used (?:to train|for (?:the purposes? of )?(?:training|AI|machine learning))"  # noqa: E501
    r"|\bno (?:AI|machine learning) training\b|\btext and data mining\b[^.\n]{0,60}\b(?:prohibited|reserved|not permitted)",  # noqa: E501
    re.I,
)  # fmt: skip
_OWN = re.compile(
    r"当(?:サイト|社|ブログ|ウェブ|ページ|店)|弊社|本(?:サイト|作品|記事|書|コンテンツ|文書|ページ|資料|データ|著作物)|"
    r"この(?:サイト|作品|記事|ページ|文書|小説|イラスト|コンテンツ)|無断|転載|このブログ|\bthis (?:work|site|book|page)|\bour\b",  # noqa: E501
    re.I,
)
_SPOKEN = re.compile(
    r"(?<!こ)とは|について|という|といった|議論|[？?]|でしょうか|だろうか|かどうか|報じ|報道|主張|求め|声明|書い[てた]|"
    r"表示(?:した|する人)|増え|見かけ|裁判|法律|場合|べき|例えば|意見|反対|賛成|ニュース|解説|違法|効力|意味|人が|\bdebate|\bwhether\b",
    re.I,
)
_ENDS = re.compile(r"[。\n！!]")
_FIRST = r"AI|ＡＩ|人工知能|機械学習|言語モデル|LLM|マイニング|無断|学習データ|訓練データ|(?i:be used|data mining|no machine)"  # noqa: E501
_SECOND = r"禁じ|禁止|断り|許可|許諾|認め|できません|遠慮|拒否|NG|ＮＧ|(?i:train|mining|purpose)"


def candidates(text: pa.Array) -> np.ndarray:
    """Rows that may hold a notice, `bool[n]`."""
    maybe = pc.match_substring_regex(text, _FIRST)
    if pc.any(maybe).as_py():
        maybe = pc.and_(maybe, pc.match_substring_regex(text, _SECOND))
    found: np.ndarray = maybe.to_numpy(zero_copy_only=False)
    return found


def notice(text: str) -> str | None:
    """The first sentence that reserves the text itself from machine learning, or None."""
    for line in text.split("\n"):
        for found in _NOTICE.finditer(line) if re.search(_SECOND, line) else ():
            start = max(
                (
                    end.end()
                    for end in _ENDS.finditer(line, max(0, found.start() - 300), found.start())
                ),
                default=max(0, found.start() - 300),
            )
            end = _ENDS.search(line, found.end(), found.end() + 300)
            sentence = line[start : end.end() if end else found.end() + 300].strip()
            if _OWN.search(sentence) and not re.search("[？?]|(?<!こ)とは", sentence):
                return sentence
            if not _SPOKEN.search(sentence):
                return sentence
    return None
