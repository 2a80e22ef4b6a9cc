"""The rules by which published figures become the inputs of the model.

A series is a frame indexed by its decimal year (six digits) with the columns of :data:`COLUMNS`;
joins are on that index. Each point says how it is known and from which sources. :data:`GROUPS`
names every group of the table ``sentencing`` that is read; :data:`RULES` has a function for each
input, which joins groups and inputs made before it.
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
    "sentenced": ("sentenced_total", "all", GROUP),
    "adults": ("sentenced_total", "adult", ""),
    "under_18": ("sentenced_total", "under18", ""),
    "convicted": ("convicted_total", "all", GROUP),
    "convicted_or_cautioned": ("convicted_or_cautioned", "all", GROUP),
    "cautions": ("cautions", "all", GROUP),
    "cautions_of_men": ("cautions", "male, indictable sexual offences", ""),
    "cautions_of_adults": ("cautions", _ADULT + "sexual offences", ""),
    "cautions_under_18": ("cautions", _YOUNG + "sexual offences", ""),
    "custody": ("sentenced_immediate_custody", "all", GROUP),
    "custody_under_18": ("sentenced_immediate_custody", "under18", ""),
    "custody_rate": ("immediate_custody_rate_pct", "all", GROUP),
    "custody_assault": ("sentenced_immediate_custody", "indecent assault on under 16s", ""),
    "suspended": ("sentenced_suspended", "all", ""),
    "indeterminate": ("indeterminate", "all", GROUP),
    "ipp_rape": ("ipp", "rape", ""),
    "life_rape": ("life", "rape", ""),
    "life_share_rape": ("life_share_pct", "rape", ""),
    "convicted_rape": ("convicted_total", "rape", ""),
    "images": ("sentenced_total", _IMAGES, ""),
    "images_early": ("sentenced_total", _EARLY_IMAGES, ""),
    "images_custody": ("sentenced_immediate_custody", _IMAGES, ""),
    "images_custody_early": ("sentenced_immediate_custody", _EARLY_IMAGES, ""),
    "images_suspended": ("sentenced_suspended", _IMAGES, ""),
    "image_cautions_possession": ("cautions", "indecent images: possession", "indecent_images"),
    "image_cautions_making": ("cautions", "indecent images: take/make/distribute", ""),
    "obscene_cautions_of_adults": ("cautions", _ADULT + "obscene publications etc", ""),
    "obscene_cautions_under_18": ("cautions", _YOUNG + "obscene publications etc", ""),
    "length": ("acsl_months", "all", GROUP),
    "length_assault": ("acsl_months", "indecent assault on under 16s", ""),
    "served": ("share_of_sentence_served_pct", "all offences, determinate sentences", ""),
    **{band: (band, "all", GROUP) for band in BANDS},
    **{f"determinate_rape {who}": ("determinate_custody", f"rape of {who}", "") for who in _RAPE},
    **{f"indeterminate_rape {who}": ("indeterminate", f"rape of {who}", "") for who in _RAPE},
}
#: Groups of which a figure must be known.
NEEDED = ("custody", "indeterminate", "length", "length_assault", "served", *BANDS)

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
    """The groups of :data:`GROUPS` up to a date and what is made of them, each made once.

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
        self._known: dict[str, pd.DataFrame] = {}

    def group(self, name: str) -> pd.DataFrame:
        """Return the published points of a group, the best source of each period.

        Where equally good sources differ their mean is taken; the order of rows does not matter.
        """
        if name in self._known:
            return self._known[name]
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
        self._known[name] = series(found)
        return self._known[name]

    @functools.cached_property
    def indeterminate_rape(self) -> pd.DataFrame:
        """Indeterminate sentences for rape, of all kinds."""
        return total(*(self.group(f"indeterminate_rape {who}") for who in _RAPE))

    @functools.cached_property
    def counted_custody(self) -> pd.DataFrame:
        """Custody of the group; before its first year, moved by the parts that are known.

        The parts are indecent assault on under 16s and rape; their sum in the last year with all
        parts is set against the group's first year.
        """
        custody = whole_years(self.group("custody"))
        rape = [self.group(f"determinate_rape {who}") for who in _RAPE]
        parts = total(self.group("custody_assault"), *rape, self.indeterminate_rape)
        early = parts[parts["t"] < custody["t"].iloc[0]]
        if early.empty:
            return custody
        level = float(custody["value"].iloc[0]) / float(early["value"].iloc[-1])
        return first_of(scaled(early, level).assign(quality="approximate"), custody)

    @functools.cached_property
    def sentenced(self) -> pd.DataFrame:
        """All sentenced for offences of the group, from what is published in each year.

        The best first: counted; convicted times the ratio of sentenced to convicted; convicted or
        cautioned less cautioned; what a sum over years leaves for the uncounted; custody over the
        published rate of custody; before all of these, in proportion to custody.
        """
        counted = self.group("sentenced")
        counted = first_of(whole_years(counted), counted)
        convicted = self.group("convicted")
        share = ratio(counted, convicted)["value"]
        convicted = scaled(convicted, float(share.mean()) if len(share) else 1.0)
        both = self.group("convicted_or_cautioned")
        less = difference(both, self.group("cautions"))
        less[["quality", "sources"]] = both[["quality", "sources"]].reindex(less.index)
        known = first_of(counted, convicted, less)
        known = first_of(known, self._uncounted(known))
        custody = self.counted_custody
        known = first_of(known, self._by_rate(known, custody))
        if known.empty:
            raise lacking(LABELS["sentenced"], self.as_of)
        first = known.iloc[:1]
        before = custody[custody["t"] < float(first["t"].iloc[0]) - 0.5]
        level = float(first["value"].iloc[0]) / float(at(custody, first["t"])[0])
        return first_of(scaled(before, level).assign(quality="approximate"), known)

    def _by_rate(self, known: pd.DataFrame, custody: pd.DataFrame) -> pd.DataFrame:
        """Custody over the published rate, within its years, where nothing else is near."""
        rate = self.group("custody_rate")
        t = rate["t"].to_numpy(dtype=float)
        near = np.abs(t[:, None] - known["t"].to_numpy(dtype=float)).min(axis=1, initial=9) < 0.5
        wanted = rate[(t >= custody["t"].iloc[0]) & (t <= custody["t"].iloc[-1]) & ~near]
        value = at(custody, wanted["t"]) / (wanted["value"] / 100)
        return wanted.assign(value=value, basis="derived")

    def _uncounted(self, known: pd.DataFrame) -> pd.DataFrame:
        """What a sum over several years leaves for those of its years that have no count.

        The sum is of adults; it is raised by the ratio of all to adults in the years that have
        both. Years before the first count are on a straight line; the others share the rest
        evenly.
        """
        rows = self.frame
        adults = (rows["measure"] == "sentenced_total") & (rows["group"] == "adult")
        rows = rows[adults & rows["unit"].str.contains(SEVERAL_YEARS)]
        raised = ratio(whole_years(self.group("sentenced")), self.group("adults"))["value"]
        if rows.empty or raised.empty:
            return series([])
        row = rows.iloc[0]
        first, last = periods.bounds(row["year"]) or (self.as_of, self.as_of)
        middles = pd.Series(np.arange(first.year, last.year + 1) + 0.5)
        after = middles > known["t"].iloc[-1] + 0.5
        if not after.any():
            return series([])
        rest = float(row["value"]) * float(raised.mean())
        rest -= float(at(known, middles[~after]).sum())
        how = (rest / int(after.sum()), "derived", row["quality"], row["source"])
        return series([(t, *how) for t in middles[after]])

    @functools.cached_property
    def community(self) -> pd.DataFrame:
        """Sentences other than custody, in the years in which both are counted."""
        return difference(*(whole_years(self.group(name)) for name in ("sentenced", "custody")))

    @functools.cached_property
    def images(self) -> pd.DataFrame:
        """Sentenced for indecent images."""
        return first_of(self.group("images_early"), self.group("images"))

    @functools.cached_property
    def images_custody(self) -> pd.DataFrame:
        """Sentenced to custody for indecent images."""
        return first_of(self.group("images_custody_early"), self.group("images_custody"))

    @functools.cached_property
    def later_cautions(self) -> pd.DataFrame:
        """Cautions for sexual offences, of adults and of those under 18."""
        return total(self.group("cautions_of_adults"), self.group("cautions_under_18"))


