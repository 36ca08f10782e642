"""Bluesky: everything we know of the AT protocol as far as posts go.

Owns sessions with a personal data server, the shapes of posts and events, how a post becomes a touchpoint and
how an answer is put there once. Deliberately unaware of databases, of other connectors, of cases and rules, and
of how often it is called: whoever holds the cursor decides that.
"""

from fullcircle.connectors.bluesky.connector import BlueskyConnector

__all__ = ["BlueskyConnector"]
