"""Feeds: RSS, Atom and JSON Feed of any site, followed by their address.

Owns conditional requests, the splitting of a document into entries, and what makes an entry the same one.
Deliberately unaware of every other platform: a site whose feed we follow stays a feed, whatever runs it.
"""
