"""`songnet encoders search`, as a person types it."""

from __future__ import annotations

import sys

import pytest

from songnet.encoders.search import SPACES

SEARCH = ("encoders", "search", "--filters", "4,2", "--pooling", "4,6", "--batch-size", "6",
          "--activation", "relu", "--epochs", "2")  # fmt: skip


def test_a_search_from_the_table_to_the_report(loaded, tmp_path):
    command = (*SEARCH, "--learning-rate", "0.001,0.01,1e30", "--name", "best")
    shown = loaded(*command)
    header, *lines = shown.out.splitlines()
    assert header.split() == ["trial", "batch_size", "learning_rate", "activation", "state",
                              "epochs", "best_epoch", "loss", "validation_loss",
                              "spectrograms/s", "seconds"]  # fmt: skip
    rows = [line.split() for line in lines[:3]]
    assert [row[4] for row in rows] == ["complete", "complete", "failed"]
    assert float(rows[0][8]) < float(rows[1][8])
    assert lines[3] == (
        f"encoder best is that of trial {rows[0][0]}: 24 songs embedded, 24 with a vector of "
        "72 dimensions"
    )
    assert "trial 3 failed: training went astray" in shown.err
    assert "next: songnet link sound --encoder best" in shown.err

    again = loaded(*command, "--json")
    facts = again.json()
    assert again.err == ""
    assert facts["schema"] == "songnet.encoders.search/1"
    assert [trial["trial"] for trial in facts["trials"]] == [int(row[0]) for row in rows]
    assert facts["encoder"]["name"] == "best"
    assert facts["encoder"]["fingerprint"] == facts["trials"][0]["fingerprint"]
    assert (facts["encoder"]["songs"], facts["encoder"]["new"]) == (24, 0)

    (listed,) = loaded("encoders", "list", "--json").json()
    assert listed["name"] == "best"
    assert listed["validation_loss"] == facts["trials"][0]["validation_loss"]
    loaded("link", "sound", "--encoder", "best")
    loaded("report", "report.html", "--figures", "figures")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "Which settings learn best" in page
    assert "Of 3 trainings: 2 complete, 1 failed." in page
    assert (tmp_path / "figures" / "losses-best.svg").exists()

    other = loaded(*SEARCH, "--learning-rate", "0.001", "--name", "best", fails=1).err
    assert "was begun with learning_rate 0.001,0.01,1e+30, not 0.001: choose another" in other
    assert other.count("\n") == 1


def test_where_nothing_came_to_its_end_the_table_is_shown_all_the_same(loaded):
    failed = loaded(*SEARCH, "--learning-rate", "1e30", fails=1)
    assert "failed" in failed.out
    assert failed.err.splitlines()[-1] == (
        "songnet: no training of the search 'search_cae' came to its end: choose lower learning "
        "rates, under another --name"
    )
    facts = loaded(*SEARCH, "--learning-rate", "1e30", "--json", fails=1).json()
    assert facts["encoder"] is None
    assert facts["best"] is None


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--latent", "9x9"], 2, "unknown latent '9x9': choose 72x72, 48x81, 168x108, 12x15"),
        (["--latent", ""], 2, "--latent must be words with commas: got ''"),
        (["--latent", "12x15,"], 2, "--latent must be words with commas: got '12x15,'"),
        (["--batch-size", "5,five"], 2, "--batch-size must be whole numbers with commas"),
        (["--learning-rate", "1e-3;1e-4"], 2, "--learning-rate must be numbers with commas"),
        (["--learning-rate", "-1"], 2, "learning_rate must be a number over 0, got -1"),
        (["--activation", "tanh"], 2, "activation 'tanh': allowed are"),
        (["--beta", "1"], 2, "--beta is not an option of --model cae"),
        (["--model", "track2vec"], 2, "a search knows cae, vae, contrastive"),
        (["--trials", "0"], 2, "trials must be 1 to 100,000, got 0"),
        (["--epochs", "0"], 2, "--epochs"),
        (["--name", "Best one"], 1, "cannot name an encoder: use lower-case letters"),
        (["--name", "playlists"], 1, "is the name of a network: choose another --name"),
    ],
)
def test_bad_input_is_one_line(loaded, options, code, said):
    result = loaded("encoders", "search", *options, fails=code)
    assert said in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""


def test_without_optuna_the_extra_is_named(loaded, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    result = loaded("encoders", "search", fails=1)
    assert result.err == "songnet: a search needs Optuna: pip install 'songnet[search]'\n"


def test_the_help_says_what_each_model_chooses_from(songnet):
    said = "".join(songnet("encoders", "search", "--help").out.split())
    for model, space in SPACES.items():
        for values in space.choices.values():
            listed = ",".join(f"{value:g}" if isinstance(value, float) else str(value)
                              for value in values)  # fmt: skip
            assert f"{model}{listed}" in said
