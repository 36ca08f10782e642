"""Every metric by name, with its unit and formula. A figure shown anywhere names one of these."""

import msgspec


class Metric(msgspec.Struct, frozen=True):
    """One defined measurement."""

    name: str
    unit: str
    formula: str
    source: str


METRICS: tuple[Metric, ...] = (
    Metric(
        "books",
        "records",
        "received - (stored + updated + duplicate + dropped + quarantined + waiting); 0: every record has its place",
        "tally of the reader, tally of the writer, rows, intake file",
    ),
    Metric(
        "persons_with_need",
        "persons",
        "distinct persons, merged ones once, with an issue a person put under the need",
        "issue, person, need",
    ),
    Metric(
        "persons_answered",
        "persons",
        "of those, with a response of ours after they asked, in any of the need's cases",
        "issue, case, person",
    ),
    Metric("touchpoints_a_day", "touchpoints", "touchpoints whose ordered day (UTC) it is", "rollup"),
    Metric("cases_waiting", "cases", "cases not resolved; late: past their earliest open target", "case"),
)
