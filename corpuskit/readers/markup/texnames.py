"""What commands and environments of LaTeX stand for, as tables."""

from __future__ import annotations

import unicodedata

from corpuskit.readers.html.text import words

#: Commands whose arguments are not text: how many braces follow them.
DROPPED = {
    **dict.fromkeys(
        words(
            "label ref pageref eqref autoref cref nameref cite citep citet citealp nocite vspace"
            " hspace index pagestyle thispagestyle include input includegraphics usepackage"
            " bibliographystyle bibliography documentclass documentstyle RequirePackage"
            " ProvidesPackage ProvidesClass NeedsTeXFormat PassOptionsToPackage LoadClass"
            " pagenumbering special typeout vskip hypersetup geometry usetikzlibrary graphicspath"
            " bibitem phantom vphantom hphantom color pagecolor selectlanguage linespread cline"
            " message wlog errmessage kanjifamily kanjiseries kanjishape fontfamily fontseries"
            " fontshape fontencoding romanfamily usekanji usefont hyphenation tikzset lstset"
            " captionsetup newcounter stepcounter refstepcounter setlist columnsep theoremstyle"
            " newif newdimen newcount newlength AtBeginDvi AtBeginDocument AtEndDocument"
            " DeclareRobustCommand DeclareTextFontCommand hskip enlargethispage"
            " pdfbookmark setmainfont setmainjfont setsansjfont ajCIDVarDef bibliographystyle"
            " IfFileExists @ifundefined subfile subfileinclude import lstinputlisting verbatiminput"
        ),
        1,
    ),
    **dict.fromkeys(
        words(
            "setlength addtolength setcounter addtocounter newtheorem rule addcontentsline"
            " settowidth fontsize definecolor newenvironment* raisebox* markboth titleformat"
            " titlespacing ajUTFVarDef usebox savebox sbox numberwithin"
        ),
        2,
    ),
    **dict.fromkeys(words("newenvironment renewenvironment definecolorset"), 3),
    "DeclareFontFamily": 3,
    "DeclareFontShape": 6,
    "DeclareMathOperator": 2,
}
#: Of these the ones that stand for a number; a space that ties them to a word goes, too.
REFERENCES = words("ref pageref eqref autoref cref cite citep citet citealp")
#: Commands of which the first arguments are dropped, and the last one is text.
LAST = {
    "href": 1, "textcolor": 1, "colorbox": 1, "fcolorbox": 2, "resizebox": 2, "scalebox": 1,
    "rotatebox": 1, "raisebox": 1, "parbox": 1, "multicolumn": 2, "multirow": 2, "makebox": 0,
    "foreignlanguage": 1, "hyperref": 0, "adjustbox": 1, "minipage": 1, "textlatin": 0,
    "bibinfo": 1,
}  # fmt: skip
HEADINGS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5,
    "subparagraph": 6,
}  # fmt: skip
#: Commands whose argument is a block of its own.
NOTES = frozenset(("footnote", "footnotetext", "endnote", "marginpar", "caption", "thanks"))
SYMBOLS = {
    "LaTeX": "LaTeX", "TeX": "TeX", "LaTeXe": "LaTeX2ε", "pTeX": "pTeX", "pLaTeX": "pLaTeX",
    "upTeX": "upTeX", "upLaTeX": "upLaTeX", "eTeX": "eTeX", "BibTeX": "BibTeX", "XeTeX": "XeTeX",
    "LuaTeX": "LuaTeX", "LuaLaTeX": "LuaLaTeX", "pdfTeX": "pdfTeX", "pLaTeXe": "pLaTeX2ε",
    "AmS": "AMS", "METAFONT": "METAFONT", "MP": "MetaPost",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textbar": "|",
    "textless": "<", "textgreater": ">", "textunderscore": "_", "textquoteleft": "‘",
    "textquoteright": "’", "textquotedblleft": "“", "textquotedblright": "”", "textdollar": "$",
    "ldots": "…", "dots": "…", "textellipsis": "…", "textendash": "–", "textemdash": "—",
    "copyright": "©", "textcopyright": "©", "textregistered": "®", "texttrademark": "™",
    "textdegree": "°", "textmu": "µ", "pounds": "£", "textyen": "¥", "yen": "¥", "texteuro": "€",
    "euro": "€", "S": "§", "P": "¶", "dag": "†", "ddag": "‡", "textbullet": "•",
    "textperiodcentered": "·", "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø",
    "O": "Ø", "l": "ł", "L": "Ł", "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "guillemotleft": "«",
    "guillemotright": "»", "textexclamdown": "¡", "textquestiondown": "¿", "slash": "/",
    "quad": " ", "qquad": " ", "enspace": " ", "thinspace": " ", "space": " ", "nobreakspace": " ",
    "zwspace": " ", "lbrace": "{", "rbrace": "}", "hfill": " ", "hfil": " ",
    "textsection": "§", "textparagraph": "¶", "textonehalf": "½", "texttimes": "×", "textdiv": "÷",
    "textpm": "±", "textohm": "Ω", "textreferencemark": "※", "textordmasculine": "º",
}  # fmt: skip
#: Signs after a backslash that stand for themselves or for nothing.
SIGNS = {
    "%": "%", "&": "&", "#": "#", "$": "$", "_": "_", "{": "{", "}": "}", " ": " ", "\n": " ",
    ",": "", ";": " ", ":": " ", "!": "", "/": "", "-": "", "@": "", "*": "", "+": "", "|": "",
}  # fmt: skip
ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "d": "\u0323", "b": "\u0331", "r": "\u030a",
}  # fmt: skip
VERBATIM = words(
    "verbatim verbatim* Verbatim lstlisting minted alltt comment BVerbatim LVerbatim semiverbatim"
    " filecontents filecontents* screenverbatim code"
)
MATH = words(
    "equation equation* align align* eqnarray eqnarray* gather gather* displaymath multline"
    " multline* math flalign flalign* alignat alignat* dmath dmath*"
)
NO_TEXT = words("comment filecontents filecontents* tikzpicture pspicture picture")
LISTS = words("itemize enumerate description trivlist compactitem compactenum list inparaenum")
TABLES = words("tabular tabular* tabularx tabulary longtable supertabular array xltabular tabu")
#: How many arguments follow the name of an environment that is no text of its own.
OPENINGS = {
    "tabular": 1, "tabular*": 2, "tabularx": 2, "tabulary": 2, "longtable": 1, "array": 1,
    "supertabular": 1, "xltabular": 2, "tabu": 1, "minipage": 1, "thebibliography": 1, "list": 2,
    "multicols": 1, "wrapfigure": 2, "adjustbox": 1, "CJK": 2, "CJK*": 2, "spacing": 1,
    "textblock": 1, "subfigure": 1, "figwindow": 1, "minted": 1,
}  # fmt: skip
#: Commands that define others, that draw rules, take readings, part paragraphs, or assign.
DEFINES = frozenset(("def", "gdef", "edef", "xdef", "newcommand", "renewcommand", "providecommand"))
ALSO_DEFINES = frozenset(("newcommand*", "renewcommand*", "providecommand*", "DeclareMathOperator"))
REGISTERS = words(
    "dimen count skip toks box setbox wd ht dp copy unhbox unvbox catcode kcatcode kansujichar"
    " lccode uccode sfcode xspcode inhibitxspcode prebreakpenalty postbreakpenalty penalty"
    " baselineskip kanjiskip xkanjiskip parskip lineskip"
)
RULES = frozenset(("hline", "toprule", "midrule", "bottomrule", "Hline"))
RUBY = frozenset(("ruby", "ruby*", "jruby", "kana", "furigana", "rubyfamily", "aruby"))
PARTS = frozenset(
    ("par", "newpage", "clearpage", "cleardoublepage", "bigskip", "medskip", "smallskip")
)


def accented(mark: str, letter: str) -> str:
    """A letter with an accent, as one character where there is one."""
    base = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    if not base or not base[0].isalpha():
        return base
    return unicodedata.normalize("NFC", base[0] + ACCENTS[mark]) + base[1:]
