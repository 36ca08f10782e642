"""Long-running loops over the rooms: capture, pipeline, scheduler. `ops` composes and supervises them.

Owns threads, waiting and retrying. Deliberately unaware of how a platform speaks and of how a row is written.
"""
