"""The body of an article: its kinds of blocks, and what readers see of it."""
