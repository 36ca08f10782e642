"""The one common repository: every model, every migration, bulk writes, read queries, rollups.

Owns all SQL of the product; every query is scoped to a workspace. Deliberately unaware of pages, of platforms
and of how a batch was decided: it is handed finished intents and commits them in one transaction.
"""