def _custody(t: Published) -> pd.DataFrame:
    """Counted; after the last count, the published rate times all sentenced (held)."""
    counted, rate = t.counted_custody, t.group("custody_rate")
    later = rate[rate["t"] > counted["t"].iloc[-1]]
    value = later["value"] / 100 * at(t.sentenced, later["t"])
    return first_of(counted, later.assign(value=value, basis="derived"))


def _life(t: Published) -> pd.DataFrame:
    """Life sentences and imprisonment for public protection (IPP) of the group.

    Rape is counted; the group's one count of receptions gives the ratio of all to rape. Life
    shares of later years are used from the first whole year after the last IPP count plus two:
    in between both sentences existed and only one is counted.
    """
    rape = t.indeterminate_rape
    if rape.empty:
        raise lacking(LABELS["life"], t.as_of)
    whole = t.group("indeterminate").iloc[:1]
    level = float(whole["value"].iloc[0]) / float(at(rape, whole["t"])[0])
    ipp, share = t.group("ipp_rape"), t.group("life_share_rape")
    last = float((ipp if len(ipp) else rape)["t"].iloc[-1])
    share = share[share["t"] > last + 2]
    if len(share):
        convicted = at(t.group("convicted_rape"), share["t"])
        share = share.assign(value=share["value"] / 100 * convicted * level, basis="derived")
    both = scaled(whole_years(total(ipp, t.group("life_rape"))), level)
    return first_of(scaled(rape, level), both, share)


def _image_cautions(t: Published) -> pd.DataFrame:
    early = total(t.group("image_cautions_possession"), t.group("image_cautions_making"))
    late = total(t.group("obscene_cautions_of_adults"), t.group("obscene_cautions_under_18"))
    return first_of(early, late)


#: How each input is made of the groups (the orders imposed are in another table).
RULES: dict[str, Callable[[Published], pd.DataFrame]] = {
    "sentenced": lambda t: t.sentenced,
    "custody": _custody,
    "life": _life,
    "suspended_share": lambda t: ratio(t.group("suspended"), t.community),
    "young_share": lambda t: ratio(
        difference(t.group("under_18"), t.group("custody_under_18")),
        difference(t.community, t.group("suspended")),
    ),
    "images": lambda t: t.images,
    "images_custody": lambda t: t.images_custody,
    "images_suspended_share": lambda t: ratio(
        t.group("images_suspended"), difference(t.images, t.images_custody)
    ),
    "cautions": lambda t: first_of(
        t.group("cautions_of_men"), t.group("cautions"), t.later_cautions
    ),
    "images_cautions": _image_cautions,
    "caution_young_share": lambda t: ratio(t.group("cautions_under_18"), t.later_cautions),
    "length": lambda t: t.group("length"),
    "length_parts": lambda t: t.group("length_assault"),
    "served": lambda t: t.group("served"),
}
