"""Programs that want more disk than they may have, while their own pipe never falls silent.

A judge that looks only when nothing comes never looks at these. Each runs until its deadline.
"""

from textwrap import indent

PRELUDE = r'''
import os, stat, struct
try: import mmap
except ImportError: pass
def is_socket(fd):
    try: return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except Exception: return False
PIPE = next((fd for fd in range(3, 32) if is_socket(fd)), -1)
def drip(said=b" "):
    """Send a byte, so that the parent always has something to read."""
    if PIPE >= 0: os.write(PIPE, said)
drip(struct.pack("=cI", b"r", 900_000))
BLOCK, BIG = bytes(50_000), bytes(2_000_000)
count = 0
def name():
    global count
    count += 1
    return f"a{count}"
def make(path=None, flags=os.O_CREAT | os.O_RDWR): return os.open(path or name(), flags, 0o600)
def fill(fd, most=2_000_000):
    """Write a file full, a block at a time."""
    for _ in range(most // len(BLOCK)):
        os.write(fd, BLOCK); drip()
def libc():
    import ctypes
    return ctypes.CDLL(None, use_errno=True)
def step(): pass
'''

LOOP = """
while True:
    try: step()
    except (Exception, SystemExit): pass
    drip()
"""

BODIES = {
    "one file that grows": """
out = open("long", "ab", buffering=0)
def step(): out.write(BLOCK)
""",
    "many full files": """
def step():
    fd = make()
    try: fill(fd)
    finally: os.close(fd)
""",
    "many small files": """
def step():
    with open(name(), "wb") as out: out.write(bytes(4096))
""",
    "files without content": """
def step(): open(f"{name():x<240}", "wb").close()
""",
    "open and unlinked": """
kept = []
def step():
    path = name(); fd = make(path); kept.append(fd); os.unlink(path); fill(fd)
""",
    "one page mapped, closed and unlinked": """
kept = []
def step():
    path = name(); fd = make(path); fill(fd)
    kept.append(mmap.mmap(fd, 4096)); os.close(fd); os.unlink(path)
""",
    "mapped by C, closed and unlinked": """
C = libc()
def step():
    path = name(); fd = make(path); os.write(fd, BIG)
    C.mmap(None, 4096, 1, 1, fd, 0); os.close(fd); os.unlink(path)
""",
    "mapped privately, closed and unlinked": """
C = libc()
def step():
    path = name(); fd = make(path); os.write(fd, BIG)
    C.mmap(None, 4096, 1, 2, fd, 0); os.close(fd); os.unlink(path)
""",
    "written through a map": """
kept = []
def step():
    path = name(); fd = make(path); os.ftruncate(fd, 1_900_000)
    with mmap.mmap(fd, 1_900_000) as held:
        for at in range(0, 1_900_000, 50_000): held[at : at + 50_000] = BLOCK; drip()
    os.close(fd)
""",
    "sparse": """
def step():
    fd = make(); os.ftruncate(fd, 1_999_999)
    for at in range(0, 1_990_000, 4096): os.pwrite(fd, b"x", at)
    os.close(fd)
""",
    "very sparse": """
def step():
    fd = make()
    for at in range(0, 10**9, 10**6): os.lseek(fd, at, 0); os.write(fd, BLOCK); drip()
    os.close(fd)
""",
    "renamed over its like": """
kept = []
def step():
    path = name(); fd = make(path); fill(fd); kept.append(mmap.mmap(fd, 4096)); os.close(fd)
    os.rename(path, "same")
""",
    "truncated and written again": """
fds = []
def step():
    fd = make(); fds.append(fd)
    for it in fds: os.ftruncate(it, 0); os.lseek(it, 0, 0); fill(it)
""",
    "in folders": """
def step():
    os.mkdir(f"d{count}")
    with open(f"d{count}/{name()}", "wb") as out: out.write(BIG)
""",
    "a folder in a folder": """
def step():
    os.mkdir("d"); os.chdir("d")
    with open("a", "wb") as out: out.write(BLOCK)
""",
    "linked": """
def step():
    path = name(); fd = make(path); fill(fd); os.close(fd)
    for _ in range(5): os.link(path, name())
    os.unlink(path)
""",
    "linked by symbols": """
def step():
    for place in ("/tmp", "/var/tmp", "/dev/shm", "/home"): os.symlink(place, name())
    with open(f"a{count}/{name()}", "wb") as out: out.write(BIG)
""",
    "forking": """
def step():
    if os.fork() == 0:
        while True:
            with open(f"p{os.getpid()}{name()}", "wb") as out: out.write(BIG)
""",
    "in threads": """
import _thread
def work():
    while True:
        with open(f"t{_thread.get_ident()}{name()}", "wb") as out: out.write(BIG)
def step(): _thread.start_new_thread(work, ())
""",
    "allocated": """
def step():
    fd = make(); os.posix_fallocate(fd, 0, 1_900_000); os.close(fd)
""",
    "allocated by C": """
C = libc()
def step():
    fd = make(); C.fallocate(fd, 1, 0, 1_900_000); C.syscall(285, fd, 0, 0, 1_900_000); os.close(fd)
""",
    "copied by the kernel": """
first = make("first"); fill(first)
def step():
    os.copy_file_range(first, make(), 1_900_000, 0, 0)
""",
    "sent by the kernel": """
first = make("first"); fill(first)
def step():
    fd = make(); os.sendfile(fd, first, 0, 1_900_000); os.close(fd)
""",
    "spliced": """
def step():
    r, w = os.pipe(); fd = make(); os.write(w, BLOCK); os.splice(r, fd, len(BLOCK)); os.close(fd)
""",
    "in memory that has a descriptor": """
kept = []
def step():
    fd = os.memfd_create("a"); kept.append(fd); os.write(fd, BIG)
""",
    "without a name": """
kept = []
def step():
    fd = os.open(".", os.O_TMPFILE | os.O_RDWR); kept.append(fd); fill(fd)
""",
    "elsewhere": """
import tempfile
PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/dev/mqueue", "/proc/self/cwd", "..", "/")
def step():
    for place in PLACES:
        try:
            with open(f"{place}/{name()}", "wb") as out: out.write(BIG)
        except OSError: pass
    tempfile.TemporaryFile().write(BIG)
""",
    "by vectors": """
def step():
    fd = make(); os.pwritev(fd, [BLOCK] * 30, 0); os.writev(fd, [BLOCK] * 30); os.close(fd)
""",
    "a database": """
import sqlite3
def step():
    db = sqlite3.connect(name()); db.execute("create table a (b)")
    db.execute("insert into a values (zeroblob(1500000))"); db.commit(); db.close()
""",
    "in silence": """
drip = lambda said=b"": None
kept = []
def step():
    path = name(); fd = make(path); fill(fd)
    kept.append(mmap.mmap(fd, 4096)); os.close(fd); os.unlink(path)
""",
}

PROGRAMS = {
    name: f"{PRELUDE}\ntry:\n{indent(body, '    ')}\nexcept Exception: pass\n{LOOP}"
    for name, body in BODIES.items()
}
"""Name -> a program that writes all it can until it is ended."""
