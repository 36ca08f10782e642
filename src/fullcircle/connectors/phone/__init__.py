"""The phone log: calls noted by one command, by a telephone system's records, or from a list of calls.

Owns what a call is as a raw record and how it becomes a touchpoint. Deliberately unaware of telephones: nothing here
dials or listens, and a number typed by hand never proves who called.
"""
