"""Finds a domain by name: ours, an installed plugin's, a file of yours, or a file of problems.

A plugin is an entry point of the group `tutelage.domains` whose object is called with the options
as keywords and returns a domain. Where a plugin takes one of our names, ours wins.

    LookupError
      UnknownDomain     no domain of that name
    ImportError
      BrokenDomain      it is there, and does not load
        NeedsOptions    it loads, and cannot be built without options
"""

import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from ..paths import expand_home
from ..spelling import did_you_mean
from .contract import Domain, Guide, Versioned
from .versions import EXECUTED, is_version, judge_of

GROUP = "tutelage.domains"

_OURS: dict[str, tuple[str, str]] = {
    "debugging": (".debugging", "Debugging"),
    "general": (".gym.general", "General"),
    "humaneval": (".humaneval", "HumanEval"),
    "maths": (".maths", "Maths"),
    "mbpp": (".mbpp", "Mbpp"),
    "python_coding": (".python_coding", "PythonCoding"),
    "reasoning-gym": (".gym", "ReasoningGym"),
    "scheduling": (".scheduling", "of_kind"),
    "scheduling:jobs": (".scheduling", "JobOrder"),
    "scheduling:weighted": (".scheduling", "WeightedIntervals"),
    "scheduling:witness": (".scheduling", "Witness"),
    "writing": (".writing", "Writing"),
}
_PREFIXES: dict[str, tuple[str, str, str]] = {
    "gym:": (".gym", "ReasoningGym", "family"),
    "jsonl:": (".jsonl", "JsonLines", "path"),
    "mbpp:": (".mbpp", "Mbpp", "path"),
    "scheduling:": (".scheduling", "of_kind", "kind"),
}
"""`gym:chain_sum` is the gym with `family = "chain_sum"`: what follows the colon is an option."""
FORMS = (
    "FILE.jsonl, gym:FAMILY, mbpp:FILE, scheduling:KIND, FILE.py:ClassName and package.module:Name"
)


JUDGE_OPTION = "judge_model"
"""The option of a domain that names a model: `[domain] options.judge_model = "<model>"`."""

RENAMED = {"planted": "planted_pairs", "believed": "belief"}
"""Optional methods of a domain: the name they had -> the one they have."""


class UnknownDomain(LookupError):
    """No domain has that name."""


class BrokenDomain(ImportError):
    """A domain was found and could not be loaded or built; the message names it."""


class NeedsOptions(BrokenDomain):
    """A domain cannot be built without options; `needs` says which, `about` what it is."""

    def __init__(self, name: str, needs: Sequence[str], about: str) -> None:
        self.needs = tuple(f"{it}={'FILE' if it == 'path' else '...'}" for it in needs)
        self.about = about
        super().__init__(
            f"The domain {name!r} needs {', '.join(self.needs)}: give it as options of [domain] in "
            "a config, or as --options."
        )


def names() -> list[str]:
    """All names that `get` knows, sorted. Nothing is imported: a broken plugin is listed too."""
    return sorted({*_OURS, *(plugin.name for plugin in _plugins())})


def get(name: str, options: Mapping[str, Any] | None = None) -> Domain:
    """Return a new domain, built with `options` as keywords.

    `name` is one of `names()`, `FILE.jsonl`, `gym:FAMILY`, `mbpp:FILE`, `scheduling:KIND`,
    `path/to/file.py:ClassName` or `package.module:Name`.
    Raises UnknownDomain or BrokenDomain; a ValueError of the domain about its options passes.
    """
    factory, implied = _find(name)
    keywords = {
        option: expand_home(value) if isinstance(value, str) and value.startswith("~/") else value
        for option, value in {**implied, **(options or {})}.items()
    }
    if missing := _missing(factory, keywords):
        guide = getattr(factory, "guide", None)
        raise NeedsOptions(name, missing, guide.description if isinstance(guide, Guide) else "")
    _refuse_strangers(name, factory, keywords, implied)
    try:
        built: Domain = factory(**keywords)
    except TypeError as error:
        raise BrokenDomain(
            f"The domain {name!r} cannot be built with the options {keywords}: {error}"
        ) from error
    _insist_on_a_domain(name, built)
    # Now, so that the version of its judge is that of the source as it was loaded.
    judge_of(built)
    return built


def _missing(factory: Callable[..., Any], given: Mapping[str, Any]) -> list[str]:
    """Parameters that have no default and are not given."""
    return [
        it.name
        for it in _parameters(factory)
        if it.kind in _NAMED and it.default is inspect.Parameter.empty and it.name not in given
    ]


def _refuse_strangers(
    name: str,
    factory: Callable[..., Any],
    given: Mapping[str, Any],
    implied: Mapping[str, Any],
) -> None:
    """Raise BrokenDomain for an option that what builds the domain does not take."""
    parameters = _parameters(factory)
    if not parameters or any(it.kind is inspect.Parameter.VAR_KEYWORD for it in parameters):
        return
    takes = [it.name for it in parameters if it.kind in _NAMED and it.name not in implied]
    wrong = next((it for it in given if it not in (*takes, *implied)), None)
    if wrong == JUDGE_OPTION:
        raise BrokenDomain(
            f"The domain {name!r} asks no model as its judge: leave {JUDGE_OPTION} out (from "
            "Python `judge=`)."
        )
    if wrong is not None:
        known = f"It takes: {', '.join(takes)}." if takes else "It takes none."
        raise BrokenDomain(
            f"The domain {name!r} takes no option {wrong!r}.{did_you_mean(wrong, takes)} {known}"
        )


