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
    ``RegisterModel(inputs, priors)``; ``.run(z, dates) -> StockRun`` with ``stock`` (by date) and
    ``by_class`` (class by date); ``.prisoners(values, drivers, dates)``;
    ``.flows(z, start, end) -> Flows`` (first registrations, releases, expiries, deaths, reviews,
    net). *z* are whitened coordinates, dates decimal years.
``mode``
    ``fit_mode(figures, as_of) -> Mode`` (posterior mode ``.z`` and covariance; seconds).
``posterior``
    ``load(figures, as_of, draws=...) -> Posterior`` (``.z`` draws by coordinate, ``.shown`` the
    quantities by draw, ``.status`` ``SHIPPED`` or ``QUICKLY``, ``.density``, ``.diagnostics``).
``forecast``
    ``forecast(figures, as_of, horizon) -> Forecast`` with ``dates`` and ``draws`` (draw by date);
    the future inflow walks at random.
``attribution``, ``counterfactuals``, ``scenarios``
    Shapley values of the year's growth, other laws without a new fit, what-ifs from a date.
``show``
    ``build(figures, force, as_of) -> RegisterRecord``: every number of the answer.
``sampler``, ``surrogate``, ``coordinates``, ``fit``
    How the shipped posterior is drawn (``mappa register fit``).
"""
