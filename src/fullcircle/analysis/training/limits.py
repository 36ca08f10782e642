"""Thresholds of the answers, chosen on the held-back parts (see docs/model-card.md for what each costs and gains)."""

from fullcircle.analysis.heads import INTENTS

LIMITS: dict[str, float] = {
    **dict.fromkeys(INTENTS, 0.5),
    "complains": 0.08,
    "praises": 0.4,
    "reports_danger": 0.1,
    "soon": 0.25,
    "urgent": 0.15,
    "danger": 0.15,
    "untaught": 0.9,
    "sentiment": 0.35,
    "sentiment_untaught": 0.6,
    "department": 0.5,
    "department_least": 0.3,
    "purpose": 0.4,
    "wants_reply": 0.25,
    "language_settled": 0.7,
    "language_sure": 0.8,
    "language_least": 0.2,
    "language_warmth": 3.0,
}
