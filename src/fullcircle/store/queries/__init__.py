"""Read queries, one file a noun. Each takes a Viewer, pages by key, and returns plain frozen rows."""
