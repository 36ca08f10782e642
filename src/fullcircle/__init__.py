"""Fullcircle: hears every social touch point, understands it, directs it, and follows what really happened."""

__version__ = "0.1.0"
