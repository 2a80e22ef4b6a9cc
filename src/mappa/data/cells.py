"""Read numbers, dates and notes in cells as people write them: the one reader of every command.

Reading is forgiving where the meaning is certain and says what it took; where it is not certain
the cell is refused, with what would be right. What a sign means is never guessed from a figure.
"""

import calendar
import dataclasses
import datetime as dt
import re
import unicodedata
from decimal import Decimal

from mappa.data.sheets import Cell
from mappa.printed import in_words

#: Signs in place of a number, as the Government Statistical Service and others print them.
SHORTHAND = {
    **dict.fromkeys(("[c]", "c", "*"), "marks a suppressed figure"),
    **dict.fromkeys(("[x]", "x", "..", "...", ":", "n/a", "na"), "says not available"),
    **dict.fromkeys(("[z]", "z", "."), "says not applicable"),
    "[low]": "marks a figure that rounds to nothing",
    "[u]": "marks a figure of low reliability",
}
DASHES = frozenset("-\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}\N{NON-BREAKING HYPHEN}\N{HYPHEN}")
_MINUS = "-\N{MINUS SIGN}\N{EN DASH}\N{NON-BREAKING HYPHEN}\N{HYPHEN}"
_BLANKS = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}"
#: Characters without width that pasting leaves around a name.
_UNSEEN = "\u200b\u200e\u200f\u2060\ufeff"
_RAISED = "\N{SUPERSCRIPT ONE}\N{SUPERSCRIPT TWO}\N{SUPERSCRIPT THREE}\u2070\u2074-\u2079"
#: [note 1], [note 1, note 2], [note1], (see note 3), (2), [r], (r), (p), raised digits, daggers.
_NOTE = re.compile(
    r"\s*(?:[\[(]\s*(?:see\s+)?(?:notes?\s*)?(?:\d{1,2}|[a-z])"
    r"(?:\s*(?:,|and|&)\s*(?:notes?\s*)?(?:\d{1,2}|[a-z]))*\s*[\])]"
    rf"|[{_RAISED}]+|\N{{DAGGER}}|\N{{DOUBLE DAGGER}}|\*+)",
    re.I,
)
_MONTHS = {calendar.month_name[i].lower(): i for i in range(1, 13)}
_MONTHS |= {calendar.month_abbr[i].lower(): i for i in range(1, 13)} | {"sept": 9}
_WEEKDAYS = "|".join([*calendar.day_name, *calendar.day_abbr])
#: 2020-03-31, 20200331, 31/03/2020, as at 31 March 2020, March 31, 2020.
_DAYS = (
    r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})",
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
    r"(?P<d>\d{1,2})([-/.])(?P<m>\d{1,2})\2(?P<y>\d{4}|\d\d)",
    rf"(?:(?:{_WEEKDAYS}),? |as at |as of |at |on )?"
    r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[ -](?P<m>[a-z]+)[ ,-] ?(?P<y>\d{4}|\d\d)",
    r"(?P<m>[a-z]+) (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})",
)
#: How the unit of a measure may be written after a number.
_UNITS = {
    "percent": r"%|per ?cent",
    "per 100,000": r"per 100[, ]?000(?: (?:people|population))?|per 100k|/100k",
    "people": r"people|persons|offenders|rsos?",
    "months": r"months?",
}


class CellError(ValueError):
    """A cell that is not certain: *why* it is refused and what would be *right*."""

    def __init__(self, why: str, right: str) -> None:
        super().__init__(f"{why}; right: {right}")
        self.why, self.right = why, right


class NoFigure(CellError):
    """A sign in place of a number: it *means* that there is none."""

    def __init__(self, sign: str, means: str) -> None:
        right = "no row, for a figure that is not known has none"
        super().__init__(f"{shown(sign)} {means} and is no number", right)
        self.sign, self.means = sign, means


