# ruff: noqa: E501  (a path stays on one line, or it cannot be read)
"""Tents, poles and what else goes outdoors."""

from math import cos, radians, sin

from knowledge.demo.draw.kit import TILT, Canvas, Point, dark, ellipse, light, poly, rounded, smooth, turned

METAL = "#c3c8cd"


def _grass(c: Canvas, half: float) -> None:
    c.path(
        ellipse(0, 0, half, half * 0.2),
        c.glow([(0, "#a8bd8a", 0.9), (0.7, "#b9c99e", 0.6), (1, "#b9c99e", 0)], (0.5, 0.5), 0.5),
    )
    for index in range(30):
        x, y = -half * 0.8 + index * 97 % (half * 1.6), -20 + index * 31 % 60
        c.path(f"M{x:.0f} {y}q-2 -12 -6 -18M{x:.0f} {y}q2 -12 7 -16", stroke="#7f9a63", width=2.6, opacity=0.7)


def tent(c: Canvas, color: str) -> None:
    _grass(c, 330)
    c.shadow(270, depth=30)
    c.cloth(
        "M-280 0Q-170 -250 0 -290Q170 -250 280 0Z",
        dark(color, 0.1),
        ["M-150 -200Q-190 -100 -230 -10", "M120 -240Q190 -130 220 -10"],
    )
    c.path(
        "M-190 0Q-110 -210 0 -290Q90 -210 150 0Z",
        c.gradient([(0, light(color, 0.3), 1), (0.6, color, 1), (1, dark(color, 0.2), 1)], (0, 0), (1, 1)),
    )
    c.path(
        "M-100 0Q-60 -140 0 -214Q50 -130 76 0Z", c.gradient([(0, "#4a3a2c", 1), (1, "#241d19", 1)], (0, 0), (0.4, 1))
    )
    c.path("M-60 0Q-40 -80 0 -130Q30 -76 44 0Z", "#f7cf86", opacity=0.35, blur=14)
    c.cloth("M-100 0Q-60 -140 0 -214Q-20 -120 -52 -74Q-40 -30 -70 0Z", light(color, 0.2), ["M-80 -40Q-50 -80 -20 -150"])
    for d in ("M-280 0Q-120 -290 0 -290Q150 -290 280 0", "M-190 0Q-80 -292 0 -290Q60 -292 150 0"):
        c.path(d, stroke="#e8a15a", width=5)
    for x, end in ((-280, -350), (280, 350)):
        c.path(f"M{x * 0.66:.0f} -140L{end} 8", stroke="#f2e9d8", width=2.4)
        c.path(f"M{end} -6V14", stroke=METAL, width=5)
    c.mark(-138, -90, 36, light(color, 0.85))


def pop_tent(c: Canvas, color: str) -> None:
    _grass(c, 340)
    c.shadow(300, depth=34)
    c.cloth(
        "M-300 0L-240 -230Q-130 -320 40 -318Q190 -316 250 -230L300 0Z",
        color,
        ["M-240 -220Q-210 -100 -226 -4", "M246 -224Q220 -110 250 -4"],
        weave=c.weave(dark(color, 0.4), 7),
    )
    c.cloth(
        "M-240 -230Q-130 -330 40 -324Q190 -322 250 -230Q20 -262 -240 -230Z",
        dark("#6f8b72", 0.08),
        ["M-40 -300Q-30 -270 -40 -246"],
    )
    window = "M-170 -10V-160Q-166 -204 -110 -208H-10Q46 -204 50 -160V-10Z"
    c.path(window, c.gradient([(0, "#50473d", 1), (1, "#2f2a25", 1)], (0, 0), (0.3, 1)))
    c.path(window, "#f7cf86", opacity=0.25)
    for x in range(-160, 50, 12):
        c.path(f"M{x} -200V-14", stroke="#ffffff", width=1, opacity=0.12)
    c.cloth("M-180 -10Q-186 -190 -150 -206Q-110 -150 -124 -96Q-160 -60 -140 -10Z", light(color, 0.3))
    c.cloth("M60 -10Q66 -190 26 -206Q-4 -150 8 -96Q40 -60 20 -10Z", light(color, 0.25))
    c.path(rounded(110, -180, 110, 96, 16), "#50473d", opacity=0.8)
    c.path("M110 -132H220M165 -180V-84", stroke=light(color, 0.3), width=5)
    c.path("M-300 0L-240 -230Q-130 -326 40 -322Q190 -320 250 -230L300 0", stroke="#f2e9d8", width=5)
    c.ball(0, -326, 15, "#e8a15a")
    for index in range(7):
        x = -220 + index * 76
        c.path(poly([(x, -238), (x + 40, -242), (x + 22, -206)]), ("#e8a15a", "#f2e2b8", "#d97d62")[index % 3])


