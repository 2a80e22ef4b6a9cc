"""The rules by which published figures become the inputs of the model.

A series is a frame indexed by its decimal year (six digits) with the columns of :data:`COLUMNS`;
joins are on that index. Each point says how it is known and from which sources. :data:`GROUPS`
names every group of the table ``sentencing`` that is read; :data:`RULES` has a function for each
series that is made of groups and other series. :data:`LABELS` names those that are inputs.
"""

import functools
import operator
from collections.abc import Callable

import numpy as np
import pandas as pd

from mappa.errors import TooLittleKnown
from mappa.register.law import periods

#: Qualities of a source, the best first.
BEST = ("official_copy", "parliamentary", "secondary", "approximate")
COLUMNS = ("t", "value", "basis", "quality", "sources")
#: A sum over several years ("persons over 11 years") is no point of a yearly series.
SEVERAL_YEARS = r" over \d+ years"


def lacking(what: str, as_of: pd.Timestamp) -> TooLittleKnown:
    """Return the error of an input that the model needs and of which nothing is known by then."""
    return TooLittleKnown(
        f"sentencing.csv has no figure of {what} up to {as_of:%Y-%m-%d}, and the register model "
        "needs one: choose a later date, or add a figure for a period that ends by then."
    )


def series(rows: list[tuple[float, float, str, str, str]]) -> pd.DataFrame:
    """Return a series from rows of :data:`COLUMNS`."""
    return first_of(pd.DataFrame(rows, columns=list(COLUMNS)))


def first_of(*parts: pd.DataFrame) -> pd.DataFrame:
    """Return all points in order of time; of two at one time the first part's stays."""
    known = [part for part in parts if len(part)]
    if not known:
        return parts[0]
    both = pd.concat(known, ignore_index=True)
    both.index = pd.Index(both["t"].astype(float).round(6))
    return both[~both.index.duplicated()].sort_index()


def whole_years(points: pd.DataFrame) -> pd.DataFrame:
    """Keep calendar years only (the same people must not count twice)."""
    return points[(points["t"].astype(float) % 1 - 0.5).abs() < 0.01]


