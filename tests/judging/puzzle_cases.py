"""Cases of puzzles (gym and general) and of schedules."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations, product

from tutelage.domains import Domain, Problem, get

from .parts import Case, Production, Spelling, Whole, plain, spell, unique
from .values import misses_of, rivals_of

FAMILIES = ("chain_sum", "products", "lcm", "gcd", "count_bits", "spell_backward", "leg_counting")
TOPICS = ["3 meetings, 2 rooms", "4 meetings, 2 rooms"]


def gym_cases() -> Iterator[Case]:
    for family in FAMILIES:
        domain = get(f"gym:{family}")
        for problem in domain.problems("train", 6, 21):
            yield _puzzle("gym", domain, problem)


def general_cases() -> Iterator[Case]:
    domain = get("general")
    for problem in domain.problems("train", 36, 22):
        yield _puzzle("general", domain, problem)


def weighted_cases() -> Iterator[Case]:
    domain = get("scheduling:weighted")
    for problem in domain.problems("train", 24, 23):
        yield _puzzle("scheduling:weighted", domain, problem)


def _puzzle(label: str, domain: Domain, problem: Problem) -> Case:
    answer = problem.answer
    if not answer.lstrip("-").isdigit():
        return Case(
            label,
            domain,
            problem,
            "x",
            (plain(answer, "prose"),),
            unique(_other_words(answer)),
            (plain(f"{answer[1:]}q{answer[0]}", "prose"),),
        )
    value = Fraction(answer)
    rights = [plain(answer)]
    if value < 0:
        rights.append(spell(answer.replace("-", "−"), "minus sign of Unicode", mode="prose"))
    wrongs = (
        spell(it.text, it.name, it.group, new=it.new)
        for it in misses_of(value)
        if it.value != value and (value or it.value)
    )
    scaled = (
        spell(f"{answer} {word}", word, "scale", "prose", new=word != "million")
        for word in ("million", "thousand", "percent")
        if value
    )
    return Case(label, domain, problem, "n", tuple(rights), unique(iter((*wrongs, *scaled))),
                rivals_of(value))  # fmt: skip


def _other_words(answer: str) -> Iterator[Spelling]:
    for text, name in (
        (f"{answer[1]}{answer[0]}{answer[2:]}", "first letters swapped"),
        (answer[:-1], "last letter lost"), (answer[1:], "first letter lost"),
        (f"{answer}{answer[-1]}", "last letter twice"), (answer[::-1], "read backwards"),
        (f"{answer[:-1]}q", "another last letter"), (f"not {answer}", "not"),
    ):  # fmt: skip
        if text.casefold() != answer.casefold():
            yield spell(text, name, "value", "prose", new=True)


def room_cases() -> Iterator[Case]:
    domain = get("scheduling", {"topics": TOPICS})
    for problem in domain.problems("train", 24, 24):
        answer, other = problem.answer, {"YES": "NO", "NO": "YES"}[problem.answer]
        ways = [plain(answer)]
        ways += [spell(answer.lower(), "small letters"), spell(answer.title(), "one large letter")]
        because = {
            "YES": ("every meeting can have a room", "there are enough rooms at any time"),
            "NO": ("there are too few rooms", "more meetings run at once than there are rooms"),
        }[answer]
        ways += [spell(f"{answer.title()}, {why}", "reason behind", mode="prose", new=True)
                 for why in because]  # fmt: skip
        wrongs = [spell(other, "the other word", "value"),
                  spell(other.lower(), "the other", "value"),
                  spell(f"{answer} and {other}", "both words", "hedge"),
                  spell(f"{other.title()}, it is not {answer}", "other and not", "value", new=True),
                  spell(f"{answer}/{other}", "both with a bar", "hedge"),
                  spell("MAYBE", "maybe", "value", new=True),
                  spell("it depends", "it depends", "value", new=True)]  # fmt: skip
        yield Case("scheduling", domain, problem, "c", tuple(ways), tuple(wrongs),
                   (plain(other),), tuple(_room_replies(answer, other)))  # fmt: skip


def _room_replies(answer: str, other: str) -> Iterator[Whole]:
    opening = Production("opens with the word", "last line", False)
    yield Whole(opening, True, f"{answer.title()}.")
    yield Whole(opening, False, f"{other.title()}.")
    turned = Production("turned by its end", "correction", True)
    yield Whole(turned, False, f"{answer.title()}, it seems. Let me count.\n\nAnswer: {other}")
    yield Whole(turned, False, f"Answer: {answer}\n\nWait, I counted wrongly.\n\nAnswer: {other}")


def job_cases() -> Iterator[Case]:
    domain = get("scheduling:jobs")
    for problem in domain.problems("train", 24, 25):
        jobs = problem.data["jobs"]
        letters = "ABCDEFGH"[: len(jobs)]
        orders = list(permutations(range(len(jobs))))
        good = [it for it in orders if _in_time([jobs[place] for place in it])]
        bad = [it for it in orders if it not in good]
        assert bool(good) == (problem.answer != "NONE") and bad
        named = [" ".join(letters[place] for place in order) for order in good]
        late = [" ".join(letters[place] for place in order) for order in bad]
        wrongs = [spell(it, "late", "value", "prose", new=False) for it in late[:4]]
        wrongs += [spell(it[2:], "one left out", "value", "prose") for it in (named + late)[:2]]
        wrongs += [
            spell(f"{it} {it[0]}", "one twice", "value", "prose") for it in (named + late)[:2]
        ]
        wrongs += [spell("all of them", "all", "value", "prose", new=True)]
        if good:
            wrongs.append(spell("NONE", "gave up", "value", "prose"))
        ways = unique(_ways_of_order(named) if named else _ways_of_none())
        yield Case("scheduling:jobs", domain, problem, "p", ways, tuple(wrongs),
                   (plain(late[0], "prose"),))  # fmt: skip


def _in_time(jobs: Sequence[Sequence[int]]) -> bool:
    now = 0
    for takes, due in jobs:
        now += takes
        if now > due:
            return False
    return True


def _ways_of_none() -> Iterator[Spelling]:
    yield plain("NONE", "prose")
    yield spell("None", "one large letter", mode="prose")
    yield spell("none", "small letters", mode="prose")


def _ways_of_order(named: Sequence[str]) -> Iterator[Spelling]:
    yield plain(named[0], "prose")
    for order in named[1:3]:
        yield spell(order, "another order in time", mode="prose")
    yield spell(named[0].replace(" ", ", "), "commas", mode="prose")
    yield spell(named[0].replace(" ", " -> "), "arrows", mode="prose")
    yield spell(named[0].replace(" ", " then "), "then", mode="prose")
    yield spell(named[0].replace(" ", " → "), "arrows of Unicode", mode="prose", new=True)
    yield spell(named[0].replace(" ", ", then "), "comma and then", mode="prose", new=True)
    yield spell(named[0].lower(), "small letters", mode="prose")


def plan_cases() -> Iterator[Case]:
    domain = get("scheduling:witness", {"topics": TOPICS})
    for problem in domain.problems("train", 24, 26):
        slots, rooms = problem.data["meetings"], range(1, int(problem.data["rooms"]) + 1)
        letters = "ABCDEFGH"[: len(slots)]
        plans = list(product(rooms, repeat=len(slots)))
        good = [it for it in plans if not _clashes(slots, it)]
        bad = [it for it in plans if _clashes(slots, it)]
        assert bool(good) == (problem.answer != "NONE") and bad
        clash = [_plan(letters, it) for it in bad]
        wrongs = [spell(it, "clash", "value", "prose") for it in clash[:4]]
        some = _plan(letters, good[0]) if good else clash[0]
        wrongs += [
            spell(some[3:], "one left out", "value", "prose"),
            spell(f"{some[:-1]}9", "no such room", "value", "prose"),
            spell(f"{some} A{1 + int(some[1]) % 2}", "one twice", "value", "prose"),
        ]
        if good:
            wrongs.append(spell("NONE", "gave up", "value", "prose"))
        ways = unique(_ways_of_plan(letters, good[:3]) if good else _ways_of_none())
        yield Case("scheduling:witness", domain, problem, "p", ways, tuple(wrongs),
                   (plain(clash[-1], "prose"),))  # fmt: skip


def _clashes(slots: Sequence[Sequence[int]], plan: Sequence[int]) -> bool:
    placed = [(room, start, end) for room, (start, end) in zip(plan, slots, strict=True)]
    return any(
        one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
        for place, one in enumerate(placed)
        for other in placed[:place]
    )


def _plan(letters: str, plan: Sequence[int], sign: str = "", between: str = " ") -> str:
    return between.join(f"{it}{sign}{room}" for it, room in zip(letters, plan, strict=True))


def _ways_of_plan(letters: str, plans: Sequence[Sequence[int]]) -> Iterator[Spelling]:
    first = plans[0]
    yield plain(_plan(letters, first), "prose")
    for other in plans[1:]:
        yield spell(_plan(letters, other), "another plan", mode="prose")
    for sign, between, name, new in (
        ("", ", ", "commas", False), (": ", ", ", "colons", False), ("=", " ", "equals", False),
        (" -> ", ", ", "arrows", False), (" in room ", ", ", "in room", False),
        (" → ", ", ", "arrows of Unicode", True), (" in ", ", ", "in", True),
    ):  # fmt: skip
        yield spell(_plan(letters, first, sign, between), name, mode="prose", new=new)
    turned = [(it, room) for it, room in zip(letters, first, strict=True)][::-1]
    yield spell(" ".join(f"{it}{room}" for it, room in turned), "last meeting first", mode="prose")
