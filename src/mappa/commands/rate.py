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
    """Show whether a force's rate differs, whether that is unusual and whether it would matter."""
    from mappa.data import load
    from mappa.rates.assess import assess
    from mappa.words.rate import answer as words
    from mappa.words.rate import change
    from mappa.words.rate.missing import missing

    data = load()
    chosen = options.given(margin=margin, comparator=comparator, denominator=denominator)
    record = assess(data, options.named(data, force), data.day(as_of), **chosen)
    if record.own is None:
        from mappa.growth.estimates import stored_estimate
        from mappa.rates.record import estimated

        if estimate := stored_estimate(data, record.force, record.as_of):
            record = estimated(record, *estimate)
    if as_json:
        options.print_json(record.as_dict())
        return
    year = change.change(record.change, record.nation, record.as_of)
    first = words.sentence(record) if record.own else missing(record)
    more = [words.paragraph(record), words.sensitivity(record), year] if record.own else []
    options.print_texts((first, *more, words.pool(record), words.NEUTRAL))
