"""An edit says what it does once; a line, a sentence and the page are written from that."""

from tutelage.reports.edit_wording import Names, describe_edit
from tutelage.reports.html.edits import refusal_line
from tutelage.store.edits import KINDS, Add, Body, Deprecate, Merge, Split, Update, edit_line
from tutelage.store.events import ProposalRefused
from tutelage.store.rules import Rule

RULES = {
    it: Rule(id=it, section="Method", text=f"Do <{it}>.", when="it & is long") for it in ("a", "b")
}
NAMES = Names(str, lambda version: RULES, RULES.get)
NEW = {"section": "Method", "text": "Do <b>.", "when": "x", "when_not": "y", "steps": ("s", "t")}
OP, SCOPE, WHY = '<span class="op">', '<span class="scope">', '<div class="note">Why</div>'
BODY = (
    f"Method: <q>Do &lt;b&gt;.</q>{SCOPE}when: x</span>{SCOPE}not when: y</span>"
    f"{SCOPE}writes out: s, t</span>"
)
EDITS = (
    (Add(**NEW, rationale="Why"), "ADD [Method] Do <b>.",
     'add b [Method] "Do <b>." (when it & is long)', f"{OP}ADD</span> {BODY}{WHY}"),
    (Merge(rules=("a", "z"), **NEW), "MERGE a + z into [Method] Do <b>.",
     'merge a "Do <a>." and z into b [Method] "Do <b>." (when it & is long)',
     f"{OP}MERGE</span><code>a</code><code>z</code> {BODY}"),
    (Split(rule="a", into=(Body(**NEW), Body(section="S", text="Two."))),
     "SPLIT a into Do <b>. | Two.",
     'split a "Do <a>." into b [Method] "Do <b>." (when it & is long) and [S] "Two."',
     f"{OP}SPLIT</span><code>a</code> {BODY}S: <q>Two.</q>"),
    (Update(rule="a", **NEW, level="detail", place=2),
     "UPDATE a section: Method; text: Do <b>.; when: x; not when: y; level: detail; place: 2; "
     "steps: s, t",
     'change a: section to "Method"; text to "Do <b>."; when to "x"; not when to "y"; '
     'level to "detail"; place to "2"; steps to "s, t"',
     f"{OP}UPDATE</span><code>a</code> {BODY.removeprefix('Method: ')}"),
    (Deprecate(rule="a"), "DEPRECATE a", 'take out a "Do <a>."',
     f"{OP}DEPRECATE</span><code>a</code> "),
)  # fmt: skip


def test_each_kind_is_told_in_a_line_in_a_sentence_and_on_the_page() -> None:
    assert {type(edit) for edit, *_ in EDITS} == set(KINDS.values())
    for edit, line, sentence, html in EDITS:
        assert edit_line(edit) == line
        reason = ["  because: Why"] if edit.rationale else []
        assert describe_edit(edit, [RULES["b"]], NAMES) == [sentence, *reason]
        refused = ProposalRefused(stream="r", slot="s", reason="No.", edits=(edit,), parent="")
        assert f"<li>{html}</li>" in refusal_line(refused)


def test_only_a_deprecation_takes_out_without_bringing_or_changing_anything() -> None:
    assert [edit.op for edit, *_ in EDITS if edit.only_removes] == ["DEPRECATE"]
