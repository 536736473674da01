# ruff: noqa: E501 -- pages are written as they are found on the web
"""Pages of invented Japanese sites, each with what a reader wants of it and what not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page: its HTML, texts that must be found in this order, and texts that must not."""

    html: str
    kept: tuple[str, ...]
    cut: tuple[str, ...]


LONG = "川沿いの道は朝早くから散歩の人でにぎわい、橋のたもとには小さな市が立つようになった。"

NEWS = Page(
    f"""<!doctype html><html lang="ja"><head><title>川辺の市に人出 - 霧町新聞</title>
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle",
"author":[{{"@type":"Person","name":"架空 太郎"}},{{"@type":"Person","name":"仮名 花子"}}],
"datePublished":"2024-03-01T08:00:00+09:00","dateModified":"2024-03-02",
"license":"https://creativecommons.org/licenses/by/4.0/"}}</script></head><body>
<a class="skip-link" href="#main">本文へスキップ</a>
<div id="cookie-consent"><p>当サイトではクッキーを使います。</p><button>同意する</button></div>
<header><p class="logo"><a href="/">霧町新聞</a></p><nav><ul><li><a href="/a">社会</a></li>
<li><a href="/b">経済</a></li></ul></nav></header>
<div class="breadcrumb"><a href="/">ホーム</a> &gt; <a href="/s">社会</a> &gt; 川辺の市に人出</div>
<article><h1>川辺の市に人出</h1><p class="date">2024年3月1日</p>
<div class="share-buttons"><a href="x">ポストする</a><a href="l">LINEで送る</a></div>
<p>{LONG}</p><div class="ad"><p>広告</p><iframe src="x"></iframe></div>
<p>主催者は「来年も<b>続</b>けたい」と話す。</p>
<figure><img src="a.jpg" alt="写真"><figcaption>市に並ぶ野菜＝1日、霧町</figcaption></figure>
<section class="related"><h2>関連記事</h2><ul><li><a href="1">橋の改修始まる</a></li>
<li><a href="2">朝市、十年の歩み</a></li></ul></section></article>
<aside class="ranking"><h2>アクセスランキング</h2><ol><li><a href="3">祭りの中止</a></li></ol></aside>
<footer><small>© 霧町新聞社 無断転載を禁じます</small></footer></body></html>""",
    ("# 川辺の市に人出", LONG, "「来年も続けたい」", "市に並ぶ野菜＝1日、霧町"),
    (
        "スキップ",
        "クッキー",
        "経済",
        "ホーム",
        "ポスト",
        "LINE",
        "広告",
        "関連記事",
        "橋の改修",
        "ランキング",
        "祭り",
        "無断転載",
    ),
)

BLOG = Page(
    f"""<html lang="ja"><head><title>味噌を仕込む | 山の暮らし日記</title></head><body>
<div id="container"><div id="blog-title"><a href="/">山の暮らし日記</a></div>
<div id="main"><div class="entry"><h2 class="entry-title"><a href="/e/1">味噌を仕込む</a></h2>
<div class="entry-body"><p>{LONG}</p><p>大豆を一晩水につけておく。</p><h3>道具</h3>
<p>大きな鍋と、かめ。</p><p>あわせて味噌汁の話も書いた。</p></div>
<div class="entry-footer"><p>カテゴリ：<a href="/c">台所</a> <a href="/d">保存食</a></p></div>
<p>この記事をシェアする</p>
<div class="pager"><a href="/0">前の記事</a><a href="/2">次の記事</a></div>
<h3>あわせて読みたい</h3><ul><li><a href="/7">梅干しの干し方</a></li><li><a href="/8">柚子の皮</a></li></ul>
</div></div><div id="side-r"><div class="plugin"><h4>プロフィール</h4><p>山に住む。</p></div>
<div class="plugin"><h4>最近の記事</h4><ul><li><a href="/4">雪かき</a></li><li><a href="/5">薪割り</a></li>
<li><a href="/6">炭焼き</a></li></ul></div><div class="plugin"><h4>月別アーカイブ</h4>
<ul><li><a href="/m1">2024年1月 (3)</a></li></ul></div></div>
<p><a href="#top">▲ページの先頭へ戻る</a></p></div></body></html>""",
    (
        "## 味噌を仕込む",
        LONG,
        "大豆を一晩",
        "### 道具",
        "大きな鍋と、かめ。",
        "あわせて味噌汁の話も書いた。",
    ),
    (
        "シェア",
        "前の記事",
        "梅干し",
        "読みたい",
        "雪かき",
        "最近の記事",
        "アーカイブ",
        "ページの先頭",
    ),
)

