"""Prompt injection: detects orders to a model in a text, and the disguises of such orders.

Patterns cannot know every wording: they are for the common ones. What no pattern knows is caught
by its provenance (`leaks.py`): a rule may not repeat a text that its teacher read. They are kept
narrow, so that advice about a task passes.
"""

import base64
import codecs
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_IGNORE = (
    r"\b(?:ignor(?:e|ing)|disregard|forget|overrid(?:e|ing)|bypass|pay no (?:attention|heed) to"
    r"|(?:do not|don'?t|never|stop) (?:follow|obey)(?:ing)?)"
)
_OLDER = (
    r"(?:\W+(?:all|any|every|of|the|your|my|these|previous|prior|above|earlier|original|system"
    r"|safety|given))*\W+"
)
_TELL = (
    r"\b(?:print|output|reveal|show|repeat|tell|send|leak|display|include|give|append|quote|copy"
    r"|share|state|spell|encode|say|write|put|add)"
)
_ROLE = r"(?:system|assistant|human|user|developer|ai)"

_IGNORES = "tells its reader to ignore instructions"
_ASKS = "asks for a prompt or for secrets"
_POSES = "gives its reader another role or task"
_KEEPS = "speaks to whoever keeps the rules"
_WORDED = (
    (_IGNORES, _IGNORE + _OLDER + r"(?:instructions?|prompts?|guidelines?|guardrails?)\b"),
    (
        _IGNORES,
        _IGNORE + r"(?:\W+(?:all|any|of))*\W+(?:your|these|previous|prior|above|earlier|system)\W+"
        r"(?:\w+\W+)?(?:rules?|polic(?:y|ies)|commands?|orders?|restrictions?)\b",
    ),
    (
        _IGNORES,
        r"\b(?:ignore|disregard|forget)\W+(?:(?:\w+\W+){0,2}?(?:everything|anything|all|what)\W+"
        r"(?:\w+\W+){0,3}?(?:above|before|earlier|told)|(?:all\W+)?(?:of\W+)?the\W+above)\b",
    ),
    (
        _IGNORES,
        r"\b(?:ignorier|vergiss).{0,35}anweisung|\b(?:oublie|ignore)[rz]?\W+(?:\w+\W+)?[ltcs]es\W.{0,20}(?:consigne|instruction)s"
        r"|\b(?:olvid|ignor)\w*\b.{0,30}(?:instruccion|instruç|istruzion)|\bnegeer\b.{0,30}instructie"
        r"|\bz?ignoruj\w*.{0,30}(?:instruk|polece)|(?:игнорир|забудь)\w*.{0,40}инструкц"
        r"|指示.{0,12}無視|(?:忽略|无视|無視).{0,14}(?:指令|指示|提示)|지시.{0,14}무시"
        r"|تجاهل.{0,30}تعليمات|निर्देश.{0,30}अनदेखा|talimat.{0,25}yok say",
    ),
    (
        _ASKS,
        r"\bsystem\W{0,2}(?:prompt|message|instructions?)\b|\b(?:hidden|secret)\W(?:prompt|instructions?)\b"
        r"|" + _TELL + r"\W+(?:\w+\W+){0,2}?your\W+(?:\w+\W+){0,2}?(?:prompt|instructions?)\b",
    ),
    (
        _ASKS,
        _TELL + r"(?:\W+\w+){0,7}?\W+(?:api\W?keys?|(?:access|session|auth)\W?(?:keys?|tokens?)"
        r"|credentials?|(?:private|secret|canary)\W(?:keys?|tokens?)|environment\W?var(?:iable)?s?"
        r"|(?:your|any|all)\W+(?:passwords?|secrets?))\b",
    ),
    (
        _POSES,
        r"\byou are (?:now|no longer)\b|\bpretend (?:to be|that you|you)\b|\bjail\W?br(?:eak|oken)"
        r"|\b(?:developer|debug|admin|root)\W(?:mode|access)\b|\bas an ai\b"
        r"|\b(?:new|updated|real) (?:system )?(?:instructions?|task)\s*:",
    ),
    (
        _KEEPS,
        r"\b(?:add|store|save|propose|memori[sz]e)\W+(?:\w+\W+){0,3}?(?:this|following|new|permanent)"
        r"\W+(?:\w+\W+)?(?:rules?|lessons?)\b|\bmust obey\b|\bobey (?:me|this|the following)"
        r"|\b(?:delete|remove)\W+(?:\w+\W+){0,2}?all\W+(?:\w+\W+)?(?:rules?|lessons?)\b"
        r"|\b(?:note|message|hint|instructions?) (?:to|for) (?:the )?"
        r"(?:teacher|grader|judge|verifier|model|assistant|reviewer)s?\b",
    ),
)  # fmt: skip
_MARKED = (
    (
        _ASKS,
        r"(?-i:\$\{?[A-Z][A-Z0-9]*_[A-Z0-9_]+|%[A-Z][A-Z0-9]*_[A-Z0-9_]+%"
        r"|\b[A-Z0-9]+(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET|PASSWORD)\b)"
        r"|\bos\.environ|\bprintenv\b|/etc/(?:passwd|shadow)",
    ),
    (
        "carries a role marker",
        rf"(?:^|[\n.!?;>\])\"'`*#|]|-{{2,}})\s*(?:#+\s*|\*\*|__)?{_ROLE}(?:\*\*|__)?\s*:(?!\w)"
        rf"|\[/?(?:inst|sys|{_ROLE})\]|<</?sys>>|<\|[^|>\n]{{0,40}}\|>|</?s>|<(?:start|end)_of_turn>"
        rf"|\#{{2,}}\s*(?:instructions?|response|input|{_ROLE})\b"
        r"|\bBEGIN (?:SYSTEM|INSTRUCTIONS?)\b|\bEND OF (?:PROMPT|DATA|PROBLEM|INPUT|TEXT)\b",
    ),
    (
        "carries markup or another tool's call",
        r"</?(?:script|img|iframe|svg|div|a|system|user|assistant|instructions?|prompt|data|tool\w*"
        r"|function\w*|invoke|problem|reply|\w+-[0-9a-f]{6,})(?:[\s/>][^>]*|)>|<!--|\]\]>"
        r"|!?\[[^\]]*\]\([^)]*\)|```(?:tool\w*|system|bash|sh)\b|\{\{\s*\w+[.(|]|\brm -rf\b"
        r"|\bcurl\s+(?:-|http)|\"(?:op|edits|rationale|lessons|tool\w*|function\w*|role)\\?\"\s*:",
    ),
    (
        "carries a link or an address",
        r"\b(?:https?|hxxps?|ftps?|file|ssh)\s*:\s*//|\bwww\.\w|\b(?:javascript|mailto):"
        r"|\bdata:\w+/[\w.+-]+[;,]|[\w.+-]+@[\w-]+\.[a-z]{2,}|\b\d{1,3}(?:\.\d{1,3}){3}\b"
        r"|\b[\w-]+(?:\.|\s?[\[(]dot[\])]\s?)(?:com|org|net|io|dev|example|test)\b(?:/\S*)?",
    ),
)


