"""Programs that want more than their share: processes, memory, time, output, disk, the kernel."""

# ruff: noqa: E501 - an attack is easier to read unbroken

from .attack import attacks
from .secrets import LIBC

QUICK = {"seconds": 0.4, "memory_mb": 128}
SMALL = {"seconds": 1.5, "memory_mb": 128, "result_bytes": 100_000}

PROCESSES = attacks("resources", f"""
## fork
import os, time
def f(x):
    for _ in range(4):
        if os.fork() == 0: time.sleep(0.3); os._exit(0)
    time.sleep(0.2)
## fork once and again
import os, time
def f(x):
    if os.fork() == 0:
        if os.fork() == 0: time.sleep(0.6)
        os._exit(0)
    time.sleep(0.2)
## an orphan in a session of its own
import os, signal, time
def f(x):
    if os.fork() == 0:
        os.setsid()
        for it in (1, 2, 15): signal.signal(it, signal.SIG_IGN)
        time.sleep(0.8); os._exit(0)
## vfork
{LIBC}
def f(x):
    if libc.vfork() == 0: os.execv("/bin/sleep", ["sleep", "0.3"])
## clone
{LIBC}
import time
def f(x):
    for _ in range(3):
        if libc.syscall(56, 17, 0, 0, 0, 0) == 0: time.sleep(0.3); os._exit(0)
    time.sleep(0.2)
## clone with more arguments
{LIBC}
import time
def f(x):
    asked = ctypes.create_string_buffer(struct.pack("8Q", 0, 0, 0, 0, 17, 0, 0, 0))
    for _ in range(3):
        if libc.syscall(435, asked, 64) == 0: time.sleep(0.3); os._exit(0)
    time.sleep(0.2)
## a thread
import threading, time
def f(x):
    for _ in range(4): threading.Thread(target=time.sleep, args=(0.3,)).start()
    time.sleep(0.2)
## a bare thread
import _thread, time
def f(x):
    for _ in range(4): _thread.start_new_thread(time.sleep, (0.3,))
    time.sleep(0.2)
## a pool of threads
import concurrent.futures, time
def f(x):
    with concurrent.futures.ThreadPoolExecutor(4) as pool: list(pool.map(time.sleep, [0.2] * 4))
## a thread of C
{LIBC}
import time
def f(x):
    body = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(libc.sleep)
    for _ in range(3): libc.pthread_create(ctypes.byref(ctypes.c_ulong()), None, body, 1)
    time.sleep(0.3)
## a spawned program
import subprocess
def f(x): subprocess.Popen(["sleep", "0.4"]).wait(0.3)
## a pool of processes
import multiprocessing, time
def f(x):
    it = multiprocessing.get_context("fork").Process(target=time.sleep, args=(0.3,)); it.start(); it.join()
## fork when leaving
import atexit, os, time
def last():
    if os.fork() == 0: os.setsid(); time.sleep(0.8)
atexit.register(last)
def f(x):
    atexit._run_exitfuncs()
## fork while loading
import os, time
if os.fork() == 0: os.setsid(); time.sleep(0.8); os._exit(0)
time.sleep(0.1)
""", limits=SMALL)  # fmt: skip

MEMORY = attacks("resources", f"""
## one big block
def f(x): return len(bytearray(4_000_000_000))
## many small blocks
def f(x):
    kept = []
    while True: kept.append(bytearray(1_000_000))
## a text that doubles
def f(x):
    it = "ab"
    while True: it += it
## memory from the kernel
import mmap
def f(x):
    kept = []
    while True:
        kept.append(mmap.mmap(-1, 50_000_000)); kept[-1].write(b"x" * 50_000_000)
## memory from C
{LIBC}
libc.calloc.restype = ctypes.c_void_p
def f(x):
    for _ in range(100):
        it = libc.calloc(1, 50_000_000)
        if not it: raise MemoryError
        ctypes.memset(it, 1, 50_000_000)
## memory that no error stops
def f(x):
    kept = []
    while True:
        try: kept.append(bytearray(10_000_000))
        except BaseException: pass
## a bomb of zeros
import zlib
def f(x):
    it = zlib.compress(bytes(50_000_000), 9)
    return len([zlib.decompress(it) for _ in range(60)])
## a long range
def f(x): return len(list(range(10**9)))
## a wide tuple
def f(x): return len((0,) * 10**10)
## memory that cannot be swapped
{LIBC}
import time
def f(x):
    libc.mlockall(3); kept = bytearray(20_000_000); time.sleep(0.2)
## a file in memory
import os, time
def f(x):
    fd = os.memfd_create("a"); os.write(fd, bytes(1_000_000)); time.sleep(0.2)
""", limits=SMALL)  # fmt: skip

