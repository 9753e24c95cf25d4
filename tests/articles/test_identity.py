"""What identifies a claim."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from articles.claims.identity import distinguish_block_ids, mint_claim_group, mint_claim_uid

KEY = UUID("00000000-0000-4000-8000-000000000001")


def test_a_uid_never_changes_between_releases() -> None:
    """Links to claims rest on it: this value is part of the public interface."""
    uid = mint_claim_uid(translation_key=KEY, language_code="en", block_id="a")
    assert uid == UUID("f6d370c3-472e-5f6c-bd5b-737da5b7aed6")


def test_language_and_block_tell_claims_apart_and_the_group_joins_translations() -> None:
    english = mint_claim_uid(translation_key=KEY, language_code="en", block_id="a")
    assert mint_claim_uid(translation_key=KEY, language_code="de", block_id="a") != english
    assert mint_claim_uid(translation_key=KEY, language_code="en", block_id="b") != english
    assert mint_claim_group(translation_key=KEY, block_id="a") == mint_claim_group(
        translation_key=str(KEY), block_id="a"
    )


@given(st.lists(st.sampled_from(["a", "b", "c"])))
def test_every_block_gets_an_id_of_its_own_and_the_first_keeps_its_own(ids: list[str]) -> None:
    distinct = list(distinguish_block_ids(ids))
    assert len(set(distinct)) == len(ids)
    assert [new for new, old in zip(distinct, ids, strict=True) if new == old] == list(dict.fromkeys(ids))
