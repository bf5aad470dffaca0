"""Takes off what Unicode and chat templates dress a text in, and leaves what it says."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_WIDE = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff]+")
"""Full-width signs, and the letters and digits of mathematical alphabets."""
_SPACED_MINUS = re.compile("\u2212 +(?=[\\d.])")
_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\u2796", "-")
    | dict.fromkeys("\u2044\u2215", "/")
    | dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n")
    | dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
)
_TOKEN = re.compile(
    r"<\|(?:im_start|start_header_id)\|>(?:assistant)?|<\|[^<>|\n]{1,40}\|>|</?s>"
    r"|\$?\\(?:black)?square\b\$?|\bQ\.?E\.?D\b|<start_of_turn>(?:model)?|<end_of_turn>|<(?:eos|bos|pad)>|\[/?INST\]"
)


def undress(text: str) -> str:
    """Return `text` in plain signs: nothing invisible, NFC, no tokens of a chat template."""
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n"))
    text = _WIDE.sub(lambda wide: unicodedata.normalize("NFKC", wide[0]), text)
    text = _SPACED_MINUS.sub("-", unicodedata.normalize("NFC", text)).translate(_PLAIN)
    return _TOKEN.sub("\n", text).strip()
