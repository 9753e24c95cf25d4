from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "bakery.accounts"
    default_auto_field = "django.db.models.AutoField"
