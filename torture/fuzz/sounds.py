"""Hostile pictures of sound and hostile audio."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from torture.fuzz.archives import flagged, zipped, zipped_pairs
from torture.fuzz.bombs import MIB, zip_bomb, zlib_bomb
from torture.fuzz.items import Item, Link, odd_files, one
from torture.fuzz.texts import PATHS, STRINGS, cuts

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ROWS, COLUMNS = 96, 216


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(
    width: int = COLUMNS,
    height: int = ROWS,
    *,
    depth: int = 8,
    colour: int = 0,
    interlaced: int = 0,
) -> bytes:
    """The chunk that a PNG begins with."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def pixels(row_bytes: int = COLUMNS, rows: int = ROWS) -> bytes:
    """Rows of rising bytes, as they stand in a PNG before they are packed."""
    line = b"\0" + bytes(i % 251 for i in range(row_bytes))
    return line * rows


def png(*chunks: bytes, first: bytes | None = None, data: bytes | None = None) -> bytes:
    """A PNG of a header, some chunks, its pixels and its end."""
    packed = zlib.compress(pixels() if data is None else data)
    end = chunk(b"IEND", b"")
    return SIGNATURE + (first or header()) + b"".join(chunks) + chunk(b"IDAT", packed) + end


def pictures() -> dict[str, Item]:
    """PNGs of every kind that a spectrogram may be taken for, and of kinds that it must not."""
    name, sound = "song.png", png()
    return {
        "sound": one(name, sound),
        "called ogg": one("song.ogg", sound),
        "a silent one": one(name, png(data=bytes(len(pixels())))),
        **_modes(name),
        **_sizes(name),
        **_chunks(name),
        **cuts(name, sound),
        **odd_files(name, sound),
        "clips": Item(".", {f"s#{n}.png": sound for n in (0, 1, 7, 999_999)}),
    }


def _modes(name: str) -> dict[str, Item]:
    """Depths and colours, sound and unsound, plain and interlaced."""
    items = {}
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4, 1: 1, 5: 1, 255: 1}
    palette = chunk(b"PLTE", bytes(i for i in range(256) for _ in range(3)))
    for colour, count in channels.items():
        for depth in (0, 1, 2, 4, 8, 16, 32, 255):
            data = pixels((COLUMNS * depth * count + 7) // 8)
            for interlaced in (0, 1):
                first = header(depth=depth, colour=colour, interlaced=interlaced)
                extra = palette if colour == 3 else b""
                key = f"colour {colour}, {depth} bits{', interlaced' * interlaced}"
                items[key] = one(name, png(extra, first=first, data=data))
    return items


def _sizes(name: str) -> dict[str, Item]:
    """Headers that claim much, once and twice, and pixels that are too few or too many."""
    sizes = [(60_000, 60_000), (0, 0), (2**31 - 1, 1), (2**32 - 1, 2**32 - 1), (COLUMNS, 2**31),
             (ROWS, COLUMNS), (1, 1), (13_000, 13_000), (9_000, 9_000)]  # fmt: skip
    items = {f"{w} x {h}": one(name, png(first=header(w, h))) for w, h in sizes}
    for width, height in sizes:
        for colour in (0, 2, 6):
            second = header(width, height, colour=colour)
            items[f"a second header, {width} x {height} of colour {colour}"] = one(
                name, png(second, data=pixels() * 8)
            )
    items["too few rows"] = one(name, png(data=pixels(rows=ROWS - 1)))
    items["too many rows"] = one(name, png(data=pixels(rows=ROWS * 50)))
    items["a bomb of pixels"] = one(
        name, SIGNATURE + header() + chunk(b"IDAT", zlib_bomb(900 * MIB)) + chunk(b"IEND", b"")
    )
    items["filters unknown"] = one(name, png(data=b"\xff" * len(pixels())))
    return items


def _chunks(name: str) -> dict[str, Item]:
    """Chunks beside the pixels: text, profiles, frames, and lies of length."""
    bomb = zlib_bomb(60 * MIB)
    frames = chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)) + chunk(
        b"fcTL", struct.pack(">IIIIIHHBB", 0, COLUMNS, ROWS, 0, 0, 1, 1, 0, 0)
    )
    extras = {
        "a long text": chunk(b"tEXt", b"a\0" + b"x" * 900_000),
        "a bomb of text": chunk(b"zTXt", b"a\0\0" + bomb),
        "a bomb of international text": chunk(b"iTXt", b"a\0\1\0\0\0" + bomb),
        "many texts": chunk(b"tEXt", b"a\0b") * 20_000,
        "many bombs": chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000))) * 200,
        "a profile": chunk(b"iCCP", b"a\0\0" + zlib.compress(b"x" * 3_000)),
        "a bomb of a profile": chunk(b"iCCP", b"a\0\0" + bomb),
        "a profile without name": chunk(b"iCCP", b""),
        "animated": frames,
        "animated to nowhere": chunk(b"acTL", b"\xff" * 8) + chunk(b"fcTL", b"\xff" * 26),
        "transparency": chunk(b"tRNS", b"\0\1"),
        "transparency cut": chunk(b"tRNS", b""),
        "a palette cut": chunk(b"PLTE", b"ab"),
        "gamma": chunk(b"gAMA", b""),
        "physical": chunk(b"pHYs", b"\xff" * 3),
        "chroma": chunk(b"cHRM", b"\xff"),
        "exif": chunk(b"eXIf", b"II*\0" + b"\xff" * 100),
        "a chunk of no name": chunk(b"\0\0\0\0", b""),
        "a critical chunk unknown": chunk(b"ABCD", b"x"),
        "a length that lies": struct.pack(">I", 2**31) + b"tEXta\0b",
        "a second end": chunk(b"IEND", b""),
        "pixels in crumbs": chunk(b"IDAT", b"") * 50_000,
    }
    return {key: one(name, png(extra)) for key, extra in extras.items()} | {
        "rubbish behind": one(name, png() + b"x" * 2**20),
        "a wrong checksum": one(name, png()[:-5] + b"\0" + png()[-4:]),
        "no pixels": one(name, SIGNATURE + header() + chunk(b"IEND", b"")),
        "a JPEG": one(name, b"\xff\xd8\xff\xe0" + b"\0" * 100),
        "an MNG": one(name, b"\x8aMNG\r\n\x1a\n" + png()[8:]),
    }


