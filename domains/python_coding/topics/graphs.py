"""Graphs: reach, shortest ways, components, degrees, orders, clusters, islands, roads."""

from collections.abc import Sequence

from ...sandbox import Json
from ..inputs import InputGenerator, Shape, choice, fixed_list, lists, size_of
from ..templates import Template, filling

NODES = "abcdef"
EDGES = lists(fixed_list(choice(*NODES), choice(*NODES)), 6)
NODE = choice(*NODES)


def graph(rnd: InputGenerator, shape: Shape) -> Json:
    """Draw a graph: node -> the nodes that follow it."""
    nodes = NODES[: {"empty": 1, "single": 2, "large": 6}.get(shape, rnd.randint(2, 6))]
    return {node: _some(rnd, nodes) for node in nodes}


def _some(rnd: InputGenerator, nodes: Sequence[str]) -> Json:
    """Draw two of the nodes at most, sorted."""
    return [*sorted(rnd.sample(nodes, rnd.randint(0, min(2, len(nodes)))))]


def graph_and_start(rnd: InputGenerator, shape: Shape) -> Json:
    drawn = graph(rnd, shape)
    assert isinstance(drawn, dict)
    return [drawn, rnd.choice(list(drawn))]


def needs(rnd: InputGenerator, shape: Shape) -> Json:
    """Draw needs, mostly without a cycle."""
    names = list(NODES[: size_of(rnd, shape, 3)])
    rnd.shuffle(names)
    found: dict[str, Json] = {}
    for place, name in enumerate(names):
        known = names if rnd.random() < 0.06 else names[:place]
        found[name] = _some(rnd, known)
    return {name: found[name] for name in sorted(found)}


MORE = choice(*"abcdefghi")
WIDE = lists(fixed_list(MORE, MORE), 8)


def island_map(rnd: InputGenerator, shape: Shape) -> Json:
    """Draw rows of equal length, of `#` and `.`."""
    rows = size_of(rnd, shape, 5)
    width = rnd.randint(1, 6)
    return ["".join(rnd.choice("#..#.") for _ in range(width)) for _ in range(rows)]


def roads(rnd: InputGenerator, shape: Shape) -> Json:
    return [
        [rnd.choice(NODES[:5]), rnd.choice(NODES[:5]), rnd.randint(1, 9)]
        for _ in range(size_of(rnd, shape, 6))
    ]


