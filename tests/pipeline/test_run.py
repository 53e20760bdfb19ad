"""Runs of a tiny real project: what is made, what is done again and what is not."""

from __future__ import annotations

import weakref

import msgspec
import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import spurview
from spurview.core.arrays import MemoryReader
from spurview.core.errors import Cancelled, InputError, StageError
from spurview.pipeline import run as running
from spurview.pipeline.findings import candidate_rows, verification_records
from spurview.pipeline.run import applied, compute, history_event
from spurview.pipeline.stages import STAGE_NAMES, states
from spurview.project.checking import check
from spurview.project.model import POOL
from spurview.project.schema import disagreements, misfit
from spurview.project.store import Project
from tests.pipeline import tiny

pytestmark = pytest.mark.usefixtures("one_thread")

WORK = STAGE_NAMES[1:]


@pytest.fixture(scope="module")
def finished(tmp_path_factory, one_thread):
    """A project after an undisturbed run, closed; what was reported; its findings."""
    told = []
    with tiny.create(tmp_path_factory.mktemp("finished") / "tiny.spurview") as project:
        done = tiny.run(project, report=lambda d, t, m: told.append((d, t, m)))
        assert done == list(WORK)
        return project.path, told, tiny.findings(project)


@pytest.fixture
def project(finished, tmp_path):
    """A copy of the finished project, open."""
    copy = tmp_path / "tiny.spurview"
    copy.write_bytes(finished[0].read_bytes())
    with Project.open(copy) as opened:
        yield opened


@pytest.fixture
def literal(tmp_path):
    """The project before its first run, with the quick method."""
    with tiny.create(tmp_path / "quick.spurview", ("candidates.method", "literal")) as made:
        yield made


def products(info=None, arrays=None, *, work_dir, **options):
    reader = MemoryReader(tiny.arrays() if arrays is None else arrays)
    return compute(reader, info or tiny.info(), work_dir=work_dir, **options)


