# ruff: noqa: E501  (a path stays on one line, or it cannot be read)
"""Tea, coffee and things to eat, in their packages."""

from knowledge.demo.draw.kit import Canvas, dark, ellipse, light, rounded, smooth, turned

PAPER = "#f6efe0"


def _label(c: Canvas, x: float, y: float, width: float, height: float, ink: str) -> None:
    c.path(rounded(x - width / 2, y - height / 2, width, height, 8), PAPER)
    c.path(rounded(x - width / 2 + 6, y - height / 2 + 6, width - 12, height - 12, 5), stroke=ink, width=2, opacity=0.7)
    c.mark(x, y - height * 0.16, min(width, height) * 0.36, ink)
    for index, share in enumerate((0.5, 0.34)):
        c.path(
            f"M{x - width * share / 2:.0f} {y + height * (0.2 + index * 0.1):.0f}h{width * share:.0f}",
            stroke=ink,
            width=4,
            opacity=0.7,
        )


def leaf(c: Canvas, x: float, y: float, turn: float, size: float, color: str) -> None:
    with c.at(x, y, size, turn):
        c.path("M0 0Q-26 -36 0 -92Q26 -36 0 0Z", c.flat_paint(color, 0.24))
        c.path("M0 0V-78", stroke=dark(color, 0.3), width=2.4)


def tea_tin(c: Canvas, color: str, *, flowers: bool = False) -> None:
    c.shadow(108)
    body = [(-300, 102), (-20, 102), (0, 98)]
    c.lathe(body, color, gloss=0.6)
    outline = turned(body)
    for index, share in enumerate((0.16, 0.3, 0.45)):
        y = -110 + index * 34
        c.path(
            smooth([(-130, y), (-60, y - 44), (10, y - 6), (70, y - 38), (130, y), (130, 60), (-130, 60)]),
            dark(color, share),
            opacity=0.5,
            clip=outline,
        )
    c.lathe([(-368, 92), (-356, 102), (-302, 104)], dark(color, 0.12), gloss=0.7)
    c.disc(-368, 92, light(color, 0.15))
    _label(c, -12, -206, 100, 124, dark(color, 0.4))
    if flowers:
        for x, y, size in ((130, -14, 1.0), (168, -4, 0.8), (-140, -2, 0.9), (112, 14, 0.7)):
            with c.at(x, y, size):
                for turn in range(0, 360, 72):
                    with c.at(0, 0, 1, turn):
                        c.path(
                            "M0 0Q14 -18 0 -34Q-14 -18 0 0Z", c.flat_paint("#fffdf4", 0.06), stroke="#d9d2bd", width=1
                        )
                c.ball(0, 0, 6, "#e6c25a")
    else:
        for x, y, turn, size in ((140, 10, 60, 0.7), (150, 6, 20, 0.8), (-130, 16, -56, 0.7), (166, 16, 94, 0.6)):
            leaf(c, x, y, turn, size, "#7ba05b")


def oolong(c: Canvas) -> None:
    c.box(-200, 0, 330, 190, 170, "#8e4a34", radius=8)
    c.path(rounded(-200, -132, 330, 62, 0), "#c9973f", opacity=0.9)
    _label(c, -36, -98, 126, 140, "#6b3423")
    for index, (x, y, turn) in enumerate(((150, 24, -10), (206, 14, 12), (96, 40, 4))):
        with c.at(x, y, 1, turn):
            c.shadow(34, depth=9, strength=0.7)
            c.path(
                "M-36 0L-36 -120L-32 -126L32 -126L36 -120L36 0L30 6H-30Z",
                c.flat_paint(("#c9973f", "#a65b3e", "#d9b56a")[index]),
            )
            c.path("M-36 -112H36M-36 -8H36", stroke="#ffffff", width=2, dash="3 3", opacity=0.7)
            c.path("M-24 -110V-10", stroke="#ffffff", width=6, opacity=0.4, blur=2)
            c.mark(0, -62, 34, "#fbf3df")
    for index in range(14):
        with c.at(-200 + index * 17 % 90, 26 + index * 13 % 22, 1, index * 50):
            c.path("M-13 0Q-4 -8 12 -3Q4 7 -13 0Z", c.flat_paint("#4a3326"))


