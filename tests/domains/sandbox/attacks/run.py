"""Run the attacks in a sandbox, one after another, and report those that left a trace."""

import ctypes
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tutelage.domains.sandbox import Call, Limits, ProgramResult, Returned, same
from tutelage.domains.sandbox.inside.files import FILE_BYTES
from tutelage.domains.sandbox.wasi import WasiSandbox
from tutelage.domains.sandbox.zygote import Protection
from tutelage.domains.sandbox.zygote_sandbox import ZygoteSandbox

from .attack import Attack
from .canaries import Canaries, Watch, children, descendants
from .controls import CONTROLS
from .false_pass import BLIND
from .host import HOST
from .resources import RESOURCES
from .secrets import BORROWED, SECRETS

LATE = 5.0
"""Seconds over its deadline after which a run counts as one that was not stopped."""
CALLS = 5


class Zygotes:
    """A sandbox that forks a process a program."""

    def __init__(self, protection: Protection) -> None:
        self.box = ZygoteSandbox(protection)

    def ready(self) -> None:
        """The zygote makes each process when it is wanted."""

    def own(self) -> set[int]:
        assert self.box._zygote is not None
        return {self.box._zygote._process.pid}

    def running(self, below: dict[int, list[int]]) -> set[int]:
        return {pid for zygote in self.own() for pid in below.get(zygote, ())}

    def resting(self) -> set[int]:
        return set()


class Engines:
    """A sandbox whose processes stay, with one instance a program inside them."""

    def __init__(self) -> None:
        self.box = WasiSandbox()
        self._been: set[int] = set()

    def ready(self) -> None:
        """Have a process wait, as one that was late is gone: how much it holds can then be told."""
        if not self.box._idle:
            self.box.run("", [])

    def own(self) -> set[int]:
        return set()

    def running(self, below: dict[int, list[int]]) -> set[int]:
        """Those that are, and those that were: one that was late ends while somebody looks."""
        self._been |= self.resting()
        return set(self._been)

    def resting(self) -> set[int]:
        return {worker._process.pid for worker in set(self.box._alive)}


class Range:
    """Place where attacks are tried: a sandbox, and the secrets that only its judge knows."""

    def __init__(self, keeper: Zygotes | Engines, token: str, answers: list[int]) -> None:
        self._keeper = keeper
        self._token = token
        self._answers = answers
        self._private = Path(tempfile.mkdtemp(prefix="private-", dir="/dev/shm"))
        tempfile.tempdir = str(self._private)
        kept = os.open(self._private, os.O_RDWR | os.O_TMPFILE)
        os.write(kept, f"{token} {json.dumps(answers)}".encode())
        os.set_inheritable(kept, True)
        self._inherited = kept
        self._run(CONTROLS[0], CONTROLS[0].source)

    def close(self) -> None:
        self._private.rmdir()

    def trace(self, attack: Attack) -> list[str]:
        """List the traces of `attack`; a control leaves one when it does not pass."""
        self._keeper.ready()
        known = descendants() - self._keeper.running(children())
        canaries = Canaries(self._token, self._answers, self._inherited)
        try:
            known.add(canaries.victim.pid)
            source = canaries.fill(attack.source)
            began = time.monotonic()
            with Watch(self._keeper, known, self._private) as watch:
                ran = self._run(attack, source)
            took = time.monotonic() - began
            time.sleep(0.01)
            found = self._judge(attack, ran)
            if attack.kind == "control":
                return found
            found += watch.evidence(self._limits(attack).memory_mb, 2 * FILE_BYTES)
            if took > self._limits(attack).seconds + LATE:
                found.append(f"it ran for {took:.1f} s")
            if "os.fork" in source or "subprocess" in source:
                time.sleep(0.3)  # what outlives its run shows now
            found += watch.strangers()
            if any(self._private.iterdir()):
                found.append("its private directory is still there")
            return found + canaries.evidence()
        finally:
            canaries.close()

    def _limits(self, attack: Attack) -> Limits:
        return Limits(**attack.limits)  # type: ignore[arg-type]

    def _run(self, attack: Attack, source: str) -> ProgramResult:
        calls = [Call("f", (number,)) for number in range(CALLS)]
        return self._keeper.box.run(source, calls, limits=self._limits(attack), files=attack.files)

    def _judge(self, attack: Attack, ran: ProgramResult) -> list[str]:
        """Judge as a domain would: believe nothing but values that are the same."""
        found = []
        wanted = self._answers if attack.expected == "hidden" else [attack.expected] * CALLS
        passed = ran.status == "done" and all(
            isinstance(result, Returned) and same(result.value, answer)  # type: ignore[arg-type]
            for result, answer in zip(ran.results, wanted, strict=True)
        )
        if passed != (attack.kind == "control"):
            found.append(f"it passed: {passed} ({ran.status} {ran.detail}{str(ran.results)[:200]})")
        said = str(ran)
        if self._token in said and attack.kind != "control":
            found.append("the token came out")
        if len(said) > self._limits(attack).result_bytes + 5000 * CALLS:
            found.append("more came out than may")
        return found


def naive(attack: Attack, answers: list[int]) -> bool:
    """Tell whether an evaluator that runs code and assertions in one process would be fooled."""
    wanted = answers if attack.expected == "hidden" else [attack.expected] * CALLS
    tests = "".join(f"\nassert f({number}) == {answer!r}" for number, answer in enumerate(wanted))
    if attack.expected != attack.expected:
        return False
    script = f"expected = {wanted!r}\n{attack.source}{tests}\n"
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, timeout=20, check=False
    )
    return ran.returncode == 0 or b"PASSED" in ran.stdout


def main() -> None:
    """Print JSON. Arguments: which attacks, protections on or off, namespaces or not, or wasi."""
    which, on, namespaces = sys.argv[1:4]
    token = os.environ["CANARY_TOKEN"]
    answers = json.loads(os.environ["CANARY_ANSWERS"].removeprefix("ANSWERS="))
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # orphans come to us, where they are seen
    protection = Protection(on == "on", namespaces == "namespaces", platform.machine())
    chosen = [it for it in ALL if which in ("all", it.kind) or it.kind == "control"]
    traces, counts = {}, dict.fromkeys((it.kind for it in chosen), 0)
    keeper = Engines() if namespaces == "wasi" else Zygotes(protection)
    with keeper.box as box:
        level = box.level()[0]
        place = Range(keeper, token, answers)
        for attack in chosen:
            counts[attack.kind] += 1
            found = place.trace(attack)
            if found:
                traces[f"{attack.kind}: {attack.name}"] = found
        place.close()
    fooled = [it.name for it in BLIND if on == "off" and naive(it, answers)]
    result = {"level": level, "uid": os.getuid(), "counts": counts}
    print(json.dumps({**result, "traces": traces, "fooled": fooled}))


ALL = [*BLIND, *SECRETS, *BORROWED, *HOST, *RESOURCES, *CONTROLS]
