"""How much the answer hangs on each assumption, read from the draws.

For a parameter, the expected change of a quantity if it were learned to stand at the high end of
its prior range instead of the low end, all else following the posterior: the slope of the best
linear prediction of the quantity from that parameter alone, times the width of the range.
Source: J. E. Oakley and A. O'Hagan (2004), "Probabilistic sensitivity analysis of complex
models", JRSS B 66 (main effects, here in their linear part).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from mappa.records import Record, key
from mappa.register.inference import columns
from mappa.register.inference.draws import Posterior
from mappa.register.inputs.parameters import Z90


@dataclasses.dataclass(frozen=True)
class Sensitivity(Record):
    """How much growth and stock hang on a parameter."""

    parameter: str = key("Name of the parameter")
    growth: float = key("Change of the year's growth from the low to the high end", "people")
    stock: float = key("Change of the stock from the low to the high end", "people")
    share: float = key("Share of the growth's variance that goes with the parameter", "share")


def sensitivities(p: Posterior) -> list[Sensitivity]:
    """Return the sensitivity of the year's growth and of the stock, largest share first."""
    growth = p.shown[columns.NET].to_numpy(dtype=float)
    stock = p.shown[columns.stock(p.plan.today)].to_numpy(dtype=float)
    rows = []
    for i, name in enumerate(p.density.model.priors.names):
        z = p.z[:, i]
        variance = float(np.var(z))
        slopes = [float(np.cov(z, y, bias=True)[0, 1]) / variance for y in (growth, stock)]
        share = float(np.corrcoef(z, growth)[0, 1] ** 2)
        rows.append(Sensitivity(name, 2 * Z90 * slopes[0], 2 * Z90 * slopes[1], share))
    return sorted(rows, key=lambda r: (-r.share, r.parameter))
