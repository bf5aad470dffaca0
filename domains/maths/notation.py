"""Writes plain and Unicode notation in the one LaTeX spelling in which expressions are compared."""

import re
import unicodedata

DEEPEST = 6
"""Roots and exponents within each other whose round brackets are read."""

_SPELLINGS = {
    "-": "− – ‐ ‑", r"\times ": "×", r"\cdot ": "· ⋅ ∙ *", r"\div ": "÷", r"\sqrt ": "√",
    r"\pi ": "π", r"\infty ": "∞ infinity", r"\emptyset ": r"∅ \varnothing", r"\pm ": "±",
    r"\cup ": "∪", r"\cap ": "∩", r"\in ": "∈", r"\setminus ": "∖",
    r"\le ": r"≤ <= \leqslant \leq", r"\ge ": r"≥ >= \geqslant \geq", r"\ne ": r"≠ != \neq",
    "<": r"\lt", ">": r"\gt", r"^\circ ": "° ^{\\circ} \\degree",
    "'": r"′ ’ ^{\prime} ^\prime ^'", "^": "**", r"\frac": r"\dfrac \tfrac \cfrac",
    r"\mathbb{R}": "ℝ", r"\theta ": "θ", r"\mid ": "∣", r"\log ": r"\lg", ",": "{,}",
    r"\{": r"\lbrace", r"\}": r"\rbrace", "|": r"\lvert \rvert \vert", r"\%": r"\% %",
    " ": r"\, \; \: \! ~ \quad \qquad \displaystyle \left \right \big \Big",
}  # fmt: skip
_TABLE = {old: new for new, olds in _SPELLINGS.items() for old in olds.split()} | {
    "\\ ": " ",
    # The end of a row is no space with a backslash.
    "\\\\": "\\\\",
}
# No command is cut in two: `\le` is none of `\left`.
_SPELT = re.compile(
    "|".join(
        re.escape(old) + (r"(?![A-Za-z])" if old[-1].isalpha() else "")
        for old in sorted(_TABLE, key=len, reverse=True)
    )
)
_WORDS = re.compile(
    r"(?<![\\A-Za-z])(?:arc(?:sin|cos|tan)|(?:sin|cos|tan)h?|cot|sec|csc|log|ln|exp|sqrt|pi|theta)"
    r"(?![A-Za-z])"
)
_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_NESTED = r"(?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*"
_BRACKETED = re.compile(rf"(\\sqrt *|\^ *)\(({_NESTED})\)")
_SHORT = re.compile(rf"\\frac\s*(\d|{_BRACES})\s*(\d|{_BRACES})")
_DRESSED = tuple((re.compile(pattern), plain) for pattern, plain in (
    (r"\((\d+)\)(?=_)", r"\1"), (r"(mod) *(\d+)", r"\1{\2}"),
    (r"(\\sqrt *\[\w+\]) *(\w)", r"\1{\2}"), (r"(?<=[\])])\s*[uU]\s*(?=[\[(])", r"\\cup "),
))  # fmt: skip
_SCRIPT = re.compile(r"([_^])\s*(-?\d+|[A-Za-z])")
_RAISED = re.compile(r"[⁰¹²³⁴-⁹⁺⁻]+|[₀-₉]+")


def tidy(text: str) -> str:
    """Return `text` in LaTeX with one spelling for each sign; nothing of it is left out."""
    text = _RAISED.sub(_write_script, text)
    text = "".join(_write_fraction(sign) for sign in text)
    text = _SPELT.sub(lambda match: _TABLE[match[0]], text)
    for pattern, plain in _DRESSED:
        text = pattern.sub(plain, text)
    text = _WORDS.sub(r"\\\g<0> ", text)
    for _ in range(DEEPEST):
        text = _BRACKETED.sub(r"\1{\2}", text)
    text = _SHORT.sub(lambda match: r"\frac" + _brace(match[1]) + _brace(match[2]), text)
    text = _SCRIPT.sub(r"\1{\2}", text)
    return " ".join(text.split())


def _brace(text: str) -> str:
    return text if text.startswith("{") else f"{{{text}}}"


def _write_script(match: re.Match[str]) -> str:
    digits = unicodedata.normalize("NFKC", match[0]).replace("−", "-")
    return f"{'_' if '₀' <= match[0][0] <= '₉' else '^'}{{{digits}}}"


def _write_fraction(sign: str) -> str:
    if unicodedata.decomposition(sign).startswith("<fraction>"):
        top, bottom = unicodedata.normalize("NFKC", sign).split("⁄")
        return rf"\frac{{{top}}}{{{bottom}}}"
    return sign
