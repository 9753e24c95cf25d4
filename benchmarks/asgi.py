"""The site behind an adapter, as ``benchmarks.slow_clients`` tries it; a2wsgi is not in the lock."""

from a2wsgi import WSGIMiddleware

from cms.wsgi import application

app = WSGIMiddleware(application, workers=4)
