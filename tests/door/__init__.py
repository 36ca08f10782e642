"""Tests of the door: the intake file, the checks before it, and the wire."""
