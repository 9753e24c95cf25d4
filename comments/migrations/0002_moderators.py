"""Let Wagtail's Moderators group moderate comments, as its name promises."""

from django.db import migrations


def grant(apps, schema_editor):
    """Give the permission to the group, where the site still has it."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    group = Group.objects.filter(name="Moderators").first()
    if group is None:
        return
    # Django makes permissions only after all migrations have run.
    content_type, _ = ContentType.objects.get_or_create(app_label="comments", model="comment")
    permission, _ = Permission.objects.get_or_create(
        content_type=content_type, codename="moderate_comment", defaults={"name": "Can moderate comments"}
    )
    group.permissions.add(permission)


def revoke(apps, schema_editor):
    """Take the permission away from the group."""
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    permissions = Permission.objects.filter(content_type__app_label="comments", codename="moderate_comment")
    for group in Group.objects.filter(name="Moderators"):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0002_initial_data"),
    ]

    operations = [migrations.RunPython(grant, revoke)]
