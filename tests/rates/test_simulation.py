"""The simulation study: it knows the truth, agrees with the methods, and its kept result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mappa.data import Data
from mappa.rates import forces, simulation
from mappa.rates.methods import between, funnel, intervals, ratios
from mappa.words.rate import simulation as words

AS_OF = "2020-03-31"
PART = 1500  # replications of the part that tests rerun


@pytest.fixture(scope="module")
def setting(data: Data) -> simulation.Setting:
    found = forces.forces(data.on(AS_OF))
    i = found.areas.index("Cumbria")
    people = (float(found.people[i]), *map(float, np.delete(found.people, i)))
    return simulation.Setting(people, found.constrained.rate, found.constrained.tau, 1.0)


def test_vectorised_decisions_are_those_of_the_methods(setting: simulation.Setting) -> None:
    people = np.asarray(setting.people)
    counts, _ = simulation.draw(setting, 40, np.random.default_rng(3))
    told = simulation.by_chance(counts, people, 1.0)
    told |= simulation.overdispersed(counts, people)(1.0)
    for i, row in enumerate(counts):
        national = row.sum() / people.sum()
        e, x, n = people * national, row[0], people[0]
        rest, rest_people = row.sum() - x, people.sum() - n
        data = between.spread(row, people)
        held = between.paule_mandel(data, mean=float(np.log(national)))
        z = between.z_score(x, n, national, held.tau)
        low, high = between.sqrt_limits(e[0], float(between.sqrt_winsorised(row, e).tau2))
        shmi = funnel.additive_limits(e[0], float(between.shmi(row, e).tau2) ** 0.5, 1.0)
        rule = between.predict_each(row, people).p_value(row / people)
        expected = {
            "prediction": rule[0] < 0.05,
            "exact_national": intervals.exact_p(x, e[0]) < 0.05,
            "score_rest": ratios.score_ratio(x, n, rest, rest_people).p_value < 0.05,
            "exact_rest": ratios.doubled_exact_p(x, n, rest, rest_people) < 0.05,
            "multiplicative": funnel.multiplicative_row(
                x, e[0], float(funnel.multiplicative_phi(row, e))
            ).p_value
            < 0.05,
            "additive_national": abs(z) > 1.959964,
            "additive_shmi": not shmi[0] < x / e[0] < shmi[1],
            "additive_sqrt": not low < x / e[0] < high,
        }
        for method, verdict in expected.items():
            assert told[method][i] == verdict, (method, i)


@pytest.mark.parametrize(("spread", "ratio"), [(False, 1.0), (True, 1.0), (True, 1.3)])
def test_a_part_agrees_with_the_kept_result(
    data: Data, setting: simulation.Setting, spread: bool, ratio: float
) -> None:
    import dataclasses

    table = simulation.read(data)
    tau = setting.tau if spread else 0.0
    fresh = simulation.scenario(dataclasses.replace(setting, tau=tau, ratio=ratio), PART, seed=991)
    for _, row in fresh.iterrows():
        old = words.pick(table, row["measure"], row["method"], table["tau"].max() * spread, ratio)
        error = np.hypot(row["mc_error"], old["mc_error"])
        assert abs(row["value"] - old["value"]) < 4 * error + 1e-3, row.to_dict()


def test_the_kept_result_shows_why_the_plain_p_value_misleads(data: Data) -> None:
    table = simulation.read(data)
    assert simulation.is_of(data, table)
    assert set(table["ratio"]) == {1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5}
    wide = table["tau"].max()

    def alarms(method: str, tau: float) -> float:
        return words.pick(table, "rejects", method, tau, 1.0)["value"]

    for plain in simulation.PLAIN:
        assert alarms(plain, 0.0) == pytest.approx(0.05, abs=0.01)
        assert alarms(plain, wide) > 0.5
        held = words.pick(table, "covers_realised", plain, wide, 1.0)["value"]
        assert held == pytest.approx(0.95, abs=0.015)  # right about its own rate
    for allowing in ("additive_national", "additive_typical", "prediction"):
        assert alarms(allowing, wide) == pytest.approx(0.05, abs=0.015)
    short = table[(table["ratio"] == 1) & (table["measure"] == "rejects")]
    assert np.allclose(short["shortfall"], np.maximum(short["value"] - 0.05, 0))
    found = forces.forces(data.on(AS_OF))
    keep = np.array([area != "Cumbria" for area in found.areas])
    others = between.spread(found.counts[keep], found.people[keep])
    rule = between.predict(others, found.people[found.areas.index("Cumbria")])
    for ratio in (1.1, 1.2, 1.5):  # what the record prints is what the study finds
        simulated = words.pick(table, "rejects", "prediction", wide, ratio)["value"]
        assert float(rule.power(ratio)) == pytest.approx(simulated, abs=0.03)
    power = [
        words.pick(table, "rejects", "additive_national", 0.0, r)["value"] for r in (1.05, 1.5)
    ]
    assert power[0] < 0.5 < power[1]


def test_words_of_the_study(data: Data) -> None:
    table = simulation.read(data)
    told = words.summary(table)
    assert (
        "our rule in 5%; both aim at 5%" in told and "too many false alarms: additive tau" in told
    )
    good = table[~table["method"].isin(["additive_shmi", "additive_sqrt"])].copy()
    good.loc[good["method"] == "additive_national", "shortfall"] = 0.0
    assert "has the false alarms it aims at" in words.summary(good)
    assert len(words.table(table).frame) == 2 * len(simulation.METHODS)


def test_kept_result_of_other_figures_is_not_shown(data: Data) -> None:
    other = simulation.read(data).assign(tau=lambda t: t["tau"] * 1.5)
    assert not simulation.is_of(data, other)


def test_the_command_runs_and_is_reproducible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_up: Path
) -> None:
    from mappa.commands import _register_all, app

    if not app.registered_commands:
        _register_all()
    monkeypatch.setenv("MAPPA_DATA", str(made_up))
    files = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in files:
        done = CliRunner().invoke(
            app, ["simulate", "--replications", "100", "--seed", "3", "--out", str(path)]
        )
        assert done.exit_code == 0, done.output
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_text().startswith("method,tau,ratio,measure,value,mc_error")
