"""The law as data: how long a person is on the register for each sentence or caution."""

import dataclasses
import re
from typing import Self

import numpy as np
import pandas as pd

from mappa.errors import DataError

#: The years of an indefinite term in arithmetic: longer than any life.
INDEFINITE = np.inf


@dataclasses.dataclass(frozen=True)
class Terms:
    """Terms of notification (years, from conviction) and the limits between them (months).

    Attributes
    ----------
    start: the register begins; only cohorts from this month exist, older ones are the legacy.
    change: the 2003 Act replaces the 1997 Act.
    caution_before, caution: cautions until and from ``change``.
    other: community orders, fines, discharges and any other description.
    short, middle: imprisonment up to ``short_limit``, and over it but under ``threshold``.
    long: imprisonment of ``threshold`` or more; :data:`INDEFINITE` under the law.
    young_factor: factor on the fixed terms of those under 18 on the relevant date.
    review_wait: years after the first notification on release until review may be asked for.
    review_start: first day on which anyone could ask.
    """

    start: pd.Timestamp
    change: pd.Timestamp
    caution_before: float
    caution: float
    other: float
    short: float
    middle: float
    long: float
    short_limit: float
    threshold: float
    young_factor: float
    review_wait: float
    review_start: pd.Timestamp

    def with_(self, **changes: float) -> Self:
        """Return the terms with some of them changed."""
        return dataclasses.replace(self, **changes)

    @property
    def table(self) -> pd.DataFrame:
        """Years from conviction by sentence, with its limits in months and the Act before."""
        none, ever = np.nan, INDEFINITE
        rows = {
            "caution": ("caution", none, none, self.caution, self.caution_before),
            "other": ("community order, fine and any other", none, none, self.other, self.other),
            "custody_short": ("custody", 0.0, self.short_limit, self.short, self.short),
            "custody_middle": ("custody", self.short_limit, self.threshold, *[self.middle] * 2),
            "custody_long": ("custody", self.threshold, none, self.long, self.long),
            "life": ("life and imprisonment for public protection", none, none, ever, ever),
        }
        columns = ["sentence", "from_months", "below_months", "years", "years_before"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _cell(rules: pd.DataFrame, rule_id: str, column: str = "value") -> str:
    rows = rules[rules["rule_id"] == rule_id]
    if rows.empty:
        raise DataError(f"notification_rules.csv has no row {rule_id!r}: the model needs it.")
    return str(rows[column].iloc[0])


def _number(rules: pd.DataFrame, rule_id: str) -> float:
    text = _cell(rules, rule_id)
    try:
        return INDEFINITE if text == "indefinite" else float(text)
    except ValueError:
        raise DataError(
            f"notification_rules.csv, row {rule_id}: {text!r} is not a number of years."
        ) from None


def _day(rules: pd.DataFrame, rule_id: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(_cell(rules, rule_id))
    except ValueError:
        raise DataError(f"notification_rules.csv, row {rule_id}: not a date.") from None


def _months(rules: pd.DataFrame, rule_id: str) -> float:
    text = _cell(rules, rule_id, "applies_to")
    found = re.search(r"(\d+(?:\.\d+)?) months", text)
    if found is None:
        raise DataError(f"notification_rules.csv, row {rule_id}: {text!r} names no months.")
    return float(found.group(1))


def terms_of_law(rules: pd.DataFrame) -> Terms:
    """Return the terms as the statute has them, from the table ``notification_rules``.

    Raises DataError: a rule that the model needs is missing or is not a number.

    Source: Sex Offenders Act 1997 s.1(4); Sexual Offences Act 2003 ss.81, 82, 91A to 91F.
    """
    return Terms(
        start=_day(rules, "act_1997_start-1"),
        change=_day(rules, "act_2003_part2_start-1"),
        caution_before=_number(rules, "act_1997_period-1"),
        caution=_number(rules, "notification_period-6"),
        other=_number(rules, "notification_period-8"),
        short=_number(rules, "notification_period-4"),
        middle=_number(rules, "notification_period-3"),
        long=_number(rules, "notification_period-1"),
        short_limit=_months(rules, "notification_period-4"),
        threshold=_months(rules, "notification_period-1"),
        young_factor=_number(rules, "juvenile_halving-1"),
        review_wait=_number(rules, "review_wait-1"),
        review_start=_day(rules, "review_right_first_day-1"),
    )