TEMPLATES = (
    Template(
        name="reach",
        difficulty=2,
        choices={
            "most": (1, 2, 99),
            "start": (
                filling("The start itself belongs to it", "found"),
                filling("The start itself is left out", "found - {start}"),
            ),
            "way": (
                filling("sorted", ""),
                filling("sorted from z to a", ", reverse=True"),
            ),
        },
        text="""
Write `reach(graph, start)` for a dict from each node to the list of nodes that follow it: the nodes
that can be reached from `start` in at most $most steps, as a list, $way_say. $start_say.
""",
        plan="Go outwards step by step, and keep what was seen so that cycles end.",
        code="""
def reach(graph, start):
    found = {start}
    border = [start]
    steps = 0
    while border and steps < $most:
        fresh = []
        for node in border:
            for other in graph[node]:
                if other not in found:
                    found.add(other)
                    fresh.append(other)
        border = fresh
        steps += 1
    return sorted($start_code$way_code)
""",
        inputs=graph_and_start,
    ),
    Template(
        name="hops",
        difficulty=2,
        choices={
            "way": (
                filling("can be used in both directions", "(edge, edge[::-1])"),
                filling("leads from its first to its second node", "(edge,)"),
            ),
            "none": (filling("-1", "-1"), filling("`None`", "None")),
            "what": (
                filling("edges", "0"),
                filling("nodes (both ends included)", "1"),
            ),
        },
        text="""
Write `hops(edges, start, goal)` for a list of edges `[one, other]`, each of which $way_say: the
number of $what_say on a shortest way from `start` to `goal`, $none_say if there is no way.
""",
        plan="Breadth first: the first time a node is met is by a shortest way.",
        code="""
def hops(edges, start, goal):
    distance = {start: $what_code}
    queue = [start]
    for node in queue:
        for edge in edges:
            for one, other in $way_code:
                if one == node and other not in distance:
                    distance[other] = distance[node] + 1
                    queue.append(other)
    return distance.get(goal, $none_code)
""",
        inputs=fixed_list(EDGES, NODE, NODE),
    ),
    Template(
        name="busy_nodes",
        difficulty=2,
        choices={
            "kind": (
                filling("start at it", "(one,)"),
                filling("end at it", "(other,)"),
                filling("start or end at it (twice, if it does both)", "(one, other)"),
            ),
            "how": ({"say": "at least", "op": ">="}, {"say": "exactly", "op": "=="}),
            "degree": (1, 2),
        },
        text="""
Write `busy_nodes(edges)` for a list of directed edges `[one, other]`: the sorted list of the nodes
for which $how_say $degree of the edges $kind_say. An edge that comes twice counts twice.
""",
        plan="Count per node first, then filter.",
        code="""
def busy_nodes(edges):
    counts = {}
    for one, other in edges:
        for node in $kind_code:
            counts[node] = counts.get(node, 0) + 1
    return sorted(node for node, count in counts.items() if count $how_op $degree)
""",
        inputs=fixed_list(EDGES),
    ),
    Template(
        name="in_order",
        difficulty=3,
        choices={
            "tie": ({"say": "first", "fun": "min"}, {"say": "last", "fun": "max"}),
            "cycle": (
                filling("raise `ValueError`", 'raise ValueError("a cycle")'),
                filling("return `None`", "return None"),
                filling("return what could be ordered until then", "return done"),
            ),
            "way": (filling("after", ""), filling("before", "[::-1]")),
        },
        text="""
Write `in_order(needs)` for a dict from each task to the list of tasks it needs (all are keys).
Take again and again, of the tasks not yet taken whose needs are all taken, the $tie_say in the
alphabet; return the tasks in such an order that each stands $way_say all that it needs. Where no
task can be taken although some are left, $cycle_say.
""",
        plan="Repeat: look for what is ready, take the right one; nothing ready means a cycle.",
        code="""
def in_order(needs):
    done = []
    while len(done) < len(needs):
        ready = []
        for task, needed in needs.items():
            if task not in done and all(one in done for one in needed):
                ready.append(task)
        if not ready:
            $cycle_code
        done.append($tie_fun(ready))
    return done$way_code
""",
        inputs=fixed_list(needs),
    ),
    Template(
        name="clusters",
        difficulty=3,
        choices={
            "least": (1, 2, 3),
            "what": (
                filling("how many groups there are", "len(sizes)"),
                filling(
                    "the size of the largest group (0 if there is none)", "max(sizes, default=0)"
                ),
                filling("the sizes of the groups, sorted", "sorted(sizes)"),
                filling("how many nodes all groups have together", "sum(sizes)"),
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
        inputs=fixed_list(WIDE),
    ),
    Template(
        name="islands",
        difficulty=3,
        choices={
            "land": ("#", "."),
            "near": (
                filling(
                    "side by side or one above the other", "abs(r - row) + abs(c - column) == 1"
                ),
                filling("neighbours, diagonally too", "max(abs(r - row), abs(c - column)) == 1"),
            ),
            "what": (
                filling("how many islands there are", "len(sizes)"),
                filling(
                    "the size of the largest island, 0 if there is none", "max(sizes, default=0)"
                ),
                filling("how many islands are a single cell", "sizes.count(1)"),
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
        inputs=fixed_list(island_map),
    ),
    Template(
        name="cheapest_route",
        difficulty=3,
        ood=True,
        choices={
            "fee": (0, 1, 3, 5),
            "way": (
                filling("both directions", "((one, other), (other, one))"),
                filling("the direction from `one` to `other` only", "((one, other),)"),
            ),
            "none": (filling("-1", "-1"), filling("`None`", "None")),
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
        inputs=fixed_list(roads, choice(*NODES[:5]), choice(*NODES[:5])),
    ),
)
