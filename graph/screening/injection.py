"""Prompt injection: detects orders to a model in a text, and the disguises of such orders.

Patterns cannot know every wording. They stand between the marked data blocks of a teacher's prompt
and the gate, and they are kept narrow, so that advice about a task passes.
"""

import base64
import codecs
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_OLDER = (
    r"(?:\W+(?:all|any|every|each|of|the|your|my|our|its|previous|prior|above|earlier|preceding"
    r"|these|those|other|existing|original|initial|system|safety|given|and|current|former|said"
    r"|own|hidden|developer|such|old|whatever))*\W+"
)
_IGNORE = (
    r"\b(?:ignor(?:e|es|ed|ing)|disregard\w*|forget|overrid(?:e|ing)|bypass|overrule|violate"
    r"|disobey|(?:do not|don'?t|never|stop|without) (?:follow|obey)(?:ing)?|abandon|circumvent"
    r"|pay no (?:attention|heed) to|not bound by)"
)
_TELL = (
    r"\b(?:print|output|reveal|show|repeat|tell|send|leak|expose|display|return|include|give"
    r"|recite|dump|echo|append|quote|copy|exfiltrate|e-?mail|post|upload|disclose|share|state"
    r"|spell|encode|translate|summari[sz]e|say|write|put|insert|add)"
)
_NEAR = r"(?:\W+\w+){0,7}?\W+"
_SOME = "{0,4000}"
"""So much stands in a tag or a link at most: whoever looks further for its end looks for ever."""
_ROLE = r"(?:system|assistant|human|user|developer|ai)"