WIKI = Page(
    f"""<html lang="ja"><head><title>霧の谷 - 架空百科</title></head><body>
<div id="mw-navigation"><div class="portlet"><h3>案内</h3><ul><li><a href="/m">メインページ</a></li>
<li><a href="/r">おまかせ表示</a></li></ul></div></div>
<div id="content" class="mw-body"><h1 id="firstHeading">霧の谷</h1>
<div id="mw-content-text"><div class="hatnote">この項目では、谷について説明しています。</div>
<table class="infobox"><caption>霧の谷</caption><tr><th>標高</th><td>812 m</td></tr>
<tr><th>面積</th><td>3 km<sup>2</sup></td></tr></table>
<p><b>霧の谷</b>（きりのたに）は、<a href="/k">架空県</a>にある<a href="/v">谷</a>である<sup
 class="reference"><a href="#c1">[1]</a></sup>。{LONG}</p>
<div id="toc" class="toc"><h2>目次</h2><ul><li><a href="#a">1 地形</a></li></ul></div>
<h2><span class="mw-headline" id="a">地形</span><span class="mw-editsection">[<a href="/e">編集</a>]</span></h2>
<p>谷は<ruby>花崗<rp>（</rp><rt>かこう</rt><rp>）</rp>岩</ruby>からなる。<math alttext="h=v t"><mi>h</mi></math>とする。</p>
<div class="navbox"><table><tr><td><a href="/1">一の谷</a></td><td><a href="/2">二の谷</a></td></tr></table></div>
</div><div id="catlinks"><a href="/cat">カテゴリ</a>: <a href="/cat/v">架空県の谷</a></div></div>
<div id="footer"><ul><li>最終更新 2024年1月1日</li></ul></div></body></html>""",
    (
        "# 霧の谷",
        "この項目では、谷について",
        "| 標高 | 812 m |",
        "| 面積 | 3 km² |",
        "霧の谷（きりのたに）は、架空県にある谷である。",
        "## 地形",
        "谷は花崗岩からなる。$h=v t$とする。",
    ),
    ("メインページ", "目次", "編集", "[1]", "一の谷", "最終更新", "架空県の谷"),
)

SHOP = Page(
    f"""<html lang="ja"><head><title>手回し鉛筆削り｜文具の架空堂</title></head><body>
<div class="l-header"><ul class="gnav"><li><a href="/cart">カート</a></li><li><a href="/l">ログイン</a></li></ul></div>
<ul class="topicpath"><li><a href="/">トップ</a></li><li><a href="/s">文具</a></li><li>鉛筆削り</li></ul>
<div class="item"><h1>手回し鉛筆削り</h1><p class="price">1,200円（税込）</p>
<form><select><option>赤</option><option>青</option></select><button>カートに入れる</button></form>
<p><a href="/fav">お気に入りに追加</a></p>
<div class="description"><p>{LONG}</p><p>刃は取り替えられる。</p></div>
<table class="spec"><tr><th>型番</th><td>KP-10①</td></tr><tr><th>寸法</th><td>80×60mm</td></tr></table>
<div class="review"><h2>レビュー</h2><p>よく削れて、音も静かです。</p></div></div>
<div class="recommend"><h2>この商品を買った人はこちらも見ています</h2><ul><li><a href="/1">消しゴム</a></li>
<li><a href="/2">三角定規</a></li></ul></div>
<div class="footer"><a href="/t">特定商取引法に基づく表記</a></div></body></html>""",
    (
        "# 手回し鉛筆削り",
        "1,200円（税込）",
        LONG,
        "刃は取り替えられる。",
        "| 型番 | KP-10① |",
        "よく削れて",
    ),
    (
        "ログイン",
        "トップ",
        "カートに入れる",
        "青",
        "お気に入り",
        "消しゴム",
        "こちらも",
        "特定商取引",
    ),
)

