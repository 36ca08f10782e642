"""Tests of the room of connectors: the guarded client and the table."""
