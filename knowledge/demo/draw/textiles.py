# ruff: noqa: E501  (a path stays on one line, or it cannot be read)
"""Bedding, towels and mats."""

from math import sin

from knowledge.demo.draw.kit import Canvas, dark, ellipse, light, poly, rounded, smooth


def folded(c: Canvas, y: float, half: float, high: float, color: str, *, border: str = "", layers: int = 2) -> None:
    """One folded piece of cloth whose lower edge is at `y`; the folds look to the front."""
    body = rounded(-half, y - high, 2 * half, high, high * 0.46)
    c.cloth(body, color, weave=c.weave(dark(color, 0.35), 5))
    for index in range(1, layers):
        line = y - high * index / layers
        c.path(
            smooth(
                [(-half + 10, line + 3), (-half * 0.4, line), (half * 0.5, line + 2), (half - 14, line)], closed=False
            ),
            stroke=dark(color, 0.55),
            width=4,
            opacity=0.5,
            blur=1,
        )
    top = f"M{-half + 12} {y - high + 6}Q0 {y - high - 30} {half - 8} {y - high + 4}Q0 {y - high + 14} {-half + 12} {y - high + 6}Z"
    c.path(top, light(color, 0.4), opacity=0.8)
    if border:
        for x in (half * 0.34, half * 0.42):
            c.path(f"M{x:.0f} {y - high + 3:.0f}V{y - 3:.0f}", stroke=border, width=7, opacity=0.8)


def towels(c: Canvas, colors: list[str]) -> None:
    c.shadow(210, depth=30)
    y = 0.0
    for index, color in enumerate(colors):
        with c.at((6, -8, 4)[index % 3], 0):
            folded(c, y, 200 - index * 6, 84, color, border=light(color, 0.7), layers=3)
        y -= 80
    with c.at(90, y - 34, 1, -4):
        roll(c, 0, 120, 42, colors[0])


def roll(c: Canvas, x: float, length: float, radius: float, color: str) -> None:
    """A rolled cloth lying down, its spiral to the right."""
    c.cloth(rounded(x - length, -radius, 2 * length, 2 * radius, radius), color, weave=c.weave(dark(color, 0.35), 5))
    c.path(
        f"M{x - length + 20} {-radius * 0.52}H{x + length - 40}",
        stroke="#ffffff",
        width=radius * 0.28,
        opacity=0.4,
        blur=6,
    )
    end = x + length - radius * 0.5
    c.path(ellipse(end, 0, radius * 0.62, radius), c.flat_paint(light(color, 0.1)))
    for share in (0.78, 0.56, 0.34, 0.14):
        c.path(ellipse(end, 0, radius * 0.62 * share, radius * share), stroke=dark(color, 0.4), width=2.6, opacity=0.6)


def bath_towel(c: Canvas, color: str) -> None:
    c.path("M-230 -470H230", stroke="#a97c50", width=17)
    c.path("M-228 -474H228", stroke="#e0bb8d", width=4)
    for x in (-214, 214):
        c.line([(x, -474), (x, -520)], "#8d6640", 11)
    c.shadow(170, depth=20, strength=0.5)
    c.cloth("M-130 -474Q-120 -488 20 -486V-90Q-40 -76 -132 -88Z", dark(color, 0.12), weave=c.weave(dark(color, 0.4), 5))
    front = "M-156 -478Q-150 -494 0 -492Q146 -494 156 -478Q164 -240 160 -36Q84 -18 0 -30Q-90 -16 -162 -34Q-166 -260 -156 -478Z"
    c.cloth(
        front,
        color,
        ["M-92 -470Q-76 -260 -96 -40", "M22 -476Q10 -260 30 -34", "M104 -470Q114 -300 98 -40"],
        weave=c.weave(dark(color, 0.35), 5),
    )
    for y in (-112, -96):
        c.path(f"M-162 {y}Q-80 {y + 12} 0 {y + 3}Q80 {y + 12} 160 {y}", stroke=light(color, 0.6), width=8, opacity=0.8)
    for index in range(33):
        left = -158 + index * 9.9
        c.path(f"M{left:.0f} -34l{3 * sin(index):.0f} 18", stroke=light(color, 0.2), width=4)


