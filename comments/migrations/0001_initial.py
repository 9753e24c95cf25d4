import django.db.models.deletion
import django.utils.timezone
import swapper
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        swapper.dependency("wagtailcore", "Page"),
    ]

    operations = [
        migrations.CreateModel(
            name="Discussion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_open", models.BooleanField(default=True, verbose_name="open")),
                ("approved_count", models.PositiveIntegerField(default=0, verbose_name="approved comments")),
                (
                    "pending_count",
                    models.PositiveIntegerField(default=0, verbose_name="comments awaiting moderation"),
                ),
                (
                    "version",
                    models.PositiveBigIntegerField(
                        default=0,
                        help_text="Rises with every change that readers can see.",
                        verbose_name="version",
                    ),
                ),
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reader_discussion",
                        to=swapper.get_model_name("wagtailcore", "Page"),
                        verbose_name="page",
                    ),
                ),
            ],
            options={
                "verbose_name": "discussion",
                "verbose_name_plural": "discussions",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uid",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, unique=True, verbose_name="uid"
                    ),
                ),
                ("path", models.CharField(editable=False, max_length=320)),
                ("depth", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "approved_reply_count",
                    models.PositiveIntegerField(
                        default=0, editable=False, help_text="Approved comments anywhere below this one."
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Awaiting moderation"),
                            ("approved", "Approved"),
                            ("spam", "Spam"),
                            ("trash", "Trash"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("author_name", models.CharField(max_length=245, verbose_name="name")),
                ("author_email", models.EmailField(blank=True, max_length=100, verbose_name="email")),
                ("author_url", models.URLField(blank=True, verbose_name="website")),
                ("body", models.TextField(verbose_name="comment")),
                ("anchor", models.CharField(blank=True, max_length=200, verbose_name="part of the page")),
                (
                    "ip_address",
                    models.GenericIPAddressField(
                        blank=True, null=True, unpack_ipv4=True, verbose_name="IP address"
                    ),
                ),
                ("user_agent", models.CharField(blank=True, max_length=255, verbose_name="browser")),
                (
                    "fingerprint",
                    models.CharField(
                        editable=False,
                        help_text="Equal for one author's equal comments in one place.",
                        max_length=64,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="written"),
                ),
                (
                    "status_changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="status changed"),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="comments.comment",
                        verbose_name="in reply to",
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
                        verbose_name="user",
                    ),
                ),
                (
                    "discussion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="comments.discussion",
                        verbose_name="discussion",
                    ),
                ),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
                "permissions": [("moderate_comment", "Can moderate comments")],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ModerationEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "from_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pending", "Awaiting moderation"),
                            ("approved", "Approved"),
                            ("spam", "Spam"),
                            ("trash", "Trash"),
                        ],
                        max_length=10,
                        verbose_name="from",
                    ),
                ),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("pending", "Awaiting moderation"),
                            ("approved", "Approved"),
                            ("spam", "Spam"),
                            ("trash", "Trash"),
                        ],
                        max_length=10,
                        verbose_name="to",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=50, verbose_name="reason")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty where the site itself decided.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="moderator",
                    ),
                ),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moderation_entries",
                        to="comments.comment",
                        verbose_name="comment",
                    ),
                ),
            ],
            options={
                "verbose_name": "moderation entry",
                "verbose_name_plural": "moderation entries",
                "ordering": ["pk"],
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["discussion", "path"], name="comments_in_tree_order"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["discussion", "anchor", "path"], name="comments_of_an_anchor"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["discussion", "fingerprint"], name="comments_duplicates"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["status", "created_at"], name="comments_by_status"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["created_at"], name="comments_newest"),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "approved", "spam", "trash"])),
                name="comments_known_status",
            ),
        ),
    ]
