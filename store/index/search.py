"""Search for strategies by meaning: an index over the log that can always be built again.

Two kinds of documents: strategies (what their domain is about, and their rules) and single
rules. Both bring candidates; their order is the exact similarity of the strategies. (Single
rules in the score were tried and blur it: "name the strongest objection" is near to much.)
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from chromadb.api import ClientAPI
from chromadb.api.models.Collection import Collection
from chromadb.base_types import InclusionExclusionOperator, Where
from chromadb.errors import NotFoundError

from ..errors import StoreError
from ..strategies.versions import Strategies
from .catalogue import Describe, Document, documents_of
from .folder import IndexFolder, index_broken_error, translate_faults

COLLECTION = "strategies"

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors; the same text always gives the same vector."""

    id: str
    """Names the model and everything else that shapes its vectors."""
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, in order, each of length one."""


class IndexMismatch(StoreError):
    """The index was made with another embedder: its vectors cannot be compared with these."""


class GateEvidence(NamedTuple):
    """Findings of the last gate. The interval is that of the gain."""

    decision: str
    channel: str
    gain: float
    low: float
    high: float
    pairs: int


class Hit(NamedTuple):
    version: str
    """`scheduling@3`."""
    domain: str
    hash: str
    status: str
    score: float
    """At most 1; only good for comparison within one search."""
    rule: str
    """The rule nearest to the query."""
    evidence: GateEvidence | None
    """None: no gate has decided about it."""


class StrategyIndex:
    """The index in `<home>/index`, or on the Chroma server behind a client."""

    def __init__(self, home_or_client: Path | ClientAPI, embedder: Embedder) -> None:
        self._folder: IndexFolder | None = None
        self._client: ClientAPI | None = None
        if isinstance(home_or_client, Path):
            self._folder = IndexFolder(home_or_client / "index")
        else:
            self._client = home_or_client
        self._embedder = embedder

    def rebuild(self, strategies: Strategies, describe: Describe) -> int:
        """Build the index from nothing but the log; return how many documents it holds."""
        documents = documents_of(strategies, describe)
        with self._fresh_collection() as collection:
            self._upsert(collection, documents)
        return len(documents)

    def update(self, strategies: Strategies, describe: Describe) -> int:
        """Bring the index up to the log; return how many texts had to be embedded.

        Raises IndexMismatch or IndexBroken: only `rebuild` throws an index away.
        """
        if self._folder and self._folder.is_empty:
            return self.rebuild(strategies, describe)
        documents = documents_of(strategies, describe)
        with self._open_collection() as collection, translate_faults():
            known = _stored_documents(collection)
            if gone := sorted(known.keys() - documents.keys()):
                collection.delete(ids=gone)
            kept = documents.keys() & known.keys()
            new = [it for it in documents if it not in kept or documents[it].text != known[it].text]
            self._upsert(collection, {name: documents[name] for name in new})
            stale = sorted(
                name
                for name in kept.difference(new)
                if documents[name].metadata != known[name].metadata
            )
            for batch in _batches(stale):
                collection.update(ids=batch, metadatas=[documents[it].metadata for it in batch])
        return len(new)

    def search(self, query: str, k: int = 5, *, every_version: bool = False) -> list[Hit]:
        """Return the `k` nearest strategies, best first: of each domain its current version.

        Where none is current, the nearest one that no gate rejected stands for the domain.
        """
        vector = self._embedder.embed([query])[0]
        with self._open_collection() as collection, translate_faults():
            domains = _nearest_domains(collection, vector, k)
            if not domains:
                return []
            found = collection.get(
                where=_in_domains(domains),
                include=["embeddings", "metadatas", "documents"],
            )
        hits = _hits(vector, found)
        if not every_version:
            hits = [_best_hit([it for it in hits if it.domain == name]) for name in domains]
        return sorted(hits, key=lambda hit: (-hit.score, hit.version))[:k]

    @contextmanager
    def _open_collection(self) -> Iterator[Collection]:
        if self._folder:
            with self._folder.open_newest() as client:
                yield self._get_collection(client)
        elif self._client:
            yield self._get_collection(self._client)

    @contextmanager
    def _fresh_collection(self) -> Iterator[Collection]:
        if self._folder:
            with self._folder.rebuild() as client:
                yield self._create_collection(client)
        elif self._client:
            if COLLECTION in [it.name for it in self._client.list_collections()]:
                self._client.delete_collection(COLLECTION)
            yield self._create_collection(self._client)

    def _create_collection(self, client: ClientAPI) -> Collection:
        return client.create_collection(
            COLLECTION,
            embedding_function=None,
            metadata={"embedder": self._embedder.id, "dimension": self._embedder.dimension},
            configuration={"hnsw": {"space": "cosine"}},
        )

    def _get_collection(self, client: ClientAPI) -> Collection:
        try:
            with translate_faults():
                collection = client.get_collection(COLLECTION, embedding_function=None)
        except StoreError as fault:
            if isinstance(fault.__cause__, NotFoundError):
                raise index_broken_error("The index holds no strategies.") from fault
            raise
        made = collection.metadata or {}
        theirs = (made.get("embedder"), made.get("dimension"))
        ours = (self._embedder.id, self._embedder.dimension)
        if theirs != ours:
            raise IndexMismatch(
                f"The index was made with {theirs[0]} ({theirs[1]} numbers a text), and now "
                f"{ours[0]} ({ours[1]}) is asked. Use the same embedder, or build the index "
                "again with `tutelage index rebuild`."
            )
        return collection

    def _upsert(self, collection: Collection, documents: dict[str, Document]) -> None:
        for batch in _batches(list(documents)):
            vectors = self._vectors([documents[name] for name in batch])
            with translate_faults():
                collection.upsert(
                    ids=batch,
                    embeddings=vectors,
                    documents=[documents[name].text for name in batch],
                    metadatas=[documents[name].metadata for name in batch],
                )

    def _vectors(self, documents: Sequence[Document]) -> Vectors:
        texts = list(dict.fromkeys(view for document in documents for view in document.views))
        of = dict(zip(texts, self._embedder.embed(texts), strict=True))
        middles = np.stack([np.sum([of[it] for it in each.views], axis=0) for each in documents])
        rows: Vectors = middles / np.linalg.norm(middles, axis=1, keepdims=True)
        return rows


def _batches(names: list[str], size: int = 1000) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


def _stored_documents(collection: Collection) -> dict[str, Document]:
    there = collection.get(include=["documents", "metadatas"])
    rows = zip(there["ids"], there["documents"] or (), there["metadatas"] or (), strict=True)
    return {name: Document((text,), dict(metadata)) for name, text, metadata in rows}


def _nearest_domains(collection: Collection, vector: Vectors, k: int) -> list[str]:
    """Return `k` domains or more (or all), nearest first, by whole strategies and single rules."""
    count = collection.count()
    wanted = 8 * k
    domains: list[str] = []
    while count and len(domains) < k:
        near: dict[str, float] = {}
        for kind in ("strategy", "rule"):
            answer = collection.query(
                query_embeddings=vector[np.newaxis],
                n_results=min(wanted, count),
                where={"kind": kind},
                include=["metadatas", "distances"],
            )
            (metadatas,), (distances,) = answer["metadatas"] or [[]], answer["distances"] or [[]]
            for metadata, distance in zip(metadatas, distances, strict=True):
                name = str(metadata["domain"])
                near[name] = min(near.get(name, distance), distance)
        domains = sorted(near, key=lambda name: (near[name], name))
        if wanted >= count:
            break
        wanted *= 4
    return domains


def _in_domains(domains: Sequence[str]) -> Where:
    names: list[str | int | float | bool] = [*domains]
    anywhere: InclusionExclusionOperator = "$in"
    return {"domain": {anywhere: names}}


def _hits(vector: Vectors, found: Any) -> list[Hit]:
    # Rounded, because the last bits of a vector depend on the batch it was computed in.
    scores = np.round(np.asarray(found["embeddings"], dtype=np.float64) @ vector, 5)
    score = dict(zip(found["ids"], scores.tolist(), strict=True))
    texts = dict(zip(found["ids"], found["documents"], strict=True))
    hits = []
    for name, facts in zip(found["ids"], found["metadatas"], strict=True):
        if facts["kind"] != "strategy":
            continue
        best = max(facts["rules"].split(), key=lambda rule: (score[rule], rule))
        hits.append(
            Hit(
                version=facts["version"],
                domain=facts["domain"],
                hash=facts["hash"],
                status=facts["status"],
                score=score[name],
                rule=texts[best],
                evidence=GateEvidence(*(facts[name] for name in GateEvidence._fields))
                if facts["decision"]
                else None,
            )
        )
    return hits


def _best_hit(hits: Sequence[Hit]) -> Hit:
    order = {"current": 2, "rejected": 0, "rolled back": 0}
    return max(hits, key=lambda hit: (order.get(hit.status, 1), hit.score, hit.version))