def poles(c: Canvas, color: str, count: int = 2) -> None:
    c.shadow(150, depth=12, strength=0.8)
    for index in range(count):
        with c.at((-70, 74)[index] if count == 2 else -10, 0, 1, (9, -9)[index] if count == 2 else 14):
            c.line([(0, -4), (0, -180)], METAL, 9)
            c.line([(0, -160), (0, -330)], color, 13)
            c.line([(0, -320), (0, -450)], dark(color, 0.4), 16)
            for y in (-176, -330):
                c.path(rounded(-13, y - 16, 26, 34, 7), c.flat_paint("#33363d"))
                c.path(rounded(9, y - 10, 15, 22, 5), c.flat_paint(color))
            c.lathe([(-556, 15), (-540, 21), (-500, 16), (-448, 18), (-430, 13)], "#3d4048", gloss=0.35)
            for y in range(-500, -446, 11):
                c.path(f"M-14 {y}Q0 {y + 5} 14 {y}", stroke="#1d2233", width=3, opacity=0.7)
            c.line([(-14, -530), (-60, -490), (-50, -420), (-14, -470)], dark(color, 0.2), 9)
            c.lathe([(-34, 28), (-28, 34), (-22, 8)], "#3d4048", gloss=0.3)
            c.path("M-5 0L5 0L0 16Z", METAL)


def bladder(c: Canvas, color: str) -> None:
    c.shadow(150, depth=24)
    body = "M-120 -380Q-140 -200 -128 -60Q-120 0 0 0Q120 0 128 -60Q140 -200 120 -380Z"
    c.path(
        body,
        c.gradient(
            [
                (0, dark(color, 0.16), 0.9),
                (0.25, light(color, 0.6), 0.8),
                (0.6, color, 0.75),
                (1, dark(color, 0.3), 0.9),
            ]
        ),
    )
    c.path(
        "M-126 -290Q-60 -274 0 -286Q70 -300 126 -286Q132 -140 122 -60Q110 -8 0 -8Q-110 -8 -122 -60Q-132 -150 -126 -290Z",
        light(color, 0.2),
        opacity=0.55,
    )
    c.path("M-126 -290Q-60 -274 0 -286Q70 -300 126 -286", stroke="#ffffff", width=5, opacity=0.8)
    c.path("M-96 -350Q-110 -180 -98 -60", stroke="#ffffff", width=18, opacity=0.65, blur=6)
    c.path(body, stroke=dark(color, 0.3), width=3, opacity=0.6)
    c.path(rounded(-140, -412, 280, 36, 14), c.flat_paint("#33475c"))
    c.path(rounded(-40, -436, 80, 28, 10), c.flat_paint("#33475c"))
    c.line([(60, -34), (190, -10), (214, -140), (180, -290), (226, -380), (190, -450)], "#4c7fa6", 15, gloss=0.8)
    with c.at(184, -470, 1, -18):
        c.path(rounded(-15, -36, 30, 50, 10), c.flat_paint("#33475c"))
        c.path(rounded(-10, -66, 20, 34, 8), c.flat_paint("#e8a15a"))
    c.mark(0, -180, 56, "#33475c", opacity=0.7)


