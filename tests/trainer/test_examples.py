"""From a strategy to a dataset."""

from collections.abc import Generator, Sequence

import pytest

from tutelage.domains.contract import Domain, Problem
from tutelage.store import EMPTY, Rule, Strategy
from tutelage.trainer import Dataset, build_dataset, build_request


def test_a_strategy_shapes_what_is_written_and_never_stands_in_the_prompt(
    domain: Domain, problems: Sequence[Problem], strategy: Strategy
) -> None:
    first = build_dataset(domain, problems, strategy).examples[0]
    assert first.completion == "Sum 7. Rest 1. NO"
    assert first.request == build_request(domain.guide, problems[0])
    assert first.request.context == ""


def test_no_strategy_gives_bare_answers_to_the_same_prompts_in_the_same_order(
    dataset: Dataset, labels_only: Dataset
) -> None:
    assert [e.completion for e in labels_only.examples] == [e.answer for e in dataset.examples]
    assert [e.problem for e in labels_only.examples] == [e.problem for e in dataset.examples]
    assert [e.request for e in labels_only.examples] == [e.request for e in dataset.examples]
    assert labels_only.classes == dataset.classes == {"YES": 6, "NO": 6}


def test_a_rule_is_covered_when_all_its_steps_are_written(
    domain: Domain, problems: Sequence[Problem]
) -> None:
    strategy = Strategy(
        rules=(
            Rule(id="r-1", section="S", text="Write the sum.", steps=("sum",)),
            Rule(id="r-2", section="S", text="Sing.", steps=("singing", "sum")),
            Rule(id="r-3", section="S", text="Be careful."),
        )
    )
    dataset = build_dataset(domain, problems, strategy)
    assert dataset.coverage == {"r-1": 12, "r-2": 0, "r-3": 0}
    assert dataset.examples[0].rules == ("r-1",)


def test_a_rule_that_asks_for_no_steps_leaves_the_dataset_as_it_was_to_the_hash(
    domain: Domain, problems: Sequence[Problem], strategy: Strategy, dataset: Dataset
) -> None:
    empty = Rule(id="r-words", section="Attitude", text="Be careful.")
    candidate = Strategy(rules=(*strategy.rules, empty))
    assert candidate.hash != strategy.hash
    assert build_dataset(domain, problems, candidate).hash == dataset.hash


@pytest.mark.parametrize("steps", [(), ("singing",)])
def test_rules_in_words_alone_are_followed_by_whoever_demonstrates(
    domain: Domain, problems: Sequence[Problem], steps: tuple[str, ...]
) -> None:
    strategy = Strategy(rules=(Rule(id="r-1", section="S", text="Rhyme.", steps=steps),))

    def demonstrate(shown: Sequence[Problem], followed: Strategy) -> Generator[str | None]:
        assert followed == strategy and shown == problems
        for problem in shown:
            yield None if problem == problems[0] else f"In rhyme: {problem.answer}"

    dataset = build_dataset(domain, problems, strategy, demonstrate)
    assert {e.completion for e in dataset.examples} == {"In rhyme: YES", "In rhyme: NO"}
    assert dataset.dropped == 1
    assert dataset.coverage == {"r-1": 0}, "nothing checks which rules a demonstration followed"


def test_nobody_demonstrates_what_the_domain_can_write(
    domain: Domain, problems: Sequence[Problem], strategy: Strategy, dataset: Dataset
) -> None:
    def demonstrate(shown: Sequence[Problem], followed: Strategy) -> Generator[str | None]:
        raise AssertionError("a paid call that was not needed")

    assert build_dataset(domain, problems, strategy, demonstrate) == dataset
    assert build_dataset(domain, problems, EMPTY, demonstrate).hash != dataset.hash


def test_what_the_domain_does_not_judge_right_is_dropped(
    domain: Domain, problems: Sequence[Problem]
) -> None:
    strategy = Strategy(rules=(Rule(id="r-1", section="S", text="Say yes."),))
    dataset = build_dataset(domain, problems, strategy, lambda shown, _: ("YES" for _ in shown))
    assert dataset.classes == {"YES": 6, "NO": 0}
    assert dataset.dropped == 6


def test_a_dataset_comes_back_from_its_lines(dataset: Dataset) -> None:
    text = dataset.as_jsonl()
    assert text.count("\n") == len(dataset.examples)
    counts = {"coverage": dataset.coverage, "classes": dataset.classes}
    assert Dataset.from_jsonl(text, dropped=dataset.dropped, **counts) == dataset
    assert Dataset.from_jsonl(text).hash == dataset.hash


def test_the_hash_of_a_dataset_does_not_move_between_releases(dataset: Dataset) -> None:
    assert dataset.hash == "bfe0cbc292b8f09c5514ed9752978bf4ee0c2e9039dd349ef7901a9323fdf1c6"
    assert dataset.hash != Dataset(dataset.examples[::-1]).hash, "order is part of what is learned"
