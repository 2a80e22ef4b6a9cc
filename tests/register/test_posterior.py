"""The shipped posterior is of these figures and this model; simulated data are recovered."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mappa.cache import Store
from mappa.data import Data
from mappa.errors import DataError
from mappa.register.answers import assumptions
from mappa.register.inference import draws as posteriors
from mappa.register.inference import fit as fits
from mappa.register.inference.diagnostics import convergence
from mappa.register.inference.draws import Posterior
from mappa.register.inference.mode import Coordinates, mode_of
from mappa.register.inference.quantities import quantities
from mappa.register.inference.sampler import QUICK_POINTS, _from_mode, dispersed, run_block, tune
from mappa.register.inputs.parameters import shipped_folder
from mappa.register.likelihood import Density, density_of
from mappa.register.stockflow.cohorts import DRIVERS

AS_OF = "2020-03-31"


@pytest.fixture(scope="module")
def p(data: Data) -> Posterior:
    return posteriors.load(data, AS_OF)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(shipped_folder() / posteriors.DRAWS)


def test_the_shipped_posterior_is_of_these_figures_and_holds_every_version(p: Posterior) -> None:
    assert p.status == posteriors.SHIPPED
    assert p.diagnostics["digest"] == p.density.digest
    sizes = [len(p.of(version).z) for version in p.versions]
    assert sum(sizes) == len(p.z)
    # Equal weights, fixed beforehand.
    assert set(sizes) == {fits.SHIP}


def test_every_stored_log_posterior_is_met(p: Posterior, table: pd.DataFrame) -> None:
    for version, density in zip(p.versions, p.densities, strict=True):
        stored = table.loc[table["version"] == version.name, "log_posterior"].to_numpy()
        own = p.of(version).z
        again = [density.log_posterior(z[:-1]) for z in own]
        assert np.abs(again - stored).max() < 1e-8
        # The first version's model runs the draws of all, by the place of their version.
        assert p.density.log_posterior(own[0]) == pytest.approx(again[0], abs=1e-9)


def test_every_quantity_shown_has_converged(p: Posterior) -> None:
    for version in p.versions:
        report, shown = p.reports[version.name], p.of(version).shown
        fits.check(report)
        moving = {c for c in shown.columns if shown[c].std() > 1e-6}
        assert moving == set(report["quantities"])
        assert set(p.density.model.names) == set(report["parameters"])
        both = [*report["parameters"].values(), *report["quantities"].values()]
        assert max(m["rhat"] for m in both) < 1.01
        assert min(min(m["bulk"], m["tail"]) for m in both) >= 400
        assert report["judged"] >= len(shown)


def test_the_stored_diagnostics_are_borne_out_by_the_shipped_draws(p: Posterior) -> None:
    """They are of more draws than ship, so what ships can only come near them."""
    for version in p.versions:
        told = pd.DataFrame(p.reports[version.name]["quantities"]).T
        shown = p.of(version).shown[list(told.index)].to_numpy()
        found = convergence(shown.reshape(fits.CHAINS, -1, len(told)))
        # R-hat of so few draws has noise of its own: of 400 its largest of some 180 is about 1.03.
        assert (found.rhat < told["rhat"].to_numpy() + 0.06).all()
        assert (found.bulk < 1.5 * told["bulk"].to_numpy()).all()


def test_each_version_reports_fit_evidence_and_predictive_checks(p: Posterior) -> None:
    for version, density in zip(p.versions, p.densities, strict=True):
        told = p.reports[version.name]["information"]
        assert told["residuals"] == len(density)
        z = mode_of(density).z
        assert float(np.sum(density.residuals(z) ** 2)) == pytest.approx(told["squares"], abs=0.02)
        assert 0 <= told["prior_predictive_p"] <= 1
        assert set(told["posterior_predictive_p"]) == {"all", "stock", "prison", "largest"}
        assert told["origins"] >= 5


def test_quantities_are_judged_over_more_draws_than_are_shipped():
    chains = np.arange(2 * 100.0).reshape(2, 100, 1)
    settings = fits.Settings(chains=2, judged=20, ship=6)
    z, order, shipped = fits._thin(chains, settings)
    assert z.shape == (20, 1)
    assert sorted(order) == list(range(20))
    assert order[:6].tolist() == shipped.tolist()
    # Evenly spread in each chain, the first and last draw among them.
    assert z[shipped, 0].tolist() == [0, 44, 99, 100, 144, 199]


@pytest.mark.parametrize("index", [0, 777, 1999])
def test_stored_quantities_are_recomputed(p, index):
    again = quantities(p.plan, p.z[index], index)
    stored = p.shown.iloc[index]
    assert set(again) == set(stored.index)
    for name, value in again.items():
        tolerance = 6e-6 if name == "indefinite_share" else 0.006
        assert stored[name] == pytest.approx(value, abs=tolerance), name


def test_parts_of_a_draw_add_up(p):
    s = p.shown
    flows = s["flow.first_registrations"] + s["flow.releases"]
    flows = flows - s["flow.expiries"] - s["flow.deaths"] - s["flow.reviews"]
    assert (flows - s["flow.net"]).abs().max() < 0.04
    growth = s["stock.2020.25"] - s["stock.2019.25"]
    assert (growth - s["flow.net"]).abs().max() < 0.04
    for r in p.plan.against:
        parts = [*DRIVERS, "momentum_indefinite", "momentum_fixed"]
        total = sum(s[f"shapley.{r.label}.{part}"] for part in parts)
        assert (total - growth).abs().max() < 0.1


def test_the_middle_of_each_version_gives_its_medians(p: Posterior) -> None:
    dates = p.density.targets.stock.dates[1:]  # yearly but for the first
    for version, centre in zip(p.versions, p.centres, strict=True):
        shown = p.of(version).shown
        medians = [shown[f"stock.{date:.2f}"].median() for date in dates]
        model = p.density.model
        middle = model.run(model.values(centre), dates).stock
        assert middle == pytest.approx(medians, rel=0.015)
        # The last stock is a coordinate itself; the mean of the whitened ones misses it by 1%.
        assert middle[-1] == pytest.approx(medians[-1], rel=0.001)


def test_the_fit_follows_the_counts(p):
    """The published counts from 2014 stand within two percent of the median, each."""
    for date, count in zip(
        p.density.targets.stock.dates, p.density.targets.stock.value, strict=True
    ):
        if date > 2014:
            assert p.shown[f"stock.{date:.2f}"].median() == pytest.approx(count, rel=0.02)


def test_thinning_keeps_the_order_and_the_ends():
    assert posteriors.thinned(10, 4).tolist() == [0, 3, 6, 9]
    assert posteriors.thinned(3, 10).tolist() == [0, 1, 2]


def test_coordinates_are_one_to_one_and_carry_their_jacobian(p):
    space = Coordinates(p.density)
    z = p.z[5, :-1]
    y = space.from_z(z)
    back, _, jacobian = space.levelled(y)
    assert back == pytest.approx(z, abs=1e-9)
    steps = 1e-6 * np.eye(len(y))
    J = np.array([(space.levelled(y + s)[0] - space.levelled(y - s)[0]) / 2e-6 for s in steps]).T
    constant = np.log(space.unit / space.scale[0])
    assert np.linalg.slogdet(J)[1] == pytest.approx(jacobian + constant, abs=1e-5)


def test_the_mode_is_recovered_from_simulated_data_where_the_data_speak(p):
    """Stock and prison are met; what no data touch keeps its prior width and centre."""
    density, model, t = p.density, p.density.model, p.density.targets
    rng = np.random.default_rng(11)
    true = p.z[17, :-1]
    zero = density.residuals(true)
    n, m = len(t.stock), len(t.prison)
    noise = rng.standard_normal(len(zero))
    off = zero + noise
    simulated = t._replace(
        stock=t.stock.moved(t.stock.value, off[:n] * t.stock.sd),
        prison=t.prison.moved(t.prison.value, off[n : n + m] * t.prison.sd),
    )
    mode = mode_of(Density(model, simulated))
    run, truth = (
        model.run(model.values(mode.z), t.stock.dates),
        model.run(model.values(true), t.stock.dates),
    )
    late = t.stock.dates > 2007
    assert run.stock[late] == pytest.approx(truth.stock[late], rel=0.015)
    sd = np.sqrt(np.diag(mode.covariance))
    by = dict(zip(model.names, zip(mode.z, true, sd, strict=True), strict=True))
    for name in ("scope_before", "review_rate"):  # the data speak of these
        found, right, width = by[name]
        assert width < 0.8
        assert abs(found - right) < 4 * width
    for name in ("excess_mortality", "length_after", "absent", "legacy_prison_indefinite"):
        found, right, width = by[name]  # and not of these, whatever the truth is
        assert width > 0.9
        assert abs(found) < 0.6


def near(p, z, allowance=0.05):
    """Hold the means of chains *z* against the shipped ones.

    Five standard errors of the short run: about one false alarm in a million runs.
    """
    own = p.of(p.versions[0])
    sizes = np.maximum(convergence(z).bulk, 4.0)
    for i, (name, size) in enumerate(zip(p.density.model.names, sizes, strict=True)):
        mean, sd = own.z[:, i].mean(), own.z[:, i].std()
        assert abs(z[:, :, i].mean() - mean) < 5 * sd / np.sqrt(size) + allowance, name


def refitted(tuned, seed, burn, count):
    """Run two chains from dispersed starts and return their draws."""
    chains = []
    for c in range(2):
        burned = run_block(tuned, dispersed(tuned, seed, c, 1.0), burn, (seed, c, 0))
        chains.append(run_block(tuned, burned.y[-1], count, (seed, c, 1)))
    assert min(b.accepted for b in chains) > 0.15
    return np.array([b.z for b in chains])


def test_a_short_refit_from_dispersed_starts_meets_the_shipped_summary(p):
    tuned = _from_mode(mode_of(p.density), QUICK_POINTS, 5)
    near(p, refitted(tuned, 5, 150, 350))


@pytest.mark.slow
def test_a_refit_with_a_tuned_surrogate_meets_the_shipped_summary(p):
    near(p, refitted(tune(p.density, 5, scale=0.4), 5, 120, 500))


def test_a_broken_fit_goes_on_and_gives_the_same_draws(p, tmp_path):
    tuned = tune(p.density, 6, scale=0.01)
    settings = fits.Settings(seed=6, chains=2, burn=0, kept=40, processes=1, block=20)

    def run(folder):
        store = Store(folder)
        runner = fits._Runner(
            fits._workers(1), store, ["test"], pickle.dumps(tuned), lambda _: None
        )
        return fits._chains(tuned, runner, settings)

    whole, accepted = run(tmp_path / "a")
    kept = sorted((tmp_path / "a").glob("block-*.npz"))
    assert len(kept) == 4
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / kept[0].name).write_bytes(kept[0].read_bytes())
    (tmp_path / "b" / kept[1].name).write_bytes(b"broken")
    again, accepted_again = run(tmp_path / "b")
    assert np.array_equal(whole, again)
    assert accepted == accepted_again


def test_chains_that_do_not_agree_are_not_shipped(p):
    bad = {
        "parameters": {},
        "quantities": {"x": {"rhat": 1.2, "bulk": 900.0, "tail": 900.0}},
    }
    with pytest.raises(DataError, match=r"x has R-hat 1\.2000"):
        fits.check(bad)


def test_sensitivities_are_the_slopes_of_the_draws(p):
    rows = assumptions.sensitivities(p)
    assert len(rows) == len(p.density.model.priors)
    assert [r.share for r in rows] == sorted((r.share for r in rows), reverse=True)
    assert all(0 <= r.share <= 1 for r in rows)


def test_the_assumptions_log_tells_the_sensitivities_of_the_shipped_posterior(p, tmp_path):
    shipped = shipped_folder() / "assumptions.csv"
    copy = tmp_path / shipped.name
    lines = shipped.read_text(encoding="utf-8")
    copy.write_text(lines.replace(" of the year's growth", " of an older fit"), encoding="utf-8")
    assumptions.remake(copy, p)
    assert copy.read_text(encoding="utf-8") == lines
    with pytest.raises(DataError, match=r"gone\.csv is missing"):
        assumptions.remake(tmp_path / "gone.csv", p)


def test_other_figures_get_a_quick_fit_that_says_so(made_up_data, tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path))
    first = density_of(made_up_data, "2018-03-31")
    densities = (first, density_of(made_up_data, "2018-03-31", "custody_published"))
    made = posteriors.quick(densities, 40)
    assert made.status == posteriors.QUICKLY
    assert "rhat_max" not in made.diagnostics
    last = made.shown["stock.2018.25"].median()
    assert last == pytest.approx(first.targets.stock.value[-1], rel=0.03)
    again = posteriors.quick(densities, 40)
    assert np.array_equal(again.z, made.z)
    pd.testing.assert_frame_equal(again.shown, made.shown)


@pytest.mark.slow
def test_a_refit_with_another_seed_meets_the_shipped_summary(data, p, tmp_path, monkeypatch):
    """What `make refit` does, smaller and from another seed: within Monte Carlo error."""
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path))
    version = p.versions[0]
    settings = fits.Settings(
        version=version.name, seed=2, kept=2000, judged=400, ship=400, processes=1
    )
    draws, shown, report = fits.fit(data, AS_OF, settings)
    stored, own = p.reports[version.name], p.of(version).shown
    assert report["digest"] == stored["digest"]
    assert report["rhat_max"] < 1.05
    for name, told in stored["quantities"].items():
        size = min(told["bulk"], report["quantities"].get(name, told)["bulk"])
        error = own[name].std() * np.sqrt(1 / len(own) + 1 / size)
        # Some 180 quantities: five standard errors.
        assert abs(shown[name].mean() - own[name].mean()) < 5 * error + 1e-6, name
    paths = fits.ship(tmp_path / "out", draws, shown, report)
    assert [path.name for path in paths] == [
        posteriors.DRAWS,
        posteriors.QUANTITIES,
        posteriors.DIAGNOSTICS,
    ]


def test_a_version_is_shipped_beside_the_others_of_the_same_figures(tmp_path: Path) -> None:
    def ship(version: str, digest: str) -> None:
        draws = pd.DataFrame({"version": version, "chain": [0, 1], "log_posterior": -1.0, "x": 0.5})
        shown = pd.DataFrame({"draw": [0, 1], "stock": [1.25, 2.0]})
        fits.ship(tmp_path, draws, shown, {"version": version, "digest": digest})

    ship("a", "same")
    ship("b", "same")
    ship("a", "same")
    draws, shown = posteriors.read_text_tables(tmp_path)
    assert draws["version"].tolist() == shown["version"].tolist() == ["a", "a", "b", "b"]
    assert shown["stock"].tolist() == ["1.25", "2.0"] * 2
    ship("b", "of other figures")
    assert set(posteriors.read_reports(tmp_path)) == {"b"}
    assert posteriors.read_text_tables(tmp_path)[0]["version"].tolist() == ["b", "b"]
