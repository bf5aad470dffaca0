"""Model card of an adapter, for the person who finds its folder."""

from ..store.rules import Strategy
from .manifest import Manifest
from .methods import SFT, find_method

CARD = "README.md"

_CARD = """\
---
library_name: peft
tags: [lora, tutelage]
---

# {name}, passed into the weights of {base}

A LoRA adapter, trained on {about}. The strategy is in the
weights: ask without it in the prompt.

## The strategy

`{name}`, version `{strategy}`{provenance}.

{rules}

## How it was trained

| what | value |
|---|---|
{settings}

Named `{key}` by all of this: the same {made_of} give the same name.

## How to load it

```python
from peft import PeftModel
from tutelage.models import open_model

base, tokenizer = open_model("{base}", role="student").bare()
model = PeftModel.from_pretrained(base, "path/to/{key}")
```

## What it is for

Problems like those it was trained on, asked with the same system text and chat template, at
temperature 0. It was not trained to converse, and nothing is known of other kinds of problems.

## Held-out score

{scores}
"""


def render_card(manifest: Manifest, strategy: Strategy) -> str:
    """Render the card as Markdown: strategy, recipe, use, and the held-out score once known."""
    recipe = manifest.recipe.model_dump(mode="json")
    method = find_method(manifest.method)
    settings = {
        "base": manifest.base,
        "dataset": manifest.dataset,
        **({"method": method.name} if method.name != SFT else {}),
        "seed": manifest.seed,
        "tokens read": manifest.tokens,
        **({"loss, first and last step": _losses(manifest)} if manifest.losses else {}),
        **recipe,
        **manifest.versions,
    }
    return _CARD.format(
        name=manifest.strategy_name,
        base=manifest.base,
        key=manifest.key,
        about=method.about,
        made_of=f"base, dataset, {'strategy, ' * method.reads_strategy}recipe, seed and versions",
        strategy=manifest.strategy[:12],
        provenance=f", proposed at `{manifest.provenance}`" if manifest.provenance else "",
        rules=_quote(strategy.render()) or "> No rules: bare answers.",
        settings="\n".join(f"| {name} | {value} |" for name, value in settings.items()),
        scores=_scores(manifest),
    )


def _losses(manifest: Manifest) -> str:
    return f"{manifest.losses[0]:.3f}, {manifest.losses[-1]:.3f}"


def _quote(text: str) -> str:
    """Render `text` as a block quote that nothing in a rule's text can end."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _scores(manifest: Manifest) -> str:
    if manifest.held_out is None:
        return "Not evaluated yet."
    rows = (f"| {split} | {score:.1%} |" for split, score in manifest.held_out.items())
    return "\n".join(["| split | accuracy |", "|---|---|", *rows])
