"""What the app reads for readers: rows and figures, at a number of queries that doesn't grow with them."""
