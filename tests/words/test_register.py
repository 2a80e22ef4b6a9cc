"""The register's words on a small record, with every branch: renew with --inline-snapshot=fix."""

# ruff: noqa: E501 (whole sentences are pinned as they are read)

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
import reading
from inline_snapshot import snapshot

from mappa.errors import UnknownName
from mappa.printed import rounded
from mappa.register import doors
from mappa.register.answers.build import CLASS_LABELS
from mappa.register.answers.record import (
    Accounting,
    Attribution,
    Estimate,
    Impulse,
    OtherLaw,
    PriorPosterior,
    RegisterRecord,
    ShorterSentences,
    StockPoint,
    VersionAnswer,
)
from mappa.register.answers.scenarios import ScenarioPoint, ScenarioRecord
from mappa.register.law.terms import Terms
from mappa.words.register import answer as aw
from mappa.words.register import fit as fw
from mappa.words.register import law as lw


def e(name: str, median: float, width: float = 10.0, label: str = "") -> Estimate:
    return Estimate(name, label or name, median, median, median - width, median + width)


def parameter(name: str, contraction: float, told: str, **more: Any) -> PriorPosterior:
    return PriorPosterior(
        parameter=name,
        meaning=f"Rate of {name}",
        unit="ratio",
        prior_median=1,
        prior_low=0.5,
        prior_high=2,
        low=0.9,
        high=1.3,
        contraction=contraction,
        told=told,
        quality="red",
        **{"median": 1.1, "conflict": False, "latent": False, **more},
    )


TERMS = Terms(
    start=pd.Timestamp("1990-01-01"),
    change=pd.Timestamp("1995-05-01"),
    caution_before=4,
    caution=1,
    other=3,
    short=6,
    middle=9,
    long=np.inf,
    short_limit=5,
    threshold=25,
    young_factor=0.5,
    review_wait=12,
    review_start=pd.Timestamp("2001-09-01"),
)


def shorter(reference: str, smaller: float) -> ShorterSentences:
    return ShorterSentences(reference, e("shorter", smaller), e("jointly", smaller + 70))


def version(
    label: str, smaller: float, p: float | None, conflicts: tuple[str, ...] = ()
) -> VersionAnswer:
    return VersionAnswer(
        name=label.replace(" ", "_"),
        label=label,
        indefinite=e("kind.indefinite", 120 + smaller),
        shorter=e("shorter", smaller),
        shorter_earliest=e("shorter", smaller + 48),
        fixed_period=e("law", 75),
        latent=e("latent", -40),
        furthest="prison count of 2002",
        gap=-2.34,
        conflicts=conflicts,
        figures=12,
        squares=None if p is None else 14.2,
        log_evidence=None if p is None else 5.0,
        prior_predictive_p=p,
        posterior_predictive_p={}
        if p is None
        else {"all": p, "stock": 0.4, "prison": 0.0, "largest": 0.3},
        log_predictive=None if p is None else 7.25,
        origins=None if p is None else 3,
    )


