"""The demonstration's pictures, drawn when they are needed: no download, and no rights of others."""

import math
from collections.abc import Callable
from typing import Final

from cms.demo import diagrams
from cms.demo.canvas import OCHRE, PAPER, TEAL, Canvas, blend, scatter, wave

CREDIT: Final = "Drawn for Standfirst"

_WIDTH: Final = 1600
_HEIGHT: Final = 900
_SAND: Final = "#efe3cf"


def draw_artwork(name: str) -> tuple[str, bytes]:
    """Return the file name and content of a picture. Raises ``KeyError`` for an unknown name."""
    if name in DIAGRAMS:
        return f"{name.replace('_', '-')}.png", DIAGRAMS[name]().save(file_format="PNG")
    return f"{name.replace('_', '-')}.jpg", HEROES[name]().save(file_format="JPEG")


def _hero(colour: str = PAPER) -> Canvas:
    return Canvas(_WIDTH, _HEIGHT, pixels=_WIDTH, colour=colour)


def _needles_and_strata() -> Canvas:
    canvas = _hero()
    strata = [
        (wave(440, (16, 900, 0), (7, 410, 90)), _SAND),
        (wave(540, (20, 760, 250), (8, 330, 40)), "#e6cda6"),
        (wave(640, (22, 1020, 520), (9, 370, 210)), "#d8a870"),
        (wave(745, (24, 880, 130), (8, 290, 70)), "#bd7434"),
        (wave(835, (18, 1240, 700), (6, 350, 20)), "#7c3d12"),
    ]
    for top, colour in strata:
        canvas.ground(top, colour)
    boundary = strata[1][0]
    for number in range(190):
        x = _WIDTH * (number + scatter(number, 2)) / 190
        # Fewer dots are left where the needles go deepest.
        left = 1 - 0.85 * math.exp(-(((x - 860) / 270) ** 2))
        radius = (3 + 6.5 * scatter(number)) * left
        if radius > 2:
            canvas.disc(x, boundary(x) + 10 + 52 * scatter(number, 1), radius, "#5d2a08", opacity=0.82)
    for number in range(37):
        x = 80 + number * 40
        reach = 150 * math.exp(-(((x - 860) / 290) ** 2))
        tip = 395 + reach + 46 * scatter(number, 1) + (40 if number % 3 == 0 else 0)
        canvas.needle(x, -10, tip, blend(TEAL, "#7fa5a6", 0.55 * scatter(number)), thickness=5)
    return canvas


def _field_of_dots() -> Canvas:
    canvas = _hero()
    pitch = 36
    for row in range(-1, 30):
        for column in range(-1, 47):
            x = column * pitch + (pitch / 2 if row % 2 else 0)
            y = row * pitch * 0.87
            if abs(x - _WIDTH / 2) < 20:
                continue
            mirrored = x if x < _WIDTH / 2 else _WIDTH - x
            patch = math.exp(-(((mirrored - 430) / 245) ** 2) - ((y - 455) / 265) ** 2)
            patch += 0.35 * math.exp(-(((mirrored - 640) / 130) ** 2) - ((y - 250) / 140) ** 2)
            strength = min(1.0, patch) * (1 if x < _WIDTH / 2 else 0.42)
            colour = blend("#ddd2bd", OCHRE, min(1, strength * 1.15))
            canvas.disc(x, y, 3.4 + 12.4 * strength, colour)
    canvas.line([(_WIDTH / 2, 70), (_WIDTH / 2, _HEIGHT - 70)], TEAL, thickness=3)
    return canvas


def _ripples() -> Canvas:
    canvas = _hero("#f6f4ee")
    sources = [(330, 300), (1240, 210), (820, 560), (1380, 720), (180, 800)]
    for number, (x, y) in enumerate(sources):
        is_marked = number == 2
        colour = OCHRE if is_marked else TEAL
        reach = 15 if is_marked else 11 + round(5 * scatter(number))
        for step in range(1, reach):
            canvas.ring(
                x,
                y,
                10 + step * step * 1.1 + step * 18,
                colour,
                thickness=2.6,
                opacity=0.9 * (1 - step / reach),
            )
        canvas.disc(x, y, 13 if is_marked else 8, colour)
    return canvas


def _two_routes() -> Canvas:
    canvas = _hero()
    tops = [430, 560, 705, 815]
    colours = [_SAND, "#e6d3b1", "#d9bd92", "#c9a06c"]
    for top, colour in zip(tops, colours, strict=True):
        canvas.ground(wave(top, (7, 1600, 200)), colour)
    for number in range(6):
        x = 130.0 + number * 112
        canvas.drop(x, 300 - 26 * (number % 2), 23, OCHRE)
        canvas.disc(x, 520 + 22 * (number % 2), 31, OCHRE, opacity=0.9)
        canvas.disc(x, 520 + 22 * (number % 2), 56, OCHRE, opacity=0.16)
    for number in range(44):
        x = 866 + number * 14.6
        depth = 505 + 165 * scatter(number, 1)
        canvas.line(
            [(x, 120 + 90 * scatter(number, 2)), (x, depth)],
            TEAL,
            thickness=2.6,
            opacity=0.55 + 0.4 * scatter(number),
        )
        canvas.disc(x, depth, 4.2, OCHRE)
    return canvas


def _hills_in_haze() -> Canvas:
    canvas = _hero("#f7f2e7")
    canvas.disc(1130, 265, 86, OCHRE)
    hills = [
        (wave(395, (42, 980, 120), (15, 390, 60)), "#d3ddd8"),
        (wave(505, (52, 1180, 620), (20, 430, 0)), "#a3bcb9"),
        (wave(628, (58, 1020, 260), (18, 520, 330)), "#55868a"),
        (wave(755, (56, 1380, 900), (18, 460, 150)), TEAL),
    ]
    for top, colour in hills:
        canvas.ground(top, colour)
    return canvas


HEROES: Final[dict[str, Callable[[], Canvas]]] = {
    "needles_and_strata": _needles_and_strata,
    "field_of_dots": _field_of_dots,
    "ripples": _ripples,
    "two_routes": _two_routes,
    "hills_in_haze": _hills_in_haze,
}
DIAGRAMS: Final[dict[str, Callable[[], Canvas]]] = {
    "skin_layers": diagrams.draw_skin_layers,
    "split_face": diagrams.draw_split_face,
    "two_ways_in": diagrams.draw_two_ways_in,
    "certainty_scale": diagrams.draw_certainty_scale,
}
