"""Ordinary programs: each must pass, or every refusal above would prove nothing."""

# ruff: noqa: E501 - an attack is easier to read unbroken

from .attack import attacks

PATIENT = {"seconds": 60.0}
"""Honest programs may take long where the machine is busy."""

CONTROLS = attacks("control", """
## arithmetic
def f(x): return 1
## imports
import bisect, collections, csv, datetime, decimal, fractions, functools, hashlib, heapq, itertools, json, re, typing, uuid
def f(x): return int(decimal.Decimal("1.0")) * int(fractions.Fraction(2, 2))
## a class with a dictionary of its own
import dataclasses
@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0
def f(x): return sorted([Point(2), Point(1)])[0].x
## printing
def f(x):
    print("hello" * 1000); return 1
## errors that are caught
def f(x):
    try: return {}[x]
    except KeyError as error: return len(error.args)
## recursion
def f(x): return 1 if x == 900 else f(x + 1)
## generators
def numbers():
    while True: yield 1
def f(x): return next(numbers())
## dates
import datetime, zoneinfo
def f(x): return datetime.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).utcoffset().seconds // 3600
## chance
import random
def f(x): return random.randint(1, 1)
## much memory
def f(x): return len(bytearray(100_000_000)) // 100_000_000
""", expected=1, limits=PATIENT) + attacks("control", """
## reading a file
def f(x): return int(open("one.txt").read())
## writing and renaming a file
import os
def f(x):
    with open("two.txt", "w") as out: out.write("1")
    os.replace("two.txt", "three.txt")
    return int(open("three.txt").read())
""", expected=1, limits=PATIENT, files={"one.txt": "1"})  # fmt: skip
