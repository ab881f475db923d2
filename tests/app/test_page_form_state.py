"""The texts of the form: from links, configs and posted forms, and that none of them gets lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from spec_strategies import drafts

from app import form_state
from app.catalogue import read_catalogue
from app.form_state import EMPTY_ROW, FormState
from worker.spec.check import check
from worker.spec.formats import original_meaning, url
from worker.spec.run import Draft, ParameterDraft

CATALOGUE = read_catalogue()


def posted(**pairs: str) -> FormState:
    return form_state.posted(pairs.items(), CATALOGUE)


def of_link(query: str) -> FormState:
    return form_state.of_draft(original_meaning.of_link(url.read(query), CATALOGUE.known_partitions).draft)


def names(state: FormState) -> list[str]:
    return [row["name"] for row in state.rows[: state.shown]]


@given(drafts())
def test_a_config_goes_through_the_form_unchanged(draft: Draft) -> None:
    shown = form_state.of_draft(draft)
    sent = form_state.posted(shown.pairs(), CATALOGUE)
    assert check(sent.draft) == check(draft)


def test_a_form_without_anything_has_the_defaults_and_one_parameter() -> None:
    state = posted()
    assert state.values["number_of_workers"] == "5"
    assert state.values["runtime"] == "20"
    assert state.rows == (EMPTY_ROW,)


def test_the_first_partition_and_its_gpus_are_the_default_of_a_form() -> None:
    assert (posted().values["partition"], posted().values["enable_gpus"]) == ("ml", "1")
    assert posted(partition="romeo").values["enable_gpus"] == "0"
    assert posted(partition="").values["enable_gpus"] == "0"


def test_a_config_without_a_partition_means_the_clusters_default() -> None:
    assert form_state.of_draft(Draft()).values["partition"] == ""
    assert of_link("").values["partition"] == "ml"


def test_a_chosen_partition_switches_the_gpus_and_says_so() -> None:
    state = posted(partition="romeo", partition_was="alpha", enable_gpus="1")
    assert state.values["enable_gpus"] == "0"
    assert [change.sentence for change in state.changes] == [
        "GPUs were switched off because the partition romeo has none."
    ]
    state = posted(partition="alpha", partition_was="romeo", enable_gpus="0")
    assert state.values["enable_gpus"] == "1"
    assert [change.query for change in state.changes] == ["enable_gpus"]


def test_gpus_stay_as_the_user_wants_them_while_the_partition_does() -> None:
    assert posted(partition="alpha", partition_was="alpha", enable_gpus="0").changes == ()
    assert posted(partition="alpha", enable_gpus="0").values["enable_gpus"] == "0"
    # Nothing is known of the cluster's default partition, so nothing follows from it.
    assert posted(partition="", partition_was="alpha", enable_gpus="1").values["enable_gpus"] == "1"


def test_of_a_checked_box_and_its_off_value_the_first_counts() -> None:
    pairs = [("enable_gpus", "1"), ("enable_gpus", "0"), ("partition", "alpha")]
    assert form_state.posted(pairs, CATALOGUE).values["enable_gpus"] == "1"


def test_settings_of_other_types_are_kept_and_do_not_count() -> None:
    state = posted(param_0_name="x", param_0_type="hp.uniform", param_0_values="a,b", param_0_value_min="1")
    assert state.rows[0]["values"] == "a,b"
    assert state.draft.parameters == (ParameterDraft("x", "hp.uniform", {"min": "1", "max": ""}),)


def test_parameters_are_added_removed_and_moved() -> None:
    state = posted(param_0_name="a", param_1_name="b", param_2_name="c")
    assert names(state.with_row_added()) == ["a", "b", "c", ""]
    assert names(state.without_row(1)) == ["a", "c"]
    assert names(state.with_row_moved(2, -1)) == ["a", "c", "b"]
    assert names(state.with_row_moved(0, 1)) == ["b", "a", "c"]


@pytest.mark.parametrize("index", [-1, 3, 999999])
def test_a_parameter_that_is_not_there_stays_away(index: int) -> None:
    state = posted(param_0_name="a", param_1_name="b", param_2_name="c")
    assert state.without_row(index) == state
    assert state.with_row_moved(index, 1) == state


def test_fewer_parameters_hide_the_last_ones_and_more_bring_them_back() -> None:
    pairs = {"param_0_name": "a", "param_1_name": "b", "param_2_name": "c"}
    state = posted(**pairs, number_of_parameters="1")
    assert (names(state), len(state.rows), state.problems) == (["a"], 3, ())
    assert len(state.draft.parameters) == 1
    assert names(posted(**dict(state.pairs()), number_of_parameters="4")) == ["a", "b", "c", ""]


@pytest.mark.parametrize("number", ["x", "-1", "501", "99999999999999999999", "1.5", "²"])
def test_an_impossible_number_of_parameters_is_a_problem(number: str) -> None:
    state = posted(param_0_name="a", number_of_parameters=number)
    assert names(state) == ["a"]
    assert [problem.path for problem in state.problems] == ["parameters"]


def test_keys_far_away_make_no_rows() -> None:
    assert len(posted(param_99999_name="a").rows) <= 1
    assert len(posted(**{"param_99999999999999999999_name": "a"}).rows) <= 1


def test_the_originals_key_for_mu_is_read() -> None:
    state = posted(param_0_type="hp.qnormal", mu_0="3")
    assert state.rows[0]["mu"] == "3"


def test_a_link_with_an_unknown_type_keeps_it() -> None:
    state = of_link("param_0_name=a&param_0_type=hp.foo&param_0_value_max=3")
    assert (state.rows[0]["type"], state.rows[0]["value_max"]) == ("hp.foo", "3")
    assert state.draft.parameters[0].settings["max"] == "3"


def test_a_line_break_at_the_end_of_a_pasted_line_is_none() -> None:
    key = "objective_program"
    assert posted(**{key: "\r\n./p ($a)\r\n"}).values[key] == "./p ($a)"
    assert posted(**{key: "./p\n($a)"}).values[key] == "./p\n($a)"


def test_whether_fields_differ_from_their_defaults() -> None:
    assert not posted().differs_in({"seed", "precision"})
    assert posted(precision="9").differs_in({"seed", "precision"})


def test_empty_values_of_an_imported_list_stay_to_be_told_of() -> None:
    for raw in ("10,,20,", ["10", "", "20", ""]):
        draft = Draft({"search.seed": "1,,2"}, (ParameterDraft("a", "hp.choice", {"values": raw}),))
        state = form_state.of_draft(draft)
        assert (state.rows[0]["values"], state.values["seed"]) == ("10,,20,", "1,,2")
        noted = [problem.path for problem in check(state.draft).problems if "empty values" in problem.message]
        assert noted == ["search.seed", "parameters.0.values"]


def test_a_new_form_begins_with_auto_and_a_link_without_an_algorithm_does_not() -> None:
    assert of_link("").values["searchtype"] == "auto"
    assert of_link("projectname=old").values["searchtype"] == "tpe.suggest"
    assert posted().values["searchtype"] == "tpe.suggest"
