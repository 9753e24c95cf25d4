import django.core.validators
import django.db.models.deletion
import modelcluster.contrib.taggit
import modelcluster.fields
import modelsearch.index
import swapper
import wagtail.fields
from django.db import migrations, models
from wagtail.images import get_image_model_string


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        ("wagtailcore", "0098_apitoken"),
        swapper.dependency("wagtailcore", "Page"),
        migrations.swappable_dependency(get_image_model_string()),
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
                (
                    "introduction",
                    models.TextField(
                        blank=True,
                        help_text="A few plain sentences under the title.",
                        max_length=600,
                        verbose_name="introduction",
                    ),
                ),
            ],
            options={
                "verbose_name": "article index",
                "verbose_name_plural": "article indexes",
            },
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
                (
                    "standfirst",
                    models.TextField(
                        blank=True,
                        help_text="The paragraph under the headline: what the article finds, in plain words.",
                        max_length=600,
                        verbose_name="standfirst",
                    ),
                ),
                (
                    "hero_alt",
                    models.CharField(
                        blank=True,
                        help_text="What the image shows, for readers who can't see it. Leave empty if it is decorative.",
                        max_length=255,
                        verbose_name="alternative text",
                    ),
                ),
                ("hero_caption", models.CharField(blank=True, max_length=500, verbose_name="caption")),
                ("hero_credit", models.CharField(blank=True, max_length=250, verbose_name="credit")),
                (
                    "updated_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the substance of the article last changed. Leave empty if it hasn't.",
                        null=True,
                        verbose_name="updated",
                    ),
                ),
                (
                    "body",
                    wagtail.fields.StreamField(
                        [
                            ("heading", 2),
                            ("paragraph", 3),
                            ("quote", 6),
                            ("key_takeaways", 8),
                            ("callout", 11),
                            ("claim", 20),
                            ("table", 23),
                            ("image", 27),
                        ],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.ChoiceBlock",
                                [],
                                {"choices": [("h2", "Section"), ("h3", "Subsection")], "label": "Level"},
                            ),
                            1: ("wagtail.blocks.CharBlock", (), {"label": "Text", "max_length": 200}),
                            2: (
                                "wagtail.blocks.StructBlock",
                                [[("level", 0), ("text", 1)]],
                                {"group": "Text"},
                            ),
                            3: ("articles.blocks.ParagraphBlock", (), {"group": "Text"}),
                            4: ("wagtail.blocks.TextBlock", (), {"label": "Quotation"}),
                            5: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Who said it, and where", "max_length": 250, "required": False},
                            ),
                            6: (
                                "wagtail.blocks.StructBlock",
                                [[("text", 4), ("attribution", 5)]],
                                {"group": "Text"},
                            ),
                            7: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Takeaway", "max_length": 500, "rows": 2},
                            ),
                            8: (
                                "wagtail.blocks.ListBlock",
                                (7,),
                                {
                                    "description": "The few things to remember",
                                    "group": "Text",
                                    "icon": "list-ul",
                                    "label": "Key takeaways",
                                    "template": "articles/blocks/key_takeaways.html",
                                },
                            ),
                            9: (
                                "wagtail.blocks.ChoiceBlock",
                                [],
                                {
                                    "choices": [
                                        ("note", "Note"),
                                        ("warning", "Warning"),
                                        ("safety", "Safety"),
                                    ],
                                    "label": "Kind",
                                },
                            ),
                            10: (
                                "wagtail.blocks.RichTextBlock",
                                (),
                                {
                                    "features": ["bold", "italic", "link", "document-link", "ol", "ul"],
                                    "label": "Text",
                                },
                            ),
                            11: (
                                "wagtail.blocks.StructBlock",
                                [[("kind", 9), ("text", 10)]],
                                {"group": "Text"},
                            ),
                            12: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {
                                    "help_text": "One sentence that can be checked, in words that a reader understands.",
                                    "label": "Statement",
                                    "max_length": 1000,
                                    "rows": 2,
                                },
                            ),
                            13: (
                                "wagtail.blocks.ChoiceBlock",
                                [],
                                {
                                    "choices": [
                                        ("high", "High certainty"),
                                        ("moderate", "Moderate certainty"),
                                        ("low", "Low certainty"),
                                        ("very_low", "Very low certainty"),
                                        ("not_assessed", "Certainty not assessed"),
                                    ],
                                    "help_text": "GRADE: how sure can we be of the statement?",
                                    "label": "Certainty",
                                },
                            ),
                            14: (
                                "wagtail.blocks.ChoiceBlock",
                                [],
                                {
                                    "choices": [
                                        ("supports", "Evidence supports this"),
                                        ("mixed", "Evidence is mixed"),
                                        ("no_effect", "Evidence shows no effect"),
                                        ("against", "Evidence is against this"),
                                    ],
                                    "help_text": "Which way the evidence points, however strong it is. Leave empty if it points nowhere.",
                                    "label": "Direction",
                                    "required": False,
                                },
                            ),
                            15: (
                                "wagtail.snippets.blocks.SnippetChooserBlock",
                                ("articles.Source",),
                                {"label": "Source"},
                            ),
                            16: (
                                "wagtail.blocks.ChoiceBlock",
                                [],
                                {
                                    "choices": [
                                        ("obtainsSupportFrom", "supports"),
                                        ("citesAsEvidence", "evidence for"),
                                        ("disputes", "disputes"),
                                        ("refutes", "refutes"),
                                        ("qualifies", "limits"),
                                        ("citesForInformation", "information"),
                                        ("obtainsBackgroundFrom", "background"),
                                    ],
                                    "label": "What it does",
                                },
                            ),
                            17: ("wagtail.blocks.StructBlock", [[("source", 15), ("relation", 16)]], {}),
                            18: (
                                "wagtail.blocks.ListBlock",
                                (17,),
                                {
                                    "default": [],
                                    "help_text": "A claim without sources is shown as unsourced.",
                                    "label": "Sources",
                                },
                            ),
                            19: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {
                                    "help_text": "A sentence that says where the statement stops being true, or why it may not hold.",
                                    "label": "Caveat",
                                    "max_length": 1000,
                                    "required": False,
                                    "rows": 2,
                                },
                            ),
                            20: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("statement", 12),
                                        ("certainty", 13),
                                        ("direction", 14),
                                        ("citations", 18),
                                        ("caveat", 19),
                                    ]
                                ],
                                {"group": "Evidence"},
                            ),
                            21: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"icon": "pilcrow", "label": "Text", "required": False},
                            ),
                            22: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"icon": "decimal", "label": "Number", "required": False},
                            ),
                            23: (
                                "wagtail.contrib.typed_table_block.blocks.TypedTableBlock",
                                [[("text", 21), ("number", 22)]],
                                {"group": "Evidence"},
                            ),
                            24: ("wagtail.images.blocks.ImageBlock", [], {"label": "Image"}),
                            25: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Caption", "max_length": 500, "required": False},
                            ),
                            26: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Credit", "max_length": 250, "required": False},
                            ),
                            27: (
                                "wagtail.blocks.StructBlock",
                                [[("image", 24), ("caption", 25), ("credit", 26)]],
                                {"group": "Media"},
                            ),
                        },
                        verbose_name="body",
                    ),
                ),
                (
                    "hero_image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=get_image_model_string(),
                        verbose_name="image",
                    ),
                ),
            ],
            options={
                "verbose_name": "article",
                "verbose_name_plural": "articles",
            },
            bases=("wagtailcore.page", models.Model),
        ),
        migrations.CreateModel(
            name="ArticleTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "content_object",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tagged_items",
                        to="articles.articlepage",
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
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="articlepage",
            name="tags",
            field=modelcluster.contrib.taggit.ClusterTaggableManager(
                blank=True,
                help_text="A comma-separated list of tags.",
                related_name="standfirst_articles",
                through="articles.ArticleTag",
                to="taggit.Tag",
                verbose_name="tags",
            ),
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(editable=False, unique=True, verbose_name="uid")),
                (
                    "group",
                    models.UUIDField(
                        db_index=True,
                        editable=False,
                        help_text="Shared with the claim's translations.",
                        verbose_name="group",
                    ),
                ),
                ("block_id", models.CharField(max_length=255, verbose_name="block id")),
                ("position", models.PositiveIntegerField(verbose_name="position")),
                ("statement", models.TextField(verbose_name="statement")),
                (
                    "certainty",
                    models.CharField(
                        choices=[
                            ("high", "High certainty"),
                            ("moderate", "Moderate certainty"),
                            ("low", "Low certainty"),
                            ("very_low", "Very low certainty"),
                            ("not_assessed", "Certainty not assessed"),
                        ],
                        max_length=20,
                        verbose_name="certainty",
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("supports", "Evidence supports this"),
                            ("mixed", "Evidence is mixed"),
                            ("no_effect", "Evidence shows no effect"),
                            ("against", "Evidence is against this"),
                        ],
                        max_length=20,
                        verbose_name="direction",
                    ),
                ),
                ("caveat", models.TextField(blank=True, verbose_name="caveat")),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indexed_claims",
                        to=swapper.get_model_name("wagtailcore", "Page"),
                        verbose_name="page",
                    ),
                ),
            ],
            options={
                "verbose_name": "claim",
                "verbose_name_plural": "claims",
                "ordering": ["page", "position"],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "slug",
                    models.SlugField(
                        allow_unicode=True,
                        blank=True,
                        help_text="Identifies the person in addresses; made from the name if left empty.",
                        max_length=200,
                        unique=True,
                        verbose_name="slug",
                    ),
                ),
                (
                    "credentials",
                    models.CharField(
                        blank=True,
                        help_text="Degrees and memberships as they follow a name, such as “MD, PhD”.",
                        max_length=200,
                        verbose_name="credentials",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        help_text="Such as “Dermatologist” or “Science editor”.",
                        max_length=200,
                        verbose_name="role",
                    ),
                ),
                (
                    "bio",
                    models.TextField(
                        blank=True, help_text="A few sentences in plain text.", verbose_name="biography"
                    ),
                ),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="web page")),
                (
                    "photo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=get_image_model_string(),
                        verbose_name="photo",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "ordering": ["name", "pk"],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="ArticleAuthor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "page",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bylines",
                        to="articles.articlepage",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bylines",
                        to="articles.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "author",
                "verbose_name_plural": "authors",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("article-journal", "Journal article"),
                            ("book", "Book"),
                            ("chapter", "Book chapter"),
                            ("report", "Report or guideline"),
                            ("thesis", "Thesis"),
                            ("dataset", "Data set"),
                            ("article-newspaper", "News article"),
                            ("webpage", "Web page"),
                            ("document", "Other document"),
                        ],
                        default="article-journal",
                        max_length=40,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.TextField(verbose_name="title")),
                (
                    "authors",
                    models.TextField(
                        blank=True,
                        help_text="One per line: “Family, Given”. A line without a comma is the name of an organisation.",
                        verbose_name="authors",
                    ),
                ),
                (
                    "container_title",
                    models.CharField(
                        blank=True,
                        help_text="The journal, book or web site.",
                        max_length=500,
                        verbose_name="published in",
                    ),
                ),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1000),
                            django.core.validators.MaxValueValidator(2999),
                        ],
                        verbose_name="year",
                    ),
                ),
                ("volume", models.CharField(blank=True, max_length=60, verbose_name="volume")),
                ("issue", models.CharField(blank=True, max_length=60, verbose_name="issue")),
                ("pages", models.CharField(blank=True, max_length=60, verbose_name="pages")),
                ("publisher", models.CharField(blank=True, max_length=300, verbose_name="publisher")),
                (
                    "doi",
                    models.CharField(
                        blank=True, help_text="Such as 10.1000/182.", max_length=300, verbose_name="DOI"
                    ),
                ),
                ("pmid", models.CharField(blank=True, max_length=60, verbose_name="PubMed identifier")),
                ("url", models.URLField(blank=True, max_length=2000, verbose_name="web address")),
                ("csl", models.JSONField(blank=True, default=dict, editable=False, verbose_name="CSL-JSON")),
                ("citation_text", models.TextField(blank=True, editable=False, verbose_name="reference")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
            ],
            options={
                "verbose_name": "source",
                "verbose_name_plural": "sources",
                "ordering": ["title", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("doi", ""), _negated=True),
                        fields=("doi",),
                        name="articles_source_unique_doi",
                        violation_error_message="There is a source with this DOI already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("pmid", ""), _negated=True),
                        fields=("pmid",),
                        name="articles_source_unique_pmid",
                        violation_error_message="There is a source with this PubMed identifier already.",
                    ),
                ],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="ClaimCitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="position")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("obtainsSupportFrom", "supports"),
                            ("citesAsEvidence", "evidence for"),
                            ("disputes", "disputes"),
                            ("refutes", "refutes"),
                            ("qualifies", "limits"),
                            ("citesForInformation", "information"),
                            ("obtainsBackgroundFrom", "background"),
                        ],
                        max_length=40,
                        verbose_name="relation",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="citations",
                        to="articles.claim",
                        verbose_name="claim",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="citations",
                        to="articles.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "citation",
                "verbose_name_plural": "citations",
                "ordering": ["claim", "position"],
            },
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["page", "position"], name="articles_claim_page_position"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["certainty"], name="articles_claim_certainty"),
        ),
        migrations.AddConstraint(
            model_name="claimcitation",
            constraint=models.UniqueConstraint(
                fields=("claim", "position"), name="articles_citation_unique_position"
            ),
        ),
    ]
