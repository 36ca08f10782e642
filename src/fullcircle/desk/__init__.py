"""The only writes people make, one verb a function: check, write, record an event, in one transaction.

Owns permission-checked look-ups (`access_x`) and verbs. Deliberately unaware of pages and commands: both call it.
"""
