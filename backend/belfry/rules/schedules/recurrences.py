"""RFC 5545 recurrence rules: what cron cannot say, such as every other day."""

from datetime import date

import msgspec


class Recurrence(msgspec.Struct, frozen=True):
    """An RRULE before it is bound to a zone: its parts, and the date it counts from when the text names one."""

    rule: str
    start: date | None = None
