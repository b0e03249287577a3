# ruff: noqa: E501  (a path stays on one line, or it cannot be read)
"""For cats and dogs."""

from knowledge.demo.draw.kit import TILT, Canvas, dark, ellipse, light, poly, rounded, smooth, turned

SISAL = "#cfae7a"


def _paw(c: Canvas, x: float, y: float, size: float, color: str, opacity: float = 0.8) -> None:
    with c.at(x, y, size):
        c.path("M0 -4Q22 -4 24 16Q20 30 0 24Q-20 30 -24 16Q-22 -4 0 -4Z", color, opacity=opacity)
        for dx, dy in ((-24, -8), (-9, -20), (9, -20), (24, -8)):
            c.path(ellipse(dx, dy, 7, 9), color, opacity=opacity)


def bowl(c: Canvas, color: str) -> None:
    c.shadow(120)
    c.lathe([(-110, 62), (-70, 56), (-20, 98), (-6, 104)], dark(color, 0.06), gloss=0.7)
    c.lathe([(-8, 105), (0, 104)], "#5a6068", gloss=0.2)
    with c.at(0, -96, 1, -7):
        c.lathe([(-110, 150), (-40, 128), (0, 76)], color)
        c.disc(-110, 150, color, lip=13)
        c.path(ellipse(0, -114, 118, 118 * TILT), "#9a6a41")
        for index in range(30):
            with c.at(-92 + index * 53 % 184, -126 + index * 17 % 22, 1, index * 40):
                c.path(ellipse(0, 0, 12, 7.5), c.ball_paint(("#b9854f", "#8a5a30", "#cf9c62")[index % 3]))
        _paw(c, -10, -44, 1.1, dark(color, 0.3), 0.6)


def fountain(c: Canvas, color: str) -> None:
    c.shadow(140)
    c.lathe([(-170, 138), (-150, 142), (-20, 132), (0, 120)], color)
    c.path(turned([(-120, 141), (-60, 137)], -0.42, 0.42, caps=False), "#7fb7d6", opacity=0.55)
    c.path(turned([(-140, 141), (-60, 137)], -0.42, 0.42, caps=False), stroke=dark(color, 0.3), width=3, opacity=0.6)
    c.disc(-170, 138, "#c3c8cd", lip=10)
    c.path(ellipse(0, -172, 124, 124 * TILT), c.gradient([(0, "#b9dcec", 1), (1, "#6fa9c9", 1)]))
    for share in (0.84, 0.6, 0.36):
        c.path(ellipse(0, -172, 124 * share, 124 * TILT * share), stroke="#ffffff", width=3, opacity=0.7)
    c.lathe([(-258, 15), (-240, 24), (-176, 20)], light(color, 0.1))
    c.path(
        "M-14 -262Q-60 -290 -72 -176Q-60 -168 -48 -174Q-44 -240 -6 -254ZM14 -262Q60 -290 72 -176Q60 -168 48 -174Q44 -240 6 -254Z",
        c.gradient([(0, "#ffffff", 0.95), (1, "#a9d3e6", 0.85)], (0, 0), (0, 1)),
    )
    c.ball(0, -262, 17, "#d9eef6")
    c.path(ellipse(96, -40, 7, 7), "#6fd3c4")
    _paw(c, -86, -84, 0.9, dark(color, 0.3), 0.5)


def leash(c: Canvas, color: str) -> None:
    c.path(ellipse(10, 10, 240, 34), "#2b2a3d", opacity=0.22, blur=14)
    points = [
        (-190.0, -330.0),
        (-70, -250),
        (120, -300),
        (190, -190),
        (60, -120),
        (-110, -170),
        (-190, -70),
        (-40, 0),
        (150, -40),
    ]
    c.line(points, color, 30, gloss=0.1)
    c.path(smooth(points, closed=False), stroke="#f1f4f2", width=6, dash="15 8", opacity=0.95)
    with c.at(-190, -330, 1, -24):
        c.line([(0, 0), (-60, -50), (-50, -130), (20, -140), (50, -70), (4, -2)], dark(color, 0.35), 40, gloss=0.2)
    with c.at(166, -44, 1, 62):
        c.path(rounded(-21, -40, 42, 36, 10), c.flat_paint("#e8a15a"))
        c.line([(0, -40), (0, -66)], "#c9a24a", 13)
        c.path(ellipse(0, -104, 25, 40), stroke="#a5822f", width=14)
        c.path(ellipse(-2, -106, 25, 40), stroke="#f0d58e", width=7)
        c.path(rounded(16, -118, 17, 30, 6), c.flat_paint("#c9a24a"))
    with c.at(30, -410):
        _paw(c, 0, 0, 1.6, color, 0.22)


