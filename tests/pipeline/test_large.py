"""A pool said to be large goes through all stages by a sample, with the findings of the whole."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from spurview.core import large_pools
from spurview.core.arrays import MemoryReader
from spurview.core.image_rows import ReaderRows, image_rows
from spurview.core.large_pools import SampleSizes
from spurview.core.material import split_pool
from spurview.core.progress import silent
from spurview.core.verification import Suspect
from spurview.pipeline import large_stages
from spurview.pipeline.findings import candidate_records
from spurview.pipeline.run import work_of
from spurview.project.model import POOL
from tests.core import known
from tests.pipeline import tiny

pytestmark = pytest.mark.usefixtures("one_thread")


LITERAL = ("candidates.method", "literal")
CPU = {"device": "cpu", "report": silent}


@pytest.fixture(scope="module")
def project(tmp_path_factory, one_thread):
    """The tiny project, run by a sample of nine tenths of it."""
    with (
        pytest.MonkeyPatch.context() as patch,
        tiny.create(tmp_path_factory.mktemp("large") / "l.spurview", LITERAL) as made,
    ):
        patch.setattr(large_stages, "is_large", lambda n_pool, _: n_pool >= 200)
        patch.setattr(large_stages, "sample_sizes", lambda shape: SampleSizes(95, 46, 20))
        tiny.run(made)
        yield made


def test_candidates_are_told_on_all_images(project):
    """Clusters of latents: those of all images, counted over all of half B."""
    info, hits = project.info, project.read("/candidates/hits") == 1
    assert info.stages["candidates"].facts["sample"] <= 95 + 95 + 46
    assert len(hits) == info.stages["candidates"].facts["found"] > 0
    pool = project.read("/images/role") == POOL
    confirm = pool & ~split_pool(pool, info.settings.seed)
    for record, of in zip(candidate_records(project), hits, strict=True):
        assert record.matching == (of & confirm).sum()


def test_pairs_are_told_by_rows_of_all_images(project):
    rows = project.read("/verification/pair_rows")
    classes = project.read("/verification/pair_class")
    predicted = project.read("/predictions/class")
    there = rows >= 0
    assert there.any()
    assert np.array_equal(classes[..., 0][there], predicted[rows[there]])


def test_every_image_has_its_place_in_the_layout(project):
    assert project.read("/layout/residual").shape == (260, 2)
    assert np.isfinite(project.read("/layout/residual")).all()


def test_findings_can_be_told(project):
    assert msgspec.json.decode(tiny.findings(project))["findings"]


def test_images_are_read_when_they_are_many():
    pixels = np.arange(5 * 4, dtype=np.uint8).reshape(5, 2, 2, 1)
    reader = MemoryReader({"/images/pixels": pixels})
    assert isinstance(image_rows(reader), np.ndarray)
    many = image_rows(reader, most_held=10)
    assert isinstance(many, ReaderRows)
    assert len(many) == 5
    assert np.array_equal(many[np.array([3, 0])], pixels[[3, 0]])
    assert np.array_equal(many[1:3], pixels[1:3])
    with pytest.raises(IndexError, match="without a step"):
        many[::2]


def test_each_candidate_is_tested_on_the_sample_and_some_carriers_of_its_own(project, monkeypatch):
    monkeypatch.setattr(large_stages, "_CARRIERS", 4)
    reader = MemoryReader({name: project.read(name) for name in project.names()})
    work = work_of("verification", reader, project.info, work_dir=project.work_dir, **CPU)
    bare = large_stages.bare_material(work)
    hits = project.read("/candidates/hits", 0, 1)[0] == 1
    record = candidate_records(project)[0]
    candidate = known.candidate(hits, class_index=record.class_index)
    sampled = np.flatnonzero(bare.pool)[:30]
    rows = large_stages.tested_rows(
        bare, sampled, Suspect(record, candidate, None), np.random.default_rng(0)
    )
    mine = hits & bare.of_class(record.class_index)
    added = np.setdiff1d(rows, sampled)
    assert np.isin(sampled, rows).all()
    assert mine[added].all()
    for half in (bare.discover, bare.confirm):
        assert 0 < half[added].sum() <= 4


def test_a_real_pool_of_that_size_is_not_sampled():
    assert not large_pools.is_large(200, 200 * 28 * 28)
