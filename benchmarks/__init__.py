"""How fast the site answers, measured: ``make bench`` writes docs/explanation/performance.md."""
