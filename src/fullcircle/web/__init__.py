"""Pages. One module a noun: parse, call a desk verb or a query, render.

Owns templates, styles and addresses of pages. Deliberately without a write of its own.
"""
