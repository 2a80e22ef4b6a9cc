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
    _refuse_kinds(cell, kind)
    text = squeeze(cell.text)
    if text in DASHES:
        raise NoFigure(text, "stands for a figure that is zero or not given")
    text, notes = _take_notes(text)
    if cell.raised:
        notes.append(cell.raised)
    if text.lower() in SHORTHAND:
        raise NoFigure(text, SHORTHAND[text.lower()])
    _refuse_text(cell.text if not notes else text, kind)
    number = _plain(_without_unit(text, kind), kind)
    _check_range(number, kind)
    note = " ".join(notes)
    remark = f"{note} was taken off and kept as a note" if notes else ""
    if cell.kind == "percent":
        remark = f"the cell shows {text} (stored as {Decimal(number) / 100:f})"
    return Reading(number, remark, note)


def _refuse_kinds(cell: Cell, kind: Kind) -> None:
    if not cell.text and not cell.raised:
        raise CellError("the cell is empty", "a number, or no row")
    if cell.kind == "formula":
        raise CellError(
            f"the formula {shown(cell.text)} has no saved value",
            "the workbook opened and saved once in a spreadsheet, or the number",
        )
    if cell.kind == "error":
        why = f"the cell holds the error {shown(cell.text)}"
        raise CellError(why, "the number, or the formula mended")
    if cell.kind == "date":
        raise CellError(f"{shown(cell.text)} is a date and not a number", kind.right)


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
    if re.fullmatch(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+", text):
        why = f"{said} is a shortened form that may have lost its last digits"
        raise CellError(why, f"every digit, such as {_every_digit(text)}")
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


def _every_digit(text: str) -> str:
    head, _, power = text.lower().partition("e")
    if abs(int(power)) > 12:
        return "1950"
    value = f"{Decimal(head).scaleb(int(power)):f}"
    return value.rstrip("0").rstrip(".") if "." in value else value


def _without_unit(text: str, kind: Kind) -> str:
    """Take off a unit that is the measure's own; any other is refused as no number."""
    units = {
        "percent": r"%|per ?cent",
        "per 100,000": r"per 100[, ]?000(?: (?:people|population))?|per 100k|/100k",
        "people": r"people|persons|offenders|rsos?",
        "months": r"months?",
    }
    own = units.get(kind.unit)
    found = re.fullmatch(rf"(.*?\d)\s*(?:{own})\.?", text, re.I) if own else None
    return found[1] if found else text


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


def in_words(day: dt.date) -> str:
    """Return a day as 31 March 2020."""
    return f"{day.day} {day:%B} {day.year}"


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
        _refuse_kinds(cell, Kind(right, False))
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
    year_first = re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d\d)(\d\d)", text)
    day_first = re.fullmatch(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)", text)
    in_name = re.fullmatch(
        rf"(?:(?:{_WEEKDAYS}),? |as at |as of |at |on )?"
        r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]+)[ ,-] ?(\d{4}|\d\d)",
        text,
        re.I,
    )
    name_first = re.fullmatch(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", text, re.I)
    if year_first:
        parts = year_first[1] or year_first[5], year_first[3] or year_first[6]
        year, month, day = parts[0], int(parts[1]), int(year_first[4] or year_first[7])
    elif day_first:
        year, month, day = day_first[4], int(day_first[3]), int(day_first[1])
    elif in_name and in_name[2].lower() in _MONTHS:
        year, month, day = in_name[3], _MONTHS[in_name[2].lower()], int(in_name[1])
    elif name_first and name_first[1].lower() in _MONTHS:
        year, month, day = name_first[3], _MONTHS[name_first[1].lower()], int(name_first[2])
    else:
        raise CellError(f"{said!r} is not a date (YYYY-MM-DD)", right)
    short = len(year) == 2
    full = int(year) + (2000 if int(year) < 70 else 1900) if short else int(year)
    return _calendar_day(full, month, day, said), short


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
