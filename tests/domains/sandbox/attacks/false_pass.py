"""Programs that want to pass without knowing the answer."""

# ruff: noqa: E501 - an attack is easier to read unbroken

from .attack import Attack, attacks

STOLEN = """
import json, os, re
def answer(raw, x):
    found = re.search(r"ANSWERS=(\\[[0-9, ]+\\])", raw) or re.search(r"(\\[[0-9, ]+\\])", raw)
    return json.loads(found.group(1))[x]
"""

BLIND = attacks("false pass", """
## an object that equals everything
class E:
    def __eq__(self, other): return True
def f(x): return E()
## a number that equals everything
class E(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
def f(x): return E(1)
## a float that is never different
class E(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
def f(x): return E(1)
## a text that equals everything
class E(str):
    def __eq__(self, other): return True
def f(x): return E("1")
## a list that equals everything
class E(list):
    def __eq__(self, other): return True
def f(x): return E([1])
## a class that equals everything
class M(type):
    def __eq__(cls, other): return True
    __hash__ = type.__hash__
class E(metaclass=M): pass
def f(x): return E
## an object that claims to be a number
class E:
    __class__ = int
    def __eq__(self, other): return True
def f(x): return E()
## comparing gives an array that is true
class Array:
    def __eq__(self, other): return self
    def __bool__(self): return True
    def all(self): return True
def f(x): return Array()
## leave with success while loading
import sys; sys.exit(0)
## leave at once with success while loading
import os; os._exit(0)
## leave with success when called
import sys
def f(x): sys.exit(0)
## leave at once with success when called
import os
def f(x): os._exit(0)
## a private way to leave
class Done(SystemExit): pass
def f(x): raise Done(0)
## say that it passed and leave
import os
def f(x):
    os.write(1, b"PASSED\\n"); os._exit(0)
## success when leaving
import atexit, os
atexit.register(os._exit, 0)
def f(x): return None
## success when failing
import os, sys
sys.excepthook = lambda *_: os._exit(0)
def f(x): return None
## become another program
import os
def f(x): os.execv("/bin/true", ["true"])
## let a child fail
import os
def f(x):
    if os.fork(): os._exit(0)
    return None
## mend the encoder
import json, json.encoder
json.dumps = json.JSONEncoder.encode = lambda *_, **__: "true"
json.encoder.c_make_encoder = None
json.JSONEncoder.iterencode = lambda *_, **__: iter(["[true, []]"])
def f(x): return None
## mend the built-ins
import builtins
builtins.type = lambda *_: int
builtins.all = builtins.isinstance = lambda *_: True
builtins.len = lambda *_: 1
def f(x): return None
## mend our own half
import sys
for name, module in list(sys.modules.items()):
    if "inside" in name or "guest" in name:
        module._call = lambda *_: "[true, []]"
        module._PLAIN = module.exact = None
def f(x): return None
## take the frame apart
import sys
def f(x):
    frame = sys._getframe()
    while frame:
        for name, value in {**frame.f_globals, **frame.f_locals}.items():
            if name in ("expected", "answers", "wanted"): return value[x]
        frame = frame.f_back
## look through the heap
import gc
def f(x):
    for it in gc.get_objects():
        if type(it) is dict:
            for name in ("expected", "answers", "wanted"):
                if name in it: return it[name][x]
## ask the main module
import __main__
def f(x): return __main__.expected[x]
""") + attacks("false pass", "".join(f"""
## forge {name}
import os, struct
def f(x):
    raw = {raw}
    for fd in range(3, 64):
        try: os.write(fd, raw)
        except OSError: pass
    os._exit(0)
""" for name, raw in [
    ("an empty answer", 'struct.pack("=cI", b"r", 2) + b"[]"'),
    ("a yes", 'struct.pack("=cI", b"r", 4) + b"true"'),
    ("a list of yes", 'struct.pack("=cI", b"r", 74) + b"[" + b"[true,[]],"*7 + b"1]"'),
    ("not a number", 'struct.pack("=cI", b"r", 40) + b"[" + b"[NaN,[]],"*4 + b"1]]"'),
    ("a process id", 'struct.pack("=cI", b"p", 1)'),
    ("nothing at all", 'struct.pack("=cI", b"r", 0)'),
    ("an endless answer", 'struct.pack("=cI", b"r", 2**32 - 1) + b"["'),
    ("half an answer", 'struct.pack("=cI", b"r", 100) + b"[[1,["'),
    ("a passed test", 'b"PASSED\\n{\\"passed\\": true}\\n"'),
])) + [Attack(f"steal the answers: {name}", "false pass", STOLEN + source) for name, source in [
    ("on disk", "def f(x): return answer(open('@HOME@/answers.json').read(), x)"),
    ("by searching", "import glob\ndef f(x): return answer(open(glob.glob('/dev/shm/*/answers.json')[0]).read(), x)"),
    ("in an open file", "def f(x): return answer(os.pread(@INHERITED@, 10000, 0).decode(), x)"),
    ("in the judge's open file", "def f(x): return answer(open('/proc/@JUDGE@/fd/@INHERITED@').read(), x)"),
    ("in the judge's environment", "def f(x): return answer(open('/proc/@JUDGE@/environ').read(), x)"),
    ("in the judge's command", "def f(x): return answer(open('/proc/@JUDGE@/cmdline').read(), x)"),
    ("through the root", "def f(x): return answer(open('/proc/@JUDGE@/root/@HOME@/answers.json').read(), x)"),
]] + [Attack(f"nearly right: {name}", "false pass", source, expected) for name, expected, source in [
    ("yes for one", 1, "def f(x): return True"),
    ("a float for a number", 1, "def f(x): return 1.0"),
    ("a number for yes", True, "def f(x): return 1"),
    ("a prefix", [1, 2, 3], "def f(x): return [1]"),
    ("too many", [1, 2], "def f(x): return [1, 2, 3]"),
    ("nothing", [1], "def f(x): return []"),
    ("a subclass of a dictionary", {"a": 1}, "import collections\ndef f(x): return collections.OrderedDict(a=1)"),
    ("yes deep inside", [[1]], "def f(x): return [[True]]"),
    ("a text for a number", 1, "def f(x): return '1'"),
    ("not a number", float("nan"), "def f(x): return float('nan')"),
]]  # fmt: skip
