"""What we count: one file a family, pure functions over plain data, each metric in the catalogue.

Owns formulas, units and uncertainty. Deliberately unaware of where the figures come from and where they are shown.
"""
