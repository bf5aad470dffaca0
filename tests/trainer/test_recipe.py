"""Recipes that are refused."""

import pytest
from pydantic import ValidationError

from tutelage.store import EMPTY, Strategy
from tutelage.trainer import Dataset, Recipe, adapter_key
from tutelage.trainer.contract import TrainingInput


def test_a_recipe_has_few_settings_and_comes_back_from_json() -> None:
    assert len(Recipe.model_fields) <= 12
    recipe = Recipe(targets=("q_proj", "v_proj"))
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"targets": ()}, "names no layer"),
        ({"targets": ("q_proj", "q_proj")}, "twice"),
        ({"targets": ("all-linear", "q_proj")}, "by itself"),
        ({"epochs": 0}, "epochs"),
        ({"warmup": 1.0}, "warmup"),
        ({"lr": 3.0}, "lr"),
        ({"learning_rate": 1e-3}, "learning_rate"),
    ],
)
def test_a_recipe_refuses_what_contradicts_itself(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Recipe.model_validate(settings)


def test_a_key_moves_with_everything_that_makes_the_weights() -> None:
    recipe = Recipe()
    keys = {
        adapter_key("base", "data", recipe, 0),
        adapter_key("other", "data", recipe, 0),
        adapter_key("base", "other", recipe, 0),
        adapter_key("base", "data", recipe.model_copy(update={"lr": 1e-4}), 0),
        adapter_key("base", "data", recipe, 1),
    }
    assert len(keys) == 5
    assert all(len(key) == 16 for key in keys)
    assert adapter_key("base", "data", Recipe(), 0) in keys


def test_a_supervised_input_is_its_dataset_and_another_holds_method_and_strategy(
    dataset: Dataset, labels_only: Dataset, strategy: Strategy
) -> None:
    assert TrainingInput(dataset).hash == dataset.hash
    others = {
        TrainingInput(dataset, "distil").hash,
        TrainingInput(dataset, "distil", EMPTY).hash,
        TrainingInput(dataset, "distil", strategy).hash,
        TrainingInput(labels_only, "distil", strategy).hash,
        TrainingInput(dataset, "other", strategy).hash,
    }
    assert len(others) == 5 and dataset.hash not in others