def test_stages_ask_blas_for_one_thread(tmp_path, monkeypatch):
    """Where it has more otherwise, and has them again afterwards."""
    seen = []

    def blas() -> set[int]:
        return {p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"}

    def function(_):
        def work(_):
            seen.append(blas())
            raise ValueError("inside")

        return work

    monkeypatch.setattr(running, "_function", function)
    with threadpool_limits(2, "blas"):
        before = blas()
        with pytest.raises(ValueError, match="inside"):
            list(products(work_dir=tmp_path))
        assert blas() == before
    assert seen == [{1}]


def test_every_stage_is_fresh_after_a_run(project):
    assert set(states(project.info, project).values()) == {"fresh"}


def test_the_saved_project_is_whole(finished):
    assert check(finished[0]) == []


def test_arrays_fit_the_format(project):
    shapes = {name: project.shape(name) for name in project.names()}
    for name, shape in shapes.items():
        assert misfit(name, project.read(name, 0, 0).dtype.str, shape) is None
    assert disagreements(shapes, len(project.info.class_names)) == []


def test_running_again_does_nothing(project):
    revision = project.info.revision
    assert tiny.run(project) == []
    assert project.info.revision == revision


def test_two_runs_give_the_same_findings(finished, tmp_path):
    with tiny.create(tmp_path / "again.spurview") as project:
        tiny.run(project)
        assert tiny.findings(project) == finished[2]


def test_predicted_classes_are_those_of_the_logits(project):
    logits = project.read("/predictions/logits").astype(np.float32)
    assert np.array_equal(logits.argmax(1), project.read("/predictions/class"))


def test_neighbours_are_pool_images_and_never_the_image_itself(project):
    near = project.read("/embedding/neighbours")
    assert near.shape == (260, project.info.settings.embedding.neighbours)
    assert (project.read("/images/role")[near] == POOL).all()
    assert not (near == np.arange(260)[:, None]).any()


def test_members_are_pool_images_of_the_class_with_a_hit(project):
    predicted = project.read("/predictions/class")
    hits = project.read("/candidates/hits")
    for rows in candidate_rows(project).values():
        record_class = predicted[rows.members]
        assert len(np.unique(record_class)) == 1
        assert hits[rows.index][rows.members].all()
        assert (project.read("/images/role")[rows.members] == POOL).all()


def test_facts_count_what_is_there(project):
    facts = {name: record.facts for name, record in project.info.stages.items()}
    alarms = sum(r.outcome == "alarm" for r in verification_records(project))
    assert facts["predictions"]["pool"] == tiny.N_POOL
    assert facts["embedding"]["dims"] == 4
    assert facts["candidates"]["found"] == project.shape("/candidates/hits")[0]
    assert facts["verification"]["alarms"] == alarms
    accuracy = float(project.read("/classifier/curve")[-1, 2])
    assert facts["classifier"]["test_accuracy"] == pytest.approx(accuracy, abs=1e-4)


def test_reports_begin_with_the_stages_name_in_order(finished):
    told = [message.partition(": ")[0] for _, _, message in finished[1]]
    assert list(dict.fromkeys(told)) == list(WORK)


def test_reports_never_go_beyond_the_whole(finished):
    assert all(0 <= done <= total for done, total, _ in finished[1])


def test_history_tells_each_run(project):
    assert [event.what for event in project.history] == [f"{name} run" for name in WORK]
    assert {event.device for event in project.history} == {"cpu"}
    assert project.history[0].settings == project.info.settings


def test_no_work_folder_is_left(project):
    tiny.change(project, "classifier.learning_rate", "0.001")
    tiny.run(project, until="embedding")
    assert not project.work_dir.exists()


SEARCHED = ["candidates", "verification", "layout"]
CHANGES = [
    ("verification.controls", "3", ["verification"]),
    ("candidates.per_class", "2", SEARCHED),
    ("embedding.epochs", "2", ["embedding", *SEARCHED]),
    ("classifier.epochs", "3", ["classifier", "predictions", *SEARCHED]),
]


def test_changing_a_setting_runs_exactly_what_follows(literal):
    tiny.run(literal)
    for key, value, wanted in CHANGES:
        tiny.change(literal, key, value)
        assert tiny.run(literal) == wanted
        assert set(states(literal.info, literal).values()) == {"fresh"}


def test_until_stops_after_the_stage(literal):
    assert tiny.run(literal, until="predictions") == ["classifier", "predictions"]
    found = states(literal.info, literal)
    assert [found[n] for n in STAGE_NAMES[:3]] == ["fresh"] * 3
    assert [found[n] for n in STAGE_NAMES[3:]] == ["missing"] * 4
    assert tiny.run(literal, until="predictions") == []
    assert tiny.run(literal)[0] == "embedding"


def test_chance_is_counted_only_where_it_is_asked_for(literal):
    tiny.change(literal, "chance.repeats", "2")
    assert "chance" not in tiny.run(literal)
    assert tiny.run(literal, until="chance") == ["chance"]
    facts = literal.info.stages["chance"].facts
    assert facts["repeats"] == 2
    assert set(states(literal.info, literal).values()) == {"fresh"}
    assert check(literal.path) == []
    assert not literal.work_dir.exists()
    assert tiny.run(literal, until="chance") == []


def test_chance_that_is_stale_is_counted_anew(literal):
    tiny.change(literal, "chance.repeats", "2")
    tiny.run(literal, until="chance")
    tiny.change(literal, "chance.repeats", "3")
    assert states(literal.info, literal)["chance"] == "stale"
    assert tiny.run(literal, until="layout") == []
    assert tiny.run(literal) == ["chance"]
    assert literal.info.stages["chance"].facts["repeats"] == 3


def test_new_candidates_take_what_chance_gave_away(literal):
    tiny.change(literal, "chance.repeats", "2")
    tiny.run(literal, until="chance")
    tiny.change(literal, "candidates.per_class", "2")
    assert "chance" not in tiny.run(literal)
    assert not literal.has("/chance/record")
    assert "chance" not in literal.info.stages


def test_new_candidates_take_the_old_verification_away(project):
    """Verification stands candidate by candidate; the old one must never be read with the new."""
    tiny.change(project, "candidates.method", "literal")
    assert tiny.run(project, until="candidates") == ["candidates"]
    assert "verification" not in project.info.stages
    assert not [name for name in project.names() if name.startswith("/verification/")]
    assert states(project.info, project)["verification"] == "missing"


def test_the_given_project_is_not_changed(tmp_path):
    info = tiny.info()
    reader = MemoryReader(tiny.arrays())
    list(compute(reader, info, work_dir=tmp_path, until="predictions", device="cpu"))
    assert reader.names() == sorted(tiny.arrays())
    assert list(info.stages) == ["images"]


def test_each_product_counts_for_the_next_stage(tmp_path):
    """Predictions are those of the classifier that has not been saved anywhere yet."""
    made = list(products(work_dir=tmp_path, until="predictions", device="cpu"))
    assert [product.stage for product in made] == ["classifier", "predictions"]


def test_no_product_is_held_that_the_reader_has_itself(literal):
    held = []

    def saving(product):
        assert all(array() is None for array in held)
        held.extend(weakref.ref(array) for array in product.arrays.values())
        changed = applied(literal.info, product)
        literal.save(info=changed, put=product.arrays, drop=product.drop)
        return product.stage

    options = {"work_dir": literal.work_dir, "device": "cpu", "is_saved": True}
    assert list(map(saving, compute(literal, literal.info, **options))) == list(WORK)
    assert set(states(literal.info, literal).values()) == {"fresh"}


def test_the_record_says_where_it_comes_from(tmp_path):
    (product,) = products(work_dir=tmp_path, until="classifier", device="cpu")
    assert (product.record.device, product.record.spurview) == ("cpu", spurview.__version__)
    event = history_event(product, applied(tiny.info(), product))
    assert (event.what, event.time) == ("classifier run", product.record.finished)


def test_the_global_generator_does_not_matter(tmp_path):
    import torch

    weights = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)
        (product,) = products(work_dir=tmp_path / str(seed), until="classifier", device="cpu")
        weights.append(product.arrays["/classifier/weights/out.weight"])
    assert np.array_equal(*weights)


