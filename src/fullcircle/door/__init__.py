"""What the outside calls at high rate: webhooks now; tracked links and live pages later. A bare ASGI app.

Owns the intake file (raw bytes, one group commit, then 2xx), the checks a request must pass before a byte of it is
kept, and the books of what arrived. Deliberately unaware of Django, of the main database and of what a body means:
bodies are verified and kept, never parsed here.
"""
