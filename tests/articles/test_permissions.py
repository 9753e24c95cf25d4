"""Who may do what with sources and people before anybody has set permissions."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("group", ["Editors", "Moderators"])
def test_those_who_write_articles_keep_their_sources(client: Client, group: str) -> None:
    user = User.objects.create_user("writer")
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    assert client.get("/admin/snippets/standfirst_articles/source/add/").status_code == 200
    assert client.get("/admin/snippets/standfirst_articles/person/add/").status_code == 200
    assert not user.has_perm("standfirst_articles.delete_source")