TIME = attacks("resources", r"""
## an endless loop
def f(x):
    while True: pass
## an endless loop while loading
while True: pass
## a long sleep
import time
def f(x): time.sleep(1000)
## a loop that no error leaves
def f(x):
    while True:
        try:
            while True: pass
        except BaseException: pass
## signals that are not heard
import signal
for it in range(1, 65):
    try: signal.signal(it, signal.SIG_IGN)
    except (OSError, ValueError): pass
def f(x):
    while True: pass
## signals that are blocked
import signal
def f(x):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True: pass
## a power that never ends
def f(x): return len(bin(10 ** 10 ** 8 ** 2))
## a pattern that never ends
import re
def f(x): return bool(re.match(r"(a+)+$", "a" * 60 + "b"))
## a sum that never ends
def f(x): return sum(range(10**15))
## an iterator that never ends
import itertools
def f(x): return max(itertools.count())
## a lock that nobody opens
import threading
def f(x):
    it = threading.Lock(); it.acquire(); it.acquire()
## input that never comes
import os, sys
def f(x):
    sys.stdin.read()
    r, w = os.pipe(); os.read(r, 1)
## reading its own pipe
import os
def f(x):
    for fd in range(3, 20):
        try: os.read(fd, 1)
        except OSError: pass
    while True: pass
## stop oneself
import os, signal
def f(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    while True: pass
## a slow goodbye
class Slow:
    def __del__(self):
        while True: pass
def f(x): Slow()
## a slow name
class Slow(Exception):
    def __str__(self):
        while True: pass
def f(x): raise Slow
## recursion without end
import sys
sys.setrecursionlimit(10**9)
def f(x): return f(x) + 1
## recursion in C
def f(x):
    it = []
    for _ in range(10**6): it = [it]
    return repr(it)
## a result that widens at each level
def f(x):
    it = [1]
    for _ in range(60): it = [it, it]
    return it
## a number that is too long to write
def f(x): return 10 ** 6000
""", limits=QUICK)  # fmt: skip

OUTPUT = attacks("resources", """
## a flood of output
import sys
def f(x):
    while True: sys.stdout.write("x" * 1_000_000)
## a flood of bytes
import os
def f(x):
    for fd in (1, 2):
        for _ in range(200): os.write(fd, b"x" * 1_000_000)
## a flood in its own pipe
import os, struct
def f(x):
    for fd in range(3, 30):
        try:
            os.write(fd, struct.pack("=cI", b"r", 2**31))
            while True: os.write(fd, b"x" * 100_000)
        except OSError: pass
## a long result
def f(x): return "x" * 50_000_000
## a long exception
def f(x): raise ValueError("x" * 50_000_000)
## a long name
def f(x): raise type("X" * 10_000_000, (Exception,), {})
## many parts
def f(x): return [[]] * 10_000_000
## long arguments
def g(x): x += [0] * 10_000_000
def f(x): g([]); return [0] * 10_000_000
""", limits=SMALL)  # fmt: skip

KERNEL = attacks("resources", f"""
## many descriptors
import os, time
def f(x):
    try:
        for _ in range(5000): os.dup(0)
    except OSError: pass
    time.sleep(0.2)
## a ring
{LIBC}
import time
def f(x):
    libc.syscall(425, 4, ctypes.create_string_buffer(120)); time.sleep(0.2)
## a counter of the processor
{LIBC}
import time
def f(x):
    asked = ctypes.create_string_buffer(struct.pack("IIQ", 1, 128, 0) + bytes(112))
    libc.syscall(298, asked, 0, -1, -1, 0); time.sleep(0.2)
## page faults of its own
{LIBC}
import time
def f(x): libc.syscall(323, 1); time.sleep(0.2)
## watching files
{LIBC}
import time
def f(x): libc.inotify_init(); time.sleep(0.2)
## a map in the kernel
{LIBC}
import time
def f(x):
    libc.syscall(321, 0, ctypes.create_string_buffer(struct.pack("4I", 2, 4, 8, 1) + bytes(64)), 72); time.sleep(0.2)
## a timer
{LIBC}
import time
def f(x): libc.timerfd_create(1, 0); time.sleep(0.2)
## an event
{LIBC}
import time
def f(x): libc.eventfd(0, 0); time.sleep(0.2)
## ahead of the others
import os, time
def f(x):
    os.nice(-5); time.sleep(0.2)
## in real time
import os, time
def f(x):
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)); time.sleep(0.2)
## without the limits
import resource, time
def f(x):
    resource.setrlimit(resource.RLIMIT_NOFILE, (4000, 4000)); [__import__("os").dup(0) for _ in range(2000)]; time.sleep(0.2)
""", limits=SMALL)  # fmt: skip

DISK = attacks("resources", """
## a long file
def f(x):
    with open("a", "wb") as out:
        while True: out.write(bytes(1_000_000))
## many files
def f(x):
    for number in range(10**6): open(f"a{number}", "wb").write(bytes(100_000))
## long files one after another
def f(x):
    for number in range(10**6):
        try: open(f"a{number}", "wb").write(bytes(15_000_000))
        except OSError: pass
## a file that outlives its name
import os
def f(x):
    for number in range(40):
        fd = os.open("a", os.O_CREAT | os.O_RDWR); os.write(fd, bytes(10_000_000)); os.unlink("a")
    while True: pass
""", limits=SMALL, files={"a.txt": "mine"})  # fmt: skip

RESOURCES = [*PROCESSES, *MEMORY, *TIME, *OUTPUT, *KERNEL, *DISK]
