"""Files: CSV, JSONL, JSON arrays and XLSX, any columns, through a saved mapping with a guess to start from.

Owns reading a file row by row in flat memory, the mapping from columns to a touchpoint, the guess of it, the dry run
and the file of refused rows. Deliberately unaware of who imports (a command, a page), of databases and of every
platform's own API: a row of a platform without a connector is an ordinary row.
"""