def _compile(table: tuple[tuple[str, str], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((fault, re.compile(pattern, re.I | re.M | re.S)) for fault, pattern in table)


WORDED = _compile(_WORDED)
MARKED = _compile(_MARKED)
_RUN_TOGETHER = re.compile(
    r"(?:ignore|disregard|forget)(?:all|any|the|your|previous|prior|above)*(?:instructions|prompts?)"
)
_CUE = re.compile("instruct|prompt|ignor|disreg|forget|rules|secret|password|credent|pretend", re.I)
"""Without one of these no disguised text is looked at closer: it would take too long."""
_LOOKALIKES = str.maketrans(
    "авеіјкмнорѕтухһԁԛԝɑɡАВЕІЈКМНОРЅТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορτυχιεκ",
    "abeijkmhopstyxhdqwagABEIJKMHOPSTYXABEZHIKMNOPTYXavoptuxiek",
)
_MIXED = re.compile(r"(?=\w*[A-Za-z])(?=\w*[\u0370-\u03ff\u0400-\u052f])[^\W\d_]{4,}")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}){6,}")
_LEET = ("oieastas", "oleastas")
AS_FAR = 600
"""An order reaches so many characters, or to the end of its text."""


def order_in(text: str) -> str:
    """Return in words what `text` does that advice does not; empty if it is clean."""
    if has_hidden_characters(text):
        return "carries characters that cannot be seen"
    if _MIXED.search(text):
        return "mixes letters of two alphabets in one word"
    plain = in_plain_letters(text)
    for fault, pattern in WORDED + MARKED:
        if any(pattern.search(form) for form in (plain, *_decode(plain))):
            return fault
    return next((f"hides words: one of them {fault}" for fault, _, _ in _unmask(plain)), "")


