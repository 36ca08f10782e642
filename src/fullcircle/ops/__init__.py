"""What an operator types, and how the processes are put together.

Owns the command line, the supervisor, system checks, and the composition of workers, door and pages. Deliberately
without rules of its own: a command reads arguments, calls a room, and shows what came of it.
"""