def drip_coffee(c: Canvas) -> None:
    with c.at(70, -40):
        c.box(-80, 0, 210, 280, 90, "#55707a", radius=8)
        c.path(smooth([(-80, -60), (-20, -110), (40, -50), (130, -90), (130, 0), (-80, 0)]), "#e0925a", opacity=0.85)
        _label(c, 24, -184, 120, 130, "#3d545d")
    with c.at(-110, 10):
        c.shadow(86)
        c.line([(74, -84), (134, -90), (130, -26), (66, -20)], PAPER, 18)
        c.lathe([(-112, 84), (-40, 78), (-8, 58), (0, 52)], PAPER, gloss=0.6)
        c.disc(-112, 84, PAPER, lip=6)
        c.path(ellipse(0, -110, 76, 12), c.gradient([(0, "#5b3a24", 1), (1, "#2f1c10", 1)]))
        c.path("M-60 -120L-50 -212H50L60 -120Q0 -98 -60 -120Z", c.flat_paint("#fbf8f0", 0.08))
        c.path("M-50 -212H50Q44 -196 0 -194Q-44 -196 -50 -212Z", "#6b4630")
        for x in (-60, 60):
            c.path(
                f"M{x * 0.86:.0f} -190L{x * 1.5:.0f} -150L{x * 1.4:.0f} -106L{x * 0.96:.0f} -130",
                c.flat_paint("#c9a57c"),
            )
        for x in (-14, 14):
            c.path(f"M{x} -240q-14 -26 2 -50t2 -50", stroke="#ffffff", width=9, opacity=0.7, blur=4)
    for index in range(9):
        with c.at(10 + index * 31 % 150, 36 + index * 19 % 26, 1, index * 40):
            c.path(ellipse(0, 0, 12, 8), c.ball_paint("#6b4630"))
            c.path("M-9 0Q0 4 9 0", stroke="#2f1c10", width=2)


def honey(c: Canvas) -> None:
    c.shadow(118)
    body = [(-290, 96), (-250, 120), (-30, 120), (0, 100)]
    c.path(
        turned([(-262, 114), (-250, 116), (-30, 116), (-4, 98)]),
        c.gradient([(0, "#a8620f", 1), (0.25, "#f6b93f", 1), (0.55, "#e39a23", 1), (1, "#8f4f0a", 1)]),
    )
    c.path(ellipse(0, -262, 112, 18), "#f9cf6e")
    c.glass(body, "#e8d2a4", 0.8)
    _label(c, -8, -134, 130, 130, "#8a5a16")
    c.lathe([(-348, 88), (-338, 96), (-288, 100)], "#f3e3b8", gloss=0.3)
    c.disc(-348, 88, "#f8ecca")
    c.cloth(
        "M-112 -318Q-60 -352 0 -350Q70 -352 112 -318L124 -272Q90 -292 60 -268Q30 -288 0 -262Q-40 -290 -70 -266Q-96 -290 -124 -270Z",
        "#e6d2a0",
        ["M-60 -340Q-70 -300 -74 -270", "M50 -346Q56 -300 62 -272"],
        weave=c.weave("#a5813b", 12),
    )
    c.line([(-102, -312), (0, -288), (104, -312)], "#8a5a16", 8)
    with c.at(168, -10, 1, 34):
        c.line([(0, -60), (0, -230)], "#b98d62", 13)
        c.lathe([(-72, 16), (-50, 34), (-20, 30), (0, 14)], "#c79a5a", gloss=0.5)
        for y in (-56, -42, -28, -14):
            c.path(f"M-30 {y}Q0 {y + 10} 30 {y}", stroke="#7d5424", width=4)
    c.path(ellipse(190, 14, 54, 9), "#e9a52f", opacity=0.9)


