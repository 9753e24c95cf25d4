from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "bakery.base"
    default_auto_field = "django.db.models.AutoField"