def test_another_seed_gives_another_network(tmp_path):
    weights = []
    for seed in ("0", "1"):
        info = tiny.info(("seed", seed))
        (product,) = products(info, work_dir=tmp_path / seed, until="classifier", device="cpu")
        weights.append(product.arrays["/classifier/weights/out.weight"])
    assert not np.array_equal(*weights)


def test_an_unknown_stage_is_named(tmp_path):
    with pytest.raises(InputError, match="no stage 'coffee': stages are images, classifier"):
        list(products(work_dir=tmp_path, until="coffee"))


def test_an_unknown_device_is_named(tmp_path):
    with pytest.raises(InputError, match="no device 'abacus'"):
        list(products(work_dir=tmp_path, device="abacus"))


def test_a_project_without_images_is_refused(tmp_path):
    info = msgspec.structs.replace(tiny.info(), stages={})
    with pytest.raises(StageError, match="no images"):
        list(products(info, work_dir=tmp_path))


def test_one_class_cannot_be_told_apart(tmp_path):
    arrays = tiny.arrays()
    arrays["/images/label"] = np.minimum(arrays["/images/label"], 0)
    with pytest.raises(StageError, match="at least two classes"):
        list(products(arrays=arrays, work_dir=tmp_path, device="cpu"))


def test_too_small_a_pool_is_refused(tmp_path):
    """Five neighbours are asked for, five pool images are too few since none is its own."""
    arrays = {
        name: values[: tiny.N_TRAIN + tiny.N_TEST + 5] if name != "/images/keys" else values
        for name, values in tiny.arrays().items()
    }
    with pytest.raises(StageError, match="pool has 5 images"):
        list(products(arrays=arrays, work_dir=tmp_path, device="cpu"))


def test_weights_that_do_not_fit_are_refused(project):
    arrays = {name: project.read(name) for name in project.names()}
    arrays["/classifier/weights/out.bias"] = np.zeros(7, np.float32)
    kept = {k: v for k, v in project.info.stages.items() if k != "predictions"}
    info = msgspec.structs.replace(project.info, stages=kept)
    with pytest.raises(StageError, match="do not fit the architecture small-cnn: run"):
        list(products(info, arrays, work_dir=project.work_dir, until="predictions", device="cpu"))


@pytest.mark.parametrize("stage", WORK)
def test_cancelling_in_any_stage_passes_through(project, stage):
    def stop(done, total, message):
        if message.startswith(f"{stage}:"):
            raise Cancelled

    kept = {k: v for k, v in project.info.stages.items() if k != stage}
    info = msgspec.structs.replace(project.info, stages=kept)
    made = compute(project, info, work_dir=project.work_dir, device="cpu", report=stop)
    with pytest.raises(Cancelled):
        list(made)
