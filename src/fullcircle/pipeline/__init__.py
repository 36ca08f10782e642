"""The ordered list of steps a batch goes through, and the loop that runs it.

Owns the order (`steps.py` is the table of contents of the product), the batcher and the shapes that settling
works on. Deliberately unaware of databases: it is handed a Lookup and gives back a Settled.
"""
