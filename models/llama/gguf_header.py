"""Header of a GGUF file: what a model is and how much it takes, read without its weights.

Format: the GGUF specification of the ggml project, versions 2 and 3. The reader of the `gguf`
library makes objects of all 150,000 tokens of a vocabulary, in half a minute and 700 MB; this one
skips lists, and looks that the file is as long as its header says.
"""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFValueType

from ...spelling import find_near
from ...weights import CATALOGUE
from ..contract import ModelError

_MAGIC, _VERSIONS = b"GGUF", (2, 3)
_LONGEST_TEXT = 16_000_000
"""Bytes of one text; a chat template has some thousands."""
_MOST_KEYS, _MOST_ITEMS, _MOST_TENSORS, _MOST_DIMENSIONS = 10_000, 5_000_000, 100_000, 4
_FORMS = {
    GGUFValueType.UINT8: "<B", GGUFValueType.INT8: "<b", GGUFValueType.UINT16: "<H",
    GGUFValueType.INT16: "<h", GGUFValueType.UINT32: "<I", GGUFValueType.INT32: "<i",
    GGUFValueType.FLOAT32: "<f", GGUFValueType.BOOL: "<?", GGUFValueType.UINT64: "<Q",
    GGUFValueType.INT64: "<q", GGUFValueType.FLOAT64: "<d",
}  # fmt: skip

CONTEXT_MEMORY = 2**30
"""Bytes that the cache of a context may take. Fixed, so that what fits into a prompt does not
depend on the memory that happens to be free: 32,768 tokens of a 1.5B model."""
_CONTEXT, _STEP = 4096, 256

Value = int | float | bool | str


class GgufHeader(NamedTuple):
    """Facts that a GGUF file tells of itself."""

    path: Path
    keys: Mapping[str, Value]
    """Its metadata, but for lists."""
    parameters: int
    """Numbers in all its tensors."""
    end: int
    """Bytes that the file must have at least: where its last tensor ends."""

    @property
    def architecture(self) -> str:
        return str(self.keys.get("general.architecture", ""))

    @property
    def is_adapter(self) -> bool:
        return self.keys.get("general.type") == "adapter"

    def number(self, key: str) -> int:
        """Return a number of its architecture, such as `context_length`; 0 where it tells none."""
        found = self.keys.get(f"{self.architecture}.{key}", 0)
        return int(found) if isinstance(found, int) and found > 0 else 0

    @property
    def cache_bytes(self) -> int:
        """Bytes of the attention's cache for each token, in 16 bits; 0 where that is not told."""
        heads = self.number("attention.head_count")
        each = self.number("embedding_length") // heads if heads else 0
        keys = self.number("attention.key_length") or each
        values = self.number("attention.value_length") or each
        stored = self.number("attention.head_count_kv") or heads
        return 2 * self.number("block_count") * stored * (keys + values)

    @property
    def parts(self) -> list[Path]:
        """List the files of the model: one, or the parts of a split one, in order."""
        count = self.keys.get("split.count", 1)
        if not isinstance(count, int) or not 1 < count <= _MOST_KEYS:
            return [self.path]
        stem = self.path.name.removesuffix(f"-00001-of-{count:05}.gguf")
        return [
            self.path.with_name(f"{stem}-{n:05}-of-{count:05}.gguf") for n in range(1, count + 1)
        ]


