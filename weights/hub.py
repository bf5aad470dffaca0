"""Files of the Hugging Face hub, read in ranges of bytes.

The hub's own settings count: HF_ENDPOINT, HF_HUB_OFFLINE, proxies and certificates.
"""

import time
from collections.abc import Callable, Iterator, Mapping

from .catalogue import WeightsError

PATIENCE = 5.0
"""Seconds until a hub that does not answer is taken for one that cannot be reached."""
STALLED = 15.0
"""Seconds without a byte, after which the rest is fetched elsewhere."""
SLOWEST = 10_000
"""Bytes a second that must come in each `STALLED` seconds, or the rest is fetched elsewhere."""


def hub_blocks(repository: str, name: str, whole: int, start: int, size: int) -> Iterator[bytes]:
    """Read `size` bytes of a file from `start` on, block by block.

    Raises WeightsError when the hub cannot be reached or has no such file of `whole` bytes.
    """
    import httpx2
    from huggingface_hub import get_session, hf_hub_url

    # No token: the repositories are open. Compressed, a range would be another one.
    headers = {"Range": f"bytes={start}-{start + size - 1}", "Accept-Encoding": "identity"}
    patience = httpx2.Timeout(STALLED, connect=PATIENCE)
    try:
        url = hf_hub_url(repository, name)
        with get_session().stream("GET", url, headers=headers, timeout=patience) as answer:
            _require_range(answer.status_code, answer.headers, whole, start, size)
            yield from _require_pace(answer.iter_raw())
    # What it raises in offline mode is a ConnectionError.
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        said = str(error).split("\n")[0] or type(error).__name__
        raise WeightsError(f"the hub cannot be reached: {said}") from None


def _require_pace(
    blocks: Iterator[bytes], clock: Callable[[], float] = time.monotonic
) -> Iterator[bytes]:
    """Pass blocks on. Raises WeightsError where they trickle: each may come in time, and no end."""
    began, came = clock(), 0
    for block in blocks:
        came += len(block)
        if (took := clock() - began) >= STALLED:
            if came < SLOWEST * took:
                raise WeightsError(f"the hub sends {came} bytes in {took:.0f} seconds")
            began, came = clock(), 0
        yield block


def _require_range(
    status: int, headers: Mapping[str, str], whole: int, start: int, size: int
) -> None:
    partial = status == 206 and headers.get("content-range") == (
        f"bytes {start}-{start + size - 1}/{whole}"
    )
    complete = status == 200 and size == whole and headers.get("content-length") == str(whole)
    if status >= 400:
        raise WeightsError(f"the hub answers {status}")
    if not partial and not complete:
        raise WeightsError("the hub has another file, of another size")
