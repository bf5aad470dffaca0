"""Programs that want to change or reach something outside: files, sockets, other processes."""

from .attack import attacks
from .secrets import LIBC

HOST = attacks("host", f"""
## write a file
def f(x): open("@SENTINEL@", "w").write("mine")
## append to a file
def f(x): open("@SENTINEL@", "a").write("mine")
## truncate by opening for reading
import os
def f(x): os.open("@SENTINEL@", os.O_RDONLY | os.O_TRUNC)
## truncate by name
import os
def f(x): os.truncate("@SENTINEL@", 1)
## make a file
def f(x): open("@HOME@/new", "x")
## make a nameless file and name it
import os
def f(x):
    fd = os.open("@HOME@", os.O_TMPFILE | os.O_RDWR)
    os.link(f"/proc/self/fd/{{fd}}", "@HOME@/new", follow_symlinks=True)
## remove a file
import os
def f(x): os.remove("@SENTINEL@")
## rename a file
import os
def f(x): os.rename("@SENTINEL@", "@HOME@/renamed")
## exchange two files
{LIBC}
def f(x): return libc.renameat2(-100, b"@SENTINEL@", -100, b"@HOME@/secret", 2)
## change permissions
import os
def f(x): os.chmod("@SENTINEL@", 0o777)
## change the owner
import os
def f(x): os.chown("@SENTINEL@", 1234, 1234)
## change the times
import os
def f(x): os.utime("@SENTINEL@", (0, 0))
## mark a file
import os
def f(x): os.setxattr("@SENTINEL@", "trusted.mark", b"mine")
## make a symbolic link
import os
def f(x): os.symlink("a", "@HOME@/new")
## make a hard link
import os
def f(x): os.link("@SENTINEL@", "@HOME@/new")
## make a folder
import os
def f(x): os.mkdir("@HOME@/new")
## remove a folder
import os
def f(x): os.rmdir("@HOME@/empty")
## make a pipe with a name
import os
def f(x): os.mkfifo("@HOME@/new")
## make a device
import os, stat
def f(x): os.mknod("@HOME@/new", stat.S_IFCHR | 0o666, os.makedev(1, 3))
## bind a socket with a name
import socket
def f(x): socket.socket(socket.AF_UNIX).bind("@HOME@/new")
## write through the judge's root
def f(x): open("/proc/@JUDGE@/root@SENTINEL@", "w").write("mine")
## lock a file
import fcntl, time
def f(x):
    file = open("@SENTINEL@"); fcntl.flock(file, fcntl.LOCK_EX)
    open("@HOME@/locked", "x")
## a temporary file
import tempfile
def f(x): tempfile.mkstemp(dir="@HOME@")
## a database
import sqlite3
def f(x): sqlite3.connect("@HOME@/new.db").execute("create table a (b)")
## another program
import subprocess
def f(x): subprocess.run(["touch", "@HOME@/new"], check=True)
## a shell
import os
def f(x): os.system("echo mine > @SENTINEL@")
## a spawned program
import os
def f(x): os.waitpid(os.posix_spawn("/bin/touch", ["touch", "@HOME@/new"], {{}}), 0)
## in another program's place
import os
def f(x): os.execv("/bin/touch", ["touch", "@HOME@/new"])
## from a program in memory
import os
def f(x):
    fd = os.memfd_create("a")
    os.write(fd, open("/bin/touch", "rb").read())
    os.execve(fd, ["touch", "@HOME@/new"], {{}})
## after the run is over
import os, time
def f(x):
    if os.fork() == 0:
        os.setsid(); time.sleep(0.2); open("@HOME@/new", "x")
## connect by TCP
import socket
def f(x): socket.create_connection(("127.0.0.1", @TCP@), 1).send(b"hello")
## send by UDP
import socket
def f(x): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", @UDP@))
## connect to a Unix socket
import socket
def f(x): socket.socket(socket.AF_UNIX).connect("@HOME@/socket")
## connect to an abstract socket
import socket
def f(x): socket.socket(socket.AF_UNIX).connect("\\0@HOME@/socket")
## connect without a handshake
import socket
def f(x): socket.socket().sendto(b"hello", socket.MSG_FASTOPEN, ("127.0.0.1", @TCP@))
## end a process
import os, signal
def f(x): os.kill(@VICTIM@, signal.SIGKILL)
## end a process by its descriptor
import os, signal
def f(x): signal.pidfd_send_signal(os.pidfd_open(@VICTIM@), signal.SIGKILL)
## end a thread
{LIBC}
def f(x): libc.syscall(234, @VICTIM@, @VICTIM@, 9)
## end a process by a queued signal
{LIBC}
def f(x): libc.sigqueue(@VICTIM@, 9, 0)
## have a lease or a pipe end a process
import fcntl, os
def f(x):
    r, w = os.pipe()
    fcntl.fcntl(r, fcntl.F_SETOWN, @VICTIM@)
    fcntl.fcntl(r, 10, 9)
    fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC)
    os.write(w, b"x")
## stop a process
import os, signal
def f(x): os.kill(@VICTIM@, signal.SIGSTOP)
## trace a process
{LIBC}
import time
def f(x):
    libc.ptrace(16, @VICTIM@, 0, 0); time.sleep(0.1)
    libc.ptrace(8, @VICTIM@, 0, 0)
## slow a process down
import os
def f(x): os.setpriority(os.PRIO_PROCESS, @VICTIM@, 19)
## bind a process to a core
import os
def f(x): os.sched_setaffinity(@VICTIM@, {{0}})
## limit another process
import resource
def f(x): resource.prlimit(@VICTIM@, resource.RLIMIT_NOFILE, (10, 10))
## shared memory that stays
{LIBC}
def f(x): return libc.shmget(@KEY@, 4096, 0o1666)
## a semaphore that stays
{LIBC}
def f(x): return libc.semget(@KEY@, 1, 0o1666)
## a message queue that stays
{LIBC}
def f(x): return libc.msgget(@KEY@, 0o1666)
""") + attacks("host", """
## a program in the private directory
import os
def f(x):
    open("run", "w").write("#!/bin/sh\\necho mine > @SENTINEL@\\n")
    os.chmod("run", 0o755); os.system("./run")
## a link out of the private directory
import os
def f(x):
    os.symlink("@HOME@", "out"); open("out/new", "x")
## move out of the private directory
import os
def f(x):
    open("a", "w").write("mine"); os.rename("a", "@SENTINEL@")
""", files={"a.txt": "mine"})  # fmt: skip
