"""How the house is put together for Django: options, settings, addresses, the ASGI application.

Owns the reading of settings and nothing else. Deliberately unaware of what the rooms do.
"""
