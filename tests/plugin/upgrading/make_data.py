"""What a bakery has written by the time of an upgrade. Runs in its shell, with the baseline's code alone."""

import json
import sys
from datetime import timedelta

from bakery.blog.models import BlogPage
from bakery.locations.models import LocationPage
from django.contrib.auth import get_user_model
from django.utils import timezone
from standfirst.articles.models import ArticleAuthor, ArticleIndexPage, ArticlePage, Person, Source
from standfirst.comments.models import Comment
from standfirst.comments.services import set_comment_status, set_discussion_open, submit_comment
from wagtail.images import get_image_model
from wagtail.models import Site

from standfirst.models import FrontendSettings
from standfirst.outbox.models import OutboxMessage

BODY = "A claim about {}."
users = get_user_model().objects
owner, moderator = users.get(email__startswith="owner"), users.get(email__startswith="mona")
reader = users.get(email__startswith="reader")
leaver = users.create_user("leaver@bakery.example.org", "only for this test")
home = Site.objects.get().root_page
image = get_image_model().objects.get()


def claim(topic, *sources):
    cited = [{"source": source, "relation": "citesAsEvidence"} for source in sources]
    return (
        "claim",
        {
            "statement": BODY.format(topic),
            "certainty": "moderate",
            "direction": "supports",
            "citations": cited,
            "caveat": "Small trials.",
        },
    )


trial = Source.objects.create(title="A trial of salt", authors="Crumb, Ada", year=2019, doi="10.1000/salt")
book = Source.objects.create(title="The book of bread", kind="book", year=1891, publisher="Baker & Son")
Source.objects.create(title="Never cited", url="https://example.org/")
person = Person.objects.create(name="Ada Crumb", credentials="PhD", photo=image)

index = home.add_child(instance=ArticleIndexPage(title="Articles", slug="articles", introduction="All."))
article = ArticlePage(title="Salt and yeast", slug="salt", standfirst="What is known.", hero_image=image)
article.hero_alt, article.updated_at = "A loaf", timezone.now()
article.body = [
    ("heading", {"level": "h2", "text": "What it does"}),
    ("paragraph", "<p>It <b>slows</b> it.</p>"),
    claim("salt", trial, book),
    claim("sugar", trial),
    ("callout", {"kind": "safety", "text": "<p>Mind the oven.</p>"}),
]
article.bylines = [ArticleAuthor(person=person)]
article.tags.add("Bread", "Salt")
index.add_child(instance=article)
article.save_revision(user=owner).publish(user=owner)
article.refresh_from_db()
article.create_alias(parent=index, update_slug="salt-again")
article.title = "Salt, yeast and time"
article.save_revision(user=owner)  # A draft of what is live.
draft = index.add_child(instance=ArticlePage(title="A draft", slug="draft", live=False))
draft.body = [claim("drafts", book)]
draft.save_revision()
draft.go_live_at = timezone.now() + timedelta(days=400)
draft.save_revision().publish()  # Scheduled.

post = BlogPage.objects.get(slug="wild-yeast")
post.body.append(claim("wild yeast", trial))
post.save_revision(user=owner).publish(user=owner)
post.refresh_from_db()
anchor, label = next(iter(post.get_comment_anchors().items()))


def comment(page, text, **values):
    values = {"author_name": "A reader", "author_email": "reader@example.org", **values}
    return submit_comment(page=page, body=text, ip_address="192.0.2.7", user_agent="A browser", **values)


def decide(status, *comments, actor=moderator):
    uids = [comment.uid for comment in comments]
    set_comment_status(uids=uids, status=status, actor=actor, reason="moderator", note="Looked at.")


about = comment(post, "About the claim.", anchor=anchor, author_url="https://example.org/")
whole = comment(post, "About all of it,\n\nat length.", user=reader, author_name="Rita")
decide("approved", about, whole)
reply = comment(post, "A reply.", parent_uid=about.uid)
decide("approved", reply, actor=leaver)
decide("spam", comment(post, "Buy bread."))
decide("trash", comment(post, "Nonsense."))
comment(post, "This one waits.", extra={"role": "baker"})
gone = comment(post, "This one is deleted.")
decide("approved", gone)
gone.delete()
removed = comment(article, "Shown for its reply alone.")
decide("approved", removed)
decide("approved", comment(article, "The reply.", parent_uid=removed.uid))
decide("trash", removed)
mill = LocationPage.objects.get()
decide("approved", comment(mill, "Open on Sundays?"))
set_discussion_open(page=mill, is_open=False, actor=moderator)
leaver.delete()

FrontendSettings.objects.create(site=Site.objects.get(), base_url="https://www.bakery.example.org")
now = timezone.now()
payload = {"to": ["mona@bakery.example.org"], "subject": "A comment waits", "body": "Look."}
later = {"kind": "mail", "payload": payload, "due_at": now + timedelta(days=300)}
OutboxMessage.objects.bulk_create(
    [
        OutboxMessage(**later),
        OutboxMessage(**later, state="leased", lease="0" * 32, attempts=1),
        OutboxMessage(**later, state="delivered", finished_at=now, attempts=2),
        OutboxMessage(**later, state="dead", finished_at=now, attempts=9, last_error="Refused."),
    ]
)
statuses = sorted(set(Comment.objects.values_list("status", flat=True)))
sys.stdout.write(json.dumps({"post": post.pk, "statuses": statuses}))