_NAMED = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _parameters(factory: Callable[..., Any]) -> Sequence[inspect.Parameter]:
    """List what the builder of a domain takes; nothing where Python cannot tell."""
    try:
        return list(inspect.signature(factory).parameters.values())
    except (TypeError, ValueError):
        return []


def _find(name: str) -> tuple[Callable[..., Any], Mapping[str, Any]]:
    """Find what builds the domain, and the options that its name implies."""
    if name in _OURS:
        return _ours(name, *_OURS[name]), {}
    for plugin in _plugins():
        if plugin.name == name:
            return _load(name, plugin), {}
    if name.endswith(".jsonl") and not name.startswith(tuple(_PREFIXES)):
        name = f"jsonl:{name}"
    for prefix, (module, attribute, option) in _PREFIXES.items():
        if name.startswith(prefix):
            return _ours(name, module, attribute), {option: name.removeprefix(prefix)}
    where, _, attribute = name.rpartition(":")
    if where.endswith(".py"):
        return _attribute(name, _module_of_file(name, Path(expand_home(where))), attribute), {}
    if where and re.fullmatch(r"\w+(\.\w+)*", where) and attribute.isidentifier():
        return _attribute(name, _module(name, where), attribute), {}
    raise UnknownDomain(_unknown(name))


def _ours(name: str, module: str, attribute: str) -> Callable[..., Any]:
    return _attribute(name, importlib.import_module(module, __package__), attribute)


def _plugins() -> list[EntryPoint]:
    return list(entry_points(group=GROUP))


def _load(name: str, plugin: EntryPoint) -> Callable[..., Any]:
    try:
        found: Callable[..., Any] = plugin.load()
    except Exception as error:  # A stranger's import may raise anything; the others must go on.
        raise BrokenDomain(
            f"The plugin {name!r} ({plugin.value}) does not load: {error}"
        ) from error
    return found


def _module(name: str, dotted: str) -> ModuleType:
    try:
        return importlib.import_module(dotted)
    except ModuleNotFoundError as error:
        if error.name and f"{dotted}.".startswith(f"{error.name}."):
            raise UnknownDomain(_unknown(name)) from error
        raise BrokenDomain(f"The domain {name!r} does not load: {error}") from error
    except Exception as error:  # As above: it is a user's module.
        raise BrokenDomain(f"The domain {name!r} does not load: {error}") from error


def _module_of_file(name: str, path: Path) -> ModuleType:
    if not path.is_file():
        raise UnknownDomain(f"No file {path} for the domain {name!r}. Give FILE.py:ClassName.")
    try:
        source = path.read_bytes()
    except OSError as error:
        raise BrokenDomain(f"{path} of the domain {name!r} cannot be read: {error}") from error
    # Two files of one name, and two states of one file, are two modules.
    digest = hashlib.sha256(str(path.resolve()).encode() + source).hexdigest()[:12]
    alias = f"tutelage_domain_{path.stem}_{digest}"
    spec = importlib.util.spec_from_file_location(alias, path)
    if spec is None:
        raise BrokenDomain(f"{path} of the domain {name!r} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    setattr(module, EXECUTED, source)
    # Dataclasses look their module up by name while the file runs.
    sys.modules[alias] = module
    try:
        # These very bytes: the import system would take its cache, or a file changed meanwhile.
        exec(compile(source, str(path), "exec", dont_inherit=True), vars(module))
    except Exception as error:  # As above: it is a user's file.
        sys.modules.pop(alias, None)
        raise BrokenDomain(f"The domain {name!r} does not load: {error!r}") from error
    return module


def _attribute(name: str, module: ModuleType, attribute: str) -> Callable[..., Any]:
    found: Callable[..., Any] | None = getattr(module, attribute, None)
    if found is None:
        raise UnknownDomain(f"No {attribute!r} in the module of the domain {name!r}.")
    return found


def _insist_on_a_domain(name: str, built: object) -> None:
    wanted = ("name", "task_type", "guide", "problems", "judge", "solution")
    missing = [part for part in wanted if not hasattr(built, part)]
    if missing:
        raise BrokenDomain(f"The domain {name!r} lacks {', '.join(missing)}: see docs/domains.md.")
    for old, new in RENAMED.items():
        if hasattr(built, old) and not hasattr(built, new):
            raise BrokenDomain(
                f"The domain {name!r} defines `{old}`, which nothing calls any more: rename it to "
                f"`{new}`."
            )
    if isinstance(built, Versioned) and not is_version(built.judge_version):
        raise BrokenDomain(
            f"The judge_version of the domain {name!r} is {built.judge_version!r}: state a whole "
            "number, or leave it out, and the hash of its file stands for it."
        )


def _unknown(name: str) -> str:
    known = names()
    guess = did_you_mean(name, known)
    return f"No domain {name!r}.{guess} Known: {', '.join(known)}; also {FORMS}."
