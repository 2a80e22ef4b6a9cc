"""What goes into the model: entrants, disposals, sentence lengths, ages, from the tables.

Every input is a handful of dated points, each published or derived by stated arithmetic from
published rows; between points it is a straight line, before the first and after the last it is
held. :attr:`Inputs.table` says year by year which is which, so that a chart can hatch the years
for which there is nothing. Rows whose period ends after *as_of* are never seen.
"""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import TooLittleKnown
from mappa.files import digest
from mappa.register.arrays import Array
from mappa.register.law import periods
from mappa.register.law.terms import Terms, terms_of_law

_BEST = ("official_copy", "parliamentary", "secondary", "approximate")
_GROUP = "sexual_offences_group"
_RAPE = ("female over 16", "female under 16", "male over 16", "male under 16")


@dataclasses.dataclass(frozen=True)
class Points:
    """Dated values of one input: decimal years, values, how each is known, and the sources."""

    t: Array
    value: Array
    basis: tuple[str, ...]
    quality: tuple[str, ...]
    sources: tuple[str, ...]

    def at(self, times: Array) -> Array:
        """Return the input at decimal years: straight lines between points, held outside."""
        return np.interp(times, self.t, self.value)

    def scaled(self, factor: float | Array, basis: str = "derived") -> Points:
        """Return the points multiplied by *factor*, marked as derived."""
        return dataclasses.replace(
            self, value=self.value * factor, basis=tuple(basis for _ in self.basis)
        )


