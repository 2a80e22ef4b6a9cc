"""Simulation-based calibration: the band, what a wrong sampler shows, and one small run."""

from __future__ import annotations

import numpy as np
import pytest

from mappa.data import Data
from mappa.register.inference import calibration as cal
from mappa.register.likelihood.density import density_of

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


def test_ranks_of_a_made_up_set(data: Data) -> None:
    found = cal.ranks(density_of(data, AS_OF), 3)
    assert found.shape == (density_of(data, AS_OF).size,)
    assert found.min() >= 0 and found.max() <= cal.DRAWS