@pytest.fixture()
def record() -> RegisterRecord:
    flows = (
        e("flow.first_registrations", 300.4, label="first registrations"),
        e("flow.releases", 250, label="releases"),
        e("flow.expiries", 320, label="terms that ran out"),
        e("flow.deaths", 40, label="deaths"),
        e("flow.reviews", 15, label="removals on review"),
    )
    drivers = tuple(
        e(f"shapley.1999/00.{d}", v, label=d)
        for d, v in zip(
            ("volume", "latent", "mix", "threshold", "delay", "life", "served"),
            (60, -40, 30, 5, -12, 3, 0),
            strict=True,
        )
    )
    attribution = Attribution(
        reference="1999/00",
        drivers=drivers,
        lengths=e("lengths", -7),
        entry=e("entry", 90),
        latent=e("shapley.1999/00.latent", -40),
        implied=e("implied", 215),
        residual=e("rest", 25),
        momentum_indefinite=e("mi", 120),
        momentum_fixed=e("mf", 9),
        hatched=("latent", "served"),
    )
    law = OtherLaw(
        "long_as_middle",
        "sentences of 25 months and more carried 9 years",
        9.0,
        e("g", 100),
        e("s", 9000),
        e("gd", -75),
        e("sd", -1000),
    )
    return RegisterRecord(
        force="Upper Marsh",
        nation="Freedonia",
        as_of=dt.date(2010, 3, 31),
        horizon=1,
        reference="1999/00",
        status="sampled: draws shipped",
        level=0.9,
        stock=(
            StockPoint(dt.date(2009, 3, 31), "fitted", 1010, 1000, 1020, 1000.0),
            StockPoint(dt.date(2010, 3, 31), "fitted", 1190, 1180, 1200, 1200.0),
            StockPoint(dt.date(2011, 3, 31), "forecast", 1300, 1250, 1350, None),
        ),
        accounting=Accounting(
            dt.date(2009, 3, 31),
            dt.date(2010, 3, 31),
            1000,
            1200,
            200,
            flows,
            e("net", 175),
            e("rest", 25, label="unexplained remainder"),
            (
                e("kind.indefinite", 120.4, label="people registered indefinitely"),
                e("kind.suspended", 80.3, label="people with suspended sentences"),
                e("kind.other", -25.7, label="all other groups"),
            ),
        ),
        classes=tuple(e(f"class.{k}", 10, label=v) for k, v in CLASS_LABELS.items()),
        class_growth=tuple(e(f"class_growth.{k}", 1, label=v) for k, v in CLASS_LABELS.items()),
        indefinite_share=Estimate("share", "share", 0.42, 0.42, 0.40, 0.44),
        indefinite_growth=e("growth", 90),
        attribution=(attribution,),
        shorter=(shorter("1999/00", 18), shorter("1994/95", 66)),
        counterfactuals=(law, dataclasses.replace(law, name="long_as_wait", years=12.0)),
        impulse=tuple(
            Impulse(k, y, -y * 10.0, -y * 12.0, -y * 8.0)
            for k in ("all", "crossing", "waiting", "paused", "no_orders")
            for y in (1, 5)
        ),
        assumption_growth=(),
        versions=(version("one way", 38, 0.2), version("another way", -2, 0.01, ("a",))),
        parameters=(
            parameter("a", 0.8, "data", conflict=True, median=2.5),
            parameter("b", 0.1, "prior only"),
            parameter("walk_1", 0.9, "data", latent=True),
        ),
        long_run=(e("l10", 2000, label="after 10 years"), e("l80", 2500, label="after 80 years")),
        inputs=(),
        diagnostics={"method": "short"},
        seed=1,
        lengths_until=2020,
    )


def changed(record: RegisterRecord, growth: float | None) -> RegisterRecord:
    """Return the record with another published change, or none."""
    rest = None if growth is None else e("rest", growth - 175, label="unexplained remainder")
    a = dataclasses.replace(record.accounting, published_growth=growth, remainder=rest)
    parts = tuple(dataclasses.replace(x, residual=rest) for x in record.attribution)
    return dataclasses.replace(record, accounting=a, attribution=parts)


def test_the_answer_is_three_paragraphs(record: RegisterRecord) -> None:
    assert str(aw.answer(record)) == snapshot("""\
The number of registered sexual offenders in the community in Freedonia rose by 200 in the year to 31 March 2010. Most of the rise is people registered indefinitely: about 121 more of them joined than left (90% interval 110 to 130). People with suspended sentences added about 80, and all other groups together took off about 26. The model does not explain the other 25.

Had sentences been as long as in 1999/00, the rise would have been about 18 smaller (90% interval 8 to 28). Had sentences been as long as in 1994/95, the rise would have been about 66 smaller (90% interval 56 to 76).

Fewer people joined the register for each sentence than in 1999/00. That took about 40 off the rise in the model (90% interval 30 to 50). Published sentences alone would have put the rise at about 215. No published figure shows why.\
""")


@pytest.mark.parametrize("growth", [None, 0.0, -30.0])
def test_the_accounting_where_the_register_did_not_grow(
    record: RegisterRecord, growth: float | None
) -> None:
    said = str(aw.made_of(changed(record, growth)))
    assert (
        said
        == {
            None: snapshot(
                "No change in the number in the community in Freedonia is published for the year to 31 March 2010. The model puts it at +175. Most of the rise is people registered indefinitely: about 121 more of them joined than left (90% interval 110 to 130). People with suspended sentences added about 80, and all other groups together took off about 26."
            ),
            0.0: snapshot(
                "The number of registered sexual offenders in the community in Freedonia did not change in the year to 31 March 2010. The number registered indefinitely rose by about 121 (90% interval 110 to 130). People with suspended sentences added about 80, and all other groups together took off about 26. Together that is 175, or 175 above the published change; the model does not explain why."
            ),
            -30.0: snapshot(
                "The number of registered sexual offenders in the community in Freedonia fell by 30 in the year to 31 March 2010. The number registered indefinitely rose by about 121 (90% interval 110 to 130). People with suspended sentences added about 80, and all other groups together took off about 26. Together that is 175, or 205 above the published change; the model does not explain why."
            ),
        }[growth]
    )


