"""Names of the quantities that are computed of every draw: the columns of ``Posterior.shown``.

Whoever reads or writes a quantity asks here for its name; people unless said.
"""

from __future__ import annotations

INDEFINITE_SHARE = "indefinite_share"  # of the community stock
INDEFINITE_GROWTH = "indefinite_growth"
PRISON, UNRELEASED = "prison", "unreleased"
#: Net of the year's flows: the model's growth.
NET = "flow.net"
#: Parts of :func:`shapley` beside the drivers, and of :func:`law` and :func:`shorter`.
MOMENTUM_INDEFINITE, MOMENTUM_FIXED = "momentum_indefinite", "momentum_fixed"
LENGTHS, ENTRY = "lengths", "entry"
GROWTH, STOCK = "growth", "stock"
GROWTH_DIFFERENCE, STOCK_DIFFERENCE, JOINT = "growth_difference", "stock_difference", "joint"


def stock(date: float) -> str:
    """Fitted community stock at a decimal date."""
    return f"stock.{date:.2f}"


def forecast(date: float) -> str:
    """Forecast community stock at a decimal date."""
    return f"forecast.{date:.2f}"


def of_class(name: str) -> str:
    """Stock of a class at the date."""
    return f"class.{name}"


def class_growth(name: str) -> str:
    """The year's growth of a class."""
    return f"class_growth.{name}"


def kind(name: str) -> str:
    """The year's growth of a kind of registration; the kinds sum to the model's growth."""
    return f"kind.{name}"


def flow(name: str) -> str:
    """A movement of the year."""
    return f"flow.{name}"


def shapley(reference: str, part: str) -> str:
    """A driver's or another part's share of the year's growth, held at a reference year."""
    return f"shapley.{reference}.{part}"


def shorter(reference: str, part: str) -> str:
    """What growth gains had sentences stayed as in a reference year: alone, or :data:`JOINT`."""
    return f"shorter.{reference}.{part}"


def law(name: str, part: str) -> str:
    """Growth or stock under another law, or its difference from the law in force."""
    return f"law.{name}.{part}"


def impulse(kind_: str, years: int) -> str:
    """Effect of a lasting 10% on sentence lengths after so many years."""
    return f"impulse.{kind_}.{years}"


def assumption(name: str, part: str) -> str:
    """Growth or stock if an assumption of the rule fails."""
    return f"assumption.{name}.{part}"


def long_run(years: int) -> str:
    """Stock after so many years with the last year's inputs held."""
    return f"long_run.{years}"