ANSWERS = Page(
    f"""<html lang="ja"><head><title>畑の土が固い - 質問の広場</title></head><body>
<div class="header"><a href="/">質問の広場</a><a href="/login">ログイン</a></div>
<div class="question"><h1>畑の土が固い</h1><p>雨のあと土が固まります。どうすればよいでしょうか。</p>
<ul class="actions"><li><a href="/x">共感した(3)</a></li><li><a href="/y">違反報告</a></li></ul></div>
<div class="answers"><h2>回答（2件）</h2>
<div class="answer"><p>{LONG}</p><p>堆肥を入れて、よく耕すとよいです。</p><p><a href="/r">返信する</a></p></div>
<div class="answer"><p>石灰も少し。</p><blockquote><p>よく耕すと</p></blockquote></div></div>
<div class="side"><h3>人気の質問</h3><ul><li><a href="/1">苗が枯れる</a></li><li><a href="/2">虫がつく</a></li></ul></div>
<div class="copyright">Copyright © 質問の広場 All Rights Reserved.</div></body></html>""",
    (
        "# 畑の土が固い",
        "雨のあと土が固まります。",
        "## 回答（2件）",
        LONG,
        "堆肥を入れて",
        "石灰も少し。",
    ),
    ("ログイン", "共感した", "違反報告", "返信する", "苗が枯れる", "人気の質問", "Copyright"),
)

OFFICE = Page(
    f"""<html lang="ja"><head><title>粗大ごみの出し方｜霧町公式ホームページ</title></head><body>
<noscript><p>JavaScriptを有効にしてください。</p></noscript>
<p><a href="#honbun">本文へ移動</a></p>
<div id="header-tools"><ul><li><a href="/en">English</a></li><li><a href="/zh">中文</a></li></ul>
<p>文字サイズ 小 中 大</p></div>
<p>現在位置：<a href="/">ホーム</a> &gt; <a href="/k">くらし</a> &gt; <a href="/g">ごみ</a> &gt; 粗大ごみの出し方</p>
<div id="honbun"><h1>粗大ごみの出し方</h1><p>更新日：2024年4月1日</p><p>{LONG}</p>
<h2>手数料</h2><table border="1"><tr><th>品目</th><th>手数料</th></tr><tr><td>机</td><td>500円</td></tr>
<tr><td>椅子</td><td rowspan="2">300円</td></tr><tr><td>布団</td></tr></table>
<ol><li>電話で申し込む。</li><li>券を買う。</li></ol>
<p>PDF形式のファイルをご覧いただくには、Adobe Readerが必要です。お持ちでない方は取得してください。</p>
<h2>お問い合わせ先</h2><p>環境課 廃棄物係　電話 000-0000</p></div>
<p><a href="#top">ページの先頭へ戻る</a></p>
<form><fieldset><legend>このページの情報は役に立ちましたか</legend><label>はい</label></fieldset></form>
<div id="fnav"><a href="/p">個人情報の取扱い</a>｜<a href="/s">サイトマップ</a></div></body></html>""",
    (
        "# 粗大ごみの出し方",
        "更新日：2024年4月1日",
        LONG,
        "## 手数料",
        "| 品目 | 手数料 |\n| --- | --- |\n| 机 | 500円 |\n| 椅子 | 300円 |\n| 布団 |  |",
        "1. 電話で申し込む。\n2. 券を買う。",
        "環境課 廃棄物係　電話 000-0000",
    ),
    (
        "JavaScript",
        "移動",
        "English",
        "文字サイズ",
        "現在位置",
        "Adobe",
        "先頭へ",
        "役に立ち",
        "サイトマップ",
    ),
)

OLD_TABLE = Page(
    f"""<HTML><HEAD><TITLE>霧の民話</TITLE></HEAD><BODY bgcolor="#FFFFFF">
<TABLE width="900" border="0"><TR><TD colspan="3" align="center"><A href="../i.html">民話集</A> &gt;
<A href="i.html">霧の民話</A></TD></TR><TR><TD width="150" valign="top" bgcolor="#CCFFCC">
<FONT size="2"><A href="1.html">一月の話</A><BR><A href="2.html">二月の話</A><BR>
<A href="3.html">三月の話</A><BR><A href="4.html">四月の話</A><BR><A href="5.html">五月の話</A></FONT></TD>
<TD width="600" valign="top"><P align="center"><FONT color="#FF0000" size="+2"><B>欲ばりな狐</B></FONT></P>
<P><FONT size="3">　むかし、一匹の狐が橋を渡っていた。<BR>　{LONG}<BR>　「わん」と吠えると、肉は水に落ちた。
{LONG}{LONG}</FONT></P><P align="center">おしまい</P></TD>
<TD width="150" valign="top"><FONT size="1"><B>きょうの花</B><BR><A href="h.html">松の花のことば</A><BR>
<B>きょうの記念日</B><BR><A href="k.html">元日のならわし</A><BR><B>占い</B><BR><A href="u.html">星の占いの部屋</A>
<BR><B>なぞなぞ</B><BR><A href="n.html">丸を取ると何になる</A></FONT></TD></TR></TABLE>
<CENTER><A href="javascript:history.back()">戻る</A></CENTER></BODY></HTML>""",
    (
        "欲ばりな狐",
        "　むかし、一匹の狐が",
        LONG,
        "「わん」と吠えると、肉は水に落ちた。",
        "おしまい",
    ),
    ("民話集", "一月の話", "五月の話", "松の花", "記念日", "なぞなぞ", "戻る"),
)

