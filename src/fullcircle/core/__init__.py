"""The words everyone shares: records, closed lists, events, drop reasons, errors, ports.

Owns the shapes that travel between rooms. Deliberately unaware of databases, HTTP, Django and of every
platform by name. If you are lost, read `records.py` first.
"""