@lru_cache(maxsize=4096)
def orders_of(text: str) -> tuple[str, ...]:
    """Return passages of a foreign text that give orders, or that are hidden in it."""
    plain = in_plain_letters(text)
    found = [
        plain[match.start() :][:AS_FAR]
        for _, pattern in WORDED + MARKED[:-1]  # A link alone orders nothing.
        for match in pattern.finditer(plain)
    ]
    if has_hidden_characters(text) or _MIXED.search(text):
        found.append(plain)
    # Whatever can be read once it is decoded was hidden there.
    found += [form for form in _decode(plain) if len(re.findall(r"[^\W\d_]{2,}", form)) > 1]
    found += [form[start:][:AS_FAR] for _, form, start in _unmask(plain)]
    return tuple(found)


def has_hidden_characters(text: str) -> bool:
    """Tell whether `text` holds control, invisible or direction-changing characters."""
    return _CONTROL.search(text) is not None or (
        not text.isascii() and any(map(_is_invisible, text))
    )


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _is_invisible(char: str) -> bool:
    place = ord(char)
    return place > 0x7F and (
        unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
        or char in _BLANK
        or 0xFE00 <= place <= 0xFE0F
        or 0xE0100 <= place <= 0xE01EF
    )


def in_plain_letters(text: str) -> str:
    """Return `text` in Latin letters where it looks Latin, without invisible characters."""
    if text.isascii():
        return _CONTROL.sub("", text)
    text = unicodedata.normalize("NFKC", text)
    text = "".join(char for char in _CONTROL.sub("", text) if not _is_invisible(char))
    return re.sub(r"\w+", _latin, text)


def _latin(word: re.Match[str]) -> str:
    looks = word[0].translate(_LOOKALIKES)
    return looks if looks.isascii() or re.search("[A-Za-z]", word[0]) else word[0]


def _unmask(plain: str) -> Iterator[tuple[str, str, int]]:
    """Yield orders that show when letters are turned, reversed, moved together, or digits read."""
    spaced = re.sub(r"(?<=\b\w)[ .\-_*](?=\w\b)", "", plain)
    leet = [plain.translate(str.maketrans("013457@$", letters)) for letters in _LEET]
    forms = (codecs.encode(plain, "rot13"), plain[::-1], spaced, *leet)
    for form in forms:
        likely = form != plain and _CUE.search(form) is not None
        for fault, pattern in WORDED if likely else ():
            if match := pattern.search(form):
                yield fault, form, match.start()
    if match := _RUN_TOGETHER.search(re.sub(r"[\W_]+", "", plain).lower()):
        yield _IGNORES, plain, min(match.start(), len(plain))


def _decode(plain: str) -> Iterator[str]:
    """Yield what can be read in base64, in hexadecimal, or behind escapes."""
    for match in _TOKEN.finditer(plain):
        for decode in (bytes.fromhex, _from_base64):
            try:
                read = decode(match[0]).decode()
            except ValueError:
                continue
            if len(read) >= 6 and read.isprintable():
                yield in_plain_letters(read)
    for match in _ESCAPES.finditer(plain):
        raw = bytes.fromhex(re.sub(r"%|\\x|\\u00", "", match[0]))
        yield in_plain_letters(raw.decode(errors="replace"))


def _from_base64(token: str) -> bytes:
    standard = token.replace("-", "+").replace("_", "/").rstrip("=")
    return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
