"""What every VectorIndex promises. Subclass it once per engine."""

import numpy as np
import pytest

from memory.embeddings import DIMENSIONS, Vector
from memory.index import Found, Owner, Point, VectorIndex
from memory.knowledge_index import ChunkPoint
from memory.sparse import Sparse, encode_passage, encode_query
from storage.tables.knowledge import Chunk

ALICE = Owner(organisation_id=1, person_id=1)
BOB = Owner(organisation_id=1, person_id=2)
ALICE_ELSEWHERE = Owner(organisation_id=2, person_id=1)


def a_vector(*weights: float) -> Vector:
    """A unit vector whose first coordinates are in proportion to `weights`."""
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    vector[: len(weights)] = weights
    return vector / np.float32(np.linalg.norm(vector))


def a_point(
    memory_id: int,
    text: str,
    *weights: float,
    owner: Owner = ALICE,
    current: bool = True,
) -> Point:
    return Point(
        memory_id=memory_id, owner=owner, current=current, dense=a_vector(*(weights or (1.0,))),
        sparse=encode_passage(text),
    )  # fmt: skip


async def asked(index: VectorIndex, owner: Owner, text: str, *, history: bool = False) -> Found:
    return await index.search(owner, a_vector(1.0), encode_query(text), history=history)


def a_chunk_point(chunk_id: int, text: str, *, document_id: int = 1) -> ChunkPoint:
    chunk = Chunk(id=chunk_id, organisation_id=1, document_id=document_id)
    return ChunkPoint(chunk=chunk, part=0, text=text, words=text, dense=a_vector(1.0))