def sleeping_bag(c: Canvas, color: str) -> None:
    with c.at(-30, -20, 1, -8):
        c.path(ellipse(20, 30, 270, 40), "#2b2a3d", opacity=0.3, blur=14)
        bag = "M-290 -60Q-300 -150 -200 -168Q-60 -190 90 -160Q230 -150 262 -100Q282 -50 230 -10Q100 30 -60 26Q-270 30 -290 -60Z"
        folds = [f"M{x} -172Q{x + 26} -80 {x} 26" for x in range(-160, 240, 64)]
        c.cloth(bag, color, folds)
        c.path("M-150 10Q40 -40 250 -66", stroke="#f2b35b", width=7)
        c.path("M-150 10Q40 -40 250 -66", stroke=dark(color, 0.4), width=2, dash="3 4")
        c.path(
            "M-276 -70Q-280 -140 -190 -150Q-130 -140 -126 -70Q-130 0 -190 8Q-264 0 -276 -70Z",
            c.flat_paint(light("#e8a15a", 0.25)),
        )
        c.path(
            "M-256 -70Q-256 -124 -192 -130Q-152 -120 -150 -70Q-154 -20 -194 -12Q-250 -20 -256 -70Z",
            c.flat_paint(dark("#e8a15a", 0.35)),
        )
    with c.at(190, 40):
        c.shadow(66)
        c.lathe([(-150, 50), (-130, 66), (-16, 66), (0, 54)], dark(color, 0.1), gloss=0.3)
        c.disc(-150, 50, dark(color, 0.1))
        for x in (-30, 30):
            c.path(f"M{x} -146V-2", stroke="#e8a15a", width=8)
        c.mark(0, -76, 30, light(color, 0.8))


def sleeping_mat(c: Canvas, color: str) -> None:
    mat = [(-300, -10), (60, 20), (300, -170), (-20, -210)]
    c.path(poly([(x + 8, y + 26) for x, y in mat]), "#1d2233", opacity=0.3, blur=13)
    c.path(poly([(x, y + 20) for x, y in mat]), dark(color, 0.35), stroke=dark(color, 0.35), width=30)
    top = poly(mat)
    c.path(top, c.flat_paint(color), stroke=color, width=30)
    for row in range(9):
        for column in range(7):
            u, v = (column + 0.5 + 0.5 * (row % 2)) / 7.6, (row + 0.5) / 9
            x = -300 + 360 * u + (280 - 40 * u) * v * 0.94
            y = -8 + 30 * u - 195 * v
            c.path(ellipse(x, y, 25, 12), dark(color, 0.25), opacity=0.4, blur=2)
            c.path(ellipse(x - 2, y - 4, 22, 10), light(color, 0.35), opacity=0.7, blur=2)
    with c.at(160, 44):
        c.shadow(90, depth=18)
        c.path(rounded(-90, -76, 176, 76, 36), c.flat_paint(dark(color, 0.3)))
        c.path(ellipse(80, -38, 20, 37), c.flat_paint(dark(color, 0.15)))
        c.mark(-10, -36, 34, light(color, 0.75))


def yoga_mat(c: Canvas, color: str) -> None:
    flat = [(-250, 10), (150, 10), (280, -110), (-110, -110)]
    c.path(poly([(x + 8, y + 16) for x, y in flat]), "#1d2233", opacity=0.25, blur=10)
    c.path(poly([(x, y + 7) for x, y in flat]), dark(color, 0.4))
    c.path(poly(flat), c.flat_paint(color))
    for index in range(9):
        c.path(f"M{-226 + index * 44} 2l{126} -106", stroke=light(color, 0.4), width=2, opacity=0.5)
    c.path(ellipse(20, -52, 60, 18), stroke=light(color, 0.7), width=4, opacity=0.9)
    with c.at(80, -120):
        radius = 76.0
        c.path(
            rounded(-190, -2 * radius, 390, 2 * radius, radius),
            c.gradient([(0, light(color, 0.4), 1), (0.5, color, 1), (1, dark(color, 0.34), 1)], (0, 0), (0, 1)),
        )
        c.path(ellipse(-150, -radius, 46, radius), c.flat_paint(light(color, 0.12)))
        for index in range(6):
            share = 0.92 - index * 0.15
            c.path(ellipse(-150, -radius, 46 * share, radius * share), stroke=dark(color, 0.35), width=4)
        for x in (-40, 110):
            c.path(f"M{x} {-2 * radius:.0f}Q{x + 30} {-radius:.0f} {x} 0", stroke=dark(color, 0.5), width=11)
        c.line([(-34, -150), (20, -230), (80, -226), (114, -150)], dark(color, 0.4), 10)