@dataclasses.dataclass(frozen=True)
class Reading:
    """A cell as read: in plain form, and in words what was taken or left off (empty: nothing)."""

    text: str
    remark: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Kind:
    """What a column of numbers may hold.

    *right* says so in words, such as ``a whole number of people, 1 or more``; *whole* asks for
    whole numbers; *low* and *high* are the least and the greatest value; *unit* is ``people``,
    ``percent``, ``per 100,000`` or another that may follow the number.
    """

    right: str
    whole: bool
    low: float | None = None
    high: float | None = None
    unit: str = ""


def shown(text: str) -> str:
    """Return a cell's text for a sentence: on one line, without signs that cannot be seen."""
    plain = "".join(c if c.isprintable() or c == " " else " " for c in squeeze(text))
    return plain if len(plain) <= 60 else f"{plain[:57]}..."


def squeeze(text: str) -> str:
    """Return *text* on one line; blanks of every kind are one space."""
    return " ".join(text.split())


def without_notes(cell: Cell) -> tuple[str, str]:
    """Return the text of a name or header without its note marks, and those marks.

    Marks are [note 1], (r), a raised digit and, as they lose their raise in many files, digits
    joined to the last word: no name of an area and no header ends in one.
    """
    text, notes = _take_notes(squeeze(cell.text).strip(_UNSEEN))
    joined = re.fullmatch(r"(.*[^\W\d_]{3,}\)?)(\d{1,2}(?:,\d{1,2})*)", text)
    if joined and not re.search(r"(?:level|category|cat)$", joined[1], re.I):
        text, notes = joined[1], [joined[2], *notes]
    return text, ", ".join([*notes, *([cell.raised] if cell.raised else [])])


def _take_notes(text: str) -> tuple[str, list[str]]:
    """Take the note marks off the end of *text*."""
    notes: list[str] = []
    while found := re.search(rf"(?:{_NOTE.pattern})$", text, re.I):
        if not found.start():
            break
        notes.insert(0, found[0].strip())
        text = text[: found.start()].rstrip()
    return text, notes


def header_words(cell: Cell) -> tuple[str, str]:
    """Return a header on one line without note marks anywhere in it, and the marks."""
    text, notes = without_notes(cell)
    inner = [m.strip() for m in _NOTE.findall(text)]
    return squeeze(_NOTE.sub(" ", text)), ", ".join([*inner, *([notes] if notes else [])])


# Numbers ---------------------------------------------------------------------------------------


def read_number(cell: Cell, kind: Kind) -> Reading:
    """Return a number in plain form: digits, a point, a minus sign.

    Raises NoFigure for a sign in place of the number, such as [c] or a dash, and CellError where
    the cell is no number, is not certain, or is not what *kind* may hold.
    """
    _refuse_kinds(cell, kind.right)
    text = squeeze(cell.text)
    if text in DASHES:
        raise NoFigure(text, "stands for a figure that is zero or not given")
    text, notes = _take_notes(text)
    notes += [cell.raised] * bool(cell.raised)
    if text.lower() in SHORTHAND:
        raise NoFigure(text, SHORTHAND[text.lower()])
    _refuse_text(cell.text if not notes else text, kind)
    own = re.fullmatch(rf"(.*?\d)\s*(?:{_UNITS.get(kind.unit, '(?!)')})\.?", text, re.I)
    number = _plain(own[1] if own else text, kind)
    _check_range(number, kind)
    note = " ".join(notes)
    remark = f"{note} was taken off and kept as a note" if notes else ""
    if cell.kind == "percent":
        remark = f"the cell shows {text} (stored as {Decimal(number) / 100:f})"
    return Reading(number, remark, note)


def _refuse_kinds(cell: Cell, right: str) -> None:
    if not cell.text and not cell.raised:
        raise CellError("the cell is empty", "a number, or no row")
    said = shown(cell.text)
    saved = "the workbook opened and saved once in a spreadsheet, or the number"
    others = {
        "formula": (f"the formula {said} has no saved value", saved),
        "error": (f"the cell holds the error {said}", "the number, or the formula mended"),
        "date": (f"{said} is a date and not a number", right),
    }
    if cell.kind in others:
        raise CellError(*others[cell.kind])


