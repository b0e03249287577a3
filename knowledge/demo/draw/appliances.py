# ruff: noqa: E501  (a path stays on one line, or it cannot be read)
"""Small appliances."""

from math import cos, radians, sin

from knowledge.demo.draw.kit import TILT, Canvas, dark, ellipse, light, poly, rounded, smooth, turned

STEEL = "#c3c8cd"
BLACK = "#33363d"
GLOW = "#ffe9b8"


def kettle(c: Canvas, color: str) -> None:
    c.shadow(120)
    c.lathe([(-26, 104), (-8, 114), (0, 106)], dark(color, 0.5), gloss=0.4)
    c.line([(84, -296), (176, -288), (188, -150), (116, -70)], dark(color, 0.18), 32)
    c.path("M-76 -292Q-124 -298 -146 -262Q-116 -240 -92 -214Z", c.flat_paint(light(color, 0.1)))
    c.lathe([(-304, 82), (-200, 96), (-70, 116), (-26, 112)], color)
    c.lathe([(-322, 74), (-304, 83)], light(color, 0.15))
    c.disc(-322, 74, light(color, 0.25))
    c.path(rounded(-24, -342, 48, 16, 8), c.flat_paint(dark(color, 0.25)))
    c.path(rounded(-14, -54, 28, 10, 5), "#f2b35b")
    c.mark(-6, -160, 44, dark(color, 0.35), opacity=0.5)


def gooseneck(c: Canvas, color: str) -> None:
    c.shadow(128)
    c.box(-120, 0, 220, 26, 90, dark(color, 0.3), radius=8)
    c.path(rounded(-60, -21, 96, 16, 5), "#20242c")
    for index in range(3):
        c.path(f"M{-48 + index * 22} -13h12", stroke="#8fe0d2", width=5)
    with c.at(10, -42):
        c.line([(-96, -46), (-150, -56), (-176, -120), (-166, -196), (-226, -236)], color, 18)
        c.line([(84, -168), (168, -206), (196, -140), (190, -60)], dark("#7a5232", 0.05), 26)
        c.lathe([(-190, 72), (-120, 92), (-30, 108), (0, 98)], color)
        c.lathe([(-206, 62), (-190, 74)], light(color, 0.12))
        c.disc(-206, 62, light(color, 0.2))
        c.lathe([(-236, 16), (-226, 20), (-208, 10)], "#7a5232", gloss=0.4)


def rice_cooker(c: Canvas, color: str, wide: float = 1.0) -> None:
    half = 150 * wide
    c.shadow(half)
    c.lathe([(-176, half), (-40, half), (-10, half * 0.93), (0, half * 0.8)], color, gloss=0.8)
    c.lathe([(-236, half * 0.72), (-214, half * 0.95), (-180, half)], light(color, 0.2), gloss=0.6, streak=False)
    c.disc(-236, half * 0.72, light(color, 0.35))
    c.path(
        f"M{-half:.0f} -178A{half:.0f} {half * TILT:.1f} 0 0 0 {half:.0f} -178",
        stroke=dark(color, 0.4),
        width=3,
        opacity=0.6,
    )
    c.path(ellipse(half * 0.24, -238, 16, 6), dark(color, 0.5))
    face = rounded(-half * 0.42, -146, half * 0.84, 92, 16)
    c.slab(face, "#2b2f38", shine=0.3)
    for index in range(4):
        c.path(rounded(-44 + index * 24, -126, 15, 24, 3), "#ffb765", opacity=0.9)
    for index in range(3):
        c.path(ellipse(-34 + index * 34, -76, 8, 8), "#59606c")
    c.path(
        f"M{-half * 0.86:.0f} -204Q0 -{300 if wide < 1.1 else 320} {half * 0.86:.0f} -204",
        stroke=dark(color, 0.28),
        width=14,
    )
    c.path(
        f"M{-half * 0.8:.0f} -210Q0 -{298 if wide < 1.1 else 318} {half * 0.8:.0f} -210",
        stroke="#ffffff",
        width=3,
        opacity=0.5,
    )


def portable_blender(c: Canvas, color: str) -> None:
    c.shadow(70)
    c.path(
        turned([(-330, 58), (-200, 62)]), c.gradient([(0, "#d8577a", 0.9), (0.3, "#ff9fb4", 0.85), (1, "#c9456a", 0.9)])
    )
    c.path(ellipse(0, -330, 58, 58 * TILT), "#ffc0cd")
    for x, y in ((-22, -300), (20, -270), (-8, -240), (30, -312)):
        c.ball(x, y, 9, "#d83a5e")
    c.glass([(-420, 60), (-200, 66)])
    c.lathe([(-200, 66), (-14, 68), (0, 60)], color)
    c.path(ellipse(0, -112, 20, 20), c.flat_paint(light(color, 0.45)))
    c.path("M0 -122V-112M-8 -118A11 11 0 1 0 8 -118", stroke=dark(color, 0.4), width=3)
    c.lathe([(-462, 54), (-450, 62), (-418, 62)], light(color, 0.15))
    c.disc(-462, 54, light(color, 0.3))
    c.line([(-50, -450), (-10, -500), (50, -456)], dark(color, 0.2), 10)