def test_groups_that_grow_shrink_or_stay(record: RegisterRecord) -> None:
    kinds = (e("kind.indefinite", -20), e("kind.suspended", 0), e("kind.other", 195))
    a = dataclasses.replace(record.accounting, kinds=kinds, remainder=e("rest", 25))
    assert str(aw.made_of(dataclasses.replace(record, accounting=a))) == snapshot(
        "The number of registered sexual offenders in the community in Freedonia rose by 200 in the year to 31 March 2010. The number registered indefinitely fell by about 20 (90% interval 10 to 30). People with suspended sentences made no difference, and all other groups together added about 195. The model does not explain the other 25."
    )
    exact = dataclasses.replace(a, remainder=e("rest", 0.2))
    assert aw.made_of(dataclasses.replace(record, accounting=exact)).endswith(
        "These parts add up to the published change."
    )


def test_shorter_sentences_can_make_the_rise_larger_and_have_one_reference(
    record: RegisterRecord,
) -> None:
    one = dataclasses.replace(record, shorter=(shorter("1999/00", -18),))
    assert str(aw.had_it_not(one)) == snapshot(
        "Had sentences been as long as in 1999/00, the rise would have been about 18 larger (90% interval 8 to 28)."
    )


@pytest.mark.parametrize(("latent", "width"), [(40.0, 10.0), (5.0, 10.0)])
def test_what_is_not_known(record: RegisterRecord, latent: float, width: float) -> None:
    main = dataclasses.replace(record.attribution[0], latent=e("l", latent, width))
    said = str(aw.not_known(dataclasses.replace(record, attribution=(main,))))
    assert (
        said
        == {
            40.0: snapshot(
                "More people joined the register for each sentence than in 1999/00. That added about 40 to the rise in the model (90% interval 30 to 50). Published sentences alone would have put the rise at about 135. No published figure shows why."
            ),
            5.0: snapshot(
                "It is not certain whether more or fewer people joined the register for each sentence than in 1999/00. In the model that changed the rise by +5 (90% interval −5 to +15). Published sentences alone would have put the rise at about 170."
            ),
        }[latent]
    )


def test_a_rise_smaller_than_its_largest_part(record: RegisterRecord) -> None:
    assert str(aw.made_of(changed(record, 110.0))) == snapshot(
        "The number of registered sexual offenders in the community in Freedonia rose by 110 in the year to 31 March 2010. People registered indefinitely are more than all of the rise: about 121 more of them joined than left (90% interval 110 to 130). People with suspended sentences added about 80, and all other groups together took off about 26. Together that is 175, or 65 above the published change; the model does not explain why."
    )
    assert "Much is left unexplained" in aw.certainty(record)
    assert "Without a published change" in aw.certainty(changed(record, None))


@pytest.mark.parametrize("behind", [2, 3])
def test_long_after_the_last_published_lengths_nothing_is_said_of_sentences(
    record: RegisterRecord, behind: int
) -> None:
    late = dataclasses.replace(record, lengths_until=record.as_of.year - behind)
    said = aw.answer(late)
    assert said.startswith(aw.made_of(late))
    assert ("cannot be said for the year to" in said) == (behind > 2)
    assert (aw.had_it_not(late) in said) == (behind <= 2)
    assert (aw.APART in aw.certainty(late)) == (behind <= 2)


def test_certainty(record: RegisterRecord) -> None:
    assert str(aw.certainty(changed(record, 180.0))) == snapshot(
        """\
For suspended sentences the 90% interval is +70 to +90, and for all other groups −36 to −16. All numbers are averages over two versions of the model, each with the same weight. The parts are means, so they add up.

Little is left unexplained, because the model is fitted to these counts. That does not mean that everything is understood: the number who join for each sentence was free to follow them.

The numbers for shorter sentences each answer a question of their own. They overlap and cannot be added to the parts.

All this assumes that notification periods run from conviction, in custody too. What is not published is assumed to lie in the ranges stated below.\
"""
    )


