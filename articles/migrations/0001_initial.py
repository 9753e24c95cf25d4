"""The tables, and the permissions to keep sources and people, for those who write articles."""

import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import modelcluster.contrib.taggit
import modelcluster.fields
import modelsearch.index
import swapper
from django.db import migrations, models
from wagtail.images import get_image_model_string

GROUPS = ("Editors", "Moderators")
MODELS = ("source", "person")
ACTIONS = ("add", "change")


def grant(apps, schema_editor):
    """Give the permissions to those of Wagtail's groups that the site still has."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    groups = list(Group.objects.filter(name__in=GROUPS))
    if not groups:
        return
    # Django makes permissions only after all migrations have run.
    for model in MODELS:
        content_type, _ = ContentType.objects.get_or_create(app_label="standfirst_articles", model=model)
        for action in ACTIONS:
            permission, _ = Permission.objects.get_or_create(
                content_type=content_type,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {model}"},
            )
            for group in groups:
                group.permissions.add(permission)


def revoke(apps, schema_editor):
    """Take the permissions away from the groups."""
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    permissions = Permission.objects.filter(
        content_type__app_label="standfirst_articles",
        codename__in=[f"{action}_{model}" for action in ACTIONS for model in MODELS],
    )
    for group in Group.objects.filter(name__in=GROUPS):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        ("wagtailcore", "0098_apitoken"),
        swapper.dependency("wagtailcore", "Page"),
        migrations.swappable_dependency(get_image_model_string()),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.CreateModel(
            name="ArticleIndexPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        related_name="standfirst_article_index",
                        serialize=False,
                        to=swapper.get_model_name("wagtailcore", "Page"),
                    ),
                ),
                ("introduction", models.TextField(blank=True, max_length=600)),
            ],
            options={},
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="ArticlePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        related_name="standfirst_article",
                        serialize=False,
                        to=swapper.get_model_name("wagtailcore", "Page"),
                    ),
                ),
                ("standfirst", models.TextField(blank=True, max_length=600)),
                ("hero_alt", models.CharField(blank=True, max_length=255)),
                ("hero_caption", models.CharField(blank=True, max_length=500)),
                ("hero_credit", models.CharField(blank=True, max_length=250)),
                ("updated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "body",
                    models.JSONField(blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                (
                    "hero_image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=get_image_model_string(),
                    ),
                ),
            ],
            options={},
            bases=("wagtailcore.page", models.Model),
        ),
        migrations.CreateModel(
            name="ArticleTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                (
                    "content_object",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tagged_items",
                        to="standfirst_articles.articlepage",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(app_label)s_%(class)s_items",
                        to="taggit.tag",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.AddField(
            model_name="articlepage",
            name="tags",
            field=modelcluster.contrib.taggit.ClusterTaggableManager(
                blank=True,
                help_text="A comma-separated list of tags.",
                related_name="standfirst_articles",
                through="standfirst_articles.ArticleTag",
                to="taggit.Tag",
                verbose_name="tags",
            ),
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("uid", models.UUIDField(editable=False, unique=True)),
                ("group", models.UUIDField(db_index=True, editable=False)),
                ("block_id", models.CharField(max_length=255)),
                ("position", models.PositiveIntegerField()),
                ("statement", models.TextField()),
                ("certainty", models.CharField(max_length=20)),
                ("direction", models.CharField(blank=True, max_length=20)),
                ("caveat", models.TextField(blank=True)),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indexed_claims",
                        to=swapper.get_model_name("wagtailcore", "Page"),
                    ),
                ),
            ],
            options={"ordering": ["page", "position"]},
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("slug", models.SlugField(allow_unicode=True, blank=True, max_length=200, unique=True)),
                ("credentials", models.CharField(blank=True, max_length=200)),
                ("role", models.CharField(blank=True, max_length=200)),
                ("bio", models.TextField(blank=True)),
                ("url", models.URLField(blank=True, max_length=500)),
                (
                    "photo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=get_image_model_string(),
                    ),
                ),
            ],
            options={"ordering": ["name", "pk"]},
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="ArticleAuthor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "page",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bylines",
                        to="standfirst_articles.articlepage",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bylines",
                        to="standfirst_articles.person",
                    ),
                ),
            ],
            options={"ordering": ["sort_order"], "abstract": False},
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("kind", models.CharField(default="article-journal", max_length=40)),
                ("title", models.TextField()),
                ("authors", models.TextField(blank=True)),
                ("container_title", models.CharField(blank=True, max_length=500)),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1000),
                            django.core.validators.MaxValueValidator(2999),
                        ],
                    ),
                ),
                ("volume", models.CharField(blank=True, max_length=60)),
                ("issue", models.CharField(blank=True, max_length=60)),
                ("pages", models.CharField(blank=True, max_length=60)),
                ("publisher", models.CharField(blank=True, max_length=300)),
                ("doi", models.CharField(blank=True, max_length=300)),
                ("pmid", models.CharField(blank=True, max_length=60)),
                ("url", models.URLField(blank=True, max_length=2000)),
                ("csl", models.JSONField(blank=True, default=dict, editable=False)),
                ("citation_text", models.TextField(blank=True, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["title", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("doi", ""), _negated=True),
                        fields=("doi",),
                        name="standfirst_source_unique_doi",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("pmid", ""), _negated=True),
                        fields=("pmid",),
                        name="standfirst_source_unique_pmid",
                    ),
                ],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="ClaimCitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("position", models.PositiveIntegerField()),
                ("relation", models.CharField(max_length=40)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="citations",
                        to="standfirst_articles.claim",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="citations",
                        to="standfirst_articles.source",
                    ),
                ),
            ],
            options={"ordering": ["claim", "position"]},
        ),
        migrations.CreateModel(
            name="BodyRendering",
            fields=[
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=swapper.get_model_name("wagtailcore", "Page"),
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("content", models.TextField()),
                ("page_fingerprint", models.CharField(blank=True, max_length=64)),
                ("page_content", models.TextField(blank=True)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["page", "position"], name="standfirst_claim_position"),
        ),
        migrations.AddIndex(
            model_name="claim", index=models.Index(fields=["certainty"], name="standfirst_claim_certainty")
        ),
        migrations.AddConstraint(
            model_name="claimcitation",
            constraint=models.UniqueConstraint(
                fields=("claim", "position"), name="standfirst_citation_unique_position"
            ),
        ),
        migrations.RunPython(grant, revoke),
    ]
