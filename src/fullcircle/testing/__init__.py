"""What proves the product, shipped so that third parties test with our teeth.

Owns builders, the frozen corpus, the connector conformance suite, the hostile connector and the simulator with its
own books. May import rooms below the Django line; the product never imports it. Deliberately unaware of the store,
of pages and of every person: all names, sentences and places here are made up.
"""
