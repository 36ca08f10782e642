"""What founders of the house run and the product never imports: the set-up and the checks."""
