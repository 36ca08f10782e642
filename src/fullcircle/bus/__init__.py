"""How batches travel from those who analyse to the one who writes.

Owns the transport and its bound. Deliberately unaware of what a batch means; losing the bus loses nothing, because
the cursor of a batch moves only when the batch is committed.
"""