SAYINGS = (
    aw.answer, aw.certainty, fw.informed, fw.misfit, fw.status, lw.indefinite_law, lw.long_run,
    lw.shorter, aw.latent_by_reference, fw.checks, fw.pooled, aw.accounting, aw.indefinite,
)  # fmt: skip


@pytest.mark.parametrize("growth", [None, -30.0, 0.0, 110.0, 180.0, 3000.0])
@pytest.mark.parametrize("size", [-18.0, 0.0, 18.0])
def test_every_branch_is_plain(record: RegisterRecord, growth: float | None, size: float) -> None:
    """Words and numbers of each sentence, sentences of each paragraph, and no banned word."""
    main = dataclasses.replace(record.attribution[0], latent=e("l", size))
    kinds = (e("kind.indefinite", 2 * size), e("kind.suspended", size), e("kind.other", -size))
    r = changed(dataclasses.replace(record, attribution=(main,)), growth)
    r = dataclasses.replace(
        r,
        shorter=(shorter("1999/00", size), shorter("1994/95", 18)),
        accounting=dataclasses.replace(r.accounting, kinds=kinds),
    )
    late = dataclasses.replace(r, lengths_until=2000)
    said = [say(r) for say in SAYINGS] + [aw.answer(late), lw.rule_result(r, TERMS)]
    assert {str(s): f for s in said if (f := reading.faults(s))} == {}


@pytest.mark.parametrize("growth", [200.0, 150.0, None])
def test_printed_parts_add_up_to_the_change(record: RegisterRecord, growth: float | None) -> None:
    now = changed(record, growth)
    change = round(now.accounting.change)
    assert change == round(175 if growth is None else growth)
    for by in ("kind", "movement"):
        assert doors.accounting(now, by)["people"].sum() == change
    shares = doors.attribution(now)
    assert shares["people"].sum() == change
    assert shares.index[~shares["figure"]].tolist() == ["latent", "served"]
    leaving = doors.accounting(now, "movement").loc[["expiries", "deaths", "reviews"]]
    assert (leaving["people"] < 0).all() and (leaving["low"] < leaving["high"]).all()
    with pytest.raises(UnknownName, match="choose one of kind, movement"):
        doors.accounting(now, "clas")
    with pytest.raises(UnknownName, match="reference year"):
        doors.attribution(now, "1955/56")


def test_but_fors_say_how_much_smaller_and_stand_alone(record: RegisterRecord) -> None:
    had = doors.but_fors(record)
    assert had["smaller"].tolist() == [18, 88, 66, 136, 75, 75]
    assert had.loc["long_as_middle", ["fewer", "fewer_low", "fewer_high"]].tolist() == [
        1000, 990, 1010,
    ]  # fmt: skip
    assert had.loc["1999/00", "fewer"] != had.loc["1999/00", "fewer"]  # not asked for


def test_versions_have_their_answers_and_their_fit_as_numbers(record: RegisterRecord) -> None:
    own = doors.versions(record)
    assert own.loc["another_way", ["shorter", "shorter_low", "shorter_high"]].tolist() == [
        -2, -12, 8,
    ]  # fmt: skip
    assert own["p_all"].tolist() == [0.2, 0.01] and own["gap"].tolist() == [-2.34, -2.34]


def test_terms_have_their_limits_in_months() -> None:
    table = TERMS.table
    assert table["years"].tolist() == [1, 3, 6, 9, np.inf, np.inf]
    assert table.loc["caution", "years_before"] == 4
    assert table.loc["custody_middle", ["from_months", "below_months"]].tolist() == [5, 25]
    assert [lw.years(y) for y in (np.inf, 2.5, 10.0)] == ["indefinite", "2.5", "10"]


def test_rounding_keeps_the_sum() -> None:
    """Hamilton's method: 3.4 + 3.4 + 3.2 are 10, not 9."""
    assert rounded([3.4, 3.4, 3.2]) == [4, 3, 3]
    assert rounded([1711.6, 852.9, -425.7, 2.2]) == [1712, 853, -426, 2]
    assert rounded([-0.5, 0.5]) == [0, 0]


