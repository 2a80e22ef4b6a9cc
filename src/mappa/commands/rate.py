"""``mappa rate``: whether a force's rate differs, is unusual, and would matter."""

from __future__ import annotations

from mappa.commands import options


def rate(
    force: options.Force = None,
    as_of: options.AsOf = None,
    margin: options.Margin = None,
    comparator: options.Comparator = None,
    denominator: options.Denominator = None,
    as_json: options.Json = False,
) -> None:
    """Tell whether a force's rate differs, whether that is unusual and whether it would matter."""
    from mappa.data import load
    from mappa.studies.rate import rate as open_study

    data = load()
    chosen = options.given(margin=margin, comparator=comparator, denominator=denominator)
    study = open_study(data.force(force), data.day(as_of), data=data, **chosen)
    if as_json:
        options.print_json(study.record.as_dict())
        return
    last = study.sensitivity if study.record.count is not None else study.unusual
    options.print_texts((study.paragraph, study.change, last))