def _refuse_text(text: str, kind: Kind) -> None:
    """Refuse what only resembles a number, each with its own reason."""
    hidden = [c for c in text if unicodedata.category(c) in {"Cc", "Cf"} and c not in "\t\r\n"]
    if hidden:
        named = "NUL" if hidden[0] == "\0" else f"U+{ord(hidden[0]):04X}"
        raise CellError(f"the cell holds a character that is no text ({named})", "the digits alone")
    said = shown(text)
    _refuse_script(text, "1950")
    if text.startswith(("=", "@")):
        raise CellError(f"{said} is the text of a formula", f"the number, {said.lstrip('=@')}")
    if re.search(r"[£$€]|\bGBP\b", text):
        bare = re.sub(r"[£$€]|\bGBP\b", "", said).strip()
        what = "count of people" if kind.unit == "people" else "figure of this measure"
        raise CellError(f"{said} is a sum of money and no {what}", bare or kind.right)
    if short := re.fullmatch(r"[+-]?\d+(?:\.\d*)?[eE][+-]?(\d+)", text):
        small = len(short[1]) < 3 and int(short[1]) <= 12
        digits = f"{Decimal(text).normalize():f}" if small else "1950"
        why = f"{said} is a shortened form that may have lost its last digits"
        raise CellError(why, f"every digit, such as {digits}")
    if kind.whole and re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+", text):
        right = f"{said.replace('.', '')}, if that is meant"
        raise CellError(f"{said} may have a point for a comma", right)
    if re.fullmatch(r"[+-]?\d+,\d{1,2}|[+-]?\d+,\d{4,}|\d{1,3}(\.\d{3})+,\d+", text):
        head, _, tail = text.rpartition(",")
        why = f"{said} is not a British number, for a comma parts thousands in threes"
        raise CellError(why, f"{head.replace('.', '')}.{tail}, with a point, if that is meant")


def _refuse_script(text: str, example: str) -> None:
    if any(c.isdecimal() and not c.isascii() for c in text):
        raise CellError("the digits are of another script", f"the digits 0 to 9, such as {example}")


def _plain(text: str, kind: Kind) -> str:
    """Return signs and thousands in plain form."""
    found = re.fullmatch(
        rf"([+{re.escape(_MINUS)}]?)\s?(\d{{1,3}}(?:([,{_BLANKS}])\d{{3}}(?:\3\d{{3}})*)|\d+)(\.\d*)?|(\.\d+)",
        text,
    )
    if not found:
        raise CellError(f"{shown(text) or 'the note'} is not a number", kind.right)
    sign, whole = found[1] or "", re.sub(r"\D", "", found[2] or "0")
    part = (found[4] or found[5] or "").rstrip("0").rstrip(".")
    if len(whole) > 1 and whole.startswith("0"):
        raise CellError(f"{shown(text)} begins with a zero", f"the number, {int(whole)}{part}")
    if len(whole) > 15:
        raise CellError(f"a number of {len(whole)} digits is no figure of people", kind.right)
    minus = "-" if sign and sign in _MINUS and f"{whole}{part}".strip("0.") else ""
    return f"{minus}{whole}{part}"


def _check_range(number: str, kind: Kind) -> None:
    value = Decimal(number)
    if kind.low is not None and value < 0 <= kind.low:
        raise CellError(f"{number} is below zero", kind.right)
    if kind.whole and "." in number:
        raise CellError(f"{number} is not whole", kind.right)
    if kind.low is not None and value < Decimal(str(kind.low)):
        raise CellError(f"{number} is below {kind.low:,g}", kind.right)
    if kind.high is not None and value > Decimal(str(kind.high)):
        most = f"above the largest value that the column can hold ({kind.high:,.0f})"
        if kind.unit in {"per 100,000", "share"}:
            most = "more than everyone"
        unit = " per 100,000" if kind.unit == "per 100,000" else ""
        raise CellError(f"{number}{unit} is {most}", kind.right)


# Dates -----------------------------------------------------------------------------------------