def pet_bed(c: Canvas, color: str, second: str) -> None:
    c.shadow(236, depth=26)
    weave = c.weave(dark(color, 0.3), 7)
    c.cloth("M-270 -90Q-276 -210 0 -220Q276 -210 270 -90Q260 20 0 26Q-260 20 -270 -90Z", dark(color, 0.08), weave=weave)
    c.path(
        ellipse(0, -116, 206, 68), c.gradient([(0, dark(second, 0.3), 1), (1, light(second, 0.2), 1)], (0, 0), (0.1, 1))
    )
    c.path(ellipse(0, -98, 186, 52), c.flat_paint(light(second, 0.3), 0.1))
    # A cat asleep shows how large the bed is better than a number does.
    fur = "#e0a566"
    c.path(
        smooth([(-130, -96), (-110, -168), (-20, -196), (80, -176), (124, -116), (90, -74), (-60, -66)]),
        c.ball_paint(fur),
    )
    c.line([(110, -100), (60, -62), (-30, -60), (-80, -76)], fur, 32, gloss=0.15)
    c.path(
        smooth([(-136, -120), (-120, -166), (-74, -176), (-36, -150), (-38, -106), (-80, -84), (-122, -90)]),
        c.ball_paint(light(fur, 0.1)),
    )
    for x, y in ((-116, -160), (-66, -172)):
        c.path(f"M{x - 18} {y + 10}L{x - 4} {y - 34}L{x + 22} {y + 4}Z", c.flat_paint(fur))
    for x in (-102, -64):
        c.path(f"M{x - 10} -126Q{x} -116 {x + 10} -126", stroke="#5a3a1e", width=4)
    c.path("M-88 -112L-78 -112L-83 -105Z", "#c9605a")
    for x in (-10, 26, 62):
        c.path(f"M{x} -190Q{x + 12} -160 {x + 6} -134", stroke="#b87838", width=9, opacity=0.6)
    rim = "M-270 -90Q-262 20 0 26Q262 20 270 -90Q262 -130 214 -120Q190 -48 0 -44Q-190 -48 -214 -120Q-262 -130 -270 -90Z"
    c.cloth(
        rim,
        color,
        ["M-190 -70Q-180 -20 -200 0", "M-70 -50Q-60 -10 -70 22", "M80 -50Q70 -10 84 22", "M196 -70Q186 -20 204 -4"],
        weave=weave,
    )
    c.path(rounded(140, -36, 46, 30, 4), "#f3ead8")
    _paw(c, 163, -24, 0.42, "#6b4a33")


def scratcher(c: Canvas) -> None:
    for x, y, turn in ((-16, -70, -7), (20, 14, 4)):
        with c.at(x, y, 1, turn):
            c.path(rounded(-250, -80, 510, 110, 14), "#2b2a3d", opacity=0.24, blur=12)
            c.path(
                poly([(-260, 0), (190, 0), (260, -92), (-180, -92)]),
                c.flat_paint("#cfa875"),
                stroke="#b58a58",
                width=10,
            )
            top = poly([(-250, -8), (186, -8), (246, -88), (-174, -88)])
            with c.inside(top):
                for index in range(27):
                    c.path(
                        f"M{-262 + index * 19} 0l78 -96",
                        stroke=("#8f6a3f", "#e0c195")[index % 2],
                        width=6,
                        opacity=0.85,
                    )
            c.path(poly([(-260, 0), (190, 0), (190, 34), (-260, 34)]), c.flat_paint("#b58a58"))
            _paw(c, -30, 20, 0.5, "#f6e9d2")
    for index in range(12):
        with c.at(-230 + index * 41, 62 + index * 13 % 18, 1, index * 43):
            c.path(rounded(-8, -2, 16, 4, 2), "#b58a58")
    with c.at(196, 40):
        c.cloth("M-44 -10Q-50 -80 -34 -96H34Q50 -80 44 -10Q0 6 -44 -10Z", "#7fa07a", weave=c.weave("#4f6f4c", 6))
        c.line([(-38, -80), (38, -80)], "#f3ead8", 6)


def litter(c: Canvas) -> None:
    for x, y, tone in ((70, -36, "#b9cfa6"), (-60, 0, "#9dbb8a")):
        with c.at(x, y):
            c.shadow(130, depth=26)
            d = "M-124 -330Q0 -346 124 -330L134 -60Q140 0 110 2Q0 20 -110 2Q-140 0 -134 -60Z"
            c.path(
                d,
                c.gradient(
                    [(0, dark(tone, 0.22), 1), (0.2, light(tone, 0.4), 1), (0.5, tone, 1), (1, dark(tone, 0.26), 1)]
                ),
            )
            c.path("M-124 -330Q0 -346 124 -330V-300Q0 -316 -124 -300Z", "#f6efe0", opacity=0.9)
            c.path(ellipse(0, -156, 92, 92), "#f8f5ea")
            c.path(
                "M-44 -136Q-52 -196 -46 -214L-18 -194Q0 -198 18 -194L46 -214Q52 -196 44 -136Q30 -104 0 -102Q-30 -104 -44 -136Z",
                c.flat_paint("#5d6b58"),
            )
            for dx in (-18, 18):
                c.path(ellipse(dx, -152, 7, 9), "#f2d06a")
            c.path("M-5 -134H5L0 -127Z", "#f0a58f")
            c.path("M-70 -50H70M-44 -30H44", stroke="#f8f5ea", width=7, opacity=0.8)
    for index in range(34):
        with c.at(60 + index * 29 % 170, 20 + index * 19 % 44, 1, index * 53):
            c.path(rounded(-10, -4, 20, 8, 4), c.flat_paint(("#e6ddb8", "#cfd8ac", "#f1ead0")[index % 3]))