def context_of(header: GgufHeader) -> int:
    """Return how many tokens a prompt and its reply may have together."""
    trained = header.number("context_length") or _CONTEXT
    room = CONTEXT_MEMORY // header.cache_bytes if header.cache_bytes else trained
    return max(_STEP, min(trained, room) // _STEP * _STEP)


def memory_of(header: GgufHeader, context: int) -> int:
    """Return the bytes that a model takes: its files, and the cache of so many tokens."""
    return sum(part.stat().st_size for part in header.parts) + header.cache_bytes * context


class _Damage(Exception):
    """Fault of a file, as the middle of a sentence."""


def read_header(path: Path) -> GgufHeader:
    """Read the header of a whole file, all its parts included.

    Raises ModelError for a file that is missing, cut off, damaged, of a newer version, or no GGUF.
    """
    header = _read_one(path)
    for part in header.parts[1:]:
        more = _read_one(part)
        header = header._replace(parameters=header.parameters + more.parameters)
    return header


def _read_one(path: Path) -> GgufHeader:
    try:
        if path.exists() and not path.is_file():
            # To open a named pipe would wait for ever.
            raise OSError(0, "it is a folder, a pipe or a device")
        with path.open("rb") as file:
            size = path.stat().st_size
            header = _parse(path, _Cursor(file, size))
            if header.end > size:
                raise _Damage(f"is cut off: {size:,} bytes are here, and it had {header.end:,}")
            return header
    except OSError as error:
        near = find_near(path.name, CATALOGUE)
        guess = f" Did you mean 'llama:{near}'?" if near else ""
        raise ModelError(
            f"No GGUF file can be read at {path.absolute()}: {error.strerror}.{guess} "
            "Give the path of one, or a name of `tutelage models list`."
        ) from error
    except (_Damage, ArithmeticError) as damage:
        raise ModelError(
            f"{path} {damage}. Download it again, and compare its size or its SHA-256 with those "
            "of the place it comes from."
        ) from damage


class _Cursor:
    """A place in a file, which never moves beyond its end."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.left = size
        self._file = file

    def take(self, count: int) -> bytes:
        if count > min(self.left, _LONGEST_TEXT):
            raise _Damage("is damaged, or cut off in the middle of its header")
        self.left -= count
        return self._file.read(count)

    def skip(self, count: int) -> None:
        if count > self.left:
            raise _Damage("is damaged, or cut off in the middle of its header")
        self.left -= count
        self._file.seek(count, 1)

    def number(self, form: str) -> int | float | bool:
        (found,) = struct.unpack(form, self.take(struct.calcsize(form)))
        assert isinstance(found, int | float)
        return found

    def count(self, form: str, most: int) -> int:
        found = int(self.number(form))
        if found > most:
            raise _Damage(
                f"is damaged: its header counts {found:,} of what may be {most:,} at most"
            )
        return found

    def text(self) -> str:
        return self.take(self.count("<Q", _LONGEST_TEXT)).decode("utf-8", "replace")


def _parse(path: Path, cursor: _Cursor) -> GgufHeader:
    if cursor.left < 24 or cursor.take(4) != _MAGIC:
        raise _Damage("is no GGUF file")
    version, size = int(cursor.number("<I")), cursor.left + 8
    if version not in _VERSIONS:
        raise _Damage(f"is GGUF of version {version}, and {_VERSIONS[-1]} is the newest known here")
    tensors, keys = cursor.count("<Q", _MOST_TENSORS), cursor.count("<Q", _MOST_KEYS)
    found: dict[str, Value] = {}
    for _ in range(keys):
        name = cursor.text()
        value = _value(cursor, int(cursor.number("<I")))
        found |= {} if value is None else {name: value}
    numbers, end = 0, 0
    for _ in range(tensors):
        elements, last = _tensor(cursor)
        numbers, end = numbers + elements, max(end, last)
    align = found.get("general.alignment", 32)
    if not isinstance(align, int) or align <= 0:
        raise _Damage("is damaged: its header gives no alignment of tensors")
    start = size - cursor.left
    return GgufHeader(path, found, numbers, start + -start % align + end)


def _value(cursor: _Cursor, kind: int) -> Value | None:
    """Return a value; None for a list, which is skipped."""
    if kind == GGUFValueType.STRING:
        return cursor.text()
    if kind == GGUFValueType.ARRAY:
        each, count = int(cursor.number("<I")), cursor.count("<Q", _MOST_ITEMS)
        if each in _FORMS:
            cursor.skip(count * struct.calcsize(_FORMS[GGUFValueType(each)]))
            return None
        for _ in range(count if each == GGUFValueType.STRING else 0):
            cursor.skip(cursor.count("<Q", _LONGEST_TEXT))
        if each == GGUFValueType.STRING or not count:
            return None
    elif kind in _FORMS:
        return cursor.number(_FORMS[GGUFValueType(kind)])
    raise _Damage(f"is damaged, or newer than what can be read here: a value is of type {kind}")


def _tensor(cursor: _Cursor) -> tuple[int, int]:
    """Return how many numbers a tensor has, and where it ends, in bytes behind the header."""
    cursor.text()
    elements = 1
    for _ in range(cursor.count("<I", _MOST_DIMENSIONS)):
        elements *= int(cursor.number("<Q"))
    kind, offset = int(cursor.number("<I")), int(cursor.number("<Q"))
    try:
        block, size = GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
    except (ValueError, KeyError):
        raise _Damage(
            f"is damaged, or newer than what can be read here: a tensor is of type {kind}"
        ) from None
    return elements, offset + elements // block * size