def blender(c: Canvas, color: str) -> None:
    c.shadow(120)
    c.lathe([(-150, 84), (-120, 104), (-20, 124), (0, 116)], color, gloss=0.8)
    c.path(ellipse(0, -70, 32, 30), c.flat_paint(STEEL))
    c.path(ellipse(0, -70, 22, 20), c.ball_paint(light(STEEL, 0.3)))
    c.path("M0 -88V-74", stroke=BLACK, width=4)
    c.line([(96, -390), (164, -384), (164, -236), (88, -214)], STEEL, 22)
    c.path(
        turned([(-330, 96), (-164, 76)]),
        c.gradient([(0, "#e6dcc0", 0.95), (0.3, "#fffaf0", 0.95), (1, "#d8cda9", 0.95)]),
    )
    c.path(ellipse(0, -330, 96, 96 * TILT), "#fffdf5")
    c.glass([(-438, 112), (-160, 78)])
    for index in range(5):
        c.path(f"M46 {-200 - index * 40}h22", stroke="#7d858d", width=2.5, opacity=0.6)
    c.lathe([(-164, 80), (-150, 86)], STEEL)
    c.lathe([(-470, 98), (-456, 112), (-436, 114)], BLACK, gloss=0.4)
    c.disc(-470, 98, light(BLACK, 0.12))
    c.lathe([(-500, 36), (-472, 38)], light(BLACK, 0.1), gloss=0.5)
    c.disc(-500, 36, light(BLACK, 0.2))


def desk_lamp(c: Canvas, color: str) -> None:
    c.path(
        poly([(-190, -330), (-10, -340), (190, 30), (-330, 30)]),
        c.gradient([(0, GLOW, 0.75), (1, GLOW, 0)], (0, 0), (0, 1)),
        blur=14,
    )
    with c.at(90, 0):
        c.shadow(104)
        c.lathe([(-22, 92), (-8, 102), (0, 96)], color, gloss=0.6)
        c.disc(-22, 92, light(color, 0.2))
        c.path(ellipse(-26, -24, 12, 4), "#ffd58a")
    c.line([(98, -20), (124, -210), (96, -380), (20, -426)], dark(color, 0.1), 17)
    c.ball(126, -214, 18, dark(color, 0.3))
    with c.at(-80, -390, 1, -8):
        c.path(rounded(-140, -22, 260, 34, 17), c.flat_paint(color))
        c.path(rounded(-130, 4, 240, 10, 5), GLOW)
        c.path("M-124 -17h220", stroke="#ffffff", width=4, opacity=0.6)


def _blades(c: Canvas, radius: float, color: str, count: int = 5) -> None:
    for index in range(count):
        with c.at(0, 0, 1, index * 360 / count):
            r = radius
            c.path(
                f"M0 0C{r * 0.1:.0f} {-r * 0.5:.0f} {r * 0.2:.0f} {-r * 0.9:.0f} {r * 0.62:.0f} {-r * 0.72:.0f}C{r * 0.62:.0f} {-r * 0.36:.0f} {r * 0.3:.0f} {-r * 0.12:.0f} 0 0Z",
                c.flat_paint(color),
                opacity=0.92,
            )


def _fan_head(c: Canvas, radius: float, color: str, wires: int) -> None:
    c.path(ellipse(8, 6, radius + 10, radius + 10), c.ball_paint(dark(color, 0.2)))
    c.path(
        ellipse(0, 0, radius, radius), c.glow([(0, dark(color, 0.34), 1), (1, dark(color, 0.12), 1)], (0.5, 0.5), 0.6)
    )
    _blades(c, radius * 0.95, light(color, 0.1))
    for index in range(wires):
        angle = radians(index * 360 / wires)
        inner, outer = radius * 0.26, radius * 0.99
        bend = angle + 0.28
        c.path(
            f"M{inner * cos(angle):.1f} {inner * sin(angle):.1f}Q{radius * 0.7 * cos(bend):.1f} {radius * 0.7 * sin(bend):.1f} "
            f"{outer * cos(bend):.1f} {outer * sin(bend):.1f}",
            stroke=light(color, 0.5), width=2.4, opacity=0.9,
        )  # fmt: skip
    c.path(ellipse(0, 0, radius, radius), stroke=light(color, 0.3), width=11)
    c.path(ellipse(-2, -2, radius + 2, radius + 2), stroke="#ffffff", width=2.5, opacity=0.6)
    c.ball(0, 0, radius * 0.27, light(color, 0.15))
    c.mark(0, 0, radius * 0.26, dark(color, 0.4), opacity=0.5)