def rope(c: Canvas, color: str) -> None:
    c.path(ellipse(0, 0, 240, 30), "#2b2a3d", opacity=0.22, blur=14)
    points: list[Point] = [
        (-150, -250),
        (-230, -120),
        (-120, -20),
        (60, -60),
        (190, -20),
        (220, -150),
        (80, -190),
        (-60, -120),
        (20, -20),
        (180, -90),
        (150, -250),
    ]
    c.line(points, color, 13, gloss=0.8)
    for x, turn in ((-130, -24), (136, 22)):
        with c.at(x, -230, 1, turn):
            c.lathe([(-190, 24), (-176, 32), (-60, 26), (-8, 20), (4, 10)], light(color, 0.5), gloss=0.7)
            for y in range(-150, -30, 16):
                c.path(f"M-26 {y}Q0 {y + 8} 26 {y}", stroke=color, width=6)
            c.path(rounded(-18, -180, 36, 26, 6), "#20242c")
            for index in range(3):
                c.path(f"M{-9 + index * 9} -174v13", stroke="#8fe0d2", width=4)


def lantern(c: Canvas, color: str) -> None:
    c.path(ellipse(0, -190, 290, 260), c.glow([(0, "#ffdf9b", 0.8), (1, "#ffdf9b", 0)], (0.5, 0.5), 0.5))
    c.shadow(96)
    c.lathe([(-90, 76), (-70, 90), (-14, 90), (0, 78)], color)
    c.path(rounded(-24, -56, 48, 22, 11), c.flat_paint(dark(color, 0.4)))
    c.path(ellipse(0, -45, 6, 6), "#8fe0a2")
    c.path(turned([(-270, 66), (-90, 70)]), c.gradient([(0, "#f6b95c", 1), (0.4, "#fffbe8", 1), (1, "#eda544", 1)]))
    c.path(ellipse(0, -180, 34, 72), "#ffffff", opacity=0.9, blur=14)
    for share in (-0.96, -0.5, 0.5, 0.96):
        c.path(f"M{share * 70:.0f} -276V-88", stroke=dark(color, 0.15), width=8)
    c.lathe([(-326, 34), (-300, 62), (-270, 76)], color)
    c.disc(-326, 34, light(color, 0.2))
    c.line([(-60, -296), (-64, -400), (0, -436), (64, -400), (60, -296)], dark(color, 0.35), 11)


def umbrella(c: Canvas, color: str) -> None:
    c.shadow(190, depth=20)
    with c.at(-30, -180, 1, -24):
        c.line([(0, -150), (0, 176)], METAL, 9)
        c.path("M0 160Q-4 226 38 222Q64 216 58 190", stroke="#8d6640", width=19)
        c.path("M-3 164Q-7 220 36 217", stroke="#d9b083", width=5, opacity=0.8)
        count = 8
        edge = [
            (250 * cos(radians(180 + index * 180 / count)), 40 * abs(sin(radians(180 + index * 180 / count))))
            for index in range(count + 1)
        ]
        under = "M-250 0Q0 -96 250 0Q0 60 -250 0Z"
        c.path(under, dark(color, 0.62))
        for index in range(count):
            (x0, y0), (x1, y1) = edge[index], edge[index + 1]
            share = index / (count - 1)
            tone = light(color, 0.34 - share * 0.34) if share < 0.5 else dark(color, (share - 0.5) * 0.5)
            d = f"M0 -236Q{x0 * 0.86:.0f} -200 {x0:.0f} {y0:.0f}Q{(x0 + x1) / 2:.0f} {(y0 + y1) / 2 - 16:.0f} {x1:.0f} {y1:.0f}Q{x1 * 0.86:.0f} -200 0 -236Z"
            c.path(
                d,
                c.gradient([(0, light(tone, 0.14), 1), (1, dark(tone, 0.08), 1)], (0, 0), (0, 1)),
                stroke=dark(tone, 0.25),
                width=1.6,
            )
            c.ball(x1, y1, 4, METAL)
        c.path("M-60 -214Q-170 -160 -206 -40", stroke="#ffffff", width=20, opacity=0.4, blur=9)
        c.line([(0, -232), (0, -266)], "#8d6640", 10)
    c.path(ellipse(60, 6, 30, 30 * TILT), "#9fb9c6", opacity=0.3)
    c.path(smooth([(150, -10), (190, -16), (214, -4), (180, 4)]), "#cfe0e8", opacity=0.8)
