"""An adapter's folder: whole or not at all, and what its sheets say."""

import json
from pathlib import Path

import pytest

from tutelage.store import EMPTY, Strategy
from tutelage.trainer import Manifest, Recipe, is_whole, read_manifest, write_card
from tutelage.trainer.adapter import save_adapter


def write(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(b"weights")


@pytest.fixture
def manifest(strategy: Strategy) -> Manifest:
    return Manifest(
        key="0123456789abcdef",
        base="smollm2-135m",
        dataset="d" * 64,
        strategy=strategy.hash,
        strategy_name="parity@3",
        recipe=Recipe(),
        seed=0,
        provenance="run-1#c1/r2/update_strategy",
    )


def test_what_was_saved_is_whole_and_says_what_it_is(
    tmp_path: Path, manifest: Manifest, strategy: Strategy
) -> None:
    kept = save_adapter(tmp_path, manifest, strategy, write)
    home = tmp_path / manifest.key
    assert is_whole(home)
    assert read_manifest(home) == kept
    assert set(kept.files) == {"adapter_config.json", "adapter_model.safetensors"}
    assert [path.name for path in tmp_path.iterdir()] == [manifest.key], "no drafts stay behind"


def test_who_may_read_the_runs_folder_may_read_the_adapter(
    tmp_path: Path, manifest: Manifest, strategy: Strategy
) -> None:
    tmp_path.chmod(0o755)
    save_adapter(tmp_path, manifest, strategy, write)
    home = tmp_path / manifest.key
    assert home.stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in home.iterdir()} == {0o644}


@pytest.mark.parametrize("name", ["manifest.json", "adapter_config.json"])
def test_a_folder_that_lost_a_file_is_not_whole(
    tmp_path: Path, manifest: Manifest, strategy: Strategy, name: str
) -> None:
    save_adapter(tmp_path, manifest, strategy, write)
    (tmp_path / manifest.key / name).unlink()
    assert not is_whole(tmp_path / manifest.key)


def test_a_damaged_adapter_is_seen_and_replaced(
    tmp_path: Path, manifest: Manifest, strategy: Strategy
) -> None:
    save_adapter(tmp_path, manifest, strategy, write)
    home = tmp_path / manifest.key
    (home / "adapter_model.safetensors").write_bytes(b"weighty")
    assert not is_whole(home)
    save_adapter(tmp_path, manifest, strategy, write)
    assert is_whole(home)
    assert (home / "adapter_model.safetensors").read_bytes() == b"weights"


def test_who_comes_second_gets_what_stands_there(
    tmp_path: Path, manifest: Manifest, strategy: Strategy
) -> None:
    first = save_adapter(tmp_path, manifest, strategy, write)
    later = manifest.model_copy(update={"tokens": 7})
    assert save_adapter(tmp_path, later, strategy, write) == first


def test_a_save_that_fails_leaves_nothing(
    tmp_path: Path, manifest: Manifest, strategy: Strategy
) -> None:
    def half(folder: Path) -> None:
        (folder / "adapter_config.json").write_text("{}")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        save_adapter(tmp_path, manifest, strategy, half)
    assert list(tmp_path.iterdir()) == []


def test_the_next_save_sweeps_up_after_the_dead_and_spares_the_living(
    tmp_path: Path, manifest: Manifest, strategy: Strategy
) -> None:
    dead, living = (tmp_path / f".{manifest.key}.{pid}.x" for pid in (2**22 + 1, 1))
    dead.mkdir()
    living.mkdir()
    save_adapter(tmp_path, manifest, strategy, write)
    assert not dead.exists()
    assert living.exists()


def test_the_card_says_which_strategy_which_event_and_how_to_load(
    tmp_path: Path, manifest: Manifest, strategy: Strategy
) -> None:
    save_adapter(tmp_path, manifest, strategy, write)
    card = (tmp_path / manifest.key / "README.md").read_text()
    for said in (
        "parity@3",
        "> - Write the sum.",
        "run-1#c1/r2/update_strategy",
        "PeftModel.from_pretrained",
        "| rank | 16 |",
        "Not evaluated yet.",
    ):
        assert said in card


def test_a_score_joins_the_card_and_no_hashed_file_moves(
    tmp_path: Path, manifest: Manifest, strategy: Strategy
) -> None:
    before = save_adapter(tmp_path, manifest, strategy, write)
    home = tmp_path / manifest.key
    after = write_card(home, strategy, {"test": 0.875, "ood": 0.5})
    assert "| test | 87.5% |" in (home / "README.md").read_text()
    assert json.loads((home / "manifest.json").read_text())["held_out"] == after.held_out
    assert after.files == before.files
    assert is_whole(home)


def test_a_card_is_refused_for_another_strategy(
    tmp_path: Path, manifest: Manifest, strategy: Strategy
) -> None:
    save_adapter(tmp_path, manifest, strategy, write)
    with pytest.raises(ValueError, match="pass its own"):
        write_card(tmp_path / manifest.key, EMPTY)


def test_no_rule_can_break_out_of_the_cards_quote(
    tmp_path: Path, manifest: Manifest, strategy: Strategy
) -> None:
    nasty = strategy.rules[0].model_copy(update={"text": "Stop.\n## Held-out score\n100%"})
    loud = Strategy(rules=(nasty,))
    save_adapter(tmp_path, manifest.model_copy(update={"strategy": loud.hash}), loud, write)
    card = (tmp_path / manifest.key / "README.md").read_text()
    assert card.count("\n## Held-out score") == 1
