"""What a viewer answers by itself: which pages, whose originals, which languages."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction, Site

from articles.models import ArticleIndexPage
from cms.models import HomePage
from standfirst.visibility import Viewer, anybody, visitor
from tests.articles.builders import make_index
from tests.visibility.conftest import FIRST, SECOND, World, alias, fresh, restrict

pytestmark = pytest.mark.django_db


def ids(pages: Any) -> set[int]:
    return set(pages.values_list("pk", flat=True))


def below(parent: Any, title: str = "Page", **fields: Any) -> Any:
    """Return a new live page below another."""
    return make_index(fresh(parent), title=title, slug=f"p{fresh(parent).numchild}", **fields)


def on(host: str, **options: Any) -> Viewer:
    return Viewer(site=Site.objects.get(hostname=host), **options)


def signed_in(is_preview: bool = False, groups: tuple[Group, ...] = ()) -> Any:
    """Return the request of somebody who has logged in."""
    request: Any = RequestFactory().get("/", headers={"host": FIRST})
    request.user = get_user_model().objects.create_user("member")
    request.user.groups.set(groups)
    request.session = SessionBase()
    request.is_preview = is_preview
    return request


def signed_out(is_preview: bool = False) -> Any:
    request: Any = RequestFactory().get("/", headers={"host": FIRST})
    request.user, request.session, request.is_preview = AnonymousUser(), SessionBase(), is_preview
    return request


class TestPages:
    def test_those_of_the_site_in_all_its_languages(self, world: World) -> None:
        page, other = below(world.home), below(world.second_home)
        assert ids(on(FIRST).pages()) == {
            part.pk for part in (world.home, world.index, world.german_home, world.german_index, page)
        }
        assert ids(on(SECOND).pages()) == {world.second_home.pk, world.second_index.pk, other.pk}

    def test_those_of_one_class(self, world: World) -> None:
        found = on(FIRST).pages(ArticleIndexPage)
        assert found.model is ArticleIndexPage
        assert ids(found) == {world.index.pk, world.german_index.pk}
        assert ids(on(FIRST).pages(HomePage)) == {world.home.pk, world.german_home.pk}
        assert on(FIRST).pages().model is Page
        nowhere = Viewer(site=None).pages(HomePage)
        assert (nowhere.model, nowhere.exists()) == (HomePage, False)

    def test_a_page_that_is_not_live_or_stands_for_one_is_not_among_them(self, world: World) -> None:
        page = below(world.home)
        copy = alias(page, world.home)
        assert {page.pk, copy.pk} <= ids(on(FIRST).pages())
        Page.objects.filter(pk=page.pk).update(live=False)
        assert not {page.pk, copy.pk} & ids(on(FIRST).pages())
        Page.objects.filter(pk=page.pk).update(live=True)
        Page.objects.filter(pk=copy.pk).update(live=False)
        assert {page.pk, copy.pk} & ids(on(FIRST).pages()) == {page.pk}

    def test_on_whichever_site(self, world: World) -> None:
        closed = below(world.second_home)
        restrict(closed)
        seen = ids(on(FIRST).see(Page.objects.all()))
        assert {world.home.pk, world.second_home.pk} <= seen
        assert closed.pk not in seen


class TestRestrictions:
    def test_a_page_with_all_below_it_and_nothing_beside_it(self, world: World) -> None:
        above, closed, beside = below(world.home), below(world.home), below(world.home)
        child = below(closed)
        grandchild = below(child)
        leaf, empty = below(above), below(above)
        restrict(closed)
        restrict(leaf)
        # Inside another one: nothing is added by it, nor taken away.
        restrict(grandchild)
        viewer = on(FIRST)
        mine = [above, closed, beside, child, grandchild, leaf, empty]
        shown = ids(viewer.pages())
        assert [page.pk in shown for page in mine] == [True, False, True, False, False, False, True]
        assert [viewer.is_open_to_all(page) for page in mine] == [page.pk in shown for page in mine]

    def test_none_of_them_is_no_restriction(self, world: World) -> None:
        page = below(world.home)
        restrict(page, PageViewRestriction.NONE)
        assert page.pk in ids(on(FIRST).pages())
        assert on(FIRST).is_open_to_all(page)

    def test_who_has_passed_sees_them(self, world: World) -> None:
        closed = below(world.home)
        child = below(closed)
        copy = alias(closed, world.home)
        below_copy = below(copy)
        restrict(closed)
        pages = {closed.pk, child.pk, copy.pk, below_copy.pk}
        passed = on(FIRST, request=signed_in())
        assert pages <= ids(passed.pages())
        # That somebody has passed does not open it to all.
        assert not passed.is_open_to_all(child)
        assert not pages & ids(on(FIRST, request=signed_out()).pages())
        assert not pages & ids(on(FIRST).pages())

    def test_one_of_two_is_not_enough(self, world: World) -> None:
        readers = Group.objects.create(name="Readers")
        closed = below(world.home)
        child = below(closed)
        restrict(closed)
        restrict(child, "groups").groups.add(readers)
        twice = below(world.home)
        restrict(twice)
        restrict(twice, "groups").groups.add(readers)
        member = ids(on(FIRST, request=signed_in()).pages())
        assert [page.pk in member for page in (closed, child, twice)] == [True, False, False]

    def test_a_group_passes(self, world: World) -> None:
        readers, others = Group.objects.create(name="Readers"), Group.objects.create(name="Others")
        closed, other, free = below(world.home), below(world.home), below(world.home)
        restrict(closed, "groups").groups.add(readers)
        restrict(other, "groups").groups.add(others)
        member = ids(on(FIRST, request=signed_in(groups=(readers,))).pages())
        assert [page.pk in member for page in (closed, other, free)] == [True, False, True]
        stranger = ids(on(FIRST, request=signed_out()).pages())
        assert [page.pk in stranger for page in (closed, other, free)] == [False, False, True]


class TestLists:
    """A list inside a restricted part shows it to those who have passed; elsewhere it stays out."""

    def test_where_it_stands_decides(self, world: World) -> None:
        closed, other = below(world.home), below(world.home)
        child, deeper = below(closed), below(other)
        restrict(closed)
        restrict(other)
        viewer = on(FIRST, request=signed_in())

        def listed(page: Any, viewer: Viewer = viewer) -> list[bool]:
            found = ids(viewer.see_within(Page.objects.all(), page))
            return [one.pk in found for one in (world.index, closed, child, other, deeper)]

        assert listed(world.home) == [True, False, False, False, False]
        assert listed(closed) == [True, True, True, False, False]
        assert listed(child) == [True, True, True, False, False]
        stranger = on(FIRST, request=signed_out())
        assert listed(closed, stranger) == [True, False, False, False, False]
        assert listed(closed, on(FIRST)) == [True, False, False, False, False]
        # An editor sees how the list will look to those who get there.
        assert listed(closed, on(FIRST, request=signed_out(is_preview=True))) == [
            True,
            True,
            True,
            False,
            False,
        ]

    def test_what_readers_of_a_page_can_see_from_it(self, world: World) -> None:
        closed, other = below(world.home), below(world.home)
        child, deeper = below(closed), below(other)
        restrict(closed)
        restrict(other)

        def seen(page: Any) -> list[bool]:
            found = ids(Viewer(site=None).see_as_readers_of(page, Page.objects.all()))
            return [one.pk in found for one in (world.index, closed, child, other, deeper)]

        assert seen(world.index) == [True, False, False, False, False]
        assert seen(child) == [True, True, True, False, False]
        assert seen(other) == [True, False, False, True, True]

    def test_each_once(self, world: World) -> None:
        first, second = below(world.home), below(world.home)
        copy = alias(first, world.home)
        again = alias(copy, world.home, update_slug="again")
        viewer = on(FIRST)
        everything = Page.objects.filter(pk__in=[first.pk, second.pk, copy.pk, again.pk])
        assert ids(viewer.each_once(everything)) == {first.pk, second.pk}
        # Without the original, an alias stands for it; of two aliases, one.
        assert ids(viewer.each_once(everything.exclude(pk=first.pk))) == {second.pk, copy.pk}
        assert ids(viewer.each_once(everything.filter(pk__in=[first.pk, again.pk]))) == {first.pk}
        assert ids(viewer.each_once(everything.filter(pk=again.pk))) == {again.pk}
        twin = alias(first, world.home, update_slug="twin")
        both = Page.objects.filter(pk__in=[copy.pk, twin.pk])
        assert ids(viewer.each_once(both)) == {copy.pk}

    @pytest.mark.parametrize("has_aliases", [False, True])
    def test_the_order_of_a_list_stays(self, world: World, has_aliases: bool) -> None:
        pages = [below(world.home, title) for title in ("B", "C", "A")]
        if has_aliases:
            alias(pages[0], world.home)
        ordered = Page.objects.filter(pk__in=[page.pk for page in pages]).order_by("-title")
        assert [page.title for page in on(FIRST).each_once(ordered)] == ["C", "B", "A"]


class TestOriginals:
    def test_what_is_about_a_page_is_about_its_aliases(self, world: World) -> None:
        first, second = below(world.home), below(world.home)
        copy = alias(first, world.home)
        again = alias(copy, world.home, update_slug="again")

        def about(*pages: Any) -> set[int]:
            # Restrictions are something that belongs to pages, as claims and discussions do.
            chosen = Page.objects.filter(pk__in=[page.pk for page in pages]).order_by("title")
            rows = PageViewRestriction.objects.filter(on(FIRST).about("page", chosen))
            return set(rows.values_list("page", flat=True))

        for page in (first, second):
            restrict(page, PageViewRestriction.NONE)
        assert about(first) == about(copy) == about(again) == {first.pk}
        assert about(second) == {second.pk}
        assert about(copy, second) == {first.pk, second.pk}
        assert about() == set()

    def test_where_an_original_is_seen(self, world: World) -> None:
        first, second, third = below(world.home), below(world.home), below(world.home)
        copy, twin = alias(first, world.home), alias(first, world.home, update_slug="twin")
        again = alias(copy, world.home, update_slug="again")
        of_second = alias(second, world.second_home)
        viewer = on(FIRST)

        def shown(*originals: Any, among: tuple[Any, ...]) -> dict[int, int]:
            pages = Page.objects.filter(pk__in=[page.pk for page in among]).order_by("path")
            found = viewer.find_shown([page.pk for page in originals], pages)
            return {original: page.pk for original, page in found.items()}

        everything = (first, second, third, copy, twin, again, of_second)
        assert shown(first, second, among=everything) == {first.pk: first.pk, second.pk: second.pk}
        assert shown(first, third, among=(twin, copy, again, third)) == {
            first.pk: copy.pk,
            third.pk: third.pk,
        }
        assert shown(first, among=(again, twin)) == {first.pk: twin.pk}
        assert shown(first, second, among=(again,)) == {first.pk: again.pk}
        assert shown(first, second, third, among=(of_second,)) == {second.pk: of_second.pk}
        assert shown(first, among=()) == {}
        assert shown(among=everything) == {}

    def test_a_circle_which_only_a_script_can_make_ends(self, world: World) -> None:
        first, second = below(world.home), below(world.home)
        copy = alias(first, world.home)
        Page.objects.filter(pk=first.pk).update(alias_of=copy.pk)
        viewer = on(FIRST)
        both = Page.objects.filter(pk__in=[first.pk, second.pk, copy.pk])
        assert second.pk in ids(viewer.each_once(both))
        assert set(viewer.find_shown([second.pk, first.pk], both)) == {first.pk, second.pk}
        assert Page.objects.filter(viewer.about("pk", both)).count() == 3

    def test_it_costs_nothing_more_without_aliases(self, world: World) -> None:
        page = below(world.home)
        viewer = on(FIRST)
        viewer.find_shown([page.pk, 999_999], Page.objects.all())  # Whatever is read once is read.
        with CaptureQueriesContext(connection) as queries:
            assert list(viewer.find_shown([page.pk, 999_999], Page.objects.all())) == [page.pk]
        assert len(queries) == 1
        alias(world.index, world.home)
        viewer = on(FIRST)
        viewer.find_shown([world.index.pk, 999_999], Page.objects.all())
        with CaptureQueriesContext(connection) as queries:
            # All are there themselves.
            assert list(viewer.find_shown([world.index.pk], Page.objects.all())) == [world.index.pk]
        assert len(queries) == 1


class TestDiscussions:
    def discussed(self, viewer: Viewer, *pages: Any) -> list[bool]:
        found = ids(viewer.discussed_pages())
        answers = [page.pk in found for page in pages]
        visible = ids(viewer.pages())
        assert answers == [page.pk in visible and viewer.may_discuss(fresh(page)) for page in pages]
        return answers

    def test_what_was_written_behind_a_restriction_stays_there(self, world: World) -> None:
        closed = below(world.home)
        hidden = below(closed)
        outside = alias(hidden, world.home)
        again = alias(outside, world.home, update_slug="again")
        inside = alias(hidden, closed)
        free = below(world.home)
        of_free = alias(free, world.home)
        pages = (hidden, outside, again, inside, free, of_free)
        assert self.discussed(on(FIRST), *pages) == [True] * 6
        restrict(closed)
        assert self.discussed(on(FIRST), *pages) == [False, False, False, False, True, True]
        assert self.discussed(on(FIRST, request=signed_out()), *pages) == [
            False,
            False,
            False,
            False,
            True,
            True,
        ]
        assert self.discussed(on(FIRST, request=signed_in()), *pages) == [
            True,
            False,
            False,
            True,
            True,
            True,
        ]

    def test_inside_a_restriction_that_was_passed_of_one_that_was_not(self, world: World) -> None:
        readers = Group.objects.create(name="Readers")
        members, board = below(world.home), below(world.home)
        restrict(members)
        restrict(board, "groups").groups.add(readers)
        minutes = below(board)
        copy = alias(minutes, members)
        news = below(members)
        of_news = alias(news, board)
        assert self.discussed(on(FIRST, request=signed_in()), minutes, copy, news, of_news) == [
            False,
            False,
            True,
            False,
        ]

    def test_on_another_site(self, world: World) -> None:
        closed = below(world.home)
        hidden = below(closed)
        copy = alias(hidden, world.second_home)
        assert self.discussed(on(SECOND), hidden, copy) == [False, True]
        restrict(closed)
        assert self.discussed(on(SECOND), hidden, copy) == [False, False]


class TestLanguages:
    def test_the_root_in_each(self, world: World) -> None:
        viewer = on(FIRST)
        english, german = world.home.locale_id, world.german_home.locale_id
        roots = [viewer.root_in(locale).pk for locale in (english, german, 999_999, None)]
        assert roots == [world.home.pk, world.german_home.pk, world.home.pk, world.home.pk]
        assert on(SECOND).root_in(german).pk == world.second_home.pk
        assert (Viewer(site=None).root_in(world.home.locale_id), Viewer(site=None).locale) == (None, None)
        assert viewer.locale == world.home.locale
        assert [root.pk for root in viewer.roots] == [world.home.pk, world.german_home.pk]

    def test_translations_are_those_of_the_site_that_can_be_seen(self, world: World) -> None:
        german = world.german_home.locale
        first, second, alone = below(world.home), below(world.home), below(world.home)
        pairs = {}
        for page in (first, second):
            page.copy_for_translation(german).save_revision().publish()
            pairs[page.pk] = page.get_translation(german)
        viewer = on(FIRST)

        def found(*pages: Any) -> dict[int, list[int]]:
            rows = viewer.translations_of(pages)
            return {page_id: [page.pk for page in others] for page_id, others in rows.items()}

        assert found(first, second, alone) == {
            first.pk: [pairs[first.pk].pk],
            second.pk: [pairs[second.pk].pk],
            alone.pk: [],
        }
        # Where both are asked for, each is the other's.
        assert found(first, pairs[first.pk]) == {
            first.pk: [pairs[first.pk].pk],
            pairs[first.pk].pk: [first.pk],
        }
        restrict(pairs[first.pk])
        viewer = on(FIRST)
        assert found(first, second) == {first.pk: [], second.pk: [pairs[second.pk].pk]}

    def test_they_cost_one_query_with_their_languages(self, world: World) -> None:
        german = world.german_home.locale
        pages = [below(world.home) for _ in range(3)]
        for page in pages:
            page.copy_for_translation(german).save_revision().publish()
        viewer = on(FIRST)
        list(viewer.pages())
        with CaptureQueriesContext(connection) as queries:
            for others in viewer.translations_of(pages).values():
                assert [page.locale.language_code for page in others] == ["de"]
        assert len(queries) == 1
        with CaptureQueriesContext(connection) as queries:
            assert viewer.translations_of([]) == {}
        assert len(queries) == 0

    def test_with_languages_switched_off_there_is_one(self, world: World) -> None:
        page = below(world.home)
        page.copy_for_translation(world.german_home.locale).save_revision().publish()
        with override_settings(WAGTAIL_I18N_ENABLED=False):
            viewer = on(FIRST)
            assert [root.pk for root in viewer.roots] == [world.home.pk]
            assert viewer.translations_of([page]) == {page.pk: []}
            assert ids(viewer.pages()) == {world.home.pk, world.index.pk, page.pk}


class TestRequests:
    def test_without_a_session_cookie_a_visitor_is_anybody(self, world: World) -> None:
        closed = below(world.home)
        restrict(closed)
        request = signed_in()
        assert closed.pk not in ids(visitor(request).pages())
        assert visitor(request) is anybody(request)

    def test_a_request_has_one_viewer_of_each_kind(self, world: World) -> None:
        closed = below(world.home)
        restrict(closed)
        request = signed_in()
        request.COOKIES["sessionid"] = "x"
        assert visitor(request) is visitor(request)
        assert anybody(request) is anybody(request) is not visitor(request)
        assert closed.pk in ids(visitor(request).pages())
        assert closed.pk not in ids(anybody(request).pages())
        site = visitor(request).site
        assert site is not None
        assert site.hostname == FIRST
