"""More of graphs: clusters, islands, roads."""

from ...sandbox import Json
from ..inputs import Pen, Shape, choice, fixed, lists, size_of
from ..templates import Template
from .graphs import NODES, TOPIC

MORE = choice(*"abcdefghi")
WIDE = lists(fixed(MORE, MORE), 8)


def island_map(pen: Pen, shape: Shape) -> Json:
    """Rows of equal length, of `#` and `.`."""
    rows = size_of(pen, shape, 5)
    width = pen.randint(1, 6)
    return ["".join(pen.choice("#..#.") for _ in range(width)) for _ in range(rows)]


def roads(pen: Pen, shape: Shape) -> Json:
    return [
        [pen.choice(NODES[:5]), pen.choice(NODES[:5]), pen.randint(1, 9)]
        for _ in range(size_of(pen, shape, 6))
    ]


TEMPLATES = (
    Template(
        name="clusters",
        topic=TOPIC,
        difficulty=3,
        choices={
            "least": (1, 2, 3),
            "what": (
                {"say": "how many groups there are", "code": "len(sizes)"},
                {
                    "say": "the size of the largest group (0 if there is none)",
                    "code": "max(sizes, default=0)",
                },
                {"say": "the sizes of the groups, sorted", "code": "sorted(sizes)"},
                {"say": "how many nodes all groups have together", "code": "sum(sizes)"},
            ),
        },
        text="""
Write `clusters(edges)` for a list of edges `[one, other]` without direction (both may be the same
node): nodes that are joined by some way form a group. Of the groups with at least $least nodes,
return $what_say.
""",
        plan="Start from each node that no group has yet, and gather all it is joined with.",
        code="""
def clusters(edges):
    near = {}
    for one, other in edges:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    seen = set()
    sizes = []
    for node in near:
        if node in seen:
            continue
        group = [node]
        seen.add(node)
        for member in group:
            for other in near[member]:
                if other not in seen:
                    seen.add(other)
                    group.append(other)
        if len(group) >= $least:
            sizes.append(len(group))
    return $what_code
""",
        inputs=fixed(WIDE),
    ),
    Template(
        name="islands",
        topic=TOPIC,
        difficulty=3,
        choices={
            "land": ("#", "."),
            "near": (
                {
                    "say": "side by side or one above the other",
                    "code": "abs(r - row) + abs(c - column) == 1",
                },
                {
                    "say": "neighbours, diagonally too",
                    "code": "max(abs(r - row), abs(c - column)) == 1",
                },
            ),
            "what": (
                {"say": "how many islands there are", "code": "len(sizes)"},
                {
                    "say": "the size of the largest island, 0 if there is none",
                    "code": "max(sizes, default=0)",
                },
                {"say": "how many islands are a single cell", "code": "sizes.count(1)"},
            ),
        },
        text="""
Write `islands(rows)` for a map, given as strings of equal length: cells that hold `$land` belong to
the same island if they are joined by such cells that are $near_say. Return $what_say.
""",
        plan="Collect the cells of land; take one, and gather all that hang together with it.",
        code="""
def islands(rows):
    land = set()
    for row, line in enumerate(rows):
        for column, sign in enumerate(line):
            if sign == "$land":
                land.add((row, column))
    sizes = []
    while land:
        island = [land.pop()]
        for row, column in island:
            joined = {(r, c) for r, c in land if $near_code}
            land -= joined
            island.extend(joined)
        sizes.append(len(island))
    return $what_code
""",
        inputs=fixed(island_map),
    ),
    Template(
        name="cheapest_route",
        topic=TOPIC,
        difficulty=3,
        ood=True,
        choices={
            "fee": (0, 1, 3, 5),
            "way": (
                {"say": "both directions", "code": "((one, other), (other, one))"},
                {"say": "the direction from `one` to `other` only", "code": "((one, other),)"},
            ),
            "none": ({"say": "-1", "code": "-1"}, {"say": "`None`", "code": "None"}),
        },
        text="""
Write `cheapest_route(roads, start, goal)` for a list of roads `[one, other, price]`, open in
$way_say: the least that a way from `start` to `goal` costs, where each road costs its price and
$fee more. No way: $none_say. From a town to itself: 0.
""",
        plan="Relax every road again and again until nothing gets cheaper.",
        code="""
def cheapest_route(roads, start, goal):
    costs = {start: 0}
    changed = True
    while changed:
        changed = False
        for one, other, price in roads:
            for here, there in $way_code:
                if here in costs:
                    cost = costs[here] + price + $fee
                    if there not in costs or cost < costs[there]:
                        costs[there] = cost
                        changed = True
    return costs.get(goal, $none_code)
""",
        inputs=fixed(roads, choice(*NODES[:5]), choice(*NODES[:5])),
    ),
)
