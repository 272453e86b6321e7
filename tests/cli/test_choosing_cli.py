"""`songnet partitions choose-k | sweep`, and the clusterings of vectors, as a person runs them."""

OPTIONS = ("--to", "4", "--samples", "3")


def test_choose_k(embedded, tmp_path):
    done = embedded("partitions", "choose-k", "tiny", *OPTIONS, "--figure", "k.svg")
    assert "tiny: 24 songs, seed 0" in done.out
    for criterion in ("silhouette", "elbow", "gap statistic", "BIC"):
        assert f"\n{criterion} chooses " in done.out
    assert "wrote k.svg" in done.err
    assert "gap statistic: " in (tmp_path / "k.svg").read_text()
    found = embedded("partitions", "choose-k", "tiny", *OPTIONS, "--json").json()
    assert found["schema"] == "songnet.partitions.choose-k/1"
    assert [row["communities"] for row in found["rows"]] == [1, 2, 3, 4]
    assert found["chosen"]["silhouette"] == 2
    assert (tmp_path / "songnet.data" / "choices" / "tiny.json").exists()


def test_sweep(loaded, tmp_path):
    options = ("--steps", "6", "--seeds", "3", "--from", "0.6", "--to", "1.1")
    done = loaded("partitions", "sweep", "playlists", *options, "--figure", "s.svg", "--consensus")
    assert "leiden on playlists, modularity, seeds 0 to 2" in done.out
    assert "plateau 1: resolutions " in done.out
    assert "partition consensus-leiden-playlists: 24 songs in 2 communities" in done.out
    assert "plateau" in (tmp_path / "s.svg").read_text()
    found = loaded("partitions", "sweep", "playlists", *options, "--json").json()
    assert found["schema"] == "songnet.partitions.sweep/1"
    assert len(found["rows"]) == 6
    assert found["consensus"] is None
    shown = loaded("partitions", "show", "consensus-leiden-playlists", "--json").json()
    assert (shown["algorithm"], shown["on"], shown["of"]) == ("consensus", "playlists", "leiden")
    assert (tmp_path / "songnet.data" / "sweeps" / "leiden-playlists.json").exists()


def test_a_consensus_may_be_named(loaded):
    done = loaded(
        "partitions", "sweep", "playlists", "--algorithm", "louvain", "--steps", "2",
        "--seeds", "2", "--from", "0.5", "--to", "1", "--consensus", "--name", "firm", "--json",
    )  # fmt: skip
    assert done.json()["consensus"] == "firm"
    assert "firm" in loaded("partitions", "list").out


def test_degenerate_resolutions_are_called_out(loaded):
    done = loaded("partitions", "sweep", "playlists", "--from", "0.0001", "--to", "0.001",
                  "--steps", "2", "--seeds", "1")  # fmt: skip
    assert "degenerate: at resolution 0.0001 one community holds 100% of the songs" in done.err
    assert "every resolution is degenerate, so none is chosen" in done.err
    assert "no plateau" in done.out
    done = loaded("partitions", "sweep", "playlists", "--from", "50", "--to", "50", "--steps", "1",
                  "--seeds", "1", "--consensus", fails=1)  # fmt: skip
    assert "degenerate, so there is nothing to agree on: sweep other resolutions" in done.err


def test_clusterings_of_vectors_run(embedded):
    found = embedded("partitions", "run", "mixture", "--on", "tiny", "--communities", "2", "--json")
    assert found.json()["communities"] == 2
    found = embedded("partitions", "run", "spectral", "--on", "tiny", "--communities", "2",
                     "--neighbors", "8", "--json")  # fmt: skip
    assert found.json()["communities"] == 2
    done = embedded("partitions", "run", "hdbscan", "--on", "tiny", "--min-size", "3")
    assert "communities, coverage" in done.out
    done = embedded("partitions", "run", "hdbscan", "--on", "tiny", "--min-size", "24", fails=1)
    assert "give a smaller --min-size" in done.err


MISTAKES = [
    (("choose-k", "playlists"), 1, "use songnet partitions sweep playlists"),
    (("choose-k", "nobody"), 1, "there is no network or encoder 'nobody'"),
    (("choose-k", "tiny", "--to", "99"), 1, "ask for --to 24 or less"),
    (("choose-k", "tiny", "--from", "5", "--to", "4"), 2, "--from must be at most --to"),
    (("choose-k", "tiny", "--figure", "k.png"), 1, "give --figure a name that ends in .svg"),
    (("choose-k", "tiny", "--figure", "no/k.svg"), 1, "there is no folder no"),
    (("sweep", "tiny"), 1, "use songnet partitions choose-k tiny"),
    (("sweep", "playlists", "--name", "x"), 2, "give --consensus too"),
    (("sweep", "playlists", "--consensus", "--name", "X!"), 1, "cannot name a partition"),
    (("sweep", "playlists", "--algorithm", "infomap"), 2, "must be leiden or louvain"),
]


def test_mistakes_are_one_line(embedded):
    for arguments, code, message in MISTAKES:
        done = embedded("partitions", *arguments, fails=code)
        assert message in done.err
        assert done.out == ""
        assert len(done.err.strip().splitlines()) == 1
