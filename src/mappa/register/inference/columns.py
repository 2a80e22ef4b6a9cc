"""Names of the quantities that are computed of every draw: the columns of ``Posterior.shown``.

Whoever reads or writes a quantity asks here for its name; people unless said.
"""

INDEFINITE_SHARE = "indefinite_share"  # of the community stock
INDEFINITE_GROWTH = "indefinite_growth"
PRISON, UNRELEASED = "prison", "unreleased"
#: Net of the year's flows: the model's growth.
NET = "flow.net"
#: Parts of :func:`shapley` that are sums of others, and of :func:`law` and :func:`shorter`.
LENGTHS, ENTRY = "lengths", "entry"
GROWTH, STOCK = "growth", "stock"
GROWTH_DIFFERENCE, STOCK_DIFFERENCE, JOINT = "growth_difference", "stock_difference", "joint"

#: Community stock at a decimal date: fitted, forecast.
stock, forecast = "stock.{:.2f}".format, "forecast.{:.2f}".format
#: Stock after so many years with the last year's inputs held.
long_run = "long_run.{}".format
#: Of a class by its name: its stock at the date, and the year's growth.
of_class, class_growth = "class.{}".format, "class_growth.{}".format
#: The year's growth of a kind of registration (the kinds sum to the model's growth); a movement.
kind, flow = "kind.{}".format, "flow.{}".format
#: A driver's or another part's share of the year's growth, held at a reference year.
shapley = "shapley.{}.{}".format
#: What growth gains had sentences stayed as in a reference year: alone, or :data:`JOINT`.
shorter = "shorter.{}.{}".format
#: Growth or stock under another law, by its name and the part.
law = "law.{}.{}".format
#: Effect of a lasting 10% on sentence lengths, by what is moved or dropped and years later.
impulse = "impulse.{}.{}".format
#: Growth or stock if an assumption of the rule fails, by its name and the part.
assumption = "assumption.{}.{}".format
