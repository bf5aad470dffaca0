"""Templates of tasks, one file for each topic; their order decides what is drawn."""

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

TEMPLATES: tuple[Template, ...] = (
    *strings.TEMPLATES,
    *lists.TEMPLATES,
    *dicts.TEMPLATES,
    *sorting.TEMPLATES,
    *recursion.TEMPLATES,
    *graphs.TEMPLATES,
    *files.TEMPLATES,
    *classes.TEMPLATES,
    *errors.TEMPLATES,
    *generators.TEMPLATES,
    *parsing.TEMPLATES,
    *dates.TEMPLATES,
)