def picture_zips() -> dict[str, Item]:
    """Zips of pictures."""
    name, sound = "songs.zip", png()
    whole = zipped({"rock/a.png": sound, "rock/b#0.png": sound, "rock/b#1.png": sound})
    link = bytearray(zipped({"a.png": b"/etc/passwd"}))
    place = link.find(b"PK\1\2")
    link[place + 5], link[place + 38 : place + 42] = 3, struct.pack("<I", 0o120777 << 16)
    return {
        "sound": one(name, whole),
        "deflated": one(name, zipped({"a.png": sound}, 8)),
        "bzip2": one(name, zipped({"a.png": sound}, 12)),
        "lzma": one(name, zipped({"a.png": sound}, 14)),
        "a bomb": one(name, zip_bomb("a.png", 300 * MIB)),
        "a bomb of lzma": one(name, zipped({"a.png": bytes(20 * MIB)}, 14)),
        "encrypted": one(name, flagged(whole, 0x1)),
        "doubled": one(name, zipped_pairs([("a.png", sound), ("a.png", sound)])),
        "a link": one(name, bytes(link)),
        "nothing": one(name, zipped({})),
        "audio": one(name, zipped({"a.ogg": b"OggS", "b.mp3": b"ID3"})),
        "lies of size": one(
            name, whole.replace(struct.pack("<I", len(sound)), b"\xff\xff\xff\x7f")
        ),
        "small lies of size": one(name, whole.replace(struct.pack("<I", len(sound)), b"\1\0\0\0")),
        "many members": one(name, zipped({f"{i}.png": b"" for i in range(5_000)})),
        **{
            f"member {i}": one(name, zipped({f"{path}.png": sound, f"{path}/x.png": sound}))
            for i, path in enumerate(PATHS)
        },
        **{
            f"member text {i}": one(name, zipped({f"{text}.png": sound, f"a/{text}b.png": b"x"}))
            for i, text in enumerate(STRINGS)
        },
        "a folder of traps": Item(
            "songs",
            {
                "songs/a.png": sound,
                "songs/b.png": Link("/dev/zero"),
                "songs/c.png": Link("c.png"),
                "songs/up": Link(".."),
                "songs/d.png/x": b"",
                "songs/\x1b[2J.png": b"x",
                "songs/\udcff.png": sound,
                "songs/e\u202e.png": b"",
            },
        ),
        **cuts(name, whole),
        **odd_files(name, whole),
    }


# --- audio ---------------------------------------------------------------------------------------


def wave(
    samples: bytes, *, rate: int = 8_000, channels: int = 1, bits: int = 16, kind: int = 1,
    claimed: int | None = None,
) -> bytes:  # fmt: skip
    """A WAV file; `claimed` is the length of the samples as the header has it."""
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels & 0xFFFF, rate & 0xFFFFFFFF,
                       rate * block & 0xFFFFFFFF, block & 0xFFFF, bits)  # fmt: skip
    length = len(samples) if claimed is None else claimed
    body = b"fmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", length & 0xFFFFFFFF) + samples
    return b"RIFF" + struct.pack("<I", (4 + len(body)) & 0xFFFFFFFF) + b"WAVE" + body


def tone(seconds: float = 1.0, rate: int = 8_000) -> NDArray[np.int16]:
    """A tone, 16 bits."""
    time = np.arange(round(seconds * rate)) / rate
    return (8_000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16)