def cat_tree(c: Canvas, color: str) -> None:
    c.shadow(210, depth=34)

    def post(x: float, y: float, high: float) -> None:
        with c.at(x, y):
            c.lathe([(-high, 21), (0, 21)], SISAL, gloss=0.2, streak=False)
            for step in range(int(high // 9)):
                c.path(
                    f"M-21 {-step * 9 - 3}Q0 {-step * 9 + 3} 21 {-step * 9 - 5}",
                    stroke=dark(SISAL, 0.35),
                    width=2,
                    opacity=0.6,
                )

    c.box(-220, 0, 370, 30, 130, color)
    for x, y, high in ((-150, -36, 180), (120, -40, 300), (60, -340, 130)):
        post(x, y, high)
    c.box(-230, -216, 210, 24, 110, light(color, 0.05))
    with c.at(-90, -236):
        c.path("M-70 0Q-80 -84 0 -92Q80 -84 70 0Z", c.flat_paint(dark(color, 0.12)))
        c.path(ellipse(0, -28, 36, 32), dark(color, 0.65))
    c.box(6, -336, 180, 22, 100, color)
    c.box(-20, -470, 190, 24, 100, light(color, 0.1))
    c.path("M-20 -500Q-26 -520 0 -520H190Q224 -520 216 -500Z", c.flat_paint(light(color, 0.3)))
    c.path("M50 -336V-250", stroke="#a08560", width=4)
    c.ball(50, -236, 19, "#e0806a")
    _paw(c, 20, -12, 0.5, dark(color, 0.45))


def balls(c: Canvas) -> None:
    for x, y, radius, tone in ((-120, 0, 92, "#e0806a"), (110, -10, 100, "#8fb6c9"), (6, 44, 82, "#e6bd62")):
        with c.at(x, y):
            c.shadow(radius * 0.8)
            c.ball(0, -radius, radius, tone)
            outline = ellipse(0, -radius, radius, radius)
            with c.inside(outline):
                for row in range(-2, 3):
                    for column in range(-2, 3):
                        dx, dy = (column + (row % 2) * 0.5) * radius * 0.44, row * radius * 0.42
                        shrink = max(0.3, 1 - (dx * dx + dy * dy) / (1.5 * radius * radius))
                        with c.at(dx, -radius + dy, shrink * radius / 90):
                            c.path(ellipse(0, 3, 17, 17), dark(tone, 0.35), opacity=0.6)
                            c.path(ellipse(0, 0, 15, 15), c.ball_paint(light(tone, 0.15)))
            c.path(
                ellipse(-radius * 0.36, -radius * 1.42, radius * 0.24, radius * 0.14), "#ffffff", opacity=0.65, blur=4
            )


def carrier(c: Canvas, color: str) -> None:
    c.line([(-90, -310), (-80, -400), (0, -424), (90, -400), (100, -310)], dark(color, 0.4), 22, gloss=0.2)
    c.shadow(210, depth=34)
    c.box(-220, 0, 370, 280, 130, color, radius=16)
    mesh = rounded(-190, -236, 310, 190, 30)
    c.path(mesh, c.flat_paint(dark(color, 0.55)))
    with c.inside(mesh):
        fur = "#ece4d6"
        c.path(smooth([(-130, -30), (-120, -150), (-60, -190), (0, -150), (20, -30)]), c.ball_paint(fur))
        for x, turn in ((-100, -14), (-20, 14)):
            with c.at(x, -168, 1, turn):
                c.path("M-22 14L0 -46L22 14Z", c.flat_paint(fur))
                c.path("M-11 8L0 -26L11 8Z", "#f0b8a6")
        for x in (-88, -34):
            c.path(ellipse(x, -130, 11, 13), "#7fae7a")
            c.path(ellipse(x, -130, 4, 11), "#20242c")
        c.path("M-67 -106L-55 -106L-61 -98Z", "#e08a7a")
        c.path("M-61 -98Q-66 -88 -76 -90M-61 -98Q-56 -88 -46 -90", stroke="#8a7a66", width=3)
        c.path(mesh, c.weave("#ffffff", 9), opacity=0.8)
    c.path(mesh, stroke=dark(color, 0.5), width=9)
    c.path(mesh, stroke="#e8a15a", width=2.4, dash="6 4")
    c.path(rounded(124, -60, 20, 40, 5), "#e8a15a")
    _paw(c, 190, -160, 0.9, light(color, 0.5), 0.7)
