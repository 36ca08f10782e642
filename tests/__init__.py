"""The gate: one folder a room, and `house/` for the rules the whole tree keeps.

A connector's tests live beside the connector. Sets of real data lie outside the project, in `../shared/data`.
"""
