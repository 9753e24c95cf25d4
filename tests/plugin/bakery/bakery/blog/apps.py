from django.apps import AppConfig


class BlogConfig(AppConfig):
    name = "bakery.blog"
    default_auto_field = "django.db.models.AutoField"
