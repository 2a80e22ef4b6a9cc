"""What would settle it: closed forms of the expected variance, and ready requests."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data
from mappa.register.answers import value_of_information as st

AS_OF = pd.Timestamp("2020-03-31")


def gaussian(n: int = 4000, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draws in which the remainder is minus the expiries, and nothing else is known of it."""
    rng = np.random.default_rng(seed)
    expiries, deaths, other = rng.normal([3600, 440, 1000], [200, 60, 150], (n, 3)).T
    quantities = pd.DataFrame({"flow.expiries": expiries, "flow.deaths": deaths})
    return pd.DataFrame({"remainder": -expiries, "volume and mix": other}), quantities


def test_expected_variance_meets_the_normal_formula() -> None:
    rng = np.random.default_rng(5)
    q = rng.normal(0, 2.0, 200_000)
    a = 3 * q + rng.normal(0, 1.0, q.size)
    left = st.expected_variance(a[:, None], q[:, None], np.array([1.5]))
    # V_aa - V_aq^2 / (V_qq + R) = 37 - 12^2 / (4 + 2.25).
    assert left[0, 0] == pytest.approx(37 - 144 / 6.25, rel=0.02)


def test_a_perfect_table_leaves_nothing_and_a_useless_one_all() -> None:
    attribution, quantities = gaussian()
    a, q = attribution.to_numpy(), quantities.to_numpy()
    perfect = st.expected_variance(a[:, :1], q[:, :1], np.zeros(1))
    assert perfect[0, 0] == pytest.approx(0, abs=1e-6)
    useless = st.expected_variance(a[:, 1:], q, np.zeros(2))
    assert useless[0, 0] == pytest.approx(a[:, 1].var(ddof=1), rel=0.01)


def test_noise_is_not_sold_as_knowledge() -> None:
    # With 200 draws and 20 numbers that know nothing, a plain regression "explains" a tenth.
    rng = np.random.default_rng(8)
    shares = []
    for _ in range(30):
        a, q = rng.normal(size=(200, 1)), rng.normal(size=(200, 20))
        shares.append(1 - st.expected_variance(a, q, np.zeros(20))[0, 0] / a.var(ddof=1))
    assert np.mean(shares) == pytest.approx(0, abs=0.02)


def test_repeated_numbers_do_no_harm() -> None:
    attribution, quantities = gaussian()
    twice = np.column_stack([quantities["flow.expiries"]] * 2)
    left = st.expected_variance(attribution.to_numpy()[:, :1], twice, np.zeros(2))
    assert left[0, 0] == pytest.approx(0, abs=1e-4)


def test_ranking_and_total(data: Data) -> None:
    attribution, quantities = gaussian()
    found = st.settle(data, AS_OF, attribution, quantities)
    first, second = found.requests[:2]
    assert (first.candidate, second.candidate) == ("expiries", "deaths")
    # Error 3% of 3,600 is 108: remaining share 108^2 / (200^2 + 108^2).
    left = 108**2 / (200**2 + 108**2)
    assert first.by_component["remainder"] == pytest.approx(1 - left, abs=0.01)
    assert first.by_component["volume and mix"] == pytest.approx(0, abs=0.01)
    total = 200**2 + 150**2
    assert first.reduction == pytest.approx(200**2 * (1 - left) / total, abs=0.015)
    assert first.sd_after["remainder"] == pytest.approx(200 * np.sqrt(left), rel=0.03)
    assert found.together == pytest.approx(first.reduction, abs=0.01)


def test_what_the_model_does_not_show_is_said(data: Data) -> None:
    attribution, quantities = gaussian()
    found = st.settle(data, AS_OF, attribution, quantities)
    unknown = [r for r in found.requests if r.status != "ok"]
    assert unknown and all(r.reduction is None for r in unknown)
    assert unknown[0].status.startswith("the model does not show ")
    assert found.requests[-1].reduction is None  # what is not known stands last


def test_sums_of_quantities() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [10.0, 20.0]})
    assert st.measured(frame, ("a+b",)).iloc[:, 0].tolist() == [11, 22]  # type: ignore[union-attr]
    assert st.measured(frame, ("a+c", "d")) == "c"


def test_requests_are_ready_to_send(data: Data) -> None:
    attribution, quantities = gaussian(200)
    for r in st.settle(data, AS_OF, attribution, quantities).requests:
        assert "{" not in r.request and "{" not in r.holder
        assert "Freedom of Information Act 2000" in r.request
        assert "section 12" in r.request and "section 16" in r.request
        assert data.nation in r.request
    expiries = next(r for r in st.settle(data, AS_OF, attribution, quantities).requests)
    assert "from 1 April 2010 to 31 March 2020" in expiries.request


def test_made_up_country_asks_its_own_publisher(made_up_data: Data) -> None:
    attribution, quantities = gaussian(200)
    found = st.settle(made_up_data, "2018-03-31", attribution, quantities)
    text = " ".join(r.request + r.holder for r in found.requests)
    assert "Office of Registers" in text and "Freedonia and Sylvania" in text
    assert "2020" not in text and "England" not in text


def test_the_model_shows_every_quantity_that_the_table_names(data: Data) -> None:
    from mappa.register.inputs.parameters import priors_of
    from mappa.register.stockflow.kernels import CLASSES
    from mappa.register.stockflow.runs import FLOWS

    parameters = priors_of(data).names
    shown = {f"flow.{f}" for f in FLOWS} | {f"class.{c}" for c in CLASSES}
    shown |= {f"parameter.{p}" for p in parameters}
    shown |= {"indefinite_share", "indefinite_growth"}
    named = {
        part
        for cell in st.candidates(data)["measures"]
        for name in cell.split()
        for part in name.split("+")
    }
    assert named <= shown
