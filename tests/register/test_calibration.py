"""Simulation-based calibration: the band, what a wrong sampler shows, and one small run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data
from mappa.register.inference import diagnostics as cal
from mappa.register.inference import sampler
from mappa.register.likelihood import density_of

AS_OF = "2020-03-31"


def test_the_band_holds_nineteen_of_twenty_uniform_samples() -> None:
    limit = cal.band(100)
    rng = np.random.default_rng(8)
    inside = [cal.stray(rng.integers(0, cal.DRAWS + 1, 100)) <= limit for _ in range(1000)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.025)
    # Kolmogorov's limit for continuous values is a little wider than that of whole ranks.
    assert limit < 1.36 / np.sqrt(100)


def test_a_sampler_that_is_too_narrow_or_off_strays() -> None:
    rng = np.random.default_rng(9)
    truth, draws = rng.standard_normal(200), rng.standard_normal((200, cal.DRAWS))
    for wrong in (0.5 * draws, draws + 0.5):
        found = (wrong < truth[:, None]).sum(axis=1)
        assert cal.stray(found) > cal.band(200)
    assert cal.stray((draws < truth[:, None]).sum(axis=1)) <= cal.band(200)


def test_made_up_figures_scatter_about_the_model_as_the_targets_say(data: Data) -> None:
    density = density_of(data, AS_OF)
    z = np.zeros(density.size)
    rng = np.random.default_rng(10)
    residuals = []
    for _ in range(200):
        made = cal.made_up_targets(density, z, rng)
        residuals.append(type(density)(density.model, made).residuals(z))
    assert np.mean(residuals, axis=0) == pytest.approx(0.0, abs=0.3)
    assert np.std(residuals, axis=0) == pytest.approx(1.0, abs=0.25)


def test_ranks_of_a_set_are_kept_and_found_again(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path))
    monkeypatch.setattr(sampler, "FULL_BURN", 20)
    monkeypatch.setattr(sampler, "FULL_LENGTH", 50)
    density = density_of(data, AS_OF)
    found = cal.stored_ranks(density, 3)
    assert found.shape == (density.size,)
    assert found.min() >= 0 and found.max() <= cal.DRAWS
    monkeypatch.setattr(cal, "full_run", None)  # a second run would call it
    assert (cal.stored_ranks(density, 3) == found).all()


def test_the_table_is_of_the_sampled_coordinates(data: Data) -> None:
    table = pd.read_csv(data.folder / "calibration.csv")
    assert tuple(table["parameter"]) == density_of(data, AS_OF).model.names
    assert (table["sets"] == 200).all() and (table["draws"] == cal.DRAWS).all()
    assert table["band"].unique() == pytest.approx([cal.band(200)], abs=1e-4)
    assert (table["inside"] == (table["stray"] <= cal.band(200))).all()
