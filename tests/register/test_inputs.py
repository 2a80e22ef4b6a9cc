"""Inputs and targets: what is read, from when, and that nothing later is seen."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from later_rows import append

from mappa.data import Data, load
from mappa.errors import DataError
from mappa.register.inputs.build import build_inputs
from mappa.register.inputs.parameters import (
    ASSUMPTIONS,
    PARAMETERS,
    model_table,
    priors_of,
)
from mappa.register.inputs.rules import LABELS, OPTIONAL
from mappa.register.law import periods
from mappa.register.likelihood import build_targets, density_of

AS_OF = "2020-03-31"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2005", "2005-01-01", "2005-12-31"),
        ("2015-03", "2014-04-01", "2015-03-31"),
        ("2016-02", "2015-03-01", "2016-02-29"),
        ("2001-06-30", "2001-06-30", "2001-06-30"),
        ("2009-2011 average", "2009-01-01", "2011-12-31"),
    ],
)
def test_periods(text: str, first: str, last: str) -> None:
    assert periods.bounds(text) == (pd.Timestamp(first), pd.Timestamp(last))


@pytest.mark.parametrize("text", ["c2019", "to 2005-04", "2015-13", "derived", ""])
def test_words_that_are_no_period(text: str) -> None:
    assert periods.bounds(text) is None


def test_middle_and_decimal() -> None:
    assert periods.middle("2005") == 2005.5
    assert periods.middle("2015-03") == pytest.approx(2014.75)
    assert periods.decimal(pd.Timestamp("2004-05-01")) == pytest.approx(2004 + 4 / 12)


def test_published_points_are_kept_and_the_better_source_wins(data: Data) -> None:
    inputs = build_inputs(data, AS_OF)
    custody = inputs.series["custody"]
    assert custody.at(np.array([2010.5]))[0] == 3259
    assert custody.at(np.array([2017.5]))[0] == 4078
    length = inputs.series["length"]
    assert length.at(np.array([2013.5]))[0] == pytest.approx(59.1)  # not the rounded 59
    assert length.t[-1] == 2017.5  # the figure of the year to March 2021 is not seen
    assert set(inputs.series) == set(LABELS)
    assert inputs.band_counts.tolist() == [292, 125, 995, 926]


def test_custody_after_the_last_count_is_the_rate_times_the_sentenced(data: Data) -> None:
    inputs = build_inputs(data, AS_OF)
    t = np.array([2018.25])
    assert inputs.at("custody", t)[0] == pytest.approx(0.607 * inputs.at("sentenced", t)[0])


def test_the_table_says_how_each_year_is_known(data: Data) -> None:
    table = build_inputs(data, AS_OF).table.set_index(["input", "year"])
    assert table.loc[("custody", 2010), "basis"] == "published"
    assert table.loc[("custody", 2014), "basis"] == "interpolated"
    assert table.loc[("length", 2019), "basis"] == "held"
    assert table.loc[("life", 2006), "basis"] == "derived"
    known = table["basis"].isin(["published", "derived"])
    assert (table.loc[known, "source"] != "").all()


def test_ages_are_those_of_sentence(data: Data) -> None:
    inputs = build_inputs(data, AS_OF)
    assert inputs.age_weights.sum() == pytest.approx(1)
    assert inputs.ages.min() > 15
    assert 35 < inputs.ages @ inputs.age_weights < 45


def test_targets_leave_out_what_is_later_or_wider(data: Data) -> None:
    fixed = priors_of(data).fixed
    targets = build_targets(data, AS_OF, fixed)
    assert targets.stock.value[-1] == 62435
    assert targets.stock.dates[-1] == pytest.approx(2020.25)
    assert 95844 not in targets.stock.value
    assert targets.reviews.value.tolist() == [335, 330]
    assert targets.shares.value[0] == pytest.approx(23310 / 44159)
    assert targets.stock.sd.min() == pytest.approx(fixed["error_exact"])
    assert targets.prison.value.max() == 13580


def test_prisoners_are_one_count_a_year(data: Data) -> None:
    """Version 1.1.0 took five of 2018 and 2019 as independent, four of them of adults alone."""
    prison = build_targets(data, AS_OF, priors_of(data).fixed).prison
    assert len(set(prison.dates.astype(int))) == len(prison.dates) >= 10


def test_the_order_of_rows_does_not_matter(data: Data, data_copy: Path) -> None:
    before = density_of(data, AS_OF)
    rng = np.random.default_rng(1)
    for name in ("sentencing", "national_figures", "profile", "outflow", "life_table_males"):
        path = data_copy / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        order = rng.permutation(len(rows))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerows([header, *(rows[i] for i in order)])
    after = density_of(load(data_copy), AS_OF)
    assert after.digest == before.digest
    z = rng.normal(0, 0.3, before.size)
    assert after.log_posterior(z) == before.log_posterior(z)


def test_rows_after_the_date_change_nothing_that_is_fitted(data: Data, data_copy: Path) -> None:
    append(data_copy)
    assert density_of(load(data_copy), AS_OF).digest == density_of(data, AS_OF).digest


def test_altered_figures_change_the_digest(data: Data, data_copy: Path) -> None:
    path = data_copy / "sentencing.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("all,3259,3259", "all,3295,3295"), encoding="utf-8")
    assert density_of(load(data_copy), AS_OF).digest != density_of(data, AS_OF).digest


def test_early_dates_do_without_later_series(data: Data) -> None:
    inputs = build_inputs(data, "2013-03-31")
    assert not inputs.series["suspended_share"].t.size
    density = density_of(data, "2013-03-31")
    assert np.isfinite(density.log_posterior(np.zeros(density.size)))


def test_too_few_counts_are_refused(data: Data, data_copy: Path) -> None:
    path = data_copy / "national_figures.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [x for x in lines if ",rso_count," not in x or x[:4] in {"2019", "2020"}]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="needs four or more"):
        density_of(load(data_copy), AS_OF)


def test_a_date_by_which_a_needed_input_has_no_figure_is_refused_in_one_sentence(
    data: Data,
) -> None:
    with pytest.raises(DataError, match="cautions for indecent images up to 2010-03-31") as told:
        build_inputs(data, "2010-03-31")
    assert str(told.value).endswith("add a figure for a period that ends by then.")


def test_inputs_with_a_prior_in_their_place_may_be_empty(data: Data, data_copy: Path) -> None:
    path = data_copy / "sentencing.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame[frame["measure"] != "sentenced_suspended"].to_csv(path, index=False)
    inputs = build_inputs(load(data_copy), AS_OF)
    assert {n for n, points in inputs.series.items() if not points.t.size} <= set(OPTIONAL)
    assert not inputs.series["suspended_share"].t.size


def test_priors_must_hold_their_median(data: Data, data_copy: Path) -> None:
    path = data_copy / "register_parameters.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[frame["parameter"] == "extension", "low"] = "0.9"
    frame.to_csv(path, index=False)
    with pytest.raises(DataError, match=r"register_parameters.csv, row \d+, column median"):
        priors_of(load(data_copy))


def test_prior_ranges_are_the_central_ninety_percent(data: Data) -> None:
    table = priors_of(data, "custody_published_recalls_served")
    rng = np.random.default_rng(2)
    z = rng.standard_normal((4000, len(table)))
    frame = table.frame.set_index("parameter")
    for name in ("kappa_other", "share_long", "absent"):
        low, high = np.quantile(table.column(name, z), [0.05, 0.95])
        assert low == pytest.approx(frame.loc[name, "low"], rel=0.06)
        assert high == pytest.approx(frame.loc[name, "high"], rel=0.06)
    for name, value in table.values(np.zeros(len(table))).items():
        if name == "counted_from":
            continue
        assert value == pytest.approx(frame.loc[name, "median"])


def test_every_parameter_stands_in_the_assumptions_log(data: Data) -> None:
    log = model_table(data, ASSUMPTIONS)
    parameters = set(model_table(data, PARAMETERS)["parameter"])
    assert parameters <= set(log["id"])
    for column in ("quality_to_2004", "quality_2005_2014", "quality_from_2015"):
        assert set(log[column]) <= {"red", "amber", "green"}


def test_a_folder_without_the_models_tables_uses_the_studys(
    made_up_data: Data, tmp_path: Path
) -> None:
    shutil.copytree(made_up_data.folder, tmp_path / "data")
    (tmp_path / "data" / "register_parameters.csv").unlink(missing_ok=True)
    assert len(model_table(load(tmp_path / "data"), PARAMETERS)) > 20