@dataclasses.dataclass(frozen=True)
class Inputs:
    """The inputs up to *as_of*, as points; ``series`` are named in :data:`LABELS`.

    ``ages`` and ``age_weights`` are the ages at sentence; ``death_rate`` is by single year of
    age from 0; ``bands`` are the base year's sentence-length bands (months, people).
    """

    as_of: pd.Timestamp
    terms: Terms
    series: dict[str, Points]
    ages: Array
    age_weights: Array
    death_rate: Array
    band_edges: Array
    band_counts: Array
    base_year: float
    initial_prisoners: float
    sources: tuple[str, ...]

    def at(self, name: str, times: Array) -> Array:
        """Return input *name* at decimal years."""
        return self.series[name].at(times)

    @property
    def digest(self) -> str:
        """SHA-256 of all that the model sees: unchanged by rows it does not use."""
        parts: list[bytes | str] = [f"{self.as_of:%Y-%m-%d}", repr(self.terms)]
        for name in sorted(self.series):
            parts += [name, self.series[name].t.tobytes(), self.series[name].value.tobytes()]
        for array in (
            self.ages,
            self.age_weights,
            self.death_rate,
            self.band_edges,
            self.band_counts,
        ):
            parts.append(np.ascontiguousarray(array, dtype=float).tobytes())
        parts.append(repr((self.base_year, self.initial_prisoners)))
        return digest(parts)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each year and input: its value and how it is known.

        Published, derived, interpolated (between points), held (no figure from there on) or none
        (no figure by then at all: the value is missing).
        """
        years = range(self.terms.start.year, self.as_of.year + 1)
        rows = []
        for name, points in self.series.items():
            for year in years:
                if not points.t.size:
                    rows.append((year, name, np.nan, "none", "", ""))
                    continue
                near = np.flatnonzero(np.abs(points.t - (year + 0.5)) <= 0.5)
                if near.size:
                    basis, quality = points.basis[near[0]], points.quality[near[0]]
                    source = points.sources[near[0]]
                else:
                    inside = points.t[0] < year + 0.5 < points.t[-1]
                    basis, quality, source = ("interpolated" if inside else "held"), "", ""
                value = float(points.at(np.array([year + 0.5]))[0])
                rows.append((year, name, value, basis, quality, source))
        return pd.DataFrame(rows, columns=["year", "input", "value", "basis", "quality", "source"])


#: The series and what each is; units are people a year unless said.
LABELS = {
    "sentenced": "sentenced for sexual offences",
    "custody": "sentenced to immediate custody",
    "life": "life and IPP sentences",
    "suspended_share": "share suspended of sentences other than custody",
    "young_share": "share aged under 18 of community sentences",
    "images": "sentenced for indecent images",
    "images_custody": "sentenced to custody for indecent images",
    "images_suspended_share": "share suspended of image sentences other than custody",
    "cautions": "cautions for sexual offences",
    "images_cautions": "cautions for indecent images",
    "caution_young_share": "share aged under 18 of cautions",
    "length": "average custodial sentence length (months)",
    "length_parts": "average custodial sentence length of a part of the group (months)",
    "served": "share of the sentence served (percent, all offences)",
}
#: Inputs that may have no figure by a date: a parameter with a prior stands in for them.
OPTIONAL = ("suspended_share", "young_share", "images_suspended_share", "caution_young_share")


def _lacking(what: str, as_of: pd.Timestamp) -> TooLittleKnown:
    return TooLittleKnown(
        f"sentencing.csv has no figure of {what} up to {as_of:%Y-%m-%d}, and the register model "
        "needs one: choose a later date, or add a figure for a period that ends by then."
    )


class _Reader:
    """Selects points from the table ``sentencing`` up to a date and remembers the sources."""

    def __init__(self, frame: pd.DataFrame, as_of: pd.Timestamp) -> None:
        ends = frame["year"].map(periods.bounds)
        seen = ends.map(lambda e: e is not None and e[1] <= as_of)
        self.frame = frame[seen]
        self.as_of = as_of
        self.used: set[str] = set()
        # A sum over several years ("persons over 11 years") is no point of a yearly series.
        rows = self.frame[~self.frame["unit"].str.contains(r" over \d+ years")]
        numbers = [_value(v, p) for v, p in zip(rows["value"], rows["printed"], strict=True)]
        rows = rows.assign(number=numbers)
        self._points = dict(tuple(rows[rows["number"].notna()].groupby(["measure", "group"])))

    def points(self, measure: str, group: str, *, basis: str | None = None) -> Points:
        """Return the published points of a measure and group, the best source of each period.

        Where equally good sources differ their mean is taken; the order of rows does not matter.
        """
        rows = self._points.get((measure, group))
        if rows is None:
            return points_of([])
        if basis is not None:
            rows = rows[rows["basis"] == basis]
        found = []
        for period, same in rows.groupby("year", sort=True):
            rank = same["quality"].map(_BEST.index)
            best = same[rank == rank.min()]
            self.used.update(s for cell in best["source"] for s in cell.split())
            values = np.sort(best["number"].to_numpy(dtype=float))
            found.append(
                (
                    periods.middle(str(period)),
                    float(values.mean()),
                    "published",
                    str(best["quality"].iloc[0]),
                    " ".join(sorted(set(best["source"]))),
                )
            )
        return points_of(found)

    def need(self, measure: str, group: str, **kwargs: str) -> Points:
        """As :meth:`points`, but at least one must be known by then."""
        found = self.points(measure, group, **kwargs)
        if not found.t.size:
            raise _lacking(f"{measure} of {group!r}", self.as_of)
        return found


def points_of(found: list[tuple[float, float, str, str, str]]) -> Points:
    """Return points in order of time; of two at one time the first stays."""
    kept: dict[float, tuple[float, float, str, str, str]] = {}
    for item in found:
        kept.setdefault(round(item[0], 6), item)
    ordered = [kept[t] for t in sorted(kept)]
    columns = list(zip(*ordered, strict=True)) if ordered else [(), (), (), (), ()]
    return Points(
        np.array(columns[0], dtype=float),
        np.array(columns[1], dtype=float),
        tuple(columns[2]),
        tuple(columns[3]),
        tuple(columns[4]),
    )


def _value(value: float, printed: str) -> float:
    """Return the value, or the middle of a printed range such as 56-57."""
    if value == value:
        return float(value)
    found = re.fullmatch(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", printed)
    return (float(found[1]) + float(found[2])) / 2 if found else float("nan")


def _items(points: Points) -> list[tuple[float, float, str, str, str]]:
    return list(
        zip(
            points.t.tolist(),
            points.value.tolist(),
            points.basis,
            points.quality,
            points.sources,
            strict=True,
        )
    )


def _together(*parts: Points) -> Points:
    """Sum points at the times that all parts have."""
    times = sorted(set.intersection(*(set(p.t.round(6).tolist()) for p in parts)))
    rows = []
    for t in times:
        at = [int(np.flatnonzero(p.t.round(6) == t)[0]) for p in parts]
        rows.append(
            (
                t,
                float(sum(p.value[i] for p, i in zip(parts, at, strict=True))),
                "derived",
                max((p.quality[i] for p, i in zip(parts, at, strict=True)), key=_BEST.index),
                " ".join(sorted({p.sources[i] for p, i in zip(parts, at, strict=True)})),
            )
        )
    return points_of(rows)


def _ratio(top: Points, bottom: Points) -> Points:
    """Divide points at the times that both have."""
    rows = []
    for t, v, _, quality, source in _items(top):
        where = np.flatnonzero(np.isclose(bottom.t, t))
        if where.size and bottom.value[where[0]] > 0:
            rows.append((t, v / bottom.value[where[0]], "derived", quality, source))
    return points_of(rows)


def _custody(read: _Reader) -> Points:
    """Custody of the group; before its first year, moved by the parts that are known.

    The parts are indecent assault on under 16s and rape; their sum in the last year with all
    parts is set against the group's first year.
    """
    group = read.need("sentenced_immediate_custody", "all", basis=_GROUP)
    group = _whole_years(group)
    parts = _together(
        read.points("sentenced_immediate_custody", "indecent assault on under 16s"),
        *(read.points("determinate_custody", f"rape of {who}") for who in _RAPE),
        _rape_indeterminate(read),
    )
    early = [i for i in range(parts.t.size) if parts.t[i] < group.t[0]]
    if not early:
        return group
    scale = group.value[0] / parts.value[early[-1]]
    rows = [
        (
            float(parts.t[i]),
            float(parts.value[i] * scale),
            "derived",
            "approximate",
            parts.sources[i],
        )
        for i in early
    ]
    return points_of(rows + _items(group))


def _whole_years(points: Points) -> Points:
    """Keep calendar years only (the same people must not count twice)."""
    return points_of([i for i in _items(points) if abs(i[0] % 1 - 0.5) < 0.01])


def _rape_indeterminate(read: _Reader) -> Points:
    return _together(*(read.points("indeterminate", f"rape of {who}") for who in _RAPE))


def _sentenced(read: _Reader, custody: Points, rate: Points) -> Points:
    """All sentenced for offences of the group, from what is published in each year."""
    found = _items(_whole_years(read.points("sentenced_total", "all", basis=_GROUP)))
    found += _items(read.points("sentenced_total", "all", basis=_GROUP))
    convicted = read.points("convicted_total", "all", basis=_GROUP)
    total = points_of(found)
    share = _ratio(total, convicted)
    factor = float(share.value.mean()) if share.t.size else 1.0
    average = read.points("convicted_total", "all", basis=_GROUP).scaled(factor)
    found += [i for i in _items(average) if not np.isclose(total.t, i[0]).any()]
    both = read.points("convicted_or_cautioned", "all", basis=_GROUP)
    cautions = read.points("cautions", "all", basis=_GROUP)
    for t, value, _, quality, source in _items(both):
        where = np.flatnonzero(np.isclose(cautions.t, t))
        if where.size:
            found.append((t, float(value - cautions.value[where[0]]), "derived", quality, source))
    known = points_of(found)
    for t, percent, _, quality, source in _items(rate):
        inside = custody.t[0] <= t <= custody.t[-1]
        if inside and not np.any(np.abs(known.t - t) < 0.5):
            value = float(custody.at(np.array([t]))[0] / (percent / 100))
            found.append((t, value, "derived", quality, source))
    known = points_of(found)
    if not known.t.size:
        raise _lacking(LABELS["sentenced"], read.as_of)
    first = known.t[0]
    before = [i for i in _items(custody) if i[0] < first - 0.5]
    scale = known.value[0] / float(custody.at(known.t[:1])[0])
    held = [(t, v * scale, "derived", "approximate", source) for t, v, _, _, source in before]
    return points_of(held + _items(known))


def _later_custody(custody: Points, sentenced: Points, rate: Points) -> Points:
    """After the last published count: the published rate times all sentenced (held)."""
    last = custody.t[-1]
    later = [
        (t, float(p / 100 * sentenced.at(np.array([t]))[0]), "derived", quality, source)
        for t, p, _, quality, source in _items(rate)
        if t > last
    ]
    return points_of(_items(custody) + later)


def _life(read: _Reader) -> Points:
    """Life sentences and imprisonment for public protection (IPP) of the whole group.

    Rape is counted; the group's one count of receptions gives the ratio of all to rape. Life
    shares of later years are used from the first whole year after the last IPP count plus two:
    in between both sentences existed and only one is counted.
    """
    rape = _rape_indeterminate(read)
    if not rape.t.size:
        raise _lacking(LABELS["life"], read.as_of)
    whole = read.need("indeterminate", "all", basis=_GROUP)
    ratio = float(whole.value[0] / rape.at(whole.t[:1])[0])
    rows = _items(rape.scaled(ratio))
    ipp, life = read.points("ipp", "rape"), read.points("life", "rape")
    rows += _items(_whole_years(_together(ipp, life)).scaled(ratio))
    share = read.points("life_share_pct", "rape")
    convicted = read.points("convicted_total", "rape")
    last_ipp = ipp.t[-1] if ipp.t.size else (rape.t[-1] if rape.t.size else 0.0)
    for t, percent, _, quality, source in _items(share):
        if t > last_ipp + 2:
            value = percent / 100 * float(convicted.at(np.array([t]))[0]) * ratio
            rows.append((t, value, "derived", quality, source))
    return points_of(rows)


def _share(read: _Reader, measure: str, group: str, other: Points) -> Points:
    return _ratio(read.need(measure, group), other)


def _difference(left: Points, right: Points) -> Points:
    return _together(left, right.scaled(-1.0))


def _series(read: _Reader) -> dict[str, Points]:
    """Assemble the inputs named in :data:`LABELS`."""
    rate = read.points("immediate_custody_rate_pct", "all", basis=_GROUP)
    custody = _custody(read)
    sentenced = _sentenced(read, custody, rate)
    custody = _later_custody(custody, sentenced, rate)
    published = _whole_years(read.points("sentenced_total", "all", basis=_GROUP))
    kept = _whole_years(read.points("sentenced_immediate_custody", "all", basis=_GROUP))
    other = _difference(published, kept)
    suspended = read.points("sentenced_suspended", "all")
    young = _difference(
        read.points("sentenced_total", "under18"),
        read.points("sentenced_immediate_custody", "under18"),
    )
    images = "indecent images of children (86.1+86.2)"
    early = "indecent images (PCA s.1 + CJA s.160)"
    image_total = points_of(
        _items(read.points("sentenced_total", early))
        + _items(read.points("sentenced_total", images))
    )
    image_custody = points_of(
        _items(read.points("sentenced_immediate_custody", early))
        + _items(read.points("sentenced_immediate_custody", images))
    )
    youth = "under18 (youth caution, outcome 2), "
    grown = "adult (outcome 3), "
    crimes, obscene = "sexual offences", "obscene publications etc"
    late = _together(
        read.points("cautions", grown + crimes), read.points("cautions", youth + crimes)
    )
    return {
        "sentenced": sentenced,
        "custody": custody,
        "life": _life(read),
        "suspended_share": _ratio(suspended, other),
        "young_share": _ratio(young, _difference(other, suspended)),
        "images": image_total,
        "images_custody": image_custody,
        "images_suspended_share": _ratio(
            read.points("sentenced_suspended", images), _difference(image_total, image_custody)
        ),
        "cautions": points_of(
            _items(read.points("cautions", "male, indictable sexual offences"))
            + _items(read.points("cautions", "all", basis=_GROUP))
            + _items(late)
        ),
        "images_cautions": points_of(
            _items(
                _together(
                    read.points("cautions", "indecent images: possession", basis="indecent_images"),
                    read.points("cautions", "indecent images: take/make/distribute"),
                )
            )
            + _items(
                _together(
                    read.points("cautions", grown + obscene),
                    read.points("cautions", youth + obscene),
                )
            )
        ),
        "caution_young_share": _ratio(read.points("cautions", youth + crimes), late),
        "length": read.need("acsl_months", "all", basis=_GROUP),
        "length_parts": read.need("acsl_months", "indecent assault on under 16s"),
        "served": read.need("share_of_sentence_served_pct", "all offences, determinate sentences"),
    }


def _ages(profile: pd.DataFrame, as_of: pd.Timestamp) -> tuple[Array, Array, set[str]]:
    """Return ages at sentence and their weights, from the counts by age band of all years known.

    An age stands in the middle of each fifth of a band; the open bands are taken as ten years
    wide below and fifteen above.
    """
    ends = profile["date"].map(periods.bounds)
    seen = ends.map(lambda e: e is not None and e[1] <= as_of)
    rows = profile[seen & (profile["measure"] == "count by age at sentence")]
    if rows.empty:
        raise TooLittleKnown(
            f"profile.csv has no 'count by age at sentence' up to {as_of:%Y-%m-%d}, and the "
            "register model needs one: choose a later date."
        )
    rows = rows[rows["group"].str.contains(r"\d")]  # not the total
    sums = rows.groupby("group")["value"].sum()
    ages, weights = [], []
    for group in sorted(sums.index):
        numbers = [float(x) for x in re.findall(r"\d+", group)]
        if len(numbers) == 2:
            low, high = numbers[0], numbers[1] + 1
        elif "under" in group:
            low, high = numbers[0] - 9, numbers[0] + 1
        else:
            low, high = numbers[0], numbers[0] + 15
        ages += [low + (high - low) * (i + 0.5) / 4 for i in range(4)]
        weights += [float(sums[group]) / 4] * 4
    order = np.argsort(ages)
    shares = np.array(weights)[order] / sum(weights)
    sources = {s for cell in rows["source"] for s in str(cell).split()}
    return np.array(ages)[order], shares, sources


_BANDS = ("custody_le_6m", "custody_gt6m_lt12m", "custody_12m_lt4y", "custody_ge_4y")


def _bands(read: _Reader) -> tuple[Array, Array, float]:
    """Return the edges (months) and counts of the base year's length bands, and that year."""
    found = [read.need(measure, "all", basis=_GROUP) for measure in _BANDS]
    counts = np.array([p.value[0] for p in found])
    return np.array([6.0, 12.0, 48.0]), counts, float(found[0].t[0])


