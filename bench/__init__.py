"""Measurements: `make bench`. Ratios taken side by side in one run, medians of five, written to bench/last.json.

`measures.py` is the list of what is measured and what must hold. Each sample is one process of its own
(`python -m bench.one NAME`), in a home of its own on the disk; `run.py` takes the samples in rounds, so that a noisy
minute spoils one round and not one measure. `page.py` writes docs/performance.md. Nothing of the product knows of this.
"""
