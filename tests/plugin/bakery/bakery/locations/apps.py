from django.apps import AppConfig


class LocationsConfig(AppConfig):
    name = "bakery.locations"
    default_auto_field = "django.db.models.AutoField"