def test_accounting(record: RegisterRecord) -> None:
    assert str(aw.accounting(record)) == snapshot(
        """\
In the year to 31 March 2010 about 300 people joined the register in the community without going to prison, and 250 on release. About 320 left because their notification period ended, 40 died and 15 were removed on review. By the model the number changed by +175 (90% interval +165 to +185). The published change is +200.

None of these movements is published. They follow from sentences, notification periods and the life table.\
"""
    )
    assert "Neither these movements nor the change are" in aw.accounting(changed(record, None))


def test_the_latent_inflow(record: RegisterRecord) -> None:
    assert str(aw.latent_by_reference(record)) == snapshot(
        """\
The model lets the number who join for each sentence drift, because published sentences alone do not fit the counts. No published figure shows why it moved.

Since 1999/00 the drift took about 40 off the rise (90% interval 30 to 50), which sentences alone would have put at 215.\
"""
    )


def test_the_law(record: RegisterRecord) -> None:
    assert str(lw.shorter(record)) == snapshot(
        """\
Longer sentences since 1994/95 added about 66 to the rise (90% interval 56 to 76). Longer sentences since 1999/00 added about 18 to the rise (90% interval 8 to 28).

A longer sentence moves someone across a limit only once the shorter period would have ended. So by the rules themselves the effect of recent lengthening is small. Average sentence lengths are published for a few years; the model draws straight lines between them.\
"""
    )
    assert str(lw.indefinite_law(record)) == snapshot(
        """\
Suppose sentences of 25 months and more carried 9 years on the register rather than an indefinite period. The rise would then have been about 75 smaller (90% interval 65 to 85). With 12 years it would have been about 75 smaller.

This question overlaps the others, so its answer cannot be added to theirs.\
"""
    )
    assert str(lw.rule_result(record, TERMS)) == snapshot(
        """\
Notification periods run from conviction, in custody too. So a sentence that crosses 25 months cannot change the count before year 9. For the limit of 5 months that is year 6. Until then a longer sentence only delays release, which lowers the count.

Suppose all sentences were 10% longer from the end of 1999/00 on. The number would change by −50 people in five years (90% interval −60 to −40). Sentences that grew longer after 1999/00 therefore hardly raised the count of the year to 31 March 2010 through the limit of 25 months.

This holds for adults. It assumes that time in custody counts, an inference from the Act, and that orders do not affect the timing.\
"""
    )
    assert str(lw.long_run(record)) == snapshot(
        "Suppose sentencing stayed as it was in the year to 31 March 2010. The register of Freedonia would then reach about 2,000 (90% interval 1,990 to 2,010) after 10 years. It would reach about 2,500 (90% interval 2,490 to 2,510) after 80 years. This is not a forecast: it shows growth already built in."
    )
    assert str(aw.indefinite(record)) == snapshot(
        "By the model 42% of the people on the register of Freedonia on 31 March 2010 are registered indefinitely (90% interval 40% to 44%). Their number changed by +90 in the year (90% interval +80 to +100)."
    )


def test_misfit_and_status(record: RegisterRecord) -> None:
    assert str(fw.misfit(record)) == snapshot(
        "The model is furthest from a published count on 31 March 2009: 1,010 against 1,000 (+1.0%). On 31 March 2010 it gives 1,190 against 1,200 (−0.8%). The dashed line runs on from the model’s own fit; the forecast further down starts from the published count, so its numbers differ."
    )
    assert str(fw.status(record)) == snapshot(
        "Sampled: draws shipped. The intervals are rougher than those of a sampled one."
    )
    good = {"rhat_max": 1.0042, "draws": 1000, "chains": 4, "ess_min": 512.3}
    assert str(fw.status(dataclasses.replace(record, diagnostics=good))) == snapshot(
        "Sampled: draws shipped. There are 1,000 draws, from 4 chains for each of two versions. Of all quantities shown the largest R-hat is 1.0042 and the smallest effective sample size 512."
    )


