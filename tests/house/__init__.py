"""Rules the whole tree keeps: walls, sizes, words, paths, documentation by name, the set-up itself."""