FAQ = Page(
    f"""<html lang="ja"><head><title>よくある質問｜架空水道</title></head><body>
<nav class="g-nav"><a href="/a">料金</a><a href="/b">手続き</a></nav>
<main><h1>よくある質問</h1><h2>料金について</h2>
<dl><dt>いつ払うのですか。</dt><dd>{LONG}</dd><dt>口座は使えますか。</dt><dd>使えます。</dd></dl>
<details><summary>漏水のときは？</summary><p>元栓を閉めてください。</p></details>
<div class="accordion-item"><button>引っ越しのときは？</button><h3>引っ越しのときは？</h3>
<div class="accordion-panel" style="display: none"><p>三日前までにご連絡ください。</p></div></div>
<div hidden><p>読み込みに失敗しました</p></div><p style="display:none">隠し文句の羅列</p>
<p><a href="/list">一覧へ戻る</a></p></main><footer>架空水道</footer></body></html>""",
    (
        "# よくある質問",
        "いつ払うのですか。\n" + LONG,
        "口座は使えますか。\n使えます。",
        "漏水のときは？",
        "元栓を閉めてください。",
        "### 引っ越しのときは？",
        "三日前までにご連絡ください。",
    ),
    ("手続き", "失敗", "隠し文句", "一覧へ"),
)

RECIPE = Page(
    f"""<html lang="ja"><head><title>里芋の煮物 by 架空 - 台所帖</title></head><body>
<header class="site"><a href="/">台所帖</a><form><input name="q"></form></header>
<div class="recipe-main"><h1>里芋の煮物</h1><p>{LONG}</p><h2>材料（2人分）</h2>
<ul class="ingredients"><li><span>里芋</span> <span>6個</span></li><li><span>だし</span> <span>1/2カップ</span></li>
<li><span>しょうゆ</span> <span>大さじ1</span></li></ul><h2>作り方</h2>
<ol class="steps"><li><p>里芋の皮をむく。</p></li><li><p>弱火で煮る。<br>ときどき返す。</p></li></ol></div>
<div class="sns"><ul><li><a href="#">シェア</a></li></ul></div>
<section><h2>関連レシピ</h2><ul><li><a href="/1">かぼちゃの煮物</a></li><li><a href="/2">筑前煮</a></li></ul></section>
<p>スポンサーリンク</p><p>© 台所帖</p></body></html>""",
    (
        "# 里芋の煮物",
        LONG,
        "## 材料（2人分）",
        "- 里芋 6個\n- だし 1/2カップ\n- しょうゆ 大さじ1",
        "## 作り方",
        "1. 里芋の皮をむく。\n2. 弱火で煮る。\n   ときどき返す。",
    ),
    ("台所帖", "シェア", "関連レシピ", "筑前煮", "スポンサー"),
)

COMPANY = Page(
    f"""<html lang="ja"><head><title>会社概要 | 架空機械株式会社</title></head><body>
<div id="globalNavi"><ul><li><a href="/p">製品</a></li><li><a href="/r">採用</a></li></ul></div>
<div id="contents"><h1>会社概要</h1><p>{LONG}</p><dl class="outline"><dt>社名</dt><dd>架空機械㈱</dd>
<dt>設立</dt><dd>昭和50年</dd><dt>所在地</dt><dd>〒000-0000 架空県霧町1-2-3<br>霧ビル3階</dd></dl>
<h2>沿革</h2><table><tbody><tr><td>1975年</td><td>創業</td></tr><tr><td>1980年</td><td>霧町に工場を開く</td></tr>
</tbody></table></div><div class="pagetop"><a href="#">PAGE TOP</a></div>
<div id="footerArea"><p>Copyright (C) 2024 Kakuu Kikai Co., Ltd. All Rights Reserved.</p></div></body></html>""",
    (
        "# 会社概要",
        LONG,
        "社名\n架空機械㈱",
        "設立\n昭和50年",
        "〒000-0000 架空県霧町1-2-3\n霧ビル3階",
        "## 沿革",
        "| 1975年 | 創業 |\n| 1980年 | 霧町に工場を開く |",
    ),
    ("製品", "採用", "PAGE TOP", "Copyright"),
)

