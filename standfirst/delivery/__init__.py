"""The conventions of the delivery API, which the routers of every app keep.

Importing it needs django-ninja, which a site without the API does not have.
"""
