"""Harbour Bakery: a fictional fortnight, so that a first look is not an empty one.

Owns the sample's texts (all invented), its house of teams, accounts, hours, rules and needs, and the reading of both
through the real import. Deliberately without a way of its own into the repository.
"""

from fullcircle.ops.sample.load import load_sample

__all__ = ["load_sample"]
