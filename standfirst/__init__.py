"""The core under ``articles`` and ``comments``: what both need and must not have twice. Knows neither."""
