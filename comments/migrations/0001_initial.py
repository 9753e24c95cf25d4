"""The tables, and the permission to moderate comments, for the group whose name promises it."""

import django.db.models.deletion
import django.utils.timezone
import swapper
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


def grant(apps, schema_editor):
    """Give the permission to Wagtail's Moderators, where the site still has the group."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    group = Group.objects.filter(name="Moderators").first()
    if group is None:
        return
    # Django makes permissions only after all migrations have run.
    content_type, _ = ContentType.objects.get_or_create(app_label="standfirst_comments", model="comment")
    permission, _ = Permission.objects.get_or_create(
        content_type=content_type, codename="moderate_comment", defaults={"name": "Can moderate comments"}
    )
    group.permissions.add(permission)


def revoke(apps, schema_editor):
    """Take the permission away from the group."""
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    permissions = Permission.objects.filter(
        content_type__app_label="standfirst_comments", codename="moderate_comment"
    )
    for group in Group.objects.filter(name="Moderators"):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        swapper.dependency("wagtailcore", "Page"),
        # Its table logs every use of the doors of records through triggers.
        ("standfirst", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0002_initial_data"),
    ]
    operations = [
        migrations.CreateModel(
            name="Discussion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("is_open", models.BooleanField(default=True)),
                ("approved_count", models.PositiveIntegerField(default=0)),
                ("pending_count", models.PositiveIntegerField(default=0)),
                ("version", models.PositiveBigIntegerField(default=0)),
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reader_discussion",
                        to=swapper.get_model_name("wagtailcore", "Page"),
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("uid", models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, unique=True)),
                ("path", models.CharField(editable=False, max_length=320)),
                ("depth", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("approved_reply_count", models.PositiveIntegerField(default=0, editable=False)),
                ("status", models.CharField(default="pending", max_length=10)),
                ("author_name", models.CharField(max_length=245)),
                ("author_email", models.EmailField(blank=True, max_length=100)),
                ("author_url", models.URLField(blank=True)),
                ("body", models.TextField()),
                ("rendered_body", models.TextField(blank=True, default="", editable=False)),
                ("rendered_from", models.CharField(blank=True, default="", editable=False, max_length=32)),
                ("anchor", models.CharField(blank=True, max_length=200)),
                ("anchor_label", models.CharField(blank=True, max_length=500)),
                ("extra", models.JSONField(blank=True, default=dict)),
                ("ip_address", models.GenericIPAddressField(blank=True, null=True, unpack_ipv4=True)),
                ("user_agent", models.CharField(blank=True, max_length=255)),
                ("fingerprint", models.CharField(editable=False, max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("status_changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="standfirst_comments.comment",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reader_comments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "discussion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="standfirst_comments.discussion",
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="ModerationEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("from_status", models.CharField(blank=True, max_length=10)),
                ("to_status", models.CharField(max_length=10)),
                ("reason", models.CharField(blank=True, max_length=50)),
                ("note", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moderation_entries",
                        to="standfirst_comments.comment",
                    ),
                ),
            ],
            options={"ordering": ["pk"], "default_permissions": ()},
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["discussion", "path"], name="standfirst_comment_tree"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["discussion", "anchor", "path"], name="standfirst_comment_anchor"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["discussion", "fingerprint"], name="standfirst_comment_duplicate"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["status", "created_at"], name="standfirst_comment_status"),
        ),
        migrations.AddIndex(
            model_name="comment", index=models.Index(fields=["created_at"], name="standfirst_comment_newest")
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "approved", "spam", "trash"])),
                name="standfirst_comment_known_status",
            ),
        ),
        migrations.RunPython(grant, revoke),
    ]
