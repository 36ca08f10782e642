"""Bulk writes: one batch, one transaction. The only place where rows are written without the ORM."""

from fullcircle.store.bulk.write import settle_and_write

__all__ = ["settle_and_write"]
