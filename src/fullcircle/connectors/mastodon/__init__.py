"""Mastodon, and every server that speaks its client interface.

Owns the shapes of statuses and notifications, how HTML becomes plain text, how a status keeps one name whichever
server showed it, and how an answer is sent once. Deliberately unaware of databases, of other connectors, of cases
and rules, and of how often it is called: whoever holds the cursor decides that.
"""

from fullcircle.connectors.mastodon.connector import MastodonConnector

__all__ = ["MastodonConnector"]
