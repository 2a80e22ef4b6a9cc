"""The register as a stock-flow model: the law as data, cohorts, kernels, calibration, what-ifs.

A person enters the community stock on sentence (or on release from custody) and leaves it when
the term of notification runs out, on death or on a review of indefinite registration. The stock
on a date is the sum over the cohorts of sentence,

    S(t) = (1 - alpha) sum_c sum_k n_k(c) A(s) R_k(s, c) E_k(s, c) W_k(t, c),   s = t - c.

What other parts may rely on
----------------------------
``terms``
    ``Terms`` and ``terms_of_law(rules)``: the terms read from ``notification_rules``.
``inputs``
    ``build_inputs(figures, as_of) -> Inputs``: entrants, disposals and sentence lengths by year,
    each with source, basis and quality; sees nothing dated after *as_of*.
``parameters``
    ``ParameterTable``: names, priors and transforms (``data/register_parameters.csv``);
    ``.values(z)`` turns whitened coordinates into a dictionary.
``model``
    ``RegisterModel(inputs, priors)``; ``.run(values, dates) -> StockRun`` with
    ``stock`` (by date), ``by_class`` (class by date), ``prison``, ``register``;
    ``.flows(values, start, end) -> Flows`` (first registrations, releases, expiries, deaths,
    reviews, net).
``mode``
    ``fit_mode(figures, as_of) -> Mode`` (posterior mode and Laplace covariance; seconds).
``posterior``
    ``load(figures, as_of, draws=...) -> Posterior`` (``.z`` draws by coordinate, ``.status`` is
    ``"shipped"`` or ``"laplace"``, ``.model``, ``.diagnostics``).
``forecast``
    ``forecast(posterior, horizon) -> Forecast`` with ``dates``, ``draws`` (draw by date) and the
    median and 90% limits; future inflow walks at random.
"""