def bed(c: Canvas, color: str, second: str, *, linen: bool = False) -> None:
    c.shadow(290, depth=34)
    c.path("M-270 -60V-330Q-270 -372 -226 -372H226Q270 -372 270 -330V-60Z", c.flat_paint("#b98d62"))
    c.path("M-246 -70V-318Q-246 -350 -214 -350H214Q246 -350 246 -318V-70Z", c.flat_paint("#caa078", 0.1))
    c.path(rounded(-290, -52, 580, 52, 10), c.flat_paint("#a77a50"))
    c.cloth("M-278 -44V-190Q-276 -214 -240 -216H240Q276 -214 278 -190V-44Z", light(second, 0.55))
    weave = c.weave(dark(color, 0.35), 6)
    for x, tone in ((-132.0, light(second, 0.5)), (132, light(second, 0.5)), (-104, color), (110, color)):
        low = -206 if tone == color else -232
        with c.at(x, low):
            c.cloth(
                "M-112 -8Q-120 -62 -106 -104Q-60 -94 0 -96Q60 -94 106 -104Q120 -60 112 -8Q60 4 0 0Q-60 4 -112 -8Z",
                tone,
                ["M-100 -92Q-60 -50 -40 -46", "M98 -92Q70 -56 46 -50"],
                weave=weave,
            )
    duvet = "M-292 -24Q-300 -130 -274 -196Q-140 -222 0 -212Q150 -224 276 -196Q302 -128 292 -24Q200 -6 100 -20Q0 -4 -110 -18Q-200 -4 -292 -24Z"
    folds = [
        "M-220 -196Q-250 -120 -226 -30",
        "M-90 -206Q-60 -130 -96 -26",
        "M60 -206Q96 -110 70 -24",
        "M210 -204Q186 -110 224 -30",
        "M-160 -150Q-60 -110 20 -140",
        "M110 -96Q170 -70 240 -92",
    ]
    c.cloth(
        duvet,
        color,
        folds
        + (["M-20 -110Q40 -70 90 -96", "M-260 -90Q-180 -60 -150 -80", "M150 -170Q180 -140 250 -150"] if linen else []),
        weave=weave if linen else "",
    )
    c.cloth(
        "M-280 -180Q-140 -214 0 -202Q150 -216 282 -180Q284 -150 276 -140Q140 -168 0 -156Q-150 -168 -280 -140Z",
        light(second, 0.35),
        ["M-120 -196Q-110 -170 -120 -156", "M150 -200Q140 -170 150 -156"],
    )


def memory_pillow(c: Canvas, color: str) -> None:
    c.shadow(240, depth=34)
    shape = "M-240 -40Q-262 -150 -206 -176Q-150 -196 -90 -150Q0 -110 90 -136Q170 -166 214 -126Q262 -80 232 -30Q190 8 0 2Q-200 10 -240 -40Z"
    c.cloth(shape, color, ["M-210 -60Q0 -20 220 -54"], weave=c.weave(dark(color, 0.3), 9))
    c.path(
        "M-212 -150Q-150 -180 -92 -134Q0 -96 92 -122Q160 -146 200 -118",
        stroke="#ffffff",
        width=18,
        opacity=0.55,
        blur=7,
    )
    c.path("M-238 -44Q0 18 234 -38", stroke=dark(color, 0.3), width=4, opacity=0.7)
    with c.at(206, -44, 1, -4):
        c.path(rounded(0, -10, 26, 34, 4), "#5f7f6b")


def buckwheat_pillow(c: Canvas, color: str) -> None:
    c.shadow(236, depth=34)
    shape = (
        "M-226 -26Q-244 -110 -222 -156Q-110 -184 0 -176Q120 -186 222 -154Q246 -100 226 -26Q120 6 0 -2Q-120 8 -226 -26Z"
    )
    c.cloth(
        shape,
        color,
        [
            "M-206 -150Q-150 -100 -80 -96",
            "M204 -148Q160 -110 110 -100",
            "M-200 -40Q-140 -70 -90 -66",
            "M196 -40Q150 -74 90 -70",
        ],
        weave=c.ribs(light(color, 0.75), 22),
    )
    c.path("M-222 -90Q0 -58 226 -88", stroke=light(color, 0.6), width=3, opacity=0.7)
    for index in range(46):
        with c.at(150 + index * 37 % 120, 6 + index * 23 % 38, 1, index * 41 % 180):
            c.path("M-8 0L0 -6L8 0L0 5Z", c.flat_paint(("#6b4c33", "#86623f", "#4f3726")[index % 3]))


