"""Dates, as ISO strings. The whole topic is held back from training."""

from ...sandbox import Json
from ..inputs import InputGenerator, Shape, choice, concatenated, either, fixed_list
from ..templates import Choice, Template, filling

EDGES = (
    "2023-12-31",
    "2024-01-01",
    "2024-02-29",
    "2023-02-28",
    "2024-03-01",
    "2100-02-28",
    "2000-02-29",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day(rnd: InputGenerator, shape: Shape) -> Json:
    """Draw a date; in most shapes now and then one at the edge of a month or a year."""
    if shape in ("empty", "single") or rnd.random() < 0.25:
        return rnd.choice(EDGES)
    year = rnd.choice((1999, 2000, 2023, 2024, 2100))
    return f"{year}-{rnd.randint(1, 12):02}-{rnd.choice((1, 15, 28, rnd.randint(1, 28))):02}"


def two_days(rnd: InputGenerator, shape: Shape) -> Json:
    """Draw two dates not far from each other, or the same twice."""
    year = rnd.choice((2023, 2024))
    days = [
        f"{year}-{month:02}-{rnd.randint(1, 28):02}"
        for month in (rnd.randint(1, 2), rnd.randint(1, 3))
    ]
    return [days[0], days[0]] if shape == "duplicates" else list(days)


def clock(rnd: InputGenerator, shape: Shape) -> str:
    return f"{rnd.randint(0, 23):02}:{rnd.choice((0, 15, 30, rnd.randint(0, 59))):02}"


def date_text(rnd: InputGenerator, shape: Shape) -> Json:
    """Draw a date in the task's form, at times beyond what a calendar has."""
    year, month, days = rnd.choice((1999, 2024, 2023)), rnd.randint(0, 13), rnd.randint(0, 32)
    month, days = (2, rnd.choice((28, 29, 30))) if rnd.random() < 0.3 else (month, days)
    if rnd.random() < 0.4:
        month, days = rnd.randint(1, 12), rnd.randint(1, 28)
    form = str(rnd.params["form"])
    if rnd.random() < 0.1:
        return rnd.choice(("", "today", "1.2", "1/2/3/4", "a.b.c", "1-2-x", "2024-1"))
    return form.replace("year", str(year)).replace("month", str(month)).replace("day", str(days))


_KEPT: tuple[Choice, ...] = (
    filling("days", "True"),
    filling("days from Monday to Friday", "day.weekday() < 5"),
    filling("Saturdays and Sundays", "day.weekday() >= 5"),
    filling("first days of a month", "day.day == 1"),
)

TEMPLATES = (
    Template(
        name="count_days",
        difficulty=2,
        ood=True,
        choices={
            "which": _KEPT,
            "last": ({"say": "included", "op": "<="}, {"say": "left out", "op": "<"}),
            "back": (
                filling("0", "return 0"),
                filling(
                    "the same as for the dates the other way round", "first, last = last, first"
                ),
            ),
        },
        text="""
Write `count_days(start, end)` for two dates such as `"2024-02-29"`: how many $which_say there are
from the first (included) to the second ($last_say). If the second is the earlier one: $back_say.
""",
        plan="Turn both into dates, mind their order, and go from day to day.",
        code="""
from datetime import date, timedelta


def count_days(start, end):
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    if last < first:
        $back_code
    count = 0
    day = first
    while day $last_op last:
        if $which_code:
            count += 1
        day += timedelta(days=1)
    return count
""",
        inputs=two_days,
    ),
    Template(
        name="add_months",
        difficulty=2,
        ood=True,
        choices={
            "by": (1, 2, 6, 13, -1, -3, -12),
            "late": (
                filling("becomes the last day of that month", "min(day.day, last)"),
                filling("becomes the first day of that month", "day.day if day.day <= last else 1"),
            ),
        },
        text="""
Write `add_months(text)` for a date such as `"2024-01-31"`: the date $by months later (earlier, if
negative), as the same kind of string. A day that the month does not have $late_say.
""",
        plan="Count months from year zero so that the change of year takes care of itself.",
        code="""
from calendar import monthrange
from datetime import date


def add_months(text):
    day = date.fromisoformat(text)
    months = day.year * 12 + day.month - 1 + $by
    year, month = months // 12, months % 12 + 1
    last = monthrange(year, month)[1]
    return date(year, month, $late_code).isoformat()
""",
        inputs=fixed_list(
            either(
                day,
                choice(
                    "2024-01-31",
                    "2023-08-31",
                    "2024-05-30",
                    "2023-03-31",
                    "2023-12-31",
                    "2024-01-29",
                ),
            )
        ),
    ),
    Template(
        name="next_weekday",
        difficulty=2,
        ood=True,
        choices={
            "weekday": tuple(
                {"say": name, "number": number} for number, name in enumerate(WEEKDAYS)
            ),
            "same": (
                filling("The day itself counts", "0"),
                filling("The day itself does not count", "1"),
            ),
        },
        text="""
Write `next_weekday(text)` for a date such as `"2024-02-29"`: the next $weekday_say, as the same
kind of string. $same_say.
""",
        plan="Go forward day by day until the weekday fits.",
        code="""
from datetime import date, timedelta


def next_weekday(text):
    day = date.fromisoformat(text) + timedelta(days=$same_code)
    while day.weekday() != $weekday_number:
        day += timedelta(days=1)
    return day.isoformat()
""",
        inputs=fixed_list(day),
    ),
    Template(
        name="minutes_of",
        difficulty=2,
        ood=True,
        choices={
            "pause": (0, 30, 45),
            "least": (0, 60),
            "night": (
                filling("goes past midnight", "minutes += 24 * 60"),
                filling("raises `ValueError`", 'raise ValueError("backwards")'),
            ),
        },
        text="""
Write `minutes_of(span)` for a span of time such as `"09:15-17:00"`: its minutes without a pause of
$pause minutes, but never fewer than $least. A span whose end is earlier than its start $night_say.
""",
        plan="Turn both times into minutes of the day, subtract, then correct.",
        code="""
def minutes_of(span):
    start, end = span.split("-")
    hour, minute = map(int, start.split(":"))
    until_hour, until_minute = map(int, end.split(":"))
    minutes = (until_hour - hour) * 60 + until_minute - minute
    if minutes < 0:
        $night_code
    return max($least, minutes - $pause)
""",
        inputs=fixed_list(
            either(
                concatenated(clock, clock, by="-"),
                choice(
                    "00:00-00:00",
                    "08:00-08:45",
                    "23:59-00:00",
                    "10:30-11:00",
                    "09:00-10:30",
                    "08:00-09:00",
                    "07:15-08:16",
                ),
            )
        ),
    ),
    Template(
        name="read_date",
        difficulty=3,
        ood=True,
        choices={
            "form": ("day.month.year", "month/day/year", "year-month-day", "day-month-year"),
            "bad": (
                filling("raise `ValueError`", "raise"),
                filling("return `None`", "return None"),
                filling('return `""`', 'return ""'),
            ),
        },
        text="""
Write `read_date(text)` for a text of the form `$form`, in numbers that may lack leading zeros: the
date in the form `"2024-02-29"`. For what is no such date, $bad_say.
""",
        plan="Split by the sign of the form, name the parts, and let the calendar check them.",
        code="""
from datetime import date


def read_date(text):
    form = "$form"
    sign = next(letter for letter in form if letter in "./-")
    try:
        parts = dict(zip(form.split(sign), map(int, text.split(sign)), strict=True))
        return date(parts["year"], parts["month"], parts["day"]).isoformat()
    except ValueError:
        $bad_code
""",
        inputs=fixed_list(date_text),
    ),
)
