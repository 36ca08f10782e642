"""The checks of `make check`, each a small program that prints file:line and what to do.

Owns the rules that no bought tool knows. Deliberately unaware of what the product does: they read its text.
"""