def scaled(points: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return the points times *factor*, marked as derived."""
    return points.assign(value=points["value"] * factor, basis="derived")


def total(*parts: pd.DataFrame) -> pd.DataFrame:
    """Return the sum of series at the times that all have, as good as the worst of them."""
    times = functools.reduce(pd.Index.intersection, [part.index for part in parts]).sort_values()
    rows = [part.loc[times] for part in parts]
    if not len(times):
        return series([])
    value = functools.reduce(operator.add, [row["value"] for row in rows])
    qualities, sources = (zip(*(r[name] for r in rows), strict=True) for name in COLUMNS[3:])
    worst = [max(q, key=BEST.index) for q in qualities]
    joined = [" ".join(sorted(set(s))) for s in sources]
    made = {"t": times, "value": value, "basis": "derived", "quality": worst, "sources": joined}
    return pd.DataFrame(made, index=times)


def difference(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Return *left* less *right* at the times that both have."""
    return total(left, scaled(right, -1.0))


def ratio(top: pd.DataFrame, bottom: pd.DataFrame) -> pd.DataFrame:
    """Return *top* over *bottom* at the times that both have, with the sources of *top*."""
    below = bottom.loc[bottom["value"] > 0, "value"].rename("below")
    both = top.join(below, how="inner")
    return both.assign(value=both["value"] / both["below"], basis="derived").drop(columns="below")


def at(points: pd.DataFrame, times: pd.Series) -> np.ndarray:
    """Return a series at decimal years: straight lines between points, held outside."""
    t, value = (points[name].to_numpy(dtype=float) for name in ("t", "value"))
    return np.asarray(np.interp(times.to_numpy(dtype=float), t, value))


GROUP = "sexual_offences_group"
_RAPE = ("female over 16", "female under 16", "male over 16", "male under 16")
_IMAGES = "indecent images of children (86.1+86.2)"
_EARLY_IMAGES = "indecent images (PCA s.1 + CJA s.160)"
#: Bands of sentence length: up to 6 months, 12 months, 4 years, and longer.
BANDS = ("custody_le_6m", "custody_gt6m_lt12m", "custody_12m_lt4y", "custody_ge_4y")
_ADULT, _YOUNG = "adult (outcome 3), ", "under18 (youth caution, outcome 2), "

#: What is read: a name of ours, then measure, group and (where it matters) basis of the table.
GROUPS: dict[str, tuple[str, str, str]] = {
    "sentenced_counted": ("sentenced_total", "all", GROUP),
    "adults": ("sentenced_total", "adult", ""),
    "under_18": ("sentenced_total", "under18", ""),
    "convicted": ("convicted_total", "all", GROUP),
    "convicted_or_cautioned": ("convicted_or_cautioned", "all", GROUP),
    "cautions_counted": ("cautions", "all", GROUP),
    "cautions_of_men": ("cautions", "male, indictable sexual offences", ""),
    "cautions_of_adults": ("cautions", _ADULT + "sexual offences", ""),
    "cautions_under_18": ("cautions", _YOUNG + "sexual offences", ""),
    "custody_counted": ("sentenced_immediate_custody", "all", GROUP),
    "custody_under_18": ("sentenced_immediate_custody", "under18", ""),
    "custody_rate": ("immediate_custody_rate_pct", "all", GROUP),
    "custody_assault": ("sentenced_immediate_custody", "indecent assault on under 16s", ""),
    "suspended": ("sentenced_suspended", "all", ""),
    "indeterminate": ("indeterminate", "all", GROUP),
    "ipp_rape": ("ipp", "rape", ""),
    "life_rape": ("life", "rape", ""),
    "life_share_rape": ("life_share_pct", "rape", ""),
    "convicted_rape": ("convicted_total", "rape", ""),
    "images_late": ("sentenced_total", _IMAGES, ""),
    "images_early": ("sentenced_total", _EARLY_IMAGES, ""),
    "images_custody_late": ("sentenced_immediate_custody", _IMAGES, ""),
    "images_custody_early": ("sentenced_immediate_custody", _EARLY_IMAGES, ""),
    "images_suspended": ("sentenced_suspended", _IMAGES, ""),
    "image_cautions_possession": ("cautions", "indecent images: possession", "indecent_images"),
    "image_cautions_making": ("cautions", "indecent images: take/make/distribute", ""),
    "obscene_cautions_of_adults": ("cautions", _ADULT + "obscene publications etc", ""),
    "obscene_cautions_under_18": ("cautions", _YOUNG + "obscene publications etc", ""),
    "length": ("acsl_months", "all", GROUP),
    "length_parts": ("acsl_months", "indecent assault on under 16s", ""),
    "served": ("share_of_sentence_served_pct", "all offences, determinate sentences", ""),
    **{band: (band, "all", GROUP) for band in BANDS},
    **{f"determinate_rape {who}": ("determinate_custody", f"rape of {who}", "") for who in _RAPE},
    **{f"indeterminate_rape {who}": ("indeterminate", f"rape of {who}", "") for who in _RAPE},
}
#: Groups of which a figure must be known.
NEEDED = ("custody_counted", "indeterminate", "length", "length_parts", "served", *BANDS)

#: The inputs and what each is; units are people a year unless said.
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
    "orders": "orders imposed for each person sentenced",
}
#: Inputs that may have no figure by a date: a parameter with a prior is used instead.
OPTIONAL = ("orders", *(name for name in LABELS if name.endswith("_share")))