def desk_fan(c: Canvas, color: str) -> None:
    c.shadow(82)
    c.lathe([(-34, 76), (-10, 84), (0, 78)], color, gloss=0.6)
    c.disc(-34, 76, light(color, 0.2))
    c.lathe([(-180, 20), (-36, 24)], light(color, 0.1))
    c.path(ellipse(0, -70, 9, 9), "#9fd8c2")
    with c.at(0, -270):
        _fan_head(c, 128, color, 40)


def circulator(c: Canvas, color: str) -> None:
    c.shadow(108)
    c.lathe([(-24, 98), (-8, 108), (0, 102)], color, gloss=0.6)
    c.disc(-24, 98, light(color, 0.2))
    c.lathe([(-300, 12), (-26, 15)], dark(color, 0.1))
    c.line([(-82, -380), (-70, -300), (0, -288), (70, -300), (82, -380)], dark(color, 0.12), 14)
    with c.at(0, -400):
        _fan_head(c, 116, color, 48)
    c.path(rounded(-16, -150, 32, 56, 8), c.flat_paint(BLACK))
    for y in (-140, -124, -108):
        c.path(f"M-6 {y}h12", stroke="#8fe0d2", width=3)


def humidifier(c: Canvas, color: str) -> None:
    for x, y, r, o in (
        (-20, -420, 44, 0.6),
        (14, -476, 60, 0.5),
        (-34, -540, 74, 0.4),
        (40, -580, 66, 0.26),
        (0, -370, 26, 0.7),
    ):
        c.path(ellipse(x, y, r, r * 0.72), "#ffffff", opacity=o, blur=16)
    c.shadow(118)
    c.path(
        turned([(-280, 96), (-120, 118)]),
        c.gradient([(0, light(color, 0.3), 1), (0.3, "#ffffff", 1), (1, light(color, 0.15), 1)]),
    )
    c.lathe([(-120, 118), (-30, 118), (-8, 108), (0, 96)], color)
    c.glass([(-320, 84), (-290, 98), (-120, 119)], light(color, 0.2), 1.2)
    c.path(
        turned([(-220, 106), (-120, 118)]),
        c.gradient([(0, "#7fb7d6", 0.45), (0.3, "#d5edf7", 0.4), (1, "#78aecb", 0.5)]),
    )
    c.lathe([(-344, 66), (-330, 84), (-318, 86)], light(color, 0.2))
    c.disc(-344, 66, light(color, 0.25), lip=42)
    c.path(ellipse(0, -66, 20, 20), c.flat_paint(dark(color, 0.06)))
    c.path(ellipse(0, -66, 20, 20), stroke="#7fd0c4", width=3)


def toaster(c: Canvas, color: str) -> None:
    c.shadow(190, depth=24)
    for x in (-64, 28):
        toast = f"M{x - 76} -190V-272Q{x - 80} -330 {x} -330Q{x + 80} -330 {x + 76} -272V-190Z"
        c.path(toast, c.flat_paint("#c98f48"))
        with c.at(x * 0.06, -12, 0.94):
            c.path(toast, c.flat_paint("#f0c988", 0.1))
    body = "M-190 -20V-150Q-190 -216 -124 -216H110Q184 -216 184 -150V-20Q184 0 164 0H-170Q-190 0 -190 -20Z"
    c.path(poly([(-140, -216), (130, -216), (150, -236), (-110, -236)]), dark(color, 0.1))
    c.slab(body, color, depth=0.2, shine=1)
    c.path("M-160 -190Q-166 -120 -164 -30", stroke="#ffffff", width=14, opacity=0.5, blur=4)
    c.path(rounded(-190, -26, 374, 26, 10), c.flat_paint(STEEL))
    c.path(rounded(136, -170, 10, 92, 5), dark(color, 0.5))
    c.path(rounded(122, -166, 40, 20, 8), c.flat_paint(STEEL))
    c.ball(142, -54, 15, STEEL)
    c.mark(-20, -112, 52, dark(color, 0.3), opacity=0.5)
    c.path(smooth([(-120, -4), (-100, 6), (-80, -4)], closed=False), stroke=BLACK, width=6)
