"""Listening to real files of every kind, to broken ones, and to liars."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import FormatError, UsageError
from songnet.model import Skipped
from songnet.sources._decode import clip_starts
from songnet.sources._mel import mel_spectrogram
from songnet.sources.audio import SongSound, decode, read_sound, spectrogram_of
from songnet.sources.spectrograms import write_png, write_zip

TRACK = "6f807x0ima9a1j3VPbc7VN"
FORMATS = ("wav", "flac", "ogg", "mp3", "opus", "m4a")
RATE = 48_000


def tone(hertz: float, seconds: float = 6.0, *, peak: float = 0.4, rate: int = RATE) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype("f4")


def steps(seconds: int, *, rate: int = RATE) -> np.ndarray:
    """A tone for every second: 300 Hz, 400 Hz, …, so that a stretch says where it is from."""
    return np.concatenate([tone(300 + 100 * second, 1, rate=rate) for second in range(seconds)])


def loudest_hertz(samples: np.ndarray, rate: int = 22_050) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples))


def write_m4a(path, samples: np.ndarray, rate: int) -> None:
    stereo = np.atleast_2d(samples.T)
    layout = {1: "mono", 2: "stereo"}[len(stereo)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=rate, layout=layout)
        stream.bit_rate = 192_000  # below that FFmpeg's encoder makes sines half as loud again
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(stereo), "fltp", layout)
        frame.sample_rate, frame.pts = rate, 0  # or the encoder's delay is not written down
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


def write(path, samples: np.ndarray, rate: int = RATE):
    """Samples (n,) or (n, channels) as a file of the kind that its extension says."""
    if path.suffix == ".m4a":
        write_m4a(path, samples, rate)
    elif path.suffix == ".opus":
        soundfile.write(path, samples, rate, format="OGG", subtype="OPUS")
    else:
        soundfile.write(path, samples, rate)
    return path


def heard(*paths, **options) -> list[SongSound | Skipped]:
    return list(read_sound(paths, **{"workers": 1, **options}))


def skipped(path) -> str:
    (only,) = heard(path)
    assert isinstance(only, Skipped), "it was read"
    assert only.path == str(path)
    assert "\n" not in str(only)
    return only.reason


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """The same twelve seconds, a tone for each, in every format."""
    folder = tmp_path_factory.mktemp("music")
    for suffix in FORMATS:
        write(folder / f"song.{suffix}", steps(12))
    return folder


@pytest.mark.parametrize("suffix", FORMATS)
def test_formats_agree(music, suffix):
    reference = decode(music / "song.flac")
    samples = decode(music / f"song.{suffix}")
    assert samples.dtype == np.float32
    assert samples.shape == reference.shape == (110_591,)
    for second in range(5):
        middle = samples[second * 22_050 + 5_000 : second * 22_050 + 15_000]
        assert loudest_hertz(middle) == pytest.approx(300 + 100 * second, abs=3)
        assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.4 / np.sqrt(2), rel=0.05)
    ours = spectrogram_of(music / f"song.{suffix}").astype(int)
    theirs = spectrogram_of(music / "song.flac").astype(int)
    audible = theirs > 128
    assert audible.sum() > 500
    assert np.abs(ours - theirs)[audible].mean() < 1


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("start", [2.25, 7.5, 10.25])
def test_seeking_finds_the_same_sound(music, suffix, start):
    whole = decode(music / f"song.{suffix}", seconds=12)
    part = decode(music / f"song.{suffix}", start=start, seconds=0.5)
    assert len(part) == 11_025
    assert loudest_hertz(part) == pytest.approx(300 + 100 * int(start), abs=3)
    if suffix in {"wav", "flac", "ogg"}:
        place = round(start * 22_050)
        # A frame may begin between two samples of ours: half a sample of a sine, at the most.
        half_a_sample = 0.4 * np.pi * (300 + 100 * int(start)) / 22_050
        difference = np.abs(part - whole[place : place + len(part)])[100:-100]
        assert difference.max() < half_a_sample + 0.005


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_sine_is_loudest_in_the_row_that_librosa_names(tmp_path, suffix):
    import librosa

    path = write(tmp_path / f"a.{suffix}", tone(440, peak=0.05))
    centres = librosa.mel_frequencies(98, fmin=0, fmax=11025)[1:-1]
    row = int(np.abs(centres - 440).argmin())
    assert abs(int(spectrogram_of(path)[:, 100].argmax()) - row) <= 1


def test_decoding_equals_what_librosa_hears(tmp_path):
    import librosa

    generator = np.random.default_rng(0)
    noise = generator.normal(0, 0.1, (RATE * 6, 2)).astype("f4")
    path = write(tmp_path / "a.flac", noise)
    read, _ = soundfile.read(path, dtype="float32")
    theirs = librosa.resample(librosa.to_mono(read.T), orig_sr=RATE, target_sr=22_050)
    difference = np.abs(spectrogram_of(path).astype(int) - mel_spectrogram(theirs).astype(int))
    # The resamplers differ only near the upper end, where each rolls off in its own way.
    assert difference[:90].mean() < 0.5
    assert difference[:90].max() <= 12


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8])
def test_channels_are_averaged(tmp_path, channels, suffix):
    samples = np.zeros((RATE * 6, channels), "f4")
    samples[:, 0] = tone(440, peak=0.8)
    path = write(tmp_path / f"a.{suffix}", samples)
    assert np.abs(decode(path)[1000:-1000]).max() == pytest.approx(0.8 / channels, rel=0.05)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 96_000])
def test_any_rate_becomes_22050(tmp_path, rate):
    path = write(tmp_path / "a.wav", tone(440, rate=rate), rate)
    samples = decode(path)
    assert len(samples) == 110_591
    assert loudest_hertz(samples[:22_050]) == pytest.approx(440, abs=1)


def test_the_song_and_its_tags(tmp_path):
    path = tmp_path / "a b.flac"
    with soundfile.SoundFile(path, "w", 44_100, 1, format="FLAC") as file:
        file.title, file.artist, file.album = " A \n Title ", "Ärtist", "Album"
        file.write(tone(440, 7, rate=44_100))
    (song,) = heard(path)
    assert (song.id, song.path) == ("file:a b.flac", "a b.flac")
    assert (song.title, song.artist, song.album) == ("A Title", "Ärtist", "Album")
    assert song.duration_ms == 7000
    assert song.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (song.label, song.recording, song.asked) == (None, None, 1)
    assert song.pixels.dtype == np.uint8
    assert song.pixels.shape == (1, 96, 216)
    assert np.array_equal(song.pixels[0], spectrogram_of(path))


def test_tags_of_ogg_are_on_the_stream(tmp_path):
    with soundfile.SoundFile(tmp_path / "a.ogg", "w", 44_100, 1, format="OGG") as file:
        file.title, file.artist = "Title", "Artist"
        file.write(tone(440, rate=44_100))
    (song,) = heard(tmp_path)
    assert (song.title, song.artist, song.album) == ("Title", "Artist", None)


def test_folders_in_order_with_labels_and_recordings(tmp_path):
    sound = write(tmp_path / "x.wav", tone(440, 1))
    names = [
        "001 - Dog bark/1-100032-A.wav",
        "001 - Dog bark/2-100032-B.wav",
        "002-Rain/deep/a.WAV",
        f"Z/{TRACK}.wav",
        ".hidden/a.wav",
        "002-Rain/.a.wav",
        "002-Rain/cover.jpg",
        "002-Rain/readme.txt",
    ]
    for name in names:
        (tmp_path / "m" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sound, tmp_path / "m" / name)
    songs = heard(tmp_path / "m", label_from_folder=True)
    assert [(song.id, song.label, song.recording) for song in songs] == [
        ("file:001 - Dog bark/1-100032-A.wav", "Dog bark", "100032"),
        ("file:001 - Dog bark/2-100032-B.wav", "Dog bark", "100032"),
        ("file:002-Rain/deep/a.WAV", "deep", None),
        (f"spotify:track:{TRACK}", "Z", None),
    ]
    assert songs[3].path == f"Z/{TRACK}.wav"
    labels = {"file:002-Rain/deep/a.WAV": "given", f"spotify:track:{TRACK}": "track"}
    again = heard(tmp_path / "m", label_from_folder=True, labels=labels)
    assert [song.label for song in again] == ["Dog bark", "Dog bark", "given", "track"]
    assert [song.label for song in heard(tmp_path / "m", labels=labels)][:2] == [None, None]


def test_ids_are_relative_to_the_music_root(tmp_path, monkeypatch):
    (tmp_path / "m" / "a").mkdir(parents=True)
    path = write(tmp_path / "m" / "a" / "x.wav", tone(440, 1))
    assert heard(path)[0].id == "file:x.wav"
    assert heard(path.parent)[0].id == "file:x.wav"
    assert heard(path, music_root=tmp_path / "m")[0].id == "file:a/x.wav"
    monkeypatch.chdir(tmp_path / "m")
    assert heard("a/x.wav", music_root=tmp_path / "m")[0].id == "file:a/x.wav"
    (tmp_path / "link").symlink_to(tmp_path / "m")
    assert heard(path, music_root=tmp_path / "link")[0].id == "file:a/x.wav"
    (outside,) = heard(path, music_root=tmp_path / "elsewhere")
    assert "is not a file below" in outside.reason


def test_the_same_song_twice_is_read_once(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / f"{TRACK}.wav", tone(440, 1))
    first, second = heard(tmp_path / "a", tmp_path / "b")
    assert first.id == f"spotify:track:{TRACK}"
    assert second.path == str(tmp_path / "b" / f"{TRACK}.wav")
    assert "is the same song as" in second.reason
    assert len(heard(tmp_path / "a", tmp_path / "a", tmp_path / "a" / f"{TRACK}.wav")) == 1


def test_clips_are_spread_over_the_song_and_the_first_stays(tmp_path):
    path = write(tmp_path / "a.flac", steps(30))
    (one,), (two,), (six,), (many,) = (heard(path, clips=clips) for clips in (1, 2, 6, 50))
    assert [len(song.pixels) for song in (one, two, six, many)] == [1, 2, 6, 6]
    assert [song.asked for song in (one, two, six, many)] == [1, 2, 6, 50]
    for song in (two, six):
        assert np.array_equal(song.pixels[0], one.pixels[0])
    for clip, start in zip(two.pixels, (0, 15), strict=True):
        assert np.array_equal(clip, spectrogram_of(path, start))
    for clip, start in zip(six.pixels, range(0, 30, 5), strict=True):
        assert np.array_equal(clip, spectrogram_of(path, start))
    assert len({clip.tobytes() for clip in six.pixels}) == 6


@given(st.floats(0.5, 10_000), st.integers(1, 100))
def test_clips_begin_at_zero_and_never_overlap_by_much(duration, clips):
    starts = np.array(clip_starts(duration, clips))
    assert starts[0] == 0
    assert 1 <= len(starts) <= clips
    assert len(starts) == clips or duration < 5 * clips
    assert (np.diff([*starts, duration]) >= 5 - 1e-6).all() or len(starts) == 1


def test_a_short_song_is_padded(tmp_path):
    (song,) = heard(write(tmp_path / "a.wav", tone(440, 2)), clips=3)
    assert song.pixels.shape == (1, 96, 216)
    assert song.duration_ms == 2000
    assert song.pixels[0][:, :86].any(axis=0).all()
    assert (song.pixels[0][:, 89:] == song.pixels.min()).all()


def test_silence_is_skipped_with_its_level(tmp_path):
    faint = write(tmp_path / "a.wav", tone(440, peak=0.0009))
    audible = write(tmp_path / "b.wav", tone(440, peak=0.0015))
    nothing = write(tmp_path / "c.wav", tone(440, peak=0))
    reason = skipped(faint)
    assert reason.startswith("is silent in its first 5 s (peak -61 dBFS) of 6 s; ")
    assert "all samples 0" in skipped(nothing)
    assert isinstance(heard(audible)[0], SongSound)


def test_a_silent_opening_is_named_and_more_clips_hear_past_it(tmp_path):
    path = write(tmp_path / "a.flac", np.concatenate([tone(440, 15, peak=0), steps(15)]))
    assert "silent in its first 5 s (all samples 0) of 30 s" in skipped(path)
    (song,) = heard(path, clips=2)
    assert len(song.pixels) == 1
    assert np.array_equal(song.pixels[0], spectrogram_of(path, 15))
    (still,) = heard(write(tmp_path / "b.flac", tone(440, 30, peak=0)), clips=2)
    assert "all 2 clips" in still.reason


def test_too_short(tmp_path):
    assert skipped(write(tmp_path / "a.wav", tone(440, 0.4))).startswith("is too short: 0.40 s")
    assert isinstance(heard(write(tmp_path / "b.wav", tone(440, 0.6)))[0], SongSound)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers(tmp_path, value):
    samples = tone(440)
    samples[60_000] = value
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, RATE, subtype="FLOAT")
    assert "not numbers" in skipped(path)
    with pytest.raises(FormatError, match="not numbers"):
        decode(path)


def test_samples_far_over_full_scale(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(440, peak=1e20), RATE, subtype="FLOAT")
    assert "1000 times full scale" in skipped(path)
    soundfile.write(path, tone(440, peak=4), RATE, subtype="FLOAT")
    assert heard(path)[0].pixels.max() == 255


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.mp3", b"hello " * 1000),
        ("a.wav", b"RIFF\x24\0\0\0WAVEfmt "),
        ("a.ogg", b"OggS" + b"\0" * 500),
        ("a.flac", b"fLaC" + b"\xff" * 500),
        ("a.m4a", b"\0\0\0\x20ftypM4A \0\0\0\0" + b"\0" * 100),
        ("a.opus", bytes(range(256)) * 20),
    ],
)
def test_what_is_no_audio(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert "cannot be decoded as audio" in skipped(tmp_path / name) or "holds" in skipped(
        tmp_path / name
    )


def test_an_empty_file(tmp_path):
    (tmp_path / "a.mp3").touch()
    assert skipped(tmp_path / "a.mp3") == "is empty"


def test_playlists_dressed_as_music_open_nothing(tmp_path, music):
    for number, text in enumerate(
        [
            HLS.format(f"file://{music}/song.mp3"),
            HLS.format("http://127.0.0.1:9/song.mp3"),
            f"ffconcat version 1.0\nfile {music}/song.mp3\n",
        ]
    ):
        path = tmp_path / f"{number}.mp3"
        path.write_text(text)
        assert "cannot be decoded as audio" in skipped(path)


def test_names_that_look_like_addresses_are_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("concat:a.wav", "http:x.wav", "pipe:0.wav", "100%25.wav"):
        write(tmp_path / name, tone(440, 1))
        assert loudest_hertz(decode(name)) == pytest.approx(440, abs=2)


def test_a_picture_dressed_as_music(tmp_path):
    write_png(tmp_path / "x.png", np.zeros((96, 216), np.uint8))
    (tmp_path / "x.png").rename(tmp_path / "x.mp3")
    assert "cannot be decoded as audio" in skipped(tmp_path / "x.mp3")


def test_music_under_another_extension_is_still_music(tmp_path, music):
    shutil.copy(music / "song.flac", tmp_path / "a.mp3")
    shutil.copy(music / "song.mp3", tmp_path / "b.wav")
    assert [song.duration_ms for song in heard(tmp_path)] == [12_000, 12_000]


@pytest.mark.parametrize("suffix", ["flac", "ogg", "mp3", "opus", "wav"])
def test_cut_off_in_the_first_seconds(tmp_path, music, suffix):
    data = (music / f"song.{suffix}").read_bytes()
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(data[: len(data) // 6])
    (result,) = heard(path)
    if isinstance(result, Skipped):
        assert "cut off" in result.reason or "cannot be decoded" in result.reason
    else:
        # Without a promise in the header, what is there is all there is.
        assert result.duration_ms < 3000


def test_flac_promises_its_length_so_a_cut_is_seen(tmp_path, music):
    data = (music / "song.flac").read_bytes()
    (tmp_path / "a.flac").write_bytes(data[: len(data) // 6])
    assert "cut off" in skipped(tmp_path / "a.flac")


def wav_with(path, *, channels=1, rate=44_100, bits=16, claimed=None, body=b"\1\2" * 44_100):
    size = len(body) if claimed is None else claimed
    align = channels * bits // 8
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + size & 0xFFFFFFFF, b"WAVE", b"fmt ", 16, 1, channels, rate),
        *(rate * align & 0xFFFFFFFF, align & 0xFFFF, bits, b"data", size),
    )
    path.write_bytes(header + body)
    return path


@pytest.mark.parametrize(
    ("lie", "says"),
    [
        ({"rate": 4_000_000_000}, ""),
        ({"rate": 1_000_000}, "claims 1000000 samples a second, not 1000 to 768000"),
        ({"rate": 10}, "claims 10 samples a second"),
        ({"channels": 64}, "claims 64 channels, not 1 to 8"),
        ({"channels": 65_535}, ""),
        ({"channels": 0}, ""),
        ({"bits": 0}, ""),
        ({"rate": 0}, ""),
    ],
)
def test_headers_out_of_bounds(tmp_path, lie, says):
    assert says in skipped(wav_with(tmp_path / "a.wav", **lie))


def test_a_flac_header_that_claims_a_year(tmp_path, music):
    data = bytearray((music / "song.flac").read_bytes())
    # STREAMINFO: 36 bits of total samples, the lowest 32 at byte 22 of the file.
    data[21] |= 0x0F
    data[22:26] = b"\xff\xff\xff\xff"
    (tmp_path / "a.flac").write_bytes(data)
    assert "claims to last" in skipped(tmp_path / "a.flac")


def test_a_wav_of_unknown_length_is_read(tmp_path):
    generator = np.random.default_rng(0)
    body = generator.integers(-9000, 9000, 44_100 * 7, dtype=np.int16).tobytes()
    (song,) = heard(wav_with(tmp_path / "a.wav", claimed=0xFFFFFFFF, body=body))
    assert isinstance(song, SongSound)
    assert song.duration_ms is None or song.duration_ms == pytest.approx(7000, abs=10)


def test_named_files_that_cannot_be_read(tmp_path):
    (tmp_path / "a.txt").write_text("text")
    os.mkfifo(tmp_path / "pipe.mp3")
    missing, text, pipe = heard(tmp_path / "none.mp3", tmp_path / "a.txt", tmp_path / "pipe.mp3")
    assert missing.reason == "there is no such file or folder"
    assert ".flac" in text.reason
    assert pipe.reason == "is not a regular file"
    assert [item.reason for item in heard(tmp_path)] == ["is not a regular file"]


def test_names_that_are_not_unicode(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.wav"
    shutil.copy(write(tmp_path / "good.wav", tone(440, 1)), path)
    bad, good = sorted(heard(tmp_path), key=lambda item: isinstance(item, SongSound))
    assert good.id == "file:good.wav"
    assert bad.path == f"{tmp_path}/caf\\xe9.wav"
    bad.reason.encode()


def test_an_empty_folder_gives_nothing(tmp_path):
    assert heard(tmp_path) == []
    assert heard() == []


def test_known_songs_are_not_heard_again(tmp_path):
    one, two = (write(tmp_path / f"{name}.wav", tone(440, 1)) for name in "ab")
    two.write_bytes(two.read_bytes() + b"\0")
    asked = []

    def known(song, sha256):
        asked.append((song, sha256))
        return song == "file:a.wav"

    left, song = heard(tmp_path, known=known)
    assert (left.id, left.pixels.shape, left.title) == ("file:a.wav", (0, 96, 216), None)
    assert (song.id, song.pixels.shape) == ("file:b.wav", (1, 96, 216))
    assert asked == [
        (f"file:{path.name}", hashlib.sha256(path.read_bytes()).hexdigest()) for path in (one, two)
    ]
    assert [left.sha256, song.sha256] == [sha256 for _, sha256 in asked]


def test_progress_counts_everything_that_was_found(tmp_path):
    for name in "abc":
        write(tmp_path / f"{name}.wav", tone(440, 0.3 if name == "b" else 1))
    calls = []
    heard(
        tmp_path,
        known=lambda song, _: song == "file:a.wav",
        on_progress=lambda *call: calls.append(call),
    )
    assert calls == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("options", [{"clips": 0}, {"clips": 101}, {"workers": 0}])
def test_options_out_of_range(tmp_path, options):
    with pytest.raises(UsageError, match="must be"):
        read_sound([tmp_path], **options)


@pytest.mark.parametrize("options", [{"start": -1}, {"seconds": 0}, {"start": np.nan}])
def test_stretches_out_of_range(tmp_path, options):
    with pytest.raises(UsageError, match="must be"):
        decode(tmp_path / "a.wav", **options)


def test_a_stretch_past_the_end_is_empty(music):
    assert len(decode(music / "song.wav", start=60)) == 0


def grey(shade: int) -> np.ndarray:
    return np.full((96, 216), shade, np.uint8)


def shades(song: SongSound) -> list[int]:
    return song.pixels[:, 0, 0].tolist()


def test_pictures_are_songs_and_numbered_ones_are_clips(tmp_path):
    write_png(tmp_path / f"{TRACK}.png", grey(1))
    for number in (0, 1, 2, 10):
        write_png(tmp_path / f"song#{number}.png", grey(10 + number))
    write_png(tmp_path / "song#x.png", grey(3))
    tracks, numbered, named = heard(tmp_path)
    assert (tracks.id, shades(tracks)) == (f"spotify:track:{TRACK}", [1])
    assert (numbered.id, shades(numbered)) == ("file:song.png", [10, 11, 12, 20])
    assert (named.id, shades(named)) == ("file:song#x.png", [3])
    parts = [(tmp_path / f"song#{number}.png").read_bytes() for number in (0, 1, 2, 10)]
    assert numbered.sha256 == hashlib.sha256(b"".join(parts)).hexdigest()
    assert (numbered.duration_ms, numbered.title) == (None, None)


def test_clips_of_a_spotify_track(tmp_path):
    for number in (0, 1):
        write_png(tmp_path / f"{TRACK}#{number}.png", grey(5 + number))
    (song,) = heard(tmp_path)
    assert (song.id, shades(song)) == (f"spotify:track:{TRACK}", [5, 6])


def test_pictures_of_silence(tmp_path):
    write_png(tmp_path / "a.png", grey(0))
    write_png(tmp_path / "b#0.png", grey(0))
    write_png(tmp_path / "b#1.png", grey(4))
    nothing, something = heard(tmp_path)
    assert nothing.reason == "is silent: every pixel is 0"
    assert shades(something) == [4]


def test_a_song_with_a_broken_clip_is_skipped_and_the_picture_named(tmp_path):
    write_png(tmp_path / "b#0.png", grey(1))
    (tmp_path / "b#1.png").write_bytes(b"no picture")
    (result,) = heard(tmp_path)
    assert result == Skipped(str(tmp_path / "b#1.png"), "is not a PNG")


def test_zips_of_pictures(tmp_path):
    pictures = {
        "rock/a#0.png": grey(1),
        "rock/a#1.png": grey(2),
        f"{TRACK}.png": grey(3),
        "rock/1-55-A.png": grey(4),
    }
    write_zip(tmp_path / "all.zip", pictures)
    by_folder = heard(tmp_path, label_from_folder=True)
    by_name = heard(tmp_path / "all.zip", label_from_folder=True)
    for songs in (by_folder, by_name):
        assert [(song.id, shades(song), song.label, song.recording) for song in songs] == [
            (f"spotify:track:{TRACK}", [3], "all", None),
            ("file:rock/1-55-A.png", [4], "rock", "55"),
            ("file:rock/a.png", [1, 2], "rock", None),
        ]


def test_bad_zips_are_skipped_with_the_rest_read(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"not a zip")
    write_zip(tmp_path / "b.zip", {"x.png": grey(1), "y.png": grey(0)})
    bad, good, silent = heard(tmp_path)
    assert bad.path == str(tmp_path / "a.zip")
    assert "not a zip" in bad.reason
    assert good.id == "file:x.png"
    assert silent == Skipped(f"{tmp_path}/b.zip/y.png", "is silent: every pixel is 0")


def test_a_pool_gives_what_one_process_gives(tmp_path):
    for number in range(12):
        write(tmp_path / f"{number:02d}.wav", tone(300 + 50 * number, 1))
    (tmp_path / "05.wav").write_bytes(b"broken")
    write_zip(tmp_path / "z.zip", {"p.png": grey(9)})
    alone, pooled = heard(tmp_path), heard(tmp_path, workers=2)
    assert len(alone) == len(pooled) == 13
    for one, other in zip(alone, pooled, strict=True):
        if isinstance(one, Skipped):
            assert one == other
        else:
            assert (one.id, one.sha256) == (other.id, other.sha256)
            assert np.array_equal(one.pixels, other.pixels)


def test_a_reader_that_stops_early_leaves_no_process_behind(tmp_path):
    import multiprocessing

    for number in range(12):
        write(tmp_path / f"{number:02d}.wav", tone(440, 1))
    songs = read_sound([tmp_path], workers=2)
    next(songs)
    assert multiprocessing.active_children()
    songs.close()
    assert not multiprocessing.active_children()


def id3_frame(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">I", len(body)) + b"\0\0" + body


def with_id3(mp3: bytes, *frames: bytes) -> bytes:
    body = b"".join(frames)
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + body + mp3


def test_a_cover_and_old_tags_do_no_harm(tmp_path, music):
    write_png(tmp_path / "cover.png", np.zeros((96, 216), np.uint8))
    cover = b"\0image/png\0\3\0" + (tmp_path / "cover.png").read_bytes()
    data = with_id3(
        (music / "song.mp3").read_bytes(),
        id3_frame(b"TIT2", b"\0Caf\xe9"),
        id3_frame(b"TPE1", b"\1\xff\xfe" + "Ärtist\0".encode("utf-16-le")),
        id3_frame(b"TALB", b"\0" + b"x" * 5000),
        id3_frame(b"APIC", cover),
    )
    (tmp_path / "a.mp3").write_bytes(data)
    (song,) = heard(tmp_path / "a.mp3")
    assert (song.title, song.artist, song.album) == ("Café", "Ärtist", "x" * 1000)
    assert np.array_equal(song.pixels[0], spectrogram_of(music / "song.mp3"))


def test_nothing_is_printed_about_broken_files(tmp_path, music, capfd):
    data = bytearray((music / "song.mp3").read_bytes())
    data[3000:3400] = b"\xff" * 400
    (tmp_path / "a.mp3").write_bytes(data)
    (tmp_path / "b.ogg").write_bytes(b"OggS" * 100)
    heard(tmp_path)
    assert capfd.readouterr() == ("", "")
