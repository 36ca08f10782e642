"""That the bench works, with sizes too small to say anything about speed."""
