"""Give aliases the dates of their originals, and take back those that went live before them."""

import swapper
from django.db import migrations


def follow_originals(apps, schema_editor):
    """Copy from each page to its aliases, the page itself first, along every chain of aliases."""
    pages = apps.get_model(*swapper.split(swapper.get_model_name("wagtailcore", "Page"))).objects
    done = set()
    pending = set(pages.filter(alias_of=None, aliases__isnull=False).values_list("pk", flat=True))
    while pending:
        aliases = pages.filter(alias_of__in=pending).exclude(pk__in=done)
        rows = list(aliases.values_list("pk", "alias_of__live", "alias_of__first_published_at"))
        for pk, is_live, first_published_at in rows:
            pages.filter(pk=pk).update(first_published_at=first_published_at)
            if not is_live:
                pages.filter(pk=pk, live=True).update(live=False, has_unpublished_changes=True)
        pending = {pk for pk, *_ in rows}
        done |= pending


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_grant_editors"), swapper.dependency("wagtailcore", "Page")]

    operations = [migrations.RunPython(follow_originals, migrations.RunPython.noop, elidable=True)]
