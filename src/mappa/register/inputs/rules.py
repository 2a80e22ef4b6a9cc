"""The rules by which published figures become the inputs of the model.

:data:`GROUPS` names every group of the table ``sentencing`` that is read; :data:`RULES` has a
function for each input, which joins groups and inputs made before it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pandas as pd

from mappa.register.inputs import published as pub
from mappa.register.inputs.published import Published, first_of, ratio, scaled, total, whole_years
from mappa.register.law import periods

GROUP = "sexual_offences_group"
_RAPE = ("female over 16", "female under 16", "male over 16", "male under 16")
_IMAGES = "indecent images of children (86.1+86.2)"
_EARLY_IMAGES = "indecent images (PCA s.1 + CJA s.160)"
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
    **{f"determinate_rape {who}": ("determinate_custody", f"rape of {who}", "") for who in _RAPE},
    **{f"indeterminate_rape {who}": ("indeterminate", f"rape of {who}", "") for who in _RAPE},
}
#: Groups of which a figure must be known.
NEEDED = ("custody", "indeterminate", "length", "length_assault", "served")

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
#: Inputs that may have no figure by a date: a parameter with a prior stands in for them.
OPTIONAL = (
    "orders",
    "suspended_share",
    "young_share",
    "images_suspended_share",
    "caution_young_share",
)


class Table:
    """The groups of :data:`GROUPS` and the inputs made so far, each read or made once."""

    def __init__(self, read: Published) -> None:
        self.read = read
        self._known: dict[str, pd.DataFrame] = {}

    def group(self, name: str) -> pd.DataFrame:
        """Return the published points of a group."""
        if name not in self._known:
            choose = self.read.need if name in NEEDED else self.read.points
            self._known[name] = choose(*GROUPS[name])
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
        less = pub.difference(self.group("convicted_or_cautioned"), self.group("cautions"))
        less = less.assign(
            quality=self.group("convicted_or_cautioned")["quality"].reindex(less.index),
            sources=self.group("convicted_or_cautioned")["sources"].reindex(less.index),
        )
        known = first_of(counted, convicted, less)
        known = first_of(known, self._uncounted(known))
        custody = self.counted_custody
        known = first_of(known, self._by_rate(known, custody))
        if known.empty:
            raise pub.lacking(LABELS["sentenced"], self.read.as_of)
        first = known.iloc[:1]
        before = custody[custody["t"] < float(first["t"].iloc[0]) - 0.5]
        level = float(first["value"].iloc[0]) / float(pub.at(custody, first["t"])[0])
        return first_of(scaled(before, level).assign(quality="approximate"), known)

    def _by_rate(self, known: pd.DataFrame, custody: pd.DataFrame) -> pd.DataFrame:
        """Custody over the published rate, within its years, where nothing else is near."""
        rate = self.group("custody_rate")
        t = rate["t"].to_numpy(dtype=float)
        near = np.abs(t[:, None] - known["t"].to_numpy(dtype=float)).min(axis=1, initial=9) < 0.5
        wanted = rate[(t >= custody["t"].iloc[0]) & (t <= custody["t"].iloc[-1]) & ~near]
        value = pub.at(custody, wanted["t"]) / (wanted["value"] / 100)
        return wanted.assign(value=value, basis="derived")

    def _uncounted(self, known: pd.DataFrame) -> pd.DataFrame:
        """What a sum over several years leaves for those of its years that have no count.

        The sum is of adults; it is raised by the ratio of all to adults in the years that have
        both. Years before the first count stand on a straight line; the others share the rest
        evenly.
        """
        rows = self.read.frame
        rows = rows[
            (rows["measure"] == "sentenced_total")
            & (rows["group"] == "adult")
            & rows["unit"].str.contains(pub.SEVERAL_YEARS)
        ]
        raised = ratio(whole_years(self.group("sentenced")), self.group("adults"))["value"]
        if rows.empty or raised.empty:
            return pub.series([])
        row = rows.iloc[0]
        first, last = periods.bounds(row["year"]) or (self.read.as_of, self.read.as_of)
        middles = pd.Series(np.arange(first.year, last.year + 1) + 0.5)
        after = middles > known["t"].iloc[-1] + 0.5
        if not after.any():
            return pub.series([])
        self.read.used.update(row["source"].split())
        rest = float(row["value"]) * float(raised.mean())
        rest -= float(pub.at(known, middles[~after]).sum())
        each = rest / int(after.sum())
        found = [(t, each, "derived", row["quality"], row["source"]) for t in middles[after]]
        return pub.series(found)

    @functools.cached_property
    def community(self) -> pd.DataFrame:
        """Sentences other than custody, in the years in which both are counted."""
        return pub.difference(
            whole_years(self.group("sentenced")), whole_years(self.group("custody"))
        )

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


def _custody(t: Table) -> pd.DataFrame:
    """Counted; after the last count, the published rate times all sentenced (held)."""
    counted, rate = t.counted_custody, t.group("custody_rate")
    later = rate[rate["t"] > counted["t"].iloc[-1]]
    value = later["value"] / 100 * pub.at(t.sentenced, later["t"])
    return first_of(counted, later.assign(value=value, basis="derived"))


def _life(t: Table) -> pd.DataFrame:
    """Life sentences and imprisonment for public protection (IPP) of the whole group.

    Rape is counted; the group's one count of receptions gives the ratio of all to rape. Life
    shares of later years are used from the first whole year after the last IPP count plus two:
    in between both sentences existed and only one is counted.
    """
    rape = t.indeterminate_rape
    if rape.empty:
        raise pub.lacking(LABELS["life"], t.read.as_of)
    whole = t.group("indeterminate").iloc[:1]
    level = float(whole["value"].iloc[0]) / float(pub.at(rape, whole["t"])[0])
    ipp, share = t.group("ipp_rape"), t.group("life_share_rape")
    last = float((ipp if len(ipp) else rape)["t"].iloc[-1])
    share = share[share["t"] > last + 2]
    if len(share):
        convicted = pub.at(t.group("convicted_rape"), share["t"])
        share = share.assign(value=share["value"] / 100 * convicted * level, basis="derived")
    both = scaled(whole_years(total(ipp, t.group("life_rape"))), level)
    return first_of(scaled(rape, level), both, share)


def _image_cautions(t: Table) -> pd.DataFrame:
    early = total(t.group("image_cautions_possession"), t.group("image_cautions_making"))
    late = total(t.group("obscene_cautions_of_adults"), t.group("obscene_cautions_under_18"))
    return first_of(early, late)


def _young_share(t: Table) -> pd.DataFrame:
    young = pub.difference(t.group("under_18"), t.group("custody_under_18"))
    return ratio(young, pub.difference(t.community, t.group("suspended")))


def _image_suspended_share(t: Table) -> pd.DataFrame:
    community = pub.difference(t.images, t.images_custody)
    return ratio(t.group("images_suspended"), community)


#: How each input is made of the groups (the orders imposed are in another table).
RULES: dict[str, Callable[[Table], pd.DataFrame]] = {
    "sentenced": lambda t: t.sentenced,
    "custody": _custody,
    "life": _life,
    "suspended_share": lambda t: ratio(t.group("suspended"), t.community),
    "young_share": _young_share,
    "images": lambda t: t.images,
    "images_custody": lambda t: t.images_custody,
    "images_suspended_share": _image_suspended_share,
    "cautions": lambda t: first_of(
        t.group("cautions_of_men"), t.group("cautions"), t.later_cautions
    ),
    "images_cautions": _image_cautions,
    "caution_young_share": lambda t: ratio(t.group("cautions_under_18"), t.later_cautions),
    "length": lambda t: t.group("length"),
    "length_parts": lambda t: t.group("length_assault"),
    "served": lambda t: t.group("served"),
}
