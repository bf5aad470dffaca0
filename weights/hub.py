"""Files of the Hugging Face hub, read in ranges of bytes.

The hub's own settings count: HF_ENDPOINT, HF_HUB_OFFLINE, proxies and certificates.
"""

from collections.abc import Iterator, Mapping

from .catalogue import WeightsError

PATIENCE = 5.0
"""Seconds until a hub that does not answer is taken for one that cannot be reached."""
STALLED = 15.0
"""Seconds without a byte, after which the rest is fetched elsewhere."""


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
            yield from answer.iter_raw()
    # What it raises in offline mode is a ConnectionError.
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        said = str(error).split("\n")[0] or type(error).__name__
        raise WeightsError(f"the hub cannot be reached: {said}") from None


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
