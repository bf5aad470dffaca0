"""Programs that want to read what is not theirs: a token on disk, in memory, behind a socket."""

# ruff: noqa: E501 - an attack is easier to read unbroken

from .attack import attacks

LIBC = """
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
"""

SECRETS = attacks("secrets", f"""
## open a file
def f(x): return open("@HOME@/secret").read()
## open a descriptor
import os
def f(x): return os.read(os.open("@HOME@/secret", os.O_RDONLY), 100).decode()
## open from C
{LIBC}
def f(x): return os.read(libc.open(b"@HOME@/secret", 0), 100).decode()
## open by the old system call
{LIBC}
def f(x): return os.read(libc.syscall(2, b"@HOME@/secret", 0), 100).decode()
## open by openat2
{LIBC}
def f(x):
    how = ctypes.create_string_buffer(struct.pack("QQQ", 0, 0, 0))
    return os.read(libc.syscall(437, -100, b"@HOME@/secret", how, 24), 100).decode()
## open relative to a path descriptor
import os
def f(x):
    home = os.open("@HOME@", os.O_PATH)
    return os.read(os.open("secret", os.O_RDONLY, dir_fd=home), 100).decode()
## change directory and open
import os
def f(x):
    os.chdir("@HOME@")
    return open("secret").read()
## change root and open
import os
def f(x):
    os.chroot("@HOME@")
    return open("/secret").read()
## map it
import mmap, os
def f(x):
    with open("@HOME@/secret", "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ).read().decode()
## by a handle
{LIBC}
def f(x):
    handle = ctypes.create_string_buffer(struct.pack("Ii", 120, 0) + bytes(120))
    mount = ctypes.c_int()
    if libc.name_to_handle_at(-100, b"@HOME@/secret", handle, ctypes.byref(mount), 0): return ctypes.get_errno()
    where = os.open("/dev/shm", os.O_RDONLY)
    return os.read(libc.open_by_handle_at(where, handle, 0), 100).decode()
## import it
import sys
def f(x):
    sys.path.insert(0, "@HOME@")
    import secret
    return secret.TOKEN
## have a loader read it
import importlib.machinery
def f(x): return importlib.machinery.SourceFileLoader("a", "@HOME@/secret").get_data("@HOME@/secret").decode()
## linecache
import linecache
def f(x): return linecache.getline("@HOME@/secret", 1)
## runpy
import runpy
def f(x): return runpy.run_path("@HOME@/secret.py")["TOKEN"]
## list the names
import os
def f(x): return os.listdir("@HOME@")
## list by the system call
{LIBC}
def f(x):
    buffer = ctypes.create_string_buffer(4096)
    libc.syscall(217, libc.open(b"@HOME@", 0o200000), buffer, 4096)
    return buffer.raw.decode("latin-1")
## read a link
import os
def f(x): return os.readlink("@HOME@/link")
## another program's output
import subprocess
def f(x): return subprocess.check_output(["cat", "@HOME@/secret"]).decode()
## a shell
import os
def f(x): return os.popen("cat @HOME@/secret").read()
## through the judge's root
def f(x): return open("/proc/@JUDGE@/root@HOME@/secret").read()
## through our own root
def f(x): return open("/proc/self/root@HOME@/secret").read()
## through the parent's root
import os
def f(x): return open(f"/proc/{{os.getppid()}}/root@HOME@/secret").read()
## the judge's environment
def f(x): return open("/proc/@JUDGE@/environ").read()
## our own environment
import os
def f(x): return [dict(os.environ), open("/proc/self/environ").read()]
## the parent's environment
import os
def f(x): return open(f"/proc/{{os.getppid()}}/environ").read()
## the environment in C
{LIBC}
def f(x): return str(ctypes.string_at(libc.getenv(b"CANARY_TOKEN")))
## the judge's command
def f(x): return open("/proc/@JUDGE@/cmdline").read()
## an inherited descriptor
import os
def f(x): return [os.pread(fd, 1000, 0).decode() for fd in range(3, 60) if _ok(fd)]
def _ok(fd):
    try: return os.pread(fd, 10, 0)
    except OSError: return False
## the judge's descriptor
def f(x): return open("/proc/@JUDGE@/fd/@INHERITED@").read()
## take the judge's descriptor
{LIBC}
def f(x):
    judge = libc.syscall(434, @JUDGE@, 0)
    return os.pread(libc.syscall(438, judge, @INHERITED@, 0), 1000, 0).decode()
## the judge's memory
import re
def f(x):
    with open("/proc/@JUDGE@/mem", "rb") as memory:
        for line in open("/proc/@JUDGE@/maps"):
            if "[stack]" in line:
                start, end = (int(it, 16) for it in line.split()[0].split("-"))
                memory.seek(start)
                found = re.search(rb"CANARY_TOKEN=(.{{32}})", memory.read(end - start))
                return found.group().decode()
## the judge's memory by system call
{LIBC}
import re
def f(x):
    for line in open("/proc/@JUDGE@/maps"):
        if "[stack]" in line:
            start, end = (int(it, 16) for it in line.split()[0].split("-"))
            mine = ctypes.create_string_buffer(end - start)
            ours = struct.pack("PN", ctypes.addressof(mine), end - start)
            theirs = struct.pack("PN", start, end - start)
            libc.process_vm_readv(@JUDGE@, ours, 1, theirs, 1, 0)
            return re.search(rb"CANARY_TOKEN=(.{{32}})", mine.raw).group().decode()
## ask by TCP
import socket
def f(x): return socket.create_connection(("127.0.0.1", @TCP@), 1).recv(100).decode()
## ask by a Unix socket
import socket
def f(x):
    asked = socket.socket(socket.AF_UNIX); asked.connect("@HOME@/socket")
    return asked.recv(100).decode()
## ask by an abstract socket
import socket
def f(x):
    asked = socket.socket(socket.AF_UNIX); asked.connect("\\0@HOME@/socket")
    return asked.recv(100).decode()
## ask through urllib
import urllib.request
def f(x): return urllib.request.urlopen("http://127.0.0.1:@TCP@/", timeout=1).read().decode()
## a database that reads files
import sqlite3
def f(x):
    sqlite3.connect(":memory:").execute("attach '@HOME@/secret' as it").fetchall()
    return open("@HOME@/secret").read()
## copy it in
import shutil
def f(x):
    shutil.copyfile("@HOME@/secret", "mine")
    return open("mine").read()
## a ring of the kernel's
{LIBC}
def f(x):
    ring = libc.syscall(425, 4, ctypes.create_string_buffer(120))
    if ring < 0: raise OSError("no ring")
    return open("@HOME@/secret").read()
""")  # fmt: skip

BORROWED = attacks("secrets", """
## a link to it in the private directory
import os
def f(x):
    os.symlink("@HOME@/secret", "link")
    return open("link").read()
## a hard link in the private directory
import os
def f(x):
    os.link("@HOME@/secret", "link")
    return open("link").read()
## up from the private directory
def f(x): return open("../../@HOME@/secret").read() + open("../../../../@HOME@/secret").read()
## a neighbour's private directory
import glob, os
def f(x): return [open(p).read() for d in glob.glob(os.path.dirname(os.getcwd()) + "/*") for p in glob.glob(d + "/*")]
## moved into the private directory
import os
def f(x):
    os.rename("@HOME@/secret", "mine")
    return open("mine").read()
""", files={"a.txt": "mine"})  # fmt: skip
