"""Six unrelated strategies and what their domains are about, as fixed data for tests."""

from typing import NamedTuple


class Sample(NamedTuple):
    domain: str
    about: str
    rules: tuple[tuple[str, str], ...]
    """(section, text)."""


SAMPLES = (
    Sample(
        "scheduling",
        "Decide whether meetings fit into the rooms that there are, and place them without "
        "overlap. Mistakes: counts all meetings instead of those that run at the same time; "
        "treats a meeting that ends when another starts as a conflict. Steps: list the start "
        "times; name the meetings that are still running; compare the peak with the rooms. "
        "Sample: Meetings 9-11, 10-12 and 11-13, two rooms. Is there a room for every meeting?",
        (
            ("Method", "Sort the meetings by start time and go through them in that order."),
            ("Method", "At each start, name the meetings still running and count them."),
            ("Checks", "Write the comparison of the peak with the number of rooms out."),
            ("Checks", "A room is free again in the hour in which its meeting ends."),
        ),
    ),
    Sample(
        "essays",
        "Write a short persuasive essay for a named audience. Mistakes: no clear thesis; claims "
        "without evidence; the other side is left out; the ending repeats the start. Steps: "
        "thesis, two arguments with evidence, rebuttal, call to action. Sample: Persuade parents "
        "that the school should start an hour later.",
        (
            ("Structure", "State the thesis in one sentence at the end of the first paragraph."),
            ("Arguments", "Back each claim with a number, an example or a named source."),
            ("Arguments", "Name the strongest objection fairly, then answer it."),
            ("Style", "End with what the reader should do now."),
        ),
    ),
    Sample(
        "code",
        "Write small Python functions over linked lists and trees, by recursion or with pointers. "
        "Mistakes: the next node is lost before it is saved; no base case; None is dereferenced; "
        "the head is returned instead of the new head. Steps: base case, save the next node, "
        "relink, return. Sample: Reverse a singly linked list and return its new head.",
        (
            ("Pointers", "Save node.next in a variable before you change it."),
            ("Recursion", "Write the base case first: empty list or one node."),
            ("Recursion", "Make every recursive call on something strictly smaller."),
            ("Checks", "Trace the function by hand on lists of length zero, one and two."),
        ),
    ),
    Sample(
        "calculus",
        "Find definite and indefinite integrals of elementary functions. Mistakes: the constant "
        "of integration is missing; bounds are not changed under substitution; a sign is lost "
        "in integration by parts. Steps: choose the technique, substitute, integrate, check by "
        "differentiating. Sample: Integrate x times e to the x from 0 to 1.",
        (
            ("Technique", "Look for an inner function whose derivative is a factor: substitute."),
            ("Technique", "For a polynomial times an exponential, integrate by parts."),
            ("Bounds", "Change the bounds together with the variable."),
            ("Checks", "Differentiate the result and compare it with the integrand."),
        ),
    ),
    Sample(
        "sql",
        "Make slow SQL queries fast without changing what they return. Mistakes: a function "
        "around an indexed column; SELECT star; a subquery for each row; an index on a column "
        "with few values. Steps: read the plan, find the costly node, rewrite, compare the rows. "
        "Sample: Orders joined with customers by e-mail takes 40 seconds; propose an index.",
        (
            ("Plan", "Run EXPLAIN ANALYZE and find the node with the largest actual time."),
            ("Indexes", "Index the columns in WHERE and JOIN, the most selective first."),
            ("Rewrite", "Turn a correlated subquery into a join or a window function."),
            ("Checks", "Compare the row count and a checksum before and after."),
        ),
    ),
    Sample(
        "logic",
        "Solve puzzles of knights, who always tell the truth, and knaves, who always lie. "
        "Mistakes: takes a statement as true at once; forgets a case; stops at a contradiction "
        "without drawing its conclusion. Steps: assume, derive, contradict, conclude. Sample: A "
        "says that B is a knave; B says that both are of the same kind. Who is what?",
        (
            ("Cases", "Assume that the first speaker is a knight and derive what follows."),
            ("Cases", "When a contradiction appears, write down that the assumption is false."),
            ("Statements", "A knave's statement is false: negate all of it, with 'and' and 'or'."),
            ("Checks", "Read every statement again under the final assignment."),
        ),
    ),
)

QUERIES = (
    ("assign lessons to classrooms without clashes", "scheduling"),
    ("convince the town council to build a bike lane", "essays"),
    ("flip a chain of nodes in place", "code"),
    ("area under a curve between two points", "calculus"),
    ("report takes minutes because the whole table is scanned", "sql"),
    ("who is lying and who is honest", "logic"),
    ("do these appointments fit into the free slots of the day", "scheduling"),
    ("antiderivative of a product of functions", "calculus"),
    ("function calls itself for ever and overflows the stack", "code"),
    ("an opening paragraph that takes a clear position", "essays"),
)
"""Written before the first search was made. No domain's name is in them."""
