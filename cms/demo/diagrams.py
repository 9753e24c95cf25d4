"""Drawings that explain something. Their lettering is large: on a phone a picture is a quarter as wide."""

import math
from typing import Final

from cms.demo.canvas import INK, OCHRE, PAPER, TEAL, Canvas, Wave, blend, scatter, wave

_WIDTH: Final = 1200
_HEIGHT: Final = 750
_PIXELS: Final = 1600
_TEXT: Final = 42

_HORNY: Final = "#dcc7a3"
_EPIDERMIS: Final = "#f0e1c6"
_DERMIS: Final = "#e6cda6"
_FAT: Final = "#f3e6c4"
_PIGMENT: Final = "#6b3510"


def _diagram() -> Canvas:
    return Canvas(_WIDTH, _HEIGHT, pixels=_PIXELS, colour=PAPER)


def draw_skin_layers() -> Canvas:
    """Return a drawing of a section through skin with three needles that end at different depths."""
    canvas = _diagram()
    surface = wave(205, (3, 300, 0))
    under_horny = wave(232, (4, 260, 30))
    under_epidermis = wave(345, (17, 118, 10))
    under_dermis = wave(612, (9, 420, 60))
    for top, colour in (
        (surface, _HORNY),
        (under_horny, _EPIDERMIS),
        (under_epidermis, _DERMIS),
        (under_dermis, _FAT),
    ):
        canvas.ground(top, colour)
    for number in range(18):
        canvas.ring(22 + number * 46, 668 + 34 * (number % 2), 25, "#d9bf86", thickness=2.5)
    for number in range(31):
        x = 18 + number * 39.5
        canvas.disc(x, under_epidermis(x) - 13, 8.5, _PIGMENT)
    for x, tip, name in ((120, 300, "short"), (370, 420, "medium"), (620, 540, "long")):
        canvas.needle(x, 92, tip, TEAL, thickness=15)
        canvas.text(x, 56, name, size=_TEXT, colour=TEAL, anchor="mm")
    for y, name in ((276, "Epidermis"), (520, "Dermis"), (678, "Fat")):
        canvas.text(905, y, name, size=_TEXT)
    canvas.text(905, 140, "Outer layer", size=_TEXT)
    canvas.line([(890, 140), (845, 140), (845, 216)], INK, thickness=2.5)
    canvas.text(905, 408, "Pigment cells", size=_TEXT, colour=_PIGMENT)
    canvas.line([(890, 408), (845, 408), (845, under_epidermis(845) - 4)], _PIGMENT, thickness=2.5)
    return canvas


def draw_split_face() -> Canvas:
    """Return a drawing of a face of which both halves have the serum and one half is needled as well."""
    canvas = _diagram()
    centre, middle, across, down = 600, 375, 225, 305
    outline = [
        (centre + across * math.cos(a), middle + down * math.sin(a) * (1 if math.sin(a) < 0 else 1.04))
        for a in (2 * math.pi * step / 180 for step in range(181))
    ]
    canvas.shape(outline, _EPIDERMIS)
    for row in range(23):
        for column in range(10):
            x = centre + 14 + column * 22 + (11 if row % 2 else 0)
            y = 80 + row * 27
            if ((x - centre) / (across - 12)) ** 2 + ((y - middle) / (down - 12)) ** 2 < 1:
                canvas.disc(x, y, 4.6, TEAL)
    canvas.line(outline, blend(INK, PAPER, 0.25), thickness=4)
    canvas.line([(centre, 40), (centre, 722)], OCHRE, thickness=4)
    canvas.text(172, 340, "Serum", size=_TEXT + 4, anchor="mm")
    canvas.line([(262, 340), (440, 340)], INK, thickness=2.5)
    canvas.disc(440, 340, 6, INK)
    canvas.text(1030, 316, "Serum", size=_TEXT + 4, anchor="mm")
    canvas.text(1030, 372, "+ needling", size=_TEXT + 4, colour=TEAL, anchor="mm")
    canvas.line([(895, 340), (772, 340)], INK, thickness=2.5)
    canvas.disc(772, 340, 6, INK)
    return canvas


def draw_two_ways_in() -> Canvas:
    """Return a drawing of a medicine injected in separate places beside one that enters by many channels."""
    canvas = _diagram()
    for left, right, title in ((40, 575, "Microinjection"), (625, 1160, "Microneedling")):
        middle = (left + right) / 2
        canvas.text(middle, 62, title, size=_TEXT + 2, anchor="mm")
        layers: tuple[tuple[Wave, str], ...] = (
            (wave(270), _HORNY),
            (wave(292), _EPIDERMIS),
            (wave(405, (12, 107, left)), _DERMIS),
            (wave(640, (6, 267, left)), _FAT),
        )
        for top, colour in layers:
            canvas.ground(top, colour, left=left, right=right, bottom=710)
    for number in range(4):
        x = 120.0 + number * 125
        canvas.disc(x, 425, 52, OCHRE, opacity=0.18)
        canvas.disc(x, 425, 27, OCHRE)
    canvas.needle(370, 190, 425, TEAL, thickness=9)
    canvas.box(348, 120, 392, 196, TEAL)
    canvas.box(625, 250, 1160, 270, OCHRE)
    for number in range(27):
        x = 642 + number * 19.3
        tip = 395 + 120 * scatter(number)
        canvas.line([(x, 262), (x, tip)], OCHRE, thickness=4.2, opacity=0.9)
    for number in range(14):
        canvas.needle(668 + number * 35, 150, 236, TEAL, thickness=7)
    canvas.box(650, 128, 1142, 156, TEAL)
    return canvas


def draw_certainty_scale() -> Canvas:
    """Return a drawing of the four levels of certainty as a stair."""
    canvas = _diagram()
    names = ("Very low", "Low", "Moderate", "High")
    step_width, foot = 275, 690
    for number, name in enumerate(names):
        left = 50 + number * step_width
        top = 560 - number * 118
        middle = left + step_width / 2
        colour = blend("#d5e0dd", TEAL, number / 3)
        canvas.box(left, top, left + step_width - 6, foot, colour)
        for circle in range(4):
            x, y = middle - 3 + (circle - 1.5) * 54, top - 48
            canvas.ring(x, y, 22, TEAL, thickness=4)
            if circle <= number:
                canvas.disc(x, y, 22, TEAL)
        canvas.text(
            middle - 3,
            645,
            name,
            size=_TEXT + 2,
            colour=PAPER if number >= 2 else INK,
            anchor="mm",
        )
    return canvas
