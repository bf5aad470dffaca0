"""Strategies are found by meaning, and the index can always be built again."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from tutelage.store import Log, Strategies, open_log
from tutelage.store.edits import Add
from tutelage.store.events import StrategyProposed
from tutelage.store.index.embed import MiniLM
from tutelage.store.index.folder import IndexBroken
from tutelage.store.index.search import (
    COLLECTION,
    GateEvidence,
    IndexMismatch,
    StrategyIndex,
    Vectors,
)

from .builders import adds, gate, propose, strategy
from .library import QUERIES, SAMPLES

ABOUT = {sample.domain: sample.about for sample in SAMPLES}


class Letters:
    """Letter triples, hashed: quick, and near when the spelling is near."""

    id = "letters"

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.read = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.read += len(texts)
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for place in range(len(text) - 2):
                code = sum(ord(letter) * 31**power for power, letter in enumerate(text[place:][:3]))
                row[code % self.dimension] += 1
            row /= np.linalg.norm(row) or 1.0
        return rows


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    return MiniLM()


@pytest.fixture
def log(log: Log) -> Log:
    """A store with six unrelated strategies; a gate accepted the first and rejected the second."""
    for number, sample in enumerate(SAMPLES):
        edits = [Add(section=section, text=text) for section, text in sample.rules]
        proposal = propose(log, edits, domain=sample.domain, run=f"run{number}")
        if number < 2:
            gate(log, proposal, "reject" if number else "accept")
    return log


def propose_count(log: Log, run: str) -> StrategyProposed:
    event = log.find(StrategyProposed, run, "c1/r1/update_strategy/0")
    assert isinstance(event, StrategyProposed)
    return event


def test_nine_of_ten_questions_find_their_strategy_first(
    log: Log, tmp_path: Path, minilm: MiniLM
) -> None:
    index = StrategyIndex(tmp_path, minilm)
    index.rebuild(Strategies(log), ABOUT.__getitem__)

    found = {query: index.search(query, k=3) for query, _ in QUERIES}

    right = [query for query, domain in QUERIES if found[query][0].domain == domain]
    assert len(right) >= 9, f"only {right} found theirs first"
    top = found["assign lessons to classrooms without clashes"][0]
    assert top.version == "scheduling@1"
    assert top.evidence == GateEvidence("accept", "words", 0.21, 0.1, 0.32, 96)
    assert found["flip a chain of nodes in place"][0].evidence is None, "no gate measured it"


def test_a_hit_names_the_rule_that_is_nearest(log: Log, tmp_path: Path) -> None:
    index = StrategyIndex(tmp_path, Letters())
    index.rebuild(Strategies(log), ABOUT.__getitem__)

    hit = index.search("Save node.next in a variable before you change it.", k=1)[0]

    assert hit.rule == "Pointers: Save node.next in a variable before you change it."


def test_the_current_version_stands_for_its_domain(log: Log, tmp_path: Path) -> None:
    first = propose_count(log, "run0")
    second = propose(
        log, adds("Meetings in rooms."), parent=strategy(first), run="run0", slot="c1/r2/u/0"
    )
    gate(log, second, "reject", slot="c1/r2/validate/0")
    index = StrategyIndex(tmp_path, Letters())
    index.rebuild(Strategies(log), ABOUT.__getitem__)

    assert index.search("Meetings in rooms.", k=1)[0].version == "scheduling@1", "2 was rejected"
    every = index.search("Meetings in rooms.", k=7, every_version=True)
    assert {"scheduling@1", "scheduling@2"} < {hit.version for hit in every}
    assert len(every) == 7

    Strategies(log).promote(
        "scheduling",
        "scheduling/run0",
        second.strategy,
        stream="store",
        slot="promote/1",
        by="ada",
        reason="it reads better",
    )
    index.update(Strategies(log), ABOUT.__getitem__)
    hit = index.search("Meetings in rooms.", k=1)[0]
    assert (hit.version, hit.status) == ("scheduling@2", "current")


def test_many_versions_of_one_domain_do_not_crowd_out_the_others(log: Log, tmp_path: Path) -> None:
    for number in range(40):
        edits = adds(f"Sort the meetings by start time, variant {number}.")
        propose(log, edits, run="crowd", slot=f"{number}")
    index = StrategyIndex(tmp_path, Letters())
    index.rebuild(Strategies(log), ABOUT.__getitem__)

    domains = [hit.domain for hit in index.search("Sort the meetings by start time", k=3)]

    assert domains[0] == "scheduling"
    assert len(set(domains)) == 3


def test_an_update_embeds_only_what_is_new(log: Log, tmp_path: Path) -> None:
    strategies, embedder = Strategies(log), Letters()
    index = StrategyIndex(tmp_path, embedder)
    assert index.update(strategies, ABOUT.__getitem__) == 30, "6 strategies and their 24 rules"
    embedder.read = 0

    assert index.update(strategies, ABOUT.__getitem__) == 0
    gate(log, propose_count(log, "run1"), slot="again", gain=0.5)
    assert index.update(strategies, ABOUT.__getitem__) == 0
    assert embedder.read == 0
    evidence = index.search("persuasive essay", k=1)[0].evidence
    assert evidence is not None and (evidence.decision, evidence.gain) == ("accept", 0.5)

    propose(log, adds("Add units."), domain="calculus", run="later")
    assert index.update(strategies, ABOUT.__getitem__) == 2, "the version and its one rule"


def test_a_new_description_reaches_the_index(log: Log, tmp_path: Path) -> None:
    index = StrategyIndex(tmp_path, Letters())
    index.update(Strategies(log), ABOUT.__getitem__)

    index.update(Strategies(log), lambda domain: "zebra zebra" if domain == "sql" else "xyz")

    assert index.search("zebra zebra", k=1)[0].domain == "sql"


@pytest.mark.parametrize("damage", ["deleted", "truncated", "overwritten", "a file"])
def test_a_lost_index_says_how_to_get_it_back_and_comes_back_the_same(
    log: Log, tmp_path: Path, damage: str
) -> None:
    strategies = Strategies(log)
    index = StrategyIndex(tmp_path, Letters())
    index.rebuild(strategies, ABOUT.__getitem__)
    before = [index.search(query, k=6) for query, _ in QUERIES]
    ids = sorted(_ids(index))

    _break(tmp_path / "index", damage)
    for _ in range(2):  # Chroma remembers a folder that it failed to open.
        with pytest.raises(IndexBroken, match="tutelage index rebuild"):
            index.search("rooms")
    index.rebuild(strategies, ABOUT.__getitem__)

    assert [index.search(query, k=6) for query, _ in QUERIES] == before
    assert sorted(_ids(index)) == ids


def _break(folder: Path, damage: str) -> None:
    file = next(folder.rglob("chroma.sqlite3"))
    if damage == "truncated":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif damage == "overwritten":
        file.write_bytes(b"not a database" * 100)
    else:
        shutil.rmtree(folder)
        if damage == "a file":
            folder.write_text("not a folder")


def _ids(index: StrategyIndex) -> list[str]:
    with index._open_collection() as collection:
        return list(collection.get(include=[])["ids"])


def test_an_index_of_another_embedder_is_refused(log: Log, tmp_path: Path) -> None:
    StrategyIndex(tmp_path, Letters()).rebuild(Strategies(log), ABOUT.__getitem__)
    other = StrategyIndex(tmp_path, Letters(dimension=32))

    with pytest.raises(IndexMismatch, match=r"letters .64 numbers.*tutelage index rebuild"):
        other.search("rooms")
    with pytest.raises(IndexMismatch):
        other.update(Strategies(log), ABOUT.__getitem__)

    other.rebuild(Strategies(log), ABOUT.__getitem__)
    assert other.search("rooms")


def test_an_interrupted_rebuild_leaves_the_old_index(log: Log, tmp_path: Path) -> None:
    class Failing(Letters):
        def embed(self, texts: Sequence[str]) -> Vectors:
            raise KeyboardInterrupt

    index = StrategyIndex(tmp_path, Letters())
    index.rebuild(Strategies(log), ABOUT.__getitem__)
    before = index.search("rooms", k=6)

    with pytest.raises(KeyboardInterrupt):
        StrategyIndex(tmp_path, Failing()).rebuild(Strategies(log), ABOUT.__getitem__)

    assert index.search("rooms", k=6) == before


def test_one_domain_and_none_at_all_can_be_searched(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        index = StrategyIndex(tmp_path, Letters())
        with pytest.raises(IndexBroken, match="tutelage index rebuild"):
            index.search("rooms")
        index.rebuild(Strategies(log), ABOUT.__getitem__)
        assert index.search("rooms") == []

        propose(log, adds("Count rooms."))
        index.update(Strategies(log), ABOUT.__getitem__)
        assert [hit.version for hit in index.search("rooms")] == ["scheduling@1"]


def test_a_client_of_a_server_serves_as_well(log: Log, tmp_path: Path) -> None:
    client = chromadb.EphemeralClient(Settings(anonymized_telemetry=False))
    index = StrategyIndex(client, Letters())

    index.rebuild(Strategies(log), ABOUT.__getitem__)
    index.rebuild(Strategies(log), ABOUT.__getitem__)

    assert client.get_collection(COLLECTION, embedding_function=None).count() == 30
    assert index.search("persuasive essay", k=1)[0].domain == "essays"


def test_texts_of_any_length_get_vectors_of_length_one(minilm: MiniLM) -> None:
    texts = ["rooms", "", "a long text about meeting rooms " * 200, "rooms"]

    vectors = minilm.embed(texts)

    assert vectors.shape == (4, minilm.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[0], vectors[3], atol=1e-6)
