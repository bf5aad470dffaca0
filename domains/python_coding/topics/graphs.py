"""Graphs: reach, shortest ways, components, degrees, orders, islands."""

from collections.abc import Sequence

from ...sandbox import Json
from ..inputs import Pen, Shape, choice, fixed, lists, size_of
from ..templates import Template

TOPIC = "graphs"
NODES = "abcdef"
EDGES = lists(fixed(choice(*NODES), choice(*NODES)), 6)
NODE = choice(*NODES)


def graph(pen: Pen, shape: Shape) -> Json:
    """Node -> the nodes that follow it."""
    nodes = NODES[: {"empty": 1, "single": 2, "large": 6}.get(shape, pen.randint(2, 6))]
    return {node: _some(pen, nodes) for node in nodes}


def _some(pen: Pen, nodes: Sequence[str]) -> Json:
    """Two of them at most, sorted."""
    return [*sorted(pen.sample(nodes, pen.randint(0, min(2, len(nodes)))))]


def graph_and_start(pen: Pen, shape: Shape) -> Json:
    drawn = graph(pen, shape)
    assert isinstance(drawn, dict)
    return [drawn, pen.choice(list(drawn))]


def needs(pen: Pen, shape: Shape) -> Json:
    """Mostly without a cycle."""
    names = list(NODES[: size_of(pen, shape, 3)])
    pen.shuffle(names)
    found: dict[str, Json] = {}
    for place, name in enumerate(names):
        known = names if pen.random() < 0.06 else names[:place]
        found[name] = _some(pen, known)
    return {name: found[name] for name in sorted(found)}


TEMPLATES = (
    Template(
        name="reach",
        topic=TOPIC,
        difficulty=2,
        choices={
            "most": (1, 2, 99),
            "start": (
                {"say": "The start itself belongs to it", "code": "found"},
                {"say": "The start itself is left out", "code": "found - {start}"},
            ),
            "way": (
                {"say": "sorted", "code": ""},
                {"say": "sorted from z to a", "code": ", reverse=True"},
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
        topic=TOPIC,
        difficulty=2,
        choices={
            "way": (
                {"say": "can be used in both directions", "code": "(edge, edge[::-1])"},
                {"say": "leads from its first to its second node", "code": "(edge,)"},
            ),
            "none": ({"say": "-1", "code": "-1"}, {"say": "`None`", "code": "None"}),
            "what": (
                {"say": "edges", "code": "0"},
                {"say": "nodes (both ends included)", "code": "1"},
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
        inputs=fixed(EDGES, NODE, NODE),
    ),
    Template(
        name="busy_nodes",
        topic=TOPIC,
        difficulty=2,
        choices={
            "kind": (
                {"say": "start at it", "code": "(one,)"},
                {"say": "end at it", "code": "(other,)"},
                {"say": "start or end at it (twice, if it does both)", "code": "(one, other)"},
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
        inputs=fixed(EDGES),
    ),
    Template(
        name="in_order",
        topic=TOPIC,
        difficulty=3,
        choices={
            "tie": ({"say": "first", "fun": "min"}, {"say": "last", "fun": "max"}),
            "cycle": (
                {"say": "raise `ValueError`", "code": 'raise ValueError("a cycle")'},
                {"say": "return `None`", "code": "return None"},
                {"say": "return what could be ordered until then", "code": "return done"},
            ),
            "way": ({"say": "after", "code": ""}, {"say": "before", "code": "[::-1]"}),
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
        inputs=fixed(needs),
    ),
)
