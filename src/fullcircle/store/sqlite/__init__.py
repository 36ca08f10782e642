"""Django's SQLite backend with a fair turnstile before every write transaction."""