class Published:
    """The series of :data:`GROUPS` and :data:`RULES` up to a date by name, each made once.

    ``frame`` are the rows of the table ``sentencing`` whose period ends by the date.
    """

    def __init__(self, frame: pd.DataFrame, as_of: pd.Timestamp) -> None:
        self.frame, self.as_of = periods.until(frame, "year", as_of), as_of
        rows = self.frame[~self.frame["unit"].str.contains(SEVERAL_YEARS)]
        # Of a printed range such as 56-57 the middle is taken.
        ends = rows["printed"].str.extract(r"^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$").astype(float)
        rows = rows.assign(number=rows["value"].fillna(ends.mean(axis=1, skipna=False)))
        rows = rows.dropna(subset="number")
        self._rows, self._none = dict(tuple(rows.groupby(["measure", "group"]))), rows.iloc[:0]
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._made:
            self._made[name] = RULES[name](self) if name in RULES else self._group(name)
        return self._made[name]

    def _group(self, name: str) -> pd.DataFrame:
        """Return the published points of a group, the best source of each period.

        Where equally good sources differ their mean is taken; the order of rows does not matter.
        """
        measure, group, basis = GROUPS[name]
        rows = self._rows.get((measure, group), self._none)
        if basis:
            rows = rows[rows["basis"] == basis]
        rank = rows["quality"].map(BEST.index)
        best = rows[rank == rank.groupby(rows["year"]).transform("min")]
        found = []
        for period, same in best.groupby("year", sort=True):
            value = float(np.sort(same["number"].to_numpy(dtype=float)).mean())
            sources = " ".join(sorted(set(same["source"])))
            quality = str(same["quality"].iloc[0])
            found.append((periods.middle(str(period)), value, "published", quality, sources))
        if name in NEEDED and not found:
            raise lacking(f"{measure} of {group!r}", self.as_of)
        return series(found)


def _early_custody(t: Published) -> pd.DataFrame:
    """Custody of the group; before its first year, moved by the parts that are known.

    The parts are indecent assault on under 16s and rape; their sum in the last year with all
    parts is set against the group's first year.
    """
    custody = whole_years(t["custody_counted"])
    rape = [t[f"determinate_rape {who}"] for who in _RAPE]
    parts = total(t["custody_assault"], *rape, t["indeterminate_rape"])
    early = parts[parts["t"] < custody["t"].iloc[0]]
    if early.empty:
        return custody
    level = float(custody["value"].iloc[0]) / float(early["value"].iloc[-1])
    return first_of(scaled(early, level).assign(quality="approximate"), custody)


def _custody(t: Published) -> pd.DataFrame:
    """Counted; after the last count, the published rate times all sentenced (held)."""
    counted, rate = t["custody_early"], t["custody_rate"]
    later = rate[rate["t"] > counted["t"].iloc[-1]]
    value = later["value"] / 100 * at(t["sentenced"], later["t"])
    return first_of(counted, later.assign(value=value, basis="derived"))


def _sentenced(t: Published) -> pd.DataFrame:
    """All sentenced for offences of the group, from what is published in each year.

    The best first: counted; convicted times the ratio of sentenced to convicted; convicted or
    cautioned less cautioned; what a sum over years leaves for the uncounted; custody over the
    published rate of custody; before all of these, in proportion to custody.
    """
    counted = first_of(whole_years(t["sentenced_counted"]), t["sentenced_counted"])
    share = ratio(counted, t["convicted"])["value"]
    convicted = scaled(t["convicted"], float(share.mean()) if len(share) else 1.0)
    both = t["convicted_or_cautioned"]
    less = difference(both, t["cautions_counted"])
    less[["quality", "sources"]] = both[["quality", "sources"]].reindex(less.index)
    known = first_of(counted, convicted, less)
    known = first_of(known, _uncounted(t, known))
    custody = t["custody_early"]
    known = first_of(known, _by_rate(t["custody_rate"], known, custody))
    if known.empty:
        raise lacking(LABELS["sentenced"], t.as_of)
    first = known.iloc[:1]
    before = custody[custody["t"] < float(first["t"].iloc[0]) - 0.5]
    level = float(first["value"].iloc[0]) / float(at(custody, first["t"])[0])
    return first_of(scaled(before, level).assign(quality="approximate"), known)


def _by_rate(rate: pd.DataFrame, known: pd.DataFrame, custody: pd.DataFrame) -> pd.DataFrame:
    """Custody over the published rate, within its years, where nothing else is near."""
    t = rate["t"].to_numpy(dtype=float)
    near = np.abs(t[:, None] - known["t"].to_numpy(dtype=float)).min(axis=1, initial=9) < 0.5
    wanted = rate[(t >= custody["t"].iloc[0]) & (t <= custody["t"].iloc[-1]) & ~near]
    value = at(custody, wanted["t"]) / (wanted["value"] / 100)
    return wanted.assign(value=value, basis="derived")


