"""`scale project | communities`, and what they make brought into the graph."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

QUICK = [
    "--conf", "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "--conf", "spark.sql.shuffle.partitions=2",
    "--conf", "spark.sql.codegen.wholeStage=false",
]  # fmt: skip
SAME = ["--weight", "newman", "--min-shared", "2", "--top", "3"]


@pytest.fixture
def slices(tmp_path):
    draw = np.random.default_rng(0)
    lists = [
        {
            "pid": pid,
            "name": f"List {pid}",
            "tracks": [
                {"track_uri": f"spotify:track:{song:022}", "track_name": f"{song}"}
                for song in draw.choice(30, 8).tolist()
            ],
        }
        for pid in range(40)
    ]  # fmt: skip
    folder = tmp_path / "mpd"
    folder.mkdir()
    for part in (0, 1):
        content = {"info": {}, "playlists": lists[part::2]}
        (folder / f"mpd.slice.{part}.json").write_text(json.dumps(content))
    return folder


def test_what_spark_makes_is_kept_as_if_it_were_made_here(songnet, slices):
    songnet("load-playlists", slices)
    here = songnet("link", "playlists", *SAME, "--json").json()
    spark = ["--master", "local[2]", *QUICK]
    said = songnet("scale", "project", slices, "--out", "net", *spark, *SAME)
    assert "network playlists: " in said.out
    assert said.err == "next: songnet scale communities net, or songnet link import net\n"
    kept = songnet("link", "import", "net", "--name", "spark", "--json").json()
    assert kept["fingerprint"] == here["fingerprint"]
    assert (kept["kind"], kept["in_graph"]) == ("playlists", here["edges"])
    cut = songnet(
        "scale", "communities", "net", "--out", "cut", *spark, "--method", "leiden", "--json"
    ).json()
    songnet("partitions", "import", "cut", "--name", "spark-leiden")
    songnet("partitions", "run", "leiden", "--on", "spark")
    listed = {row["name"]: row for row in songnet("partitions", "list", "--json").json()}
    shown = songnet("partitions", "show", "spark-leiden", "--json").json()
    other = songnet("partitions", "show", "leiden-spark", "--json").json()
    assert listed["spark-leiden"]["communities"] == cut["communities"]
    assert shown["modularity"] == pytest.approx(other["modularity"], abs=1e-8)


def test_without_pyspark_the_command_says_how_to_get_it(songnet, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    said = songnet("scale", "project", "x", "--master", "local[2]", "--out", "y", fails=1).err
    assert said == "songnet: songnet scale needs pyspark: pip install 'songnet[spark]'\n"


def test_without_java_the_command_says_so(songnet, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    said = songnet("scale", "communities", "x", "--master", "local", "--out", "y", fails=1).err
    assert said.startswith("songnet: Spark needs Java 17 or newer and there is none in JAVA_HOME")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--master", "here"], "--master must be one of local[2]"),
        (["--master", "local[0]"], "--master must be one of"),
        (["--master", "local", "--conf", "memory=1g"], "--conf must be spark.KEY=VALUE"),
        (["--master", "local", "--k-core", "2"], "No such option: --k-core"),
    ],
)
def test_wrong_usage_is_refused_in_a_line(songnet, options, reason):
    said = songnet("scale", "project", "x", "--out", "y", *options, fails=2).err
    assert reason in said
    assert said.count("\n") == 1