def _initial_prisoners(read: _Reader, start: float) -> float:
    """Return the sentenced men in prison for such offences when the register began."""
    groups = ("male adult sentenced", "male young offenders sentenced")
    f = read.frame
    rows = f[(f["measure"] == "prison_population_sexual") & f["group"].isin(groups)]
    sums: dict[float, list[float]] = {}
    for _, r in rows.iterrows():
        ends = periods.bounds(r["year"])
        if ends is not None:
            sums.setdefault(periods.decimal(ends[1]), []).append(float(r["value"]))
    known = sorted((t, sum(v)) for t, v in sums.items() if len(v) == len(groups))
    if not known:
        raise TooLittleKnown(
            "sentencing.csv has no prison_population_sexual at the register's start."
        )
    read.used.update(s for cell in rows["source"] for s in cell.split())
    t, v = np.array(known).T
    return float(np.interp(start, t, v))


def build_inputs(data: Data, as_of: str | pd.Timestamp) -> Inputs:
    """Return the inputs that were to be had on *as_of*.

    Raises
    ------
    TooLittleKnown: an input that the model cannot do without has no figure by then.
    """
    day = pd.Timestamp(as_of)
    read = _Reader(data.sentencing, day)
    terms = terms_of_law(data.notification_rules)
    ages, weights, sources = _ages(data.profile, day)
    edges, counts, base_year = _bands(read)
    legacy = _initial_prisoners(read, periods.decimal(terms.start))
    series = _series(read)
    for name, label in LABELS.items():
        if name not in OPTIONAL and not series[name].t.size:
            raise _lacking(label, day)
    return Inputs(
        as_of=day,
        terms=terms,
        series=series,
        ages=ages,
        age_weights=weights,
        death_rate=data.life_table_males.sort_values("age")["mx"].to_numpy(dtype=float),
        band_edges=edges,
        band_counts=counts,
        base_year=base_year,
        initial_prisoners=legacy,
        sources=tuple(sorted(read.used | sources)),
    )
