"""A program of its own that reads a picture and writes it anew, without what it said of place and camera.

A picture is taken apart by much code, and a small file can be an enormous picture: what happens here takes no memory of
the server's, and no time of its loop. Standard input is the picture; standard output one line of JSON, `Cleaned`, and
behind it the picture and what is shown small in its place. Exit status 3: it is no picture that can be taken.
"""

import io
import resource
import sys

MOST_PIXELS = 50_000_000
"""Of all frames together, of which each is decoded."""
MEMORY = 1536 * 1024 * 1024
"""Bytes of address space."""
SECONDS = 30
"""Of computing."""
SMALL = 480
"""Pixels of the longer side of what is shown small: 240 in an app, on a fine screen."""
NO_PICTURE = 3


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import json

    from PIL import UnidentifiedImageError

    content = sys.stdin.buffer.read()
    try:
        clean, small, width, height = cleaned(content)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError, EOFError, ZeroDivisionError):
        return NO_PICTURE
    head = {"bytes": len(clean), "thumbnail": len(small), "width": width, "height": height}
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n")
    out.write(clean)
    out.write(small)
    out.flush()
    return 0


def cleaned(content: bytes) -> tuple[bytes, bytes, int, int]:
    """The picture anew, what is shown small, width and height. Raises ValueError where it is too large; others."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "GIF", "WEBP"))
    kind = "JPEG" if picture.format == "MPO" else str(picture.format)
    frames = getattr(picture, "n_frames", 1) if kind != "JPEG" else 1
    if picture.width * picture.height * frames > MOST_PIXELS:
        raise ValueError("too many pixels")
    turned = picture.getexif().get(0x0112, 1) != 1
    keep = {"icc_profile": picture.info.get("icc_profile")}
    animation = {name: picture.info[name] for name in ("duration", "loop", "disposal") if name in picture.info}
    transparency = picture.info.get("transparency")
    out = io.BytesIO()
    if frames > 1:
        durations = []
        for frame in range(frames):
            picture.seek(frame)
            durations.append(picture.info.get("duration", 100))
        picture.seek(0)
        picture.info = {key: value for key, value in animation.items() if key != "duration"}
        picture.save(out, kind, save_all=True, duration=durations, loop=animation.get("loop", 0), comment=b"", **keep)
    else:
        picture.load()
        upright = ImageOps.exif_transpose(picture) if turned else picture
        upright.info = {"transparency": transparency} if transparency is not None else {}
        options: dict[str, object] = dict(keep)
        if kind == "JPEG":
            options |= {"quality": 90 if turned or picture.format != "JPEG" else "keep", "comment": b"", "exif": b""}
        elif kind == "WEBP":
            options |= {"quality": 90, "exif": b"", "xmp": b""}
        elif kind == "GIF":
            options |= {"comment": b""}
        upright.save(out, kind, **options)
    clean = out.getvalue()
    with Image.open(io.BytesIO(clean)) as again:
        width, height = again.size
        again.draft("RGB", (2 * SMALL, 2 * SMALL))  # decodes a JPEG at a part of its size
        small = again.convert("RGBA" if _is_see_through(again.mode, again.info) else "RGB")
    small.thumbnail((SMALL, SMALL))
    shown = io.BytesIO()
    small.save(shown, "WEBP", quality=75)
    return clean, shown.getvalue(), width, height


def _is_see_through(mode: str, info: dict[str | tuple[int, int], object]) -> bool:
    return mode in ("RGBA", "LA", "PA") or "transparency" in info


if __name__ == "__main__":
    sys.exit(main())
