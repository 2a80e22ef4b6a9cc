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
``model``
    ``stock.RegisterModel(inputs, priors)``; ``.run(z, dates) -> StockRun`` with ``stock`` (by
    date) and ``by_class`` (class by date); ``.prisoners(values, drivers, dates)``;
    ``.flows(z, start, end) -> Flows``. *z* are whitened coordinates, dates decimal years; a
    coordinate beyond the parameters and the walk is the place of another version.
``likelihood``
    ``targets`` (what the model is held to) and ``density.density_of(data, as_of, version)``.
``effects``
    Shapley values of the year's growth, and other laws without a new fit.
``posterior``
    ``draws.load(data, as_of, draws=...) -> Posterior``: the pooled draws of all versions with
    equal weights; ``.z``, ``.shown`` (columns named in ``columns``), ``.status``, ``.of(version)``
    (a version's own draws), ``.reports`` (its diagnostics, fit, evidence, predictive checks).
    ``mode.fit_mode(data, as_of, version) -> Mode`` (seconds); ``forecast.forecast(...)``;
    ``fit`` (how the shipped posterior is drawn) and ``calibration`` (how the sampler is tested).
``answers``
    ``build.build(data, force, as_of) -> RegisterRecord``: every number of the answer.
"""