_IGNORES = "tells its reader to ignore instructions"
_ASKS = "asks for a prompt or for secrets"
_NEW_ROLE = "gives its reader another role or task"
_TO_KEEPER = "speaks to whoever keeps the rules"
_WORDED = (
    (
        _IGNORES,
        _IGNORE + _OLDER + r"(?:instructions?|prompts?|directives?|guidelines?|guardrails?"
        r"|programming|(?:system|earlier|previous|prior) (?:text|messages?))\b",
    ),
    (
        _IGNORES,
        _IGNORE + r"(?:\W+(?:all|any|of|every))*\W+(?:your|these|previous|prior|above|earlier"
        r"|preceding|safety|initial|original|system)\W+(?:\w+\W+)?(?:rules?|polic(?:y|ies)"
        r"|commands?|orders?|constraints?|restrictions?|training|strateg(?:y|ies)|filters?)\b",
    ),
    (
        _IGNORES,
        _IGNORE + r"\W+(?:all|every)\W+(?:the\W+)?(?:rules?|restrictions?)"
        r"(?=\W*(?:$|and\b|[,;.!]))",
    ),
    (
        _IGNORES,
        r"\b(?:ignore|disregard|forget)\W+(?:\w+\W+){0,2}?(?:everything|anything|all|what(?:ever)?)"
        r"\W+(?:\w+\W+){0,3}?(?:above|before|previously|earlier|told)\b"
        r"|\b(?:ignore|disregard|forget)\W+(?:all\W+)?(?:of\W+)?the\W+(?:above\b"
        r"|(?:rules|text|orders|commands|messages?|polic(?:y|ies))\W+(?:above|before)\b)",
    ),
    (
        _IGNORES,
        r"\b(?:ignorier|missacht|vergiss|beachte).{0,35}(?:anweisung|vorgabe|instruktion)"
        r"|\b(?:oublie|ignore)[rz]?\W+(?:\w+\W+){0,2}?(?:[ltcs]es|vos|mes)\W.{0,20}(?:consigne|instruction)s?\b"
        r"|\b(?:olvid|ignor)\w*\b.{0,30}(?:instruccion|instruç|instruco|istruzion)"
        r"|\bdimentica\w*\b.{0,30}istruzion|\besque[cç]a\b.{0,30}instru[cç]"
        r"|\b(?:negeer|vergeet)\b.{0,30}instructie|\b(?:z?ignoruj|zapomnij)\w*.{0,30}(?:instruk|polece)"
        r"|(?:игнорир|забудь)\w{0,40}.{0,40}(?:инструкц|указани)|(?:指示|命令|プロンプト).{0,12}(?:無視|忘れ)"
        r"|(?:忽略|无视|忘记|忽視|無視).{0,14}(?:指令|指示|说明|說明|提示)"
        r"|(?:지시|명령|프롬프트).{0,14}(?:무시|잊)"
        r"|(?:تجاهل|انس).{0,30}(?:تعليمات|أوامر)"
        r"|निर्देश.{0,30}(?:अनदेखा|भूल)|talimat.{0,25}(?:yok say|unut)",
    ),
    (
        _ASKS,
        r"\bsystem\W{0,2}(?:prompt|message|instructions?)\b|\bsystemprompt\b"
        r"|\b(?:hidden|secret|initial|developer)\W(?:prompt|instructions?)\b"
        r"|\bprompt (?:système|del sistema|do sistema|di sistema)|системн\w{1,40} "
        r"(?:промпт|подсказк)"
        r"|系统提示|系統提示|システムプロンプト|시스템 프롬프트"
        r"|" + _TELL + r"\W+(?:\w+\W+){0,2}?your\W+(?:\w+\W+){0,2}?(?:prompt|instructions?)\b",
    ),
    (
        _ASKS,
        _TELL + _NEAR + r"(?:api\W?keys?|access\W?(?:keys?|tokens?)|credentials?"
        r"|(?:private|secret)\Wkeys?|(?:auth\w*|session|bearer)\W?tokens?"
        r"|environment\W?(?:variables?|vars?)?|env\Wvars?|canary\W(?:key|token|value|string)"
        r"|(?:your|admin\w*|root|any|all)\W+(?:passwords?|secrets?))\b",
    ),
    (
        _NEW_ROLE,
        r"\byou are (?:now|no longer)\b|\bpretend (?:to be|that you|you)\b|\bjail\W?br(?:eak|oken)"
        r"|\b(?:developer|dan|god|debug|admin\w*|root|unrestricted|maintenance)\W(?:mode|access)\b"
        r"|\bdo anything now\b|\bact as (?:an?|the) (?:\w+\W+)?(?:ai|assistant|model|hacker"
        r"|admin\w*|root|dan|system|developer)\b|\brole-?play\b|\bas an ai\b"
        r"|\bfrom now on\b\W+(?:\w+\W+)?(?:you|always|ignore|respond|answer|reply|say|speak)\b"
        r"|\b(?:new|updated|real|true|actual|next) (?:system )?(?:instructions?|task)\s*:",
    ),
    (
        _TO_KEEPER,
        r"\b(?:add|append|insert|store|save|propose|promote|adopt|memori[sz]e|persist)"
        r"\W+(?:\w+\W+){0,3}?(?:this|following|new|next|permanent|an?)\W+(?:\w+\W+)?"
        r"(?:rules?|lessons?|edits?|memory|strategy)\b"
        r"|\bmust obey\b|\bobey (?:me|this|the following)"
        r"|\b(?:delete|remove|drop|deprecate|erase|wipe)\W+(?:\w+\W+){0,2}?(?:all|every|other)\W+"
        r"(?:\w+\W+)?(?:rules?|lessons?|strateg\w+)\b|\bexecute (?:this|the following)\b"
        r"|\b(?:note|message|memo|hint|instructions?|orders?) (?:to|for) (?:the )?"
        r"(?:teacher|grader|judge|verifier|model|assistant|ai|llm|reviewer|optimi[sz]er)s?\b"
        r"|\b(?:grade|mark|score|rate)\W+(?:\w+\W+){0,5}?as (?:right|correct|passed|accepted)\b",
    ),
)  # fmt: skip
_MARKED = (
    (
        _ASKS,
        r"(?-i:\$\{?[A-Z][A-Z0-9]*_[A-Z0-9_]+|%[A-Z][A-Z0-9]*_[A-Z0-9_]+%"
        r"|\b[A-Z0-9]+(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET|PASSWORD)\b)"
        r"|\bos\.environ|\bgetenv\b|\bprocess\.env\b|\bprintenv\b|\bid_rsa\b"
        r"|/etc/(?:passwd|shadow)|(?:^|[\s/'\"`])\.(?:ssh|aws|env|netrc)\b",
    ),
    (
        "carries a role marker",
        rf"(?:^|[.!?;>\])\"'`*#|]|--)[^\S\n]*(?:__)?{_ROLE}(?:\*\*|__)?\s*:(?!\w)"
        rf"|\[/?(?:inst|sys|{_ROLE})\]|<</?sys>>|<\|[^|>\n]{{0,40}}\|>|</?s>|<(?:start|end)_of_turn>"
        rf"|\#\#\s*(?:instructions?|response|input|{_ROLE})\b|<\|?(?:bos|eos|endoftext|im_\w+)"
        r"|\bBEGIN (?:SYSTEM|ADMIN|INSTRUCTIONS?)\b|\bEND OF (?:PROMPT|DATA|PROBLEM|INPUT|TEXT)\b",
    ),
    (
        "carries markup or another tool's call",
        r"</?(?:script|img|iframe|svg|style|object|embed|form|input|link|meta|html|body|head|div"
        r"|span|button|video|audio|table|a|system|user|assistant|human|instructions?|prompt|data"
        r"|tool\w*|function\w*|invoke|parameter|attempt|lesson|problem|reply|admin|important|secret"
        rf"|thinking|\w+-[0-9a-f]{{6,}})(?:[\s/>][^>]{_SOME}|)>|<!--|<!\[CDATA|\]\]>"
        rf"|\[[^\[\]]*+\]\([^)]{_SOME}\)"
        r"|```(?:tool\w*|system|bash|sh)\b|\{\{\s*\w+[.(|]|\bon(?:error|load|click)\s*="
        r"|\$\((?:cat|env|echo|curl|printenv|whoami|id)\b|\brm -rf\b|\bcurl\s+(?:-|http)|\bwget\s"
        r"|\b(?:eval|exec|__import__|os\.system)\s*\(|\bsubprocess\."
        r"|\"(?:op|edits|rationale|because|lessons|arguments|tool\w*|function\w*|role)\\?\"\s*:",
    ),
    (
        "carries a link or an address",
        r"\b(?:https?|hxxps?|ftps?|file|wss?|ssh)\s*:\s*//|\bwww\.\w|\b(?:javascript|mailto|vbscript):"
        r"|\bdata:\w++/[\w.+-]++[;,]|(?<![\w.+-])[\w.+-]++@[\w-]++\.[a-z]{2,}|\b\d{1,3}(?:\.\d{1,3}){3}\b"
        r"|(?<![\w-])-*+\w[\w-]*+(?:\.|\s?[\[(]dot[\])]\s?)(?:com|org|net|io|dev|ai|app|xyz|example|test|invalid"
        r"|ru|cn|info|biz|onion)\b(?:/\S*)?|\b\w+ dot (?:com|org|net|io)\b",
    ),
)