def folded_quilt(c: Canvas, color: str, *, down: bool = False) -> None:
    c.shadow(230, depth=34)
    high = 92 if down else 62
    for index in range(3 if down else 4):
        y = -index * (high - 6)
        body = f"M-212 {y}Q-246 {y - high / 2} -212 {y - high}Q0 {y - high - 26} 212 {y - high}Q240 {y - high / 2} 212 {y}Q0 {y + 16} -212 {y}Z"
        tone = light(color, 0.1 * index)
        folds = [f"M{x} {y - high - 8}Q{x + 10} {y - high / 2} {x} {y + 8}" for x in range(-150, 200, 76)]
        c.cloth(body, tone, folds)
        c.path(
            f"M-206 {y - high * 0.5}Q0 {y - high * 0.5 + 18} 208 {y - high * 0.5}",
            stroke=dark(color, 0.4),
            width=4,
            opacity=0.4,
        )
    top = -(3 if down else 4) * (high - 6)
    if down:
        for x, y, turn in ((-60, top - 40, -20), (30, top - 66, 24), (120, top - 34, 60)):
            with c.at(x, y, 1, turn):
                c.path("M0 40Q-22 0 0 -44Q22 0 0 40Z", "#ffffff", opacity=0.95)
                c.path("M0 54V-36", stroke="#c9c4ba", width=2)
                for step in range(-24, 34, 8):
                    c.path(f"M0 {step}L-12 {step - 9}M0 {step}L12 {step - 9}", stroke="#dcd8cf", width=1.3)
    else:
        with c.at(0, top - 8, 1, -12):
            c.path("M0 0Q-50 -40 0 -92Q50 -40 0 0Z", c.flat_paint("#8fb07c"))
            c.path("M0 0V-80", stroke="#6f9160", width=3)


def throw(c: Canvas, color: str) -> None:
    c.shadow(240, depth=30)
    for x in (-190, 190):
        c.path(rounded(x - 14, -40, 28, 40, 6), c.flat_paint("#a77a50"))
    c.cloth("M-250 -40V-250Q-250 -300 -200 -300H200Q250 -300 250 -250V-40Z", "#e9e1d4")
    c.cloth("M-216 -150H216V-60Q0 -36 -216 -60Z", "#f2ebe0", ["M0 -150V-50"])
    for x in (-250, 200):
        c.cloth(rounded(x, -210, 52, 186, 24), "#ded4c4")
    over = (
        "M-150 -312Q-20 -330 96 -308Q112 -180 150 -30Q110 -12 70 -24Q20 -4 -30 -20Q-70 -4 -112 -18Q-100 -170 -150 -312Z"
    )
    c.cloth(
        over,
        color,
        ["M-96 -308Q-50 -170 -66 -24", "M-20 -316Q14 -170 2 -22", "M60 -308Q76 -170 100 -30"],
        weave=c.weave(light(color, 0.5), 6),
    )
    for index in range(20):
        left = -110 + index * 13.4
        c.path(f"M{left:.0f} -22l{(-4, 0, 4)[index % 3]} 26", stroke=light(color, 0.2), width=4)


def bath_mat(c: Canvas, color: str) -> None:
    mat = poly([(-270, -10), (190, -10), (290, -190), (-150, -190)])
    c.path(poly([(-266, 12), (200, 12), (304, -176), (-140, -176)]), "#1d2233", opacity=0.24, blur=12)
    c.path(poly([(-270, 0), (190, 0), (290, -180), (-150, -180)]), dark(color, 0.4))
    c.path(mat, c.flat_paint(color, 0.14), stroke=color, width=10)
    with c.inside(mat):
        for row in range(6):
            for col in range(16):
                x, y = -280 + col * 38 + row * 20 + (19 if row % 2 else 0), -22 - row * 30
                c.path(ellipse(x, y, 14, 5.5), dark(color, 0.25), opacity=0.35)
                c.path(ellipse(x - 1, y - 1.6, 12, 4), light(color, 0.35), opacity=0.6)
    foot = "M-6 -6Q-26 -30 -20 -60Q-14 -86 10 -84Q32 -80 30 -50Q28 -30 24 -8Q10 8 -6 -6Z"
    for x, flip in ((-20, False), (58, True)):
        with c.at(x, -72, 0.72, 16, flip=flip):
            c.path(foot, dark(color, 0.45), opacity=0.24)
            for index in range(5):
                c.path(
                    ellipse(-18 + index * 11, -96 + abs(index - 1) * 3, 5.6 - index * 0.4, 7),
                    dark(color, 0.45),
                    opacity=0.24,
                )
    with c.at(232, -120):
        c.lathe([(-110, 26), (-70, 48), (-18, 50), (0, 40)], "#e7e0d5", gloss=0.4)
        for turn in (-26, 0, 24):
            with c.at(0, -108, 1, turn):
                c.path("M0 0Q-16 -70 0 -130Q16 -70 0 0Z", c.flat_paint("#7fa07a"))
