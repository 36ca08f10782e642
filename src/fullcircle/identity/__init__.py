"""Who stands behind which accounts: proposed and scored matches, and merges that can always be taken back.

Owns what makes two identities worth comparing, how alike they are and why (`blocking`, `match`), and what a merge or an
unmerge changes (`merge`). Joins without asking only on the closed list of `core.kinds.MatchMethod`. Pure: candidates
come already looked up. Deliberately unaware of the database, of touchpoints' texts and of what a person is worth; it
never deletes anything.
"""