def encoded(kind: str, subtype: str) -> bytes:
    """A second of a tone in a packed format, by libsndfile."""
    import soundfile

    buffer = io.BytesIO()
    rate = 48_000 if subtype == "OPUS" else 44_100
    soundfile.write(buffer, tone(1.0, rate), rate, format=kind, subtype=subtype)
    return buffer.getvalue()


def m4a() -> bytes:
    """The same as AAC, by FFmpeg."""
    import av

    buffer, rate = io.BytesIO(), 44_100
    with av.open(buffer, "w", format="ipod") as out:
        stream = out.add_stream("aac", rate=rate, layout="mono")
        out.metadata["title"] = "Title"
        samples = tone(1.0, rate).astype(np.float32)[None, :] / 32_768
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate = rate
        out.mux([*stream.encode(frame), *stream.encode(None)])
    return buffer.getvalue()


def audio() -> dict[str, Item]:
    """Audio of all containers, headers that lie, lengths and rates at the edge."""
    sounds = {
        "song.wav": wave(tone().tobytes()),
        "song.flac": encoded("FLAC", "PCM_16"),
        "song.ogg": encoded("OGG", "VORBIS"),
        "song.opus": encoded("OGG", "OPUS"),
        "song.mp3": encoded("MP3", "MPEG_LAYER_III"),
        "song.m4a": m4a(),
    }
    items = {f"sound {name}": one(name, data) for name, data in sounds.items()}
    for name, data in sounds.items():
        items |= {f"{name} {key}": item for key, item in cuts(name, data, 12).items()}
        items |= {f"{name}, {key}": item for key, item in _tagged(name, data).items()}
    items["a wrong suffix"] = one("song.mp3", sounds["song.flac"])
    items["text"] = one("song.ogg", "#EXTM3U\n/etc/passwd\n")
    items["a list of files"] = one("song.mp3", "ffconcat version 1.0\nfile /etc/passwd\n")
    items["a live stream"] = one("song.m4a", "#EXTM3U\n#EXT-X-TARGETDURATION:1\nfile:///etc/passwd")
    items["two formats"] = one("song.wav", sounds["song.wav"] + sounds["song.mp3"])
    return items | _waves() | odd_files("song.wav", sounds["song.wav"])


def _tagged(name: str, data: bytes) -> dict[str, Item]:
    """The same with rubbish in the middle, and in the file's first bytes."""
    middle = len(data) // 2
    return {
        "a hole": one(name, data[:middle] + bytes(2_000) + data[middle + 2_000 :]),
        "noise": one(name, data[:middle] + b"\xff" * 2_000 + data[middle:]),
        "doubled": one(name, data * 3),
        "rubbish before": one(name, b"\0" * 1_000 + data),
        "an ID3 tag that lies": one(name, b"ID3\4\0\0\x7f\x7f\x7f\x7f" + data),
    }


def _waves() -> dict[str, Item]:
    name, sound = "song.wav", tone().tobytes()
    items = {}
    for rate in (0, 1, 999, 1_000, 22_050, 767_999, 768_000, 768_001, 2**31 - 1, 2**32 - 1):
        items[f"{rate} Hz"] = one(name, wave(tone(1.0, min(rate, 800_000)).tobytes(), rate=rate))
    for channels in (0, 2, 3, 6, 7, 8, 9, 64, 255, 65_535):
        items[f"{channels} channels"] = one(name, wave(sound * 4, channels=channels))
    for bits in (0, 1, 7, 8, 12, 24, 32, 64, 65_535):
        items[f"{bits} bits"] = one(name, wave(sound, bits=bits))
    for kind in (0, 2, 3, 6, 7, 17, 85, 255, 0xFFFE, 0xFFFF):
        items[f"kind {kind}"] = one(name, wave(sound, kind=kind))
    for claimed in (0, 1, 2**31, 2**32 - 1):
        items[f"claims {claimed} bytes"] = one(name, wave(sound, claimed=claimed))
    for count in (0, 1, 2, 3, 3_999, 4_001):
        items[f"{count} samples"] = one(name, wave(tone()[:count].tobytes()))
    for what, value in (("NaN", np.nan), ("infinite", np.inf), ("huge", 1e38), ("tiny", 1e-40)):
        floats = np.full(8_000, value, np.float32).tobytes()
        items[f"{what} samples"] = one(name, wave(floats, kind=3, bits=32))
    items["silence"] = one(name, wave(bytes(16_000)))
    items["a minute"] = one(name, wave(np.tile(tone(), 60).tobytes()))
    for place, text in enumerate(STRINGS):
        said = text.encode("utf-8", "surrogatepass")[:60_000]
        said += b"\0" * (len(said) % 2)
        info = (
            b"LIST" + struct.pack("<I", 12 + len(said)) + b"INFOINAM" + struct.pack("<I", len(said))
        )
        items[f"a title {place}"] = one(name, wave(sound) + info + said)
    return items
