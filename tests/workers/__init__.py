"""The long-running loops, with the store beneath them."""
