"""Claims: what identifies them and what a reader sees of them."""
