"""Who answers, by when, and why: rules as data, working calendars, the life of a case, capacity.

Owns `decide(batch, rules, load)`, the one pure state machine of a case (`case_state`), the working-time clock
(`calendar`, `clock`) and the preview of rules over history. Everything is a pure function of what is handed in: times
come as moments, load as plain data. Deliberately unaware of the database, of the wall clock, of how an annotation was
made and of who a person is beyond what a rule may look at; who asks never moves a due time.
"""