VERTICAL = Page(
    f"""<html lang="ja"><head><title>霧の渡し場</title><style>body{{writing-mode:vertical-rl}}</style></head>
<body><div class="book"><h2>一　<span class="tcy">12</span>月の朝</h2>
<p>　<ruby>渡<rt>わた</rt>し<rt></rt>場<rt>ば</rt></ruby>は霧の中だった。
<span class="em-dot">ほんとう</span>に、静かである――と彼は思った。</p>
<p>　「︙」と黙った。{LONG}</p><p>　﹁時々、人々﹂は、いろ〳〵話した。<br/>　か\u3099の音。</p></div></body></html>""",
    (
        "## 一　12月の朝",
        "　渡し場は霧の中だった。ほんとうに、静かである――と彼は思った。",
        "　「︙」と黙った。",
        "　﹁時々、人々﹂は、いろ〳〵話した。\n　か\u3099の音。",
    ),
    ("わた",),
)

SHORT = Page(
    "<html lang='ja'><head><title>ある日</title></head><body><div class='wrap'>"
    + "".join(f"<p>雨が{n}時に降った。</p><p>傘がない。</p>" for n in range(1, 21))
    + "</div><div class='sidebar'><ul><li><a href='/1'>雪の日</a></li></ul></div></body></html>",
    tuple(f"雨が{n}時に降った。\n\n傘がない。" for n in range(1, 21)),
    ("雪の日",),
)

TABLE = Page(
    "<html lang='ja'><head><title>時刻表</title></head><body><table><caption>霧町駅</caption>"
    "<tr><th>時</th><th colspan='2'>分</th></tr>"
    + "".join(f"<tr><td>{n}</td><td>05</td><td>{n + 30}</td></tr>" for n in range(6, 23))
    + "</table></body></html>",
    ("霧町駅\n\n| 時 | 分 |  |\n| --- | --- | --- |\n| 6 | 05 | 36 |", "| 22 | 05 | 52 |"),
    (),
)

MANUAL = Page(
    f"""<html lang="ja"><head><title>ログイン — 架空 3.1 ドキュメント</title></head><body>
<div class="related" role="navigation"><h3>ナビゲーション</h3><ul><li><a href="g">索引</a></li></ul></div>
<div class="document"><div class="body" role="main"><section id="login"><h1>ログイン<a class="headerlink"
 href="#login" title="Permalink">¶</a></h1><p>{LONG}</p>
<div class="highlight"><pre><code>$ kakuu login  --user=太郎
  &lt;ok&gt;</code></pre></div>
<div class="admonition note"><p>注</p><p>パスワードは保存されない。</p></div>
<h2>印刷</h2><p>印刷するには、メニューを開く。</p><h2>参考資料</h2>
<ul><li><a href="https://a.example/1">設計の手引き</a></li><li><a href="https://b.example/2">運用の手引き</a></li>
<li><a href="https://c.example/3">用語集</a></li><li><a href="https://d.example/4">記号の一覧</a></li></ul>
</section></div></div><div class="sphinxsidebar" role="navigation"><h3>目次</h3><a href="i">ログイン</a></div>
</body></html>""",
    (
        "# ログイン\n",
        LONG,
        "```\n$ kakuu login  --user=太郎\n  <ok>\n```",
        "パスワードは保存されない。",
        "## 印刷",
        "印刷するには、メニューを開く。",
        "## 参考資料",
        "- 設計の手引き\n- 運用の手引き\n- 用語集\n- 記号の一覧",
    ),
    ("ナビゲーション", "索引", "¶", "目次"),
)

PAGES = {
    "news": NEWS,
    "blog": BLOG,
    "wiki": WIKI,
    "shop": SHOP,
    "answers": ANSWERS,
    "office": OFFICE,
    "old table": OLD_TABLE,
    "faq": FAQ,
    "recipe": RECIPE,
    "company": COMPANY,
    "vertical": VERTICAL,
    "short": SHORT,
    "table": TABLE,
    "manual": MANUAL,
}
