"""One module a command: read arguments, call a room, show what came of it."""
