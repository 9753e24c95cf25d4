"""The delivery API: the routers of all apps, and the conventions that their operations keep."""