def test_what_the_data_inform_counts_the_latent_inflow_and_names_conflicts(
    record: RegisterRecord,
) -> None:
    assert str(fw.informed(record)) == snapshot("""\
The model has three quantities. The data inform 2 of them well, 0 in part and 1 hardly at all. These last rest on stated ranges. The number who join for each sentence may drift in one step, of which the data inform 1: it is free to follow the counts.

In some versions the data pull a quantity out of its stated range. That shows strain in the model and is not a finding.

Rate of a: outside 0.50 to 2.0 (ratio) in one version.\
""")
    deaths = parameter(fw.MORTALITY, 0.0, "prior only")
    text = fw.informed(dataclasses.replace(record, parameters=(deaths,), versions=()))
    assert str(text) == snapshot("""\
The model has one quantity. The data inform 0 of them well, 0 in part and 1 hardly at all. These last rest on stated ranges.

No figure used here informs the number of deaths. It follows from the life table and the range assumed for this group.\
""")


@pytest.fixture()
def what_if() -> ScenarioRecord:
    point = ScenarioPoint(dt.date(2011, 3, 31), 1300, 1250, 1350, 1200, 1150, 1250, -100, -120, -80)
    return ScenarioRecord(
        "Freedonia",
        dt.date(2010, 3, 31),
        1,
        {"caution_years": 2.0},
        ("term of cautions: 2 years",),
        dt.date(2005, 4, 1),
        "new",
        "sampled",
        (point,),
    )


def test_scenario(what_if: ScenarioRecord) -> None:
    assert str(lw.scenario(what_if)) == snapshot(
        "Term of cautions: 2 years, for those sentenced from 1 April 2005 on. By 31 March 2011 that would mean about 100 fewer people on the register (90% interval 80 to 120). With nothing changed there would be about 1,300. Sentences and everything else stay as they would have been."
    )
    same = dataclasses.replace(
        what_if.points[0], scenario=1300, difference=0, difference_low=0, difference_high=0
    )
    text = lw.scenario(dataclasses.replace(what_if, points=(same,), cohorts="all"))
    assert text.startswith(
        "Term of cautions: 2 years, for everyone from 1 April 2005 on. That changes"
    )
    one = dataclasses.replace(what_if.points[0], difference=1, difference_low=0)
    more = lw.scenario(dataclasses.replace(what_if, points=(one,)))
    assert "about one person more on the register" in more
    assert not reading.faults(more) and not reading.faults(text)


def test_the_versions_are_pooled_with_equal_weights(record: RegisterRecord) -> None:
    assert str(fw.pooled(record)).split("\n\n")[0] == snapshot(
        "These numbers average two versions of the model, each with the same weight. They differ in how published custody enters and in what else fills the prisons. Their own answers for the growth of people registered indefinitely run from 118 to 158. With sentences as long as in 1999/00 the rise would be 2 larger in one and 38 smaller in another."
    )


@pytest.mark.parametrize("p", [0.01, 0.2, None])
def test_low_checks_are_named_with_the_figure_missed_most(
    record: RegisterRecord, p: float | None
) -> None:
    versions = tuple(version(f"way {i}", 0, p) for i in range(2))
    if p == 0.2:
        fits = {"all": 0.5, "stock": 0.05}
        versions = tuple(dataclasses.replace(v, posterior_predictive_p=fits) for v in versions)
    record = dataclasses.replace(record, versions=versions)
    said = {
        0.01: snapshot("""\
In every version figures like the real ones are unlikely under the stated ranges (prior predictive p below 0.05). So less is known than their intervals say.

These posterior predictive checks are below 0.05.

Way 0: all figures and prison counts. It is furthest from the prison count of 2002 (−2.3 sd).

Way 1: all figures and prison counts. It is furthest from the prison count of 2002 (−2.3 sd).\
"""),
        0.2: snapshot("""\
No version's prior predictive check is below 0.05.

No posterior predictive check is below 0.05.\
"""),
        None: snapshot("How well each version fits is known for the shipped fit only."),
    }
    assert str(fw.checks(record)) == said[p]


def test_parameters_outside_their_band_are_named_with_what_chance_gives() -> None:
    names = [f"p{i}" for i in range(36)]
    table = pd.DataFrame({"sets": 200, "inside": [False] * 3 + [True] * 33}, index=names)
    said = fw.calibration(table)
    # 1 - (.95^36 + 36 x .05 x .95^35 + 630 x .05^2 x .95^34) = 0.27
    assert "33 of 36" in said and "p0, p1 and p2" in said and said.endswith("probability 0.27.")
    assert "chance" not in fw.calibration(table.assign(inside=True))
