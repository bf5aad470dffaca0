"""What can be asked: one file of templates for each topic."""

from ..templates import Template
from . import (
    checks,
    classes,
    dates,
    dicts,
    dynamic,
    errors,
    expressions,
    files,
    generators,
    graphs,
    lists,
    maps,
    parsing,
    recursion,
    searching,
    sorting,
    stores,
    strings,
)

TEMPLATES: tuple[Template, ...] = (
    *strings.TEMPLATES,
    *lists.TEMPLATES,
    *dicts.TEMPLATES,
    *sorting.TEMPLATES,
    *searching.TEMPLATES,
    *recursion.TEMPLATES,
    *dynamic.TEMPLATES,
    *graphs.TEMPLATES,
    *maps.TEMPLATES,
    *files.TEMPLATES,
    *classes.TEMPLATES,
    *stores.TEMPLATES,
    *checks.TEMPLATES,
    *errors.TEMPLATES,
    *generators.TEMPLATES,
    *parsing.TEMPLATES,
    *expressions.TEMPLATES,
    *dates.TEMPLATES,
)
