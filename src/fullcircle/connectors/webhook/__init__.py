"""Signed webhooks in our own documented shape (`doc.md`), for every system that can post JSON.

Owns the reading of that shape and the Standard Webhooks signature. Deliberately unaware of HTTP servers and of the
intake file: the door verifies and keeps the bytes, this room says what they mean.
"""
