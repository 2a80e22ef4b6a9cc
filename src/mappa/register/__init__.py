"""The register as a stock-flow model: the law as data, cohorts, kernels, calibration, what-ifs.

A person enters the community stock on sentence (or on release from custody) and leaves it when
the term of notification runs out, on death or on a review of indefinite registration. The stock
on a date is the sum over the cohorts of sentence,

    S(t) = (1 - alpha) sum_c sum_k n_k(c) A(s) R_k(s, c) E_k(s, c) W_k(t, c),   s = t - c.

What other parts may rely on
----------------------------
``law``
    ``terms.Terms`` and ``terms_of_law(rules)``: the terms read from ``notification_rules``.
``inputs``
    ``build.build_inputs(data, as_of) -> Inputs``: entrants, disposals and sentence lengths by
    year, each with source, basis and quality (``rules``: how each is made); sees nothing dated
    after *as_of*. ``parameters.priors_of(data, version) -> ParameterTable`` and its ``versions``.
``stockflow``
    ``stock.RegisterModel(inputs, priors)``; ``.values(z)`` (parameters by name at whitened
    coordinates *z*; one beyond the parameters and the walk is the place of another version);
    ``.run(values, dates) -> StockRun`` with ``stock`` (by date) and ``by_class`` (a labelled
    frame); ``.factors(values, dates)`` (n, A, R, E, W); ``.prisoners(values, drivers, dates)``;
    ``.flows(values, start, end) -> Flows``. Dates are decimal years.
``likelihood``
    ``targets`` (what the model is held to) and ``density.density_of(data, as_of, version)``.
``effects``
    Shapley values of the year's growth, and other laws without a new fit.
``inference``
    ``draws.load(data, as_of, draws=...) -> Posterior``: the pooled draws of all versions with
    equal weights; ``.z``, ``.shown`` (columns named in ``columns``), ``.status``, ``.of(version)``
    (a version's own draws), ``.reports`` (its diagnostics, fit, evidence, predictive checks).
    ``mode.fit_mode(data, as_of, version) -> Mode`` (seconds); ``forecast.forecast(...)``;
    ``fit`` (how the shipped posterior is drawn) and ``calibration`` (how the sampler is tested).
``answers``
    ``build.build(data, force, as_of) -> RegisterRecord``: every number of the answer.
"""
