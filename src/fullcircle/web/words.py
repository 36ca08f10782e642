"""Template filters: moments, clocks and codes in words people use. Everything passes through gettext."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from fullcircle.core.kinds import Intent, Urgency
from fullcircle.core.moments import DAY, HOUR, MINUTE, Moment, now, to_datetime

register = template.Library()

GLYPHS = {
    "phone": "✆", "email": "✉", "web": "⌂", "reviews": "★", "bluesky": "B", "mastodon": "M", "feed": "≋",
    "facebook": "F", "instagram": "I", "twitter": "X",
}  # fmt: skip
PLATFORM_NAMES = {
    "phone": gettext_lazy("phone"),
    "email": gettext_lazy("e-mail"),
    "web": gettext_lazy("web form"),
    "reviews": gettext_lazy("reviews"),
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "feed": gettext_lazy("feed"),
}
INTENT_WORDS = {
    Intent.REPORTS_DANGER: gettext_lazy("reports a danger"),
    Intent.COMPLAINS: gettext_lazy("complains"),
    Intent.APPLIES: gettext_lazy("applies"),
    Intent.WANTS_TO_BUY: gettext_lazy("wants to buy"),
    Intent.ASKS: gettext_lazy("asks"),
    Intent.SUGGESTS: gettext_lazy("suggests"),
    Intent.PRAISES: gettext_lazy("praises"),
    Intent.THANKS: gettext_lazy("thanks"),
    Intent.SPAM: gettext_lazy("looks like spam"),
}
URGENCY_WORDS = {
    Urgency.SOON: gettext_lazy("soon"),
    Urgency.URGENT: gettext_lazy("urgent"),
    Urgency.DANGER: gettext_lazy("danger"),
}
INTENTS_SHOWN = 2


@register.filter
def span(ms: int) -> str:
    """`18 min`, `2 h`, `3 days`: the largest unit that says enough."""
    size = abs(ms)
    if size < HOUR:
        return _("%(count)d min") % {"count": size // MINUTE}
    if size < 2 * DAY:
        return _("%(count)d h") % {"count": size // HOUR}
    days = size // DAY
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


@register.filter
def clock(due_at: Moment, at: Moment | None = None) -> str:
    """`18 min left`, `2 h late`; empty where nothing is promised."""
    if not due_at:
        return ""
    left = due_at - (now() if at is None else at)
    if left < 0:
        return _("%(span)s late") % {"span": span(left)}
    return _("%(span)s left") % {"span": span(left)}


@register.filter
def ago(moment: Moment, at: Moment | None = None) -> str:
    """`4 h ago`; a claim of the future is `just now`."""
    passed = (now() if at is None else at) - moment
    if passed < MINUTE:
        return _("just now")
    if passed < 2 * DAY:
        return _("%(span)s ago") % {"span": span(passed)}
    days = passed // DAY  # said whole: many languages bend the noun here
    return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}


@register.filter
def local(moment: Moment) -> datetime:
    """In the time zone of the workspace."""
    return timezone.localtime(to_datetime(moment))


@register.filter
def exactly(moment: Moment) -> str:
    """Date and time, as the reader's language writes them."""
    return date_format(local(moment), _("j M Y, H:i")) if moment else ""


@register.filter
def glyph(platform: str) -> str:
    """One sign in text colour; the platform's name always stands beside it for readers."""
    return GLYPHS.get(platform, platform[:1].upper() or "?")


@register.filter
def platform_name(platform: str) -> str:
    return str(PLATFORM_NAMES.get(platform, platform))


@register.filter
def wants(intents: int) -> str:
    """The two weightiest things the person wants, in words; a dash where analysis is not sure."""
    said = [str(word) for intent, word in INTENT_WORDS.items() if intents & intent]
    return ", ".join(said[:INTENTS_SHOWN]) or pgettext("what somebody wants", "not sure")


@register.filter
def urgency_word(urgency: int) -> str:
    """Empty for routine: most things are."""
    return str(URGENCY_WORDS.get(Urgency(urgency), ""))


@register.filter
def first_words(text: str, limit: int = 140) -> str:
    """One line of what they said: control characters and line breaks are spaces here."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


@register.filter
def less(whole: int, part: int) -> int:
    """What is left of a count."""
    return whole - part
