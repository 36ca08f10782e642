"""One fictional town on 127.0.0.1 with a Mastodon-REST face, a Bluesky-XRPC face, a mailbox, a phone log and a page.

Owns the world, its fault plan and its own books, which are the ground truth `fullcircle books --against` compares with.
Needs nothing but the core of the project and the standard library. Deliberately unaware of our connectors: they speak
to it as to the real platforms.

    python -m fullcircle.testing.simulator --port 8090 --seed 1 --home ./town
"""