def _compile(table: tuple[tuple[str, str], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((fault, re.compile(pattern, re.I | re.M | re.S)) for fault, pattern in table)


WORDED = _compile(_WORDED)
MARKED = _compile(_MARKED)
_RUN_TOGETHER = re.compile(
    r"(?:ignore|disregard|forget)(?:all|any|of|the|your|previous|prior|above)*"
    r"(?:instructions|prompts?)|systemprompt"
)
_CUE = re.compile("instruct|prompt|ignor|disreg|forget|rules|secret|password|credent|pretend", re.I)
"""Without one of these no disguised text is looked at closer: it would take too long."""
_LOOKALIKES = str.maketrans(
    "авеіјкмнорѕтухһԁԛԝɑɡАВЕІЈКМНОРЅТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορτυχιεκ",
    "abeijkmhopstyxhdqwagABEIJKMHOPSTYXABEZHIKMNOPTYXavoptuxiek",
)
_MIXED = re.compile(
    r"(?<!\w)(?>\w*?(?=[^\W\d_]{4}))(?=\w*[A-Za-z])(?=\w*[\u0370-\u03ff\u0400-\u052f])"
)
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}){6,}")
_LEET = ("oieastas", "oleastas")
MAX_PASSAGE = 600
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
        plain[match.start() :][:MAX_PASSAGE]
        for _, pattern in WORDED + MARKED[:-1]  # A link alone orders nothing.
        for match in pattern.finditer(plain)
    ]
    if has_hidden_characters(text) or _MIXED.search(text):
        found.append(plain)
    # Whatever can be read once it is decoded was hidden there.
    found += [form for form in _decode(plain) if len(re.findall(r"[^\W\d_]{2,}", form)) > 1]
    found += [form[start:][:MAX_PASSAGE] for _, form, start in _unmask(plain)]
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
