"""Guides kept as TOML beside their domains."""

from pathlib import Path

import pytest

from tutelage.domains import ExpertRule, Guide, read_guide

WRITTEN = '''
description = "Add two numbers."
reply_format = "End with `Answer:`."
classes = ["1", "2"]

[step_kinds]
sum = "Adds."
check = "Adds once more."

[failure_modes]
wrong = "The sum is wrong."

[[rules]]
name = "twice"
section = "Habits"
text = """
Add them, \\
and add them again."""
steps = ["sum", "check"]
addresses = ["wrong"]
when = "both are large"
'''


def test_a_guide_is_read_with_its_steps_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "guide.toml"
    file.write_text(WRITTEN)
    guide = read_guide(file)
    assert guide == Guide(
        description="Add two numbers.",
        reply_format="End with `Answer:`.",
        step_kinds={"sum": "Adds.", "check": "Adds once more."},
        failure_modes={"wrong": "The sum is wrong."},
        classes=("1", "2"),
        rules=(
            ExpertRule(
                name="twice",
                section="Habits",
                text="Add them, and add them again.",
                steps=frozenset({"sum", "check"}),
                addresses=frozenset({"wrong"}),
                when="both are large",
            ),
        ),
    )
    assert list(guide.step_kinds) == ["sum", "check"], "the order of writing"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("section =", "sektion =", "sektion"),
        ("description =", "describes =", "describes"),
        ('text = """', 'text = "', "Illegal character"),
        ('name = "twice"\n', "", "rules.0.name"),
        ('steps = ["sum", "check"]', 'steps = "sum"', "rules.0.steps"),
        ('classes = ["1", "2"]', 'classes = "12"', "classes"),
        ('description = "Add two numbers."', "description = 3", "description"),
        ("[[rules]]", "[rules]", "rules"),
        ('when = "both', 'When = "both', "When"),
    ],
)
def test_a_guide_with_a_fault_is_refused_by_its_name(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    file = tmp_path / "guide.toml"
    file.write_text(WRITTEN.replace(old, new))
    with pytest.raises(ValueError, match=rf"(?s){file} is no guide: .*{named}"):
        read_guide(file)