#: Sheets count days from here (1900, with the well-known leap-year slip) or from 1904.
_EPOCHS = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}


def read_date(cell: Cell, first: dt.date, last: dt.date, *, from_1904: bool = False) -> Reading:
    """Return a day from *first* to *last* as YYYY-MM-DD.

    Read are 2020-03-31, 2020-3-31, 31/03/2020, 31 March 2020, a midnight after it and the serial
    day of a spreadsheet, which may count *from_1904*. Raises CellError where the cell is no day, is
    not certain or lies outside.
    """
    right = "the day, such as 2020-03-31 or 31/03/2020"
    if not cell.text:
        raise CellError("the cell is empty", right)
    if cell.kind in {"formula", "error"}:
        _refuse_kinds(cell, right)
    text = re.sub(f"[{re.escape(_MINUS)}]", "-", squeeze(cell.text))
    _refuse_script(text, "2020-03-31")
    text, notes = _take_notes(text)
    remark = f"{' '.join(notes)} was taken off" if notes else ""
    found = re.fullmatch(r"(.*?\d)[T ](\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)Z?", text)
    if found:
        text = found[1]
        if found[2].strip("0:."):
            remark = f"the time {found[2][:5]} was left out"
    if re.fullmatch(r"\d{5}(\.0+)?", text):
        day = _EPOCHS[from_1904] + dt.timedelta(days=int(text[:5]))
        remark = f"{text} is a spreadsheet's number of the day {in_words(day)}"
    else:
        day, short = _day(text, right)
        if short:
            remark = f"{shown(text)} is taken as {in_words(day)}"
    if day < first:
        why = f"{in_words(day)} is before the register began"
        raise CellError(why, f"a day from {in_words(first)} on")
    if day > last:
        raise CellError(f"{in_words(day)} is too late", f"a day to {in_words(last)}")
    return Reading(day.isoformat(), remark)


def _day(text: str, right: str) -> tuple[dt.date, bool]:
    """Return the day that *text* names, and whether its year had two digits."""
    said = shown(text)
    span = re.fullmatch(r"(?:19|20)\d\d\s*[/\N{EN DASH}-]\s*(\d\d|\d{4})", text)
    if span and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise CellError(
            f"{said} is a year, and a stock is counted on a day",
            "the day, such as 2020-03-31 (or 31/03/2020) if it is the count at the end of that "
            "year",
        )
    for form in _DAYS:
        found = re.fullmatch(form, text, re.I)
        if found and (found["m"].isdecimal() or found["m"].lower() in _MONTHS):
            break
    else:
        raise CellError(f"{said!r} is not a date (YYYY-MM-DD)", right)
    written, short = found["m"].lower(), len(found["y"]) == 2
    month = _MONTHS[written] if written in _MONTHS else int(written)
    year = int(found["y"])
    year += (2000 if year < 70 else 1900) * short
    return _calendar_day(year, month, int(found["d"]), said), short


def _calendar_day(year: int, month: int, day: int, said: str) -> dt.date:
    right = "a day of the calendar"
    if 1 <= day <= 12 < month <= 31:
        why = f"{said} has no month {month}: a British date has the day first"
        raise CellError(why, f"{year}-{day:02}-{month:02}, if that is meant")
    if not 1 <= month <= 12:
        raise CellError(f"{said} has no month {month}", right)
    if year < 1:
        raise CellError(f"{said} has no year of the calendar", right)
    length = calendar.monthrange(year, month)[1]
    if not 1 <= day <= length:
        raise CellError(f"{calendar.month_name[month]} {year} has {length} days", right)
    return dt.date(year, month, day)


def read_truth(cell: Cell) -> Reading:
    """Return true or false, as a spreadsheet writes them in either case, or yes and no."""
    plain = {"true": "true", "false": "false", "yes": "true", "no": "false"}
    if (text := squeeze(cell.text).lower()) not in plain:
        raise CellError(f"{shown(cell.text)!r} is not true or false", "true or false")
    return Reading(plain[text])