def _pouch(c: Canvas, half: float, high: float, color: str) -> str:
    outline = f"M{-half} {-high}L{half} {-high}Q{half * 0.94:.0f} {-high * 0.6:.0f} {half * 1.06:.0f} {-high * 0.3:.0f}Q{half * 1.1:.0f} -20 {half * 0.92:.0f} 0Q0 22 {-half * 0.92:.0f} 0Q{-half * 1.1:.0f} -20 {-half * 1.06:.0f} {-high * 0.3:.0f}Q{-half * 0.94:.0f} {-high * 0.6:.0f} {-half} {-high}Z"
    c.shadow(half * 1.05, depth=half * 0.2)
    c.path(
        outline,
        c.gradient(
            [
                (0, dark(color, 0.22), 1),
                (0.16, light(color, 0.35), 1),
                (0.42, color, 1),
                (0.8, dark(color, 0.14), 1),
                (1, dark(color, 0.3), 1),
            ],
            (0, 0),
            (1, 0.12),
        ),
    )
    c.path(f"M{-half} {-high}H{half}V{-high + 34}H{-half}Z", dark(color, 0.16), opacity=0.5)
    for index in range(4):
        c.path(f"M{-half} {-high + 7 + index * 7}H{half}", stroke="#ffffff", width=1.6, opacity=0.4)
    c.path(
        f"M{-half * 0.8:.0f} {-high * 0.8:.0f}Q{-half * 0.9:.0f} {-high * 0.4:.0f} {-half * 0.84:.0f} -30",
        stroke="#ffffff",
        width=12,
        opacity=0.5,
        blur=5,
    )
    return outline


def nuts(c: Canvas) -> None:
    _pouch(c, 140, 370, "#56765f")
    _label(c, 0, -236, 150, 130, "#3d5a48")
    c.path(ellipse(0, -92, 82, 58), "#f6efe0")
    for where, spread in (((0, -92), (60, 36)), ((40, 34), (190, 26))):
        for index in range(15):
            x, y = (
                where[0] - spread[0] + index * 71 % (2 * spread[0]),
                where[1] - spread[1] + index * 47 % (2 * spread[1]),
            )
            kind = index % 5
            with c.at(x, y, 0.95, index * 47):
                if kind == 0:
                    c.path("M-17 0Q-4 -15 17 0Q-4 15 -17 0Z", c.ball_paint("#b9783f"))
                    c.path("M-13 0Q0 -4 14 0M-10 4Q0 2 10 3", stroke="#7d4c22", width=1.4)
                elif kind == 1:
                    c.path("M-17 -6Q0 -24 17 -6Q18 8 8 8Q6 -4 0 -5Q-8 -4 -8 9Q-19 8 -17 -6Z", c.ball_paint("#ecd3a0"))
                elif kind == 2:
                    c.path("M-15 0Q-17 -15 0 -14Q17 -15 15 0Q17 14 0 13Q-17 14 -15 0Z", c.ball_paint("#c99a62"))
                    c.path("M-9 -8Q0 0 -8 8M8 -8Q0 0 8 8M0 -12V12", stroke="#8a5f2f", width=2)
                elif kind == 3:
                    c.ball(0, 0, 12, "#a3243c")
                else:
                    c.ball(0, 0, 11, "#3f4f86")


def biscuits(c: Canvas) -> None:
    with c.at(20, -36):
        c.box(-170, 0, 330, 220, 110, "#d9a75c", radius=8)
        c.path(rounded(-170, -70, 330, 70, 6), "#a8692b", opacity=0.85)
        _label(c, -70, -136, 130, 116, "#7d4c1c")
        for x, y in ((78, -150), (110, -104)):
            with c.at(x, y):
                _biscuit(c, 46)
    for x, y, size in ((-180, 16, 56), (-96, 34, 62), (170, 30, 58)):
        with c.at(x, y):
            c.path(ellipse(6, 10, size, size * 0.5), "#2b2a3d", opacity=0.3, blur=8)
            for step in range(3 if x == -96 else 2):
                with c.at(0, -step * 18, 1):
                    _biscuit(c, size, 0.46)


def _biscuit(c: Canvas, radius: float, squash: float = 1.0) -> None:
    if squash < 1:
        c.path(ellipse(0, 9, radius, radius * squash), dark("#c98f48", 0.25))
    c.path(ellipse(0, 0, radius, radius * squash), c.ball_paint("#d9a458"))
    for index in range(18):
        x, y = (-0.72 + index * 0.37 % 1.44) * radius, (-0.62 + index * 0.53 % 1.24) * radius * squash
        if (x / radius) ** 2 + (y / radius / squash) ** 2 < 0.72:
            with c.at(x, y, 1, index * 50):
                c.path(ellipse(0, 0, 6, 3), light("#e9cf9c", 0.2 if index % 2 else 0), opacity=0.95)


