"""Everything about outside platforms, one folder each, and the one guarded way out to them.

Owns the table of connectors (`registry.py`), the guarded HTTP client (`guard.py`) and what each platform's
documentation says: how to ask, how to read an answer, how to reply, what makes a touchpoint the same one.
Deliberately unaware of the database, of cases and people, and of every other connector: a connector gets a
SourceContext, gives raw records and outcomes, and keeps no state of its own.
"""
