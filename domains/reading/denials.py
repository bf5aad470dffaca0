"""Tells whether words are said, or denied; the one owner of the words that deny."""

import re

NOT = r"not|never|neither|nor|cannot|isnt|[a-z]+n['’]t"
"""Words that turn what follows into its opposite; `no` may be an answer as well."""
BAD = r"wrong(?:ly)?|incorrect(?:ly)?|false(?:ly)?|mistaken|mistake|untrue|invalid"
"""Words for what is not right."""
DOUBT = r"doubt(?:s|ed|ful)?|hardly|scarcely|barely|unlikely|improbabl[ey]|impossible"
"""Words for what is not believed."""
DENIAL = f"{NOT}|{BAD}|{DOUBT}"

_REST = (
    r"no|nobody|without|unlike|rather than|instead of|far from|except|least of all"
    r"|(?:any|every)(?:thing|where|one|body) but"
)
_CLAUSE = re.compile(
    r"[.,;:!?\n]|(?<!\w)(?<!anything )(?<!anywhere )(?<!anyone )(?<!anybody )(?<!everything )"
    r"(?<!everywhere )(?<!everyone )(?<!everybody )but(?!\w)",
    re.I,
)
_AFFIRMED = re.compile(
    rf"(?<!\w)(?:{NOT}|no|nobody|no one|without|beyond)\s(?:an?\s|any\s|the\s)?"
    r"(?:(?:least|slightest)\s)?(?:doubts?|question|only|other than)(?!\w)",
    re.I,
)
"""Denies a doubt, and no answer."""
_BEFORE = re.compile(rf"(?<!\w)(?:{DENIAL}|{_REST})\W+(?:\w+\W+){{0,3}}$", re.I)
_OPINION = re.compile(
    rf"(?<!\w)(?:(?:{NOT}|no\s?(?:one|body)|no way)\s(?:\w+\s){{0,3}}?"
    r"(?:thinks?|thought|believed?|believes|says?|said|suppose|expect|guess|claim|agree|accept"
    r"|imagine|conclude|mean|bet|sure|certain|convinced|persuaded|true|right|correct|likely"
    r"|possible|the case|be|been|being)"
    r"|doubt(?:s|ed|ful)?|unlikely|impossible|refuses?|wrong|false|incorrect|mistake)(?!\w)"
    r"[^.,;:!?\n]*$",
    re.I,
)
"""An opinion that is denied reaches to the end of its clause."""
_BEHIND = re.compile(
    r"[\s\"'*)]{0,3}(?:(?:[a-z]+n['’]t|cannot)(?!\w)|not\W*$"
    r"|(?:(?:it|that|this)\s)?(?:is|are|was|were|be|does|do|did|has|have|can|could|would|seems|looks)"
    rf"\s+(?:\w+\s+)?(?:not|never|no|(?:be\s)?ruled out|{BAD}|{DOUBT})(?!\w))",
    re.I,
)
_REMARK = re.compile(
    rf"\s*(?:[(\[]|,|\s-{{1,2}}\s|\s[–—]\s?)\s*(?:(?:but|though|although|which|that|this|it)\s)*"
    rf"(?:(?:no|not|nope)\W*(?:$|[)\]])|i\s(?:\w+\s)?(?:{NOT})\s(?:think|believe)"
    rf"|(?:i\s)?(?:(?:do|would|really|still|very much)\s)*(?:{BAD}|{DOUBT})(?!\w))",
    re.I,
)
_QUESTION = re.compile(
    rf"[\s\"'*)]{{0,3}}\?\W{{0,3}}(?=\w)(?!yes(?!\w)|yeah(?!\w)|sure(?!\w))[^.!?\n]*?"
    rf"(?<!\w)(?:{DENIAL}|no|nope|nah)(?!\w)",
    re.I,
)
"""A question that is answered with a denial."""
REACH = 200
"""Characters before some words in which their denial is looked for."""


def has_denial(text: str, start: int, end: int) -> bool:
    """Tell whether the words of `text` from `start` to `end` are denied in their own clause."""
    clause = _AFFIRMED.sub("", _CLAUSE.split(text[max(0, start - REACH) : start])[-1])
    before = _BEFORE.search(clause) or _OPINION.search(clause)
    behind = _BEHIND.match(text, end) or _REMARK.match(text, end) or _QUESTION.match(text, end)
    return before is not None or behind is not None
