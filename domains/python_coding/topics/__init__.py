"""Templates of tasks, one file for each topic; their order decides what is drawn."""

from collections.abc import Mapping
from dataclasses import replace

from ..templates import Template
from . import (
    classes,
    dates,
    dicts,
    errors,
    files,
    generators,
    graphs,
    lists,
    parsing,
    recursion,
    sorting,
    strings,
)

_BY_TOPIC: Mapping[str, tuple[Template, ...]] = {
    "strings": strings.TEMPLATES,
    "lists and dicts": lists.TEMPLATES + dicts.TEMPLATES,
    "sorting and searching": sorting.TEMPLATES,
    "recursion and dynamic programming": recursion.TEMPLATES,
    "graphs": graphs.TEMPLATES,
    "file I/O": files.TEMPLATES,
    "classes": classes.TEMPLATES,
    "error handling": errors.TEMPLATES,
    "generators and iterators": generators.TEMPLATES,
    "parsing": parsing.TEMPLATES,
    "dates": dates.TEMPLATES,
}
TEMPLATES = tuple(
    replace(template, topic=topic) for topic, some in _BY_TOPIC.items() for template in some
)
