"""A drawing surface for the demonstration's pictures: flat colours, smooth edges, no font to install."""

import math
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import Final

from PIL import Image, ImageColor, ImageDraw, ImageFont

PAPER: Final = "#fbfaf7"
SURFACE: Final = "#f3f1ea"
INK: Final = "#1d1b18"
TEAL: Final = "#0b4a52"
OCHRE: Final = "#b4530a"

Point = tuple[float, float]
Wave = Callable[[float], float]

# Everything is drawn larger and then shrunk: Pillow draws hard edges, and shrinking smooths them.
_OVERSAMPLING: Final = 2


def scatter(number: int, stream: int = 0) -> float:
    """Return a value from 0 to 1 that looks random and is always the same for a number and stream."""
    # The later digits of a sine follow no pattern that an eye could find.
    return (math.sin(number * 12.9898 + stream * 78.233 + 1) * 43758.5453) % 1


def blend(first: str, second: str, share: float) -> str:
    """Return the colour between two others; ``share`` is that of the second, from 0 to 1."""
    pairs = zip(ImageColor.getrgb(first)[:3], ImageColor.getrgb(second)[:3], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def wave(base: float, *swings: tuple[float, float, float]) -> Wave:
    """Return a wavy line: its height at x. Each swing is (amplitude, length, shift), all in units of x."""

    def height(x: float) -> float:
        return base + sum(
            amplitude * math.sin(2 * math.pi * (x + shift) / length) for amplitude, length, shift in swings
        )

    return height


class Canvas:
    """A picture of ``width`` by ``height`` units, ``pixels`` wide when it is finished."""

    def __init__(self, width: int, height: int, *, pixels: int, colour: str = PAPER) -> None:
        self.width = width
        self.height = height
        self._size = (pixels, round(pixels * height / width))
        self._scale = pixels * _OVERSAMPLING / width
        self._image = Image.new("RGB", (self._size[0] * _OVERSAMPLING, self._size[1] * _OVERSAMPLING), colour)
        # In this mode, translucent colours are mixed with what is below them.
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def disc(self, x: float, y: float, radius: float, colour: str, *, opacity: float = 1) -> None:
        self._draw.ellipse(self._box(x, y, radius, radius), fill=_with_opacity(colour, opacity))

    def ring(
        self, x: float, y: float, radius: float, colour: str, *, thickness: float, opacity: float = 1
    ) -> None:
        self._draw.ellipse(
            self._box(x, y, radius, radius),
            outline=_with_opacity(colour, opacity),
            width=self._thick(thickness),
        )

    def line(self, points: Iterable[Point], colour: str, *, thickness: float, opacity: float = 1) -> None:
        """Draw a line through points."""
        self._draw.line(
            [self._at(*point) for point in points],
            fill=_with_opacity(colour, opacity),
            width=self._thick(thickness),
            joint="curve",
        )

    def shape(self, points: Iterable[Point], colour: str, *, opacity: float = 1) -> None:
        """Fill the shape whose corners are given."""
        self._draw.polygon([self._at(*point) for point in points], fill=_with_opacity(colour, opacity))

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        self._draw.rectangle([self._at(left, top), self._at(right, bottom)], fill=colour)

    def ground(
        self,
        top: Wave,
        colour: str,
        *,
        left: float = 0,
        right: float | None = None,
        bottom: float | None = None,
    ) -> None:
        """Fill everything below a wavy line, down to ``bottom`` or the edge."""
        right = self.width if right is None else right
        bottom = self.height if bottom is None else bottom
        steps = max(2, round((right - left) / 4))
        edge = [left + (right - left) * step / steps for step in range(steps + 1)]
        self.shape([*((x, top(x)) for x in edge), (right, bottom), (left, bottom)], colour)

    def needle(self, x: float, top: float, tip: float, colour: str, *, thickness: float) -> None:
        """Draw an upright needle that tapers over its last part."""
        half, shoulder = thickness / 2, tip - min(90, (tip - top) / 3)
        self.shape(
            [(x - half, top), (x + half, top), (x + half, shoulder), (x, tip), (x - half, shoulder)], colour
        )

    def drop(self, x: float, y: float, radius: float, colour: str, *, opacity: float = 1) -> None:
        """Draw a falling drop whose round part is centred on a point."""
        # A drop is a circle and the two tangents from the point above it: here 2.2 radii from the centre.
        angle = math.acos(1 / 2.2)
        start, end = -math.pi / 2 + angle, 1.5 * math.pi - angle
        arc = [start + (end - start) * step / 60 for step in range(61)]
        outline: Sequence[Point] = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in arc]
        self.shape([(x, y - 2.2 * radius), *outline], colour, opacity=opacity)

    def text(
        self, x: float, y: float, words: str, *, size: float, colour: str = INK, anchor: str = "lm"
    ) -> None:
        """Write words; ``anchor`` is Pillow's (``lm``: x is their left end, y their middle)."""
        font = ImageFont.load_default(size * self._scale)
        self._draw.text(self._at(x, y), words, fill=colour, font=font, anchor=anchor)

    def save(self, *, file_format: str) -> bytes:
        """Return the finished picture as a file of the format, ``JPEG`` or ``PNG``."""
        options: dict[str, object] = (
            {"quality": 90, "subsampling": 0, "progressive": True} if file_format == "JPEG" else {}
        )
        output = BytesIO()
        self._image.resize(self._size, Image.Resampling.LANCZOS).save(
            output, format=file_format, optimize=True, **options
        )
        return output.getvalue()

    def _at(self, x: float, y: float) -> Point:
        return x * self._scale, y * self._scale

    def _box(self, x: float, y: float, across: float, down: float) -> list[Point]:
        return [self._at(x - across, y - down), self._at(x + across, y + down)]

    def _thick(self, thickness: float) -> int:
        return max(1, round(thickness * self._scale))


def _with_opacity(colour: str, opacity: float) -> tuple[int, ...]:
    return (*ImageColor.getrgb(colour)[:3], round(255 * opacity))