def _uncounted(t: Published, known: pd.DataFrame) -> pd.DataFrame:
    """What a sum over several years leaves for those of its years that have no count.

    The sum is of adults; it is raised by the ratio of all to adults in the years that have
    both. Years before the first count are on a straight line; the others share the rest evenly.
    """
    f = t.frame
    adults = (f["measure"] == "sentenced_total") & (f["group"] == "adult")
    rows = f[adults & f["unit"].str.contains(SEVERAL_YEARS)]
    raised = ratio(whole_years(t["sentenced_counted"]), t["adults"])["value"]
    if rows.empty or raised.empty:
        return series([])
    row = rows.iloc[0]
    first, last = periods.bounds(row["year"]) or (t.as_of, t.as_of)
    middles = pd.Series(np.arange(first.year, last.year + 1) + 0.5)
    after = middles > known["t"].iloc[-1] + 0.5
    if not after.any():
        return series([])
    rest = float(row["value"]) * float(raised.mean())
    rest -= float(at(known, middles[~after]).sum())
    how = (rest / int(after.sum()), "derived", row["quality"], row["source"])
    return series([(middle, *how) for middle in middles[after]])


def _life(t: Published) -> pd.DataFrame:
    """Life sentences and imprisonment for public protection (IPP) of the group.

    Rape is counted; the group's one count of receptions gives the ratio of all to rape. Life
    shares of later years are used from the first whole year after the last IPP count plus two:
    in between both sentences existed and only one is counted.
    """
    rape = t["indeterminate_rape"]
    if rape.empty:
        raise lacking(LABELS["life"], t.as_of)
    whole = t["indeterminate"].iloc[:1]
    level = float(whole["value"].iloc[0]) / float(at(rape, whole["t"])[0])
    ipp, share = t["ipp_rape"], t["life_share_rape"]
    last = float((ipp if len(ipp) else rape)["t"].iloc[-1])
    share = share[share["t"] > last + 2]
    if len(share):
        convicted = at(t["convicted_rape"], share["t"])
        share = share.assign(value=share["value"] / 100 * convicted * level, basis="derived")
    both = scaled(whole_years(total(ipp, t["life_rape"])), level)
    return first_of(scaled(rape, level), both, share)


#: How a series that is no group is made of groups and other series, by its name.
RULES: dict[str, Callable[[Published], pd.DataFrame]] = {
    "indeterminate_rape": lambda t: total(*(t[f"indeterminate_rape {who}"] for who in _RAPE)),
    "custody_early": _early_custody,
    "custody": _custody,
    "sentenced": _sentenced,
    # Sentences other than custody, in the years in which both are counted.
    "community": lambda t: difference(
        *(whole_years(t[name]) for name in ("sentenced_counted", "custody_counted"))
    ),
    "life": _life,
    "suspended_share": lambda t: ratio(t["suspended"], t["community"]),
    "young_share": lambda t: ratio(
        difference(t["under_18"], t["custody_under_18"]),
        difference(t["community"], t["suspended"]),
    ),
    "images": lambda t: first_of(t["images_early"], t["images_late"]),
    "images_custody": lambda t: first_of(t["images_custody_early"], t["images_custody_late"]),
    "images_suspended_share": lambda t: ratio(
        t["images_suspended"], difference(t["images"], t["images_custody"])
    ),
    "cautions_late": lambda t: total(t["cautions_of_adults"], t["cautions_under_18"]),
    "cautions": lambda t: first_of(t["cautions_of_men"], t["cautions_counted"], t["cautions_late"]),
    "images_cautions": lambda t: first_of(
        total(t["image_cautions_possession"], t["image_cautions_making"]),
        total(t["obscene_cautions_of_adults"], t["obscene_cautions_under_18"]),
    ),
    "caution_young_share": lambda t: ratio(t["cautions_under_18"], t["cautions_late"]),
}