def mango(c: Canvas) -> None:
    with c.at(-40, 0):
        _pouch(c, 132, 350, "#efb13c")
        c.path(
            smooth([(-130, -90), (-60, -140), (20, -90), (132, -130), (132, -10), (0, 14), (-124, -6)]),
            "#e0702f",
            opacity=0.55,
        )
        _label(c, 0, -226, 140, 124, "#a8581a")
    with c.at(150, 20):
        c.path(ellipse(10, 4, 96, 16), "#2b2a3d", opacity=0.3, blur=9)
        c.path("M-80 -40Q-70 -120 10 -126Q92 -116 86 -50Q70 6 0 4Q-70 0 -80 -40Z", c.ball_paint("#f2a62e"))
        c.path("M-80 -40Q-70 -120 10 -126Q30 -90 -20 -50Q-50 -20 -80 -40Z", "#e2573a", opacity=0.35, blur=8)
        leaf(c, 20, -120, 70, 0.8, "#6f9a4e")
    for index in range(7):
        with c.at(-10 + index * 30, 42 + index * 17 % 28, 1, -30 + index * 37 % 90):
            c.path("M-32 0Q-20 -13 30 -6Q38 4 26 9Q-16 14 -32 0Z", c.flat_paint("#f2a93b", 0.26))
            c.path("M-22 -2Q0 -8 22 -3", stroke="#ffffff", width=2.4, opacity=0.6)


def rice(c: Canvas) -> None:
    with c.at(0, 0):
        _pouch(c, 160, 390, "#ece4d2")
        c.path("M-150 -240Q0 -214 150 -240L160 -80Q0 -50 -162 -80Z", "#56765f", opacity=0.92)
        _label(c, 0, -176, 130, 140, "#3d5a48")
        for side in (-1, 1):
            for index in range(7):
                with c.at(side * 112, -90 - index * 22, 0.9, side * 38):
                    c.path("M0 0Q-7 -12 0 -25Q7 -12 0 0Z", "#e6c56a")
            c.path(f"M{side * 104} -74Q{side * 120} -160 {side * 106} -244", stroke="#e6c56a", width=4)
    with c.at(160, 30):
        c.shadow(84)
        c.path(smooth([(-70, -66), (-40, -104), (0, -116), (44, -102), (72, -66)]), c.ball_paint("#fbf9f2"))
        for index in range(38):
            x, y = -62 + index * 37 % 124, -74 - index * 23 % 34
            if abs(x) < 66 + (y + 74):
                with c.at(x, y, 1, index * 67):
                    c.path(ellipse(0, 0, 6.6, 2.8), "#ffffff", stroke="#d9d2bf", width=0.8)
        c.lathe([(-70, 80), (-30, 62), (-10, 40), (0, 38)], "#7f93a8")
        c.path("M-78 -60Q0 -36 78 -60", stroke="#dfe6ec", width=5, opacity=0.8)


def noodles(c: Canvas) -> None:
    for x, y, turn in ((-30, -40, -8), (20, 10, 6), (-10, -92, 3)):
        with c.at(x, y, 1, turn):
            c.path(ellipse(10, 10, 230, 20), "#2b2a3d", opacity=0.24, blur=9)
            c.path(
                rounded(-220, -66, 440, 68, 20),
                c.gradient([(0, "#faeebf", 1), (0.5, "#eed58a", 1), (1, "#b9924a", 1)], (0, 0), (0, 1)),
            )
            for index in range(11):
                c.path(f"M-216 {-60 + index * 6}H216", stroke=("#c9a55a", "#fff6d6")[index % 2], width=2, opacity=0.75)
            c.path(rounded(-74, -72, 148, 80, 6), c.flat_paint(PAPER, 0.06))
            c.path("M-74 -56H74M-74 -8H74", stroke="#a8581a", width=4, opacity=0.7)
            c.mark(0, -32, 36, "#a8581a")
    with c.at(190, 40):
        c.shadow(50, strength=0.8)
        c.path("M-46 -30Q-44 -92 0 -96Q44 -92 46 -30Q40 2 0 2Q-40 2 -46 -30Z", c.ball_paint("#e9c9a0"))
    with c.at(-200, 40):
        for turn in (-30, 0, 24):
            leaf(c, 0, 6, turn - 60, 0.8, "#7ba05b")