class VectorIndexContract:
    @pytest.fixture
    def index(self) -> VectorIndex:
        raise NotImplementedError

    async def test_an_empty_index_finds_nothing(self, index: VectorIndex) -> None:
        assert await asked(index, ALICE, "茶") == Found()
        assert await index.count(1) == 0

    async def test_the_nearest_comes_first_with_its_cosine(self, index: VectorIndex) -> None:
        await index.upsert([a_point(1, "茶", 0.0, 1.0), a_point(2, "茶", 3.0, 4.0)])
        found = await asked(index, ALICE, "咖啡")
        assert list(found.dense) == [2, 1]
        assert found.dense[2] == pytest.approx(0.6, abs=1e-5)

    async def test_words_score_as_bm25_with_one_persons_frequencies(
        self, index: VectorIndex
    ) -> None:
        await index.upsert([a_point(1, "meta"), a_point(2, "meta google"), a_point(3, "tea")])
        # Rare words of others do not make a word rarer or more common here.
        await index.upsert([a_point(number, "google", owner=BOB) for number in range(4, 40)])
        found = await asked(index, ALICE, "google")
        idf = np.log((3 - 1 + 0.5) / (1 + 0.5) + 1)
        (weight,) = {
            value
            for index_, value in zip(
                encode_passage("meta google").indices, encode_passage("meta google").values,
                strict=True,
            )
            if index_ in encode_query("google").indices
        }  # fmt: skip
        assert list(found.sparse) == [2]
        assert found.sparse[2] == pytest.approx(idf * weight, rel=1e-4)

    async def test_what_shares_no_word_is_no_sparse_hit(self, index: VectorIndex) -> None:
        await index.upsert([a_point(1, "我喜欢喝茶"), a_point(2, "tea")])
        assert list((await asked(index, ALICE, "喝茶")).sparse) == [1]
        assert (await asked(index, ALICE, "zebra")).sparse == {}
        assert (await asked(index, ALICE, "")).sparse == {}

    async def test_it_says_in_how_many_each_word_of_the_question_stands(
        self, index: VectorIndex
    ) -> None:
        await index.upsert([a_point(1, "meta ads"), a_point(2, "meta"), a_point(3, "tea")])
        found = await asked(index, ALICE, "meta ads zebra")
        ads, meta, zebra = (encode_query(word).indices[0] for word in ("ads", "meta", "zebra"))
        assert found.frequencies == {meta: 2, ads: 1}
        assert zebra not in found.frequencies

    async def test_people_and_organisations_see_only_their_own(self, index: VectorIndex) -> None:
        for number, owner in enumerate((ALICE, BOB, ALICE_ELSEWHERE), start=1):
            await index.upsert([a_point(number, "secret", owner=owner)])
        for number, owner in enumerate((ALICE, BOB, ALICE_ELSEWHERE), start=1):
            found = await asked(index, owner, "secret")
            assert list(found.dense) == [number]
            assert list(found.sparse) == [number]
        assert await index.count(1) == 2
        assert await index.count(2) == 1

    async def test_what_holds_no_more_is_found_in_the_history_only(
        self, index: VectorIndex
    ) -> None:
        await index.upsert([a_point(1, "tea", current=False), a_point(2, "tea")])
        assert set((await asked(index, ALICE, "tea")).dense) == {2}
        assert set((await asked(index, ALICE, "tea", history=True)).dense) == {1, 2}
        assert set((await asked(index, ALICE, "tea", history=True)).sparse) == {1, 2}

    async def test_the_same_id_again_replaces(self, index: VectorIndex) -> None:
        await index.upsert([a_point(1, "tea")])
        await index.upsert([a_point(1, "coffee", current=True)])
        assert await index.count(1) == 1
        assert list((await asked(index, ALICE, "coffee")).sparse) == [1]
        assert (await asked(index, ALICE, "tea")).sparse == {}

    async def test_what_is_deleted_is_gone(self, index: VectorIndex) -> None:
        await index.upsert([a_point(number, "tea") for number in (1, 2, 3)])
        await index.delete([1, 3, 99])
        assert list((await asked(index, ALICE, "tea")).dense) == [2]

    async def test_deleting_an_owner_touches_nobody_else(self, index: VectorIndex) -> None:
        for number, owner in enumerate((ALICE, BOB, ALICE_ELSEWHERE), start=1):
            await index.upsert([a_point(number, "tea", owner=owner)])
        await index.delete_owner(ALICE)
        assert await asked(index, ALICE, "tea") == Found()
        assert list((await asked(index, BOB, "tea")).dense) == [2]
        assert list((await asked(index, ALICE_ELSEWHERE, "tea")).dense) == [3]

    async def test_the_largest_hash_of_a_word_is_kept(self, index: VectorIndex) -> None:
        point = Point(memory_id=1, owner=ALICE, current=True, dense=a_vector(1.0),
                      sparse=Sparse((0, 4_294_967_295), (1.0, 2.0)))  # fmt: skip
        await index.upsert([point])
        found = await index.search(ALICE, a_vector(1.0), Sparse((4_294_967_295,), (1.0,)))
        assert found.frequencies == {4_294_967_295: 1}

    async def test_it_says_which_words_of_the_question_each_hit_has(
        self, index: VectorIndex
    ) -> None:
        await index.upsert([a_point(1, "meta ads"), a_point(2, "meta"), a_point(3, "tea")])
        found = await asked(index, ALICE, "meta ads zebra")
        ads, meta = (encode_query(word).indices[0] for word in ("ads", "meta"))
        assert found.matched == {1: {meta, ads}, 2: {meta}}

    async def test_chunks_are_chosen_by_their_document(self, index: VectorIndex) -> None:
        points = [a_chunk_point(number, "tea", document_id=number) for number in (1, 2, 3)]
        await index.upsert(points)
        ids = [point.id for point in points]
        company = Owner(organisation_id=1)
        tea = encode_query("tea")
        found = await index.search(company, a_vector(1.0), tea, among={"document": [1, 3, 9]})
        assert set(found.dense) == set(found.sparse) == {ids[0], ids[2]}
        found = await index.search(company, a_vector(1.0), tea, among={"document": [9]})
        assert found == Found()
        assert await index.count(1, {"document": [2, 3]}) == 2
        assert await index.count(1, {"document": [2, 3], "part": [1]}) == 0

    async def test_a_point_without_words_is_found_by_its_direction(
        self, index: VectorIndex
    ) -> None:
        await index.upsert([a_point(1, ""), a_point(2, "tea", 0.0, 1.0)])
        found = await asked(index, ALICE, "tea")
        assert list(found.dense) == [1, 2]
        assert list(found.sparse) == [2]

    async def test_it_names_all_that_it_has_of_an_organisation(self, index: VectorIndex) -> None:
        assert await index.ids(1) == set()
        await index.upsert([a_point(id_, "tea") for id_ in range(1, 1_101)])
        await index.upsert([a_point(5_000, "tea", owner=ALICE_ELSEWHERE)])
        assert await index.ids(1) == set(range(1, 1_101))
        assert await index.ids(2) == {5_000}
