"""Batch of texts in, annotations out: language, sentiment, intents, urgency, department, purpose, terms, tokens.

Owns the analysers, their packaged weights and the command that makes them; also a plain library:
`from fullcircle.analysis import understand; understand(texts)`. Deterministic given its weights file, versioned.
Deliberately unaware of databases, connectors and Django: an organisation's own words come to it as plain data.
"""

from fullcircle.analysis.understand import understand

__all__ = ["understand"]
