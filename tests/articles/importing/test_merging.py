"""A file's new version meets what editors made of the old one."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from articles.importing.merging import Incoming, Merged, Standing, Written, merge


def written(*digests: str) -> list[Written]:
    return [Written(f"id-{index}", digest) for index, digest in enumerate(digests)]


def standing(*blocks: tuple[str, str]) -> list[Standing[str]]:
    return [Standing(block_id, digest, f"{digest} on the page") for block_id, digest in blocks]


def run(before: list[Written], now: list[Standing[str]], *digests: str) -> Merged[str]:
    numbers = count()
    return merge(
        written=before,
        standing=now,
        incoming=[Incoming(digest, f"{digest} in the file") for digest in digests],
        new_id=lambda: f"new-{next(numbers)}",
    )


def ids(merged: Merged[str]) -> list[str]:
    return [block_id for block_id, _ in merged.body]


class TestUntouchedPage:
    before = written("p:a", "p:b", "p:c")
    now = standing(("id-0", "p:a"), ("id-1", "p:b"), ("id-2", "p:c"))

    def test_the_same_file_changes_nothing(self) -> None:
        merged = run(self.before, self.now, "p:a", "p:b", "p:c")
        assert merged.body == [(block.id, block.block) for block in self.now]
        assert merged.written == self.before

    def test_a_changed_block_keeps_its_id(self) -> None:
        merged = run(self.before, self.now, "p:a", "p:x", "p:c")
        assert merged.body == [
            ("id-0", "p:a on the page"),
            ("id-1", "p:x in the file"),
            ("id-2", "p:c on the page"),
        ]
        assert (merged.added, merged.changed, merged.removed) == (0, 1, 0)

    def test_a_block_of_another_type_takes_no_place(self) -> None:
        merged = run(self.before, self.now, "p:a", "h:x", "p:c")
        assert ids(merged) == ["id-0", "new-0", "id-2"]
        assert (merged.added, merged.changed, merged.removed) == (1, 0, 1)

    def test_blocks_come_and_go(self) -> None:
        assert ids(run(self.before, self.now, "p:a", "p:x", "p:b", "p:c")) == [
            "id-0",
            "new-0",
            "id-1",
            "id-2",
        ]
        assert ids(run(self.before, self.now, "p:a", "p:c")) == ["id-0", "id-2"]

    def test_a_moved_block_keeps_its_id(self) -> None:
        merged = run(self.before, self.now, "p:c", "p:a", "p:b")
        assert ids(merged) == ["id-2", "id-0", "id-1"]
        assert (merged.added, merged.changed, merged.removed) == (0, 0, 0)


class TestEditedPage:
    before = written("p:a", "p:b", "p:c")

    def test_added_blocks_stay_behind_what_they_followed(self) -> None:
        now = standing(
            ("own-0", "claim:0"), ("id-0", "p:a"), ("own-1", "claim:1"), ("id-1", "p:b"), ("id-2", "p:c"),
            ("own-2", "claim:2"),
        )  # fmt: skip
        merged = run(self.before, now, "p:new", "p:a", "p:changed", "p:c")
        assert ids(merged) == ["own-0", "new-0", "id-0", "own-1", "id-1", "id-2", "own-2"]

    def test_blocks_stay_when_what_they_followed_goes(self) -> None:
        now = standing(("id-0", "p:a"), ("id-1", "p:b"), ("own", "claim:1"), ("id-2", "p:c"))
        assert ids(run(self.before, now, "p:a", "p:c")) == ["id-0", "own", "id-2"]

    def test_an_edited_block_is_kept_against_a_changed_file(self) -> None:
        now = standing(("id-0", "p:a"), ("id-1", "p:edited"), ("id-2", "p:c"))
        merged = run(self.before, now, "p:a", "p:x", "p:c")
        assert merged.body[1] == ("id-1", "p:edited on the page")
        assert merged.kept == ["p:edited on the page"]

    def test_an_edited_block_is_kept_against_its_removal(self) -> None:
        now = standing(("id-0", "p:a"), ("id-1", "p:edited"), ("id-2", "p:c"))
        merged = run(self.before, now, "p:a", "p:c")
        assert ids(merged) == ["id-0", "id-1", "id-2"]
        assert merged.kept == ["p:edited on the page"]

    def test_an_edit_that_the_file_makes_as_well_is_no_conflict(self) -> None:
        now = standing(("id-0", "p:a"), ("id-1", "p:x"), ("id-2", "p:c"))
        merged = run(self.before, now, "p:a", "p:x", "p:c")
        assert (merged.kept, merged.changed) == ([], 0)

    def test_a_removed_block_stays_away(self) -> None:
        now = standing(("id-0", "p:a"), ("id-2", "p:c"))
        for digests in (("p:a", "p:b", "p:c"), ("p:a", "p:x", "p:c"), ("p:a", "p:b", "p:x")):
            merged = run(self.before, now, *digests)
            assert ids(merged) == ["id-0", "id-2"]
            assert merged.missing == 1

    def test_an_edit_is_still_one_at_the_next_import(self) -> None:
        now = standing(("id-0", "p:a"), ("id-1", "p:edited"), ("id-2", "p:c"))
        second = run(self.before, now, "p:a", "p:x", "p:c")
        third = run(second.written, now, "p:a", "p:y", "p:c")
        assert third.body[1] == ("id-1", "p:edited on the page")

    def test_doubles_of_an_id_are_not_lost(self) -> None:
        now = standing(("id-0", "p:a"), ("id-0", "p:a"), ("id-1", "p:b"), ("", "claim:1"), ("", "claim:2"))
        merged = run(self.before, now, "p:a", "p:x", "p:c")
        assert sorted(ids(merged)) == ["", "", "id-0", "id-0", "id-1"]


DIGESTS = st.lists(st.sampled_from(["p:a", "p:b", "p:c", "h:a", "h:b"]), max_size=8)


@given(before=DIGESTS, after=DIGESTS, data=st.data())
def test_nothing_of_an_editor_is_ever_lost(before: list[str], after: list[str], data: st.DataObject) -> None:
    old = written(*before)
    kept = [block for block in old if data.draw(st.booleans())]
    blocks = [(block.id, data.draw(st.sampled_from([block.digest, "p:edited"]))) for block in kept]
    for number in range(data.draw(st.integers(0, 4))):
        blocks.insert(data.draw(st.integers(0, len(blocks))), (f"own-{number}", "claim:x"))
    merged = run(old, standing(*blocks), *after)
    found = ids(merged)
    assert len(found) == len(set(found))
    edited = {block_id for block_id, digest in blocks if digest == "p:edited"}
    own = [block_id for block_id, digest in blocks if digest == "claim:x"]
    assert edited | set(own) <= set(found)
    # A second run of the same file is a run that changes nothing.
    again = run(merged.written, [Standing(i, b.split(" ")[0], b) for i, b in merged.body], *after)
    assert again.body == merged.body
    assert again.written == merged.written


@given(before=DIGESTS, after=DIGESTS)
def test_an_untouched_page_becomes_the_file(before: list[str], after: list[str]) -> None:
    old = written(*before)
    merged = run(old, standing(*((block.id, block.digest) for block in old)), *after)
    assert [block.split(" ")[0] for _, block in merged.body] == after
    assert [(block.id, block.digest) for block in merged.written] == [
        (block_id, block.split(" ")[0]) for block_id, block in merged.body
    ]
