"""Content that is broken makes a clear error in the admin, never a 500, and is not lost."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image as PillowImage
from wagtail.images import get_image_model

from articles.models import ArticleIndexPage, ArticlePage
from cms.editing import RichTextArea
from cms.models import HomePage


@pytest.fixture
def editor(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin", "admin@example.org", "x"))
    return client


def picture(kind: str, *, cut: bool) -> bytes:
    content = BytesIO()
    PillowImage.effect_noise((64, 64), 90).convert("RGB").save(content, kind)
    data = content.getvalue()
    return data[: len(data) // 2] if cut else data


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("view", ["add", "add_multiple", "chooser_upload"])
def test_a_picture_that_is_cut_off_is_refused(editor: Client, kind: str, view: str) -> None:
    response = upload(editor, view, kind, cut=True)
    assert response.status_code == 200
    assert "damaged or cut off" in response.content.decode()
    assert not get_image_model().objects.exists()


# Wagtail leaves a temporary file open for the garbage collector when it scales a picture.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*SpooledTemporaryFile")
@pytest.mark.parametrize("view", ["add", "add_multiple", "chooser_upload"])
def test_a_whole_one_is_taken(editor: Client, view: str) -> None:
    upload(editor, view, "PNG", cut=False)
    assert get_image_model().objects.count() == 1


def upload(editor: Client, view: str, kind: str, *, cut: bool) -> Any:
    extension = {"JPEG": "jpg"}.get(kind, kind.lower())
    file = SimpleUploadedFile(f"a.{extension}", picture(kind, cut=cut))
    names = {"add_multiple": {"files[]": file}, "chooser_upload": {"image-chooser-upload-file": file}}
    data = {"title": "A", "image-chooser-upload-title": "A", **names.get(view, {"file": file})}
    namespace = "wagtailimages_chooser:create" if view == "chooser_upload" else f"wagtailimages:{view}"
    return editor.post(reverse(namespace), data)


BROKEN = [
    "<p>One <img> two</p>",
    "<p><img></p><p>two",
    "<p>One</b> two</p>",
    "<ul><p>One</ul>",
    "<li>One two</li>",
    "<p>One <b>two",
    "<p>One <a href='x'>two",
    "<h2>One <embed embedtype='image'> two</h2>",
    "<embed embedtype='image' id='x'>One two",
    "One < two & <",
    "<p>One<!-- two",
]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.django_db
def test_rich_text_that_is_not_well_formed_is_opened(text: str) -> None:
    value = RichTextArea().format_value(text)
    words = " ".join(block["text"] for block in json.loads(value)["blocks"])
    assert "One" in words or "two" in words


@pytest.mark.parametrize("text", BROKEN[:3])
def test_the_editor_of_an_article_opens(editor: Client, home: HomePage, text: str) -> None:
    index = home.add_child(instance=ArticleIndexPage(title="Articles", slug="articles"))
    article = index.add_child(instance=ArticlePage(title="A", slug="a"))
    article.body = json.dumps([{"type": "paragraph", "value": text}])
    article.save_revision().publish()
    response = editor.get(reverse("wagtailadmin_pages:edit", args=[article.pk]))
    assert response.status_code == 200
