"""For mothers and babies."""

from knowledge.demo.draw.kit import Canvas, dark, ellipse, light, poly, rounded, smooth, turned

WOOD = "#d9b483"
TOYS = ("#e8a15a", "#8fb6c9", "#a9bf7f", "#e0806a", "#f0d07a")


def bottle(c: Canvas, color: str) -> None:
    c.shadow(82)
    body = [(-290, 62), (-262, 82), (-200, 84), (-150, 74), (-100, 84), (-20, 84), (0, 70)]
    c.path(
        turned([(-180, 78), (-150, 70), (-100, 80), (-20, 80), (-2, 68)]),
        c.gradient([(0, "#d9d3c8", 0.95), (0.3, "#ffffff", 0.95), (1, "#cfc8bb", 0.95)]),
    )
    c.path(ellipse(0, -180, 78, 12), "#fffdf8")
    c.glass(body, "#e3cfa6", 0.9)
    for index in range(7):
        c.path(f"M30 {-40 - index * 26}h{26 if index % 2 else 15}", stroke="#b98d52", width=3, opacity=0.8)
    c.mark(-26, -70, 40, color, opacity=0.8)
    c.lathe([(-344, 62), (-332, 72), (-288, 72)], color, gloss=0.7)
    for x in range(-60, 66, 12):
        c.path(f"M{x} -326v28", stroke=dark(color, 0.3), width=2, opacity=0.4)
    c.lathe([(-420, 9), (-404, 20), (-380, 22), (-362, 52), (-342, 58)], "#f4e6d2", gloss=0.7)


def straw_cup(c: Canvas, color: str) -> None:
    c.shadow(100)
    for side in (-1, 1):
        c.line([(side * 84, -210), (side * 168, -214), (side * 168, -90), (side * 78, -70)], color, 25)
    c.path(
        turned([(-170, 86), (-10, 74)]), c.gradient([(0, "#9cc3d6", 0.7), (0.3, "#e6f3f8", 0.6), (1, "#8db5c9", 0.7)])
    )
    c.glass([(-260, 90), (-12, 78), (0, 68)], light(color, 0.45), 1.1)
    with c.at(0, -110, 0.9):
        c.path("M-34 30Q-44 -20 0 -26Q44 -20 34 30Q0 50 -34 30Z", c.flat_paint("#b9855a"))
        for side in (-1, 1):
            c.path(f"M{side * 20} -22Q{side * 52} -40 {side * 44} -8Z", "#b9855a")
            c.path(
                f"M{side * 12} -26Q{side * 16} -60 {side * 36} -64M{side * 20} -48L{side * 14} -62",
                stroke="#7d5a3c",
                width=5,
            )
            c.ball(side * 13, 0, 5, "#33261c")
        c.path(ellipse(0, 18, 13, 9), "#f4dcc2")
    c.lathe([(-320, 78), (-306, 94), (-256, 96)], color)
    c.disc(-320, 78, light(color, 0.2))
    c.line([(0, -322), (4, -370), (40, -398)], "#f6f1e6", 19)
    c.path("M-66 -330Q-60 -376 -20 -372L-8 -326Z", c.flat_paint(dark(color, 0.14)))


def bib(c: Canvas, color: str) -> None:
    c.path(ellipse(10, 4, 190, 26), "#2b2a3d", opacity=0.26, blur=14)
    for side in (-1, 1):
        c.line([(side * 70, -300), (side * 130, -390), (side * 90, -470), (side * 14, -486)], color, 36, gloss=0.4)
    for index in range(4):
        c.path(ellipse(-20 - index * 22, -482 + index * index * 2.6, 5, 5), dark(color, 0.4))
    body = (
        "M-84 -320Q0 -250 84 -320Q160 -310 172 -220L176 -60Q170 10 0 12Q-170 10 -176 -60L-172 -220Q-160 -310 -84 -320Z"
    )
    c.slab(body, color, depth=0.16, shine=0.9)
    cloud = smooth([(-70, -190), (-50, -226), (-12, -230), (18, -252), (54, -226), (80, -190), (0, -180)])
    c.path(cloud, light(color, 0.75))
    for x in (-20, 26):
        c.ball(x, -204, 4.5, "#4a4f5a")
    c.path("M-6 -198Q3 -190 12 -198", stroke="#4a4f5a", width=3)
    c.path("M-186 -110Q0 -50 186 -110L178 -40Q160 26 0 28Q-160 26 -178 -40Z", c.flat_paint(dark(color, 0.12)))
    c.path("M-186 -110Q0 -50 186 -110Q0 -84 -186 -110Z", dark(color, 0.45))
    c.path("M-170 -76Q-150 -10 -60 6", stroke="#ffffff", width=10, opacity=0.5, blur=4)


def blocks(c: Canvas) -> None:
    c.shadow(240, depth=34)
    for x, y, tone in (
        (-220, 0, 0),
        (-110, 8, 1),
        (0, 12, 2),
        (104, 0, 4),
        (-166, -92, 3),
        (-52, -84, 4),
        (60, -86, 0),
    ):
        with c.at(x, y):
            c.box(0, 0, 88, 88, 74, TOYS[tone], radius=8)
    with c.at(-44, -196):
        c.path(poly([(-66, 10), (66, 10), (100, -14), (0, -100)]), c.flat_paint(TOYS[3]), stroke=TOYS[3], width=8)
        c.path(
            poly([(-66, 10), (66, 10), (0, -94)]),
            c.flat_paint(light(TOYS[3], 0.12)),
            stroke=light(TOYS[3], 0.1),
            width=8,
        )
    with c.at(106, -178):
        c.lathe([(-90, 36), (0, 36)], TOYS[1], gloss=0.3)
        c.disc(-90, 36, light(TOYS[1], 0.3))
    with c.at(220, 26):
        c.shadow(34)
        c.ball(0, -36, 38, TOYS[3])
    for x, y, sign in (
        (-178, -44, "M-22 0A22 22 0 1 0 22 0A22 22 0 1 0 -22 0Z"),
        (-66, -36, "M-22 18L0 -22L22 18Z"),
        (44, -32, "M-19 -19H19V19H-19Z"),
        (148, -44, "M0 -22L7 -7L22 -5L11 6L14 21L0 13L-14 21L-11 6L-22 -5L-7 -7Z"),
    ):
        with c.at(x, y):
            c.path(sign, "#fffaf0", opacity=0.85)


def deer(c: Canvas, color: str) -> None:
    c.shadow(130)
    pale = light(color, 0.6)
    fur = c.weave(dark(color, 0.25), 6)
    c.cloth("M-104 -20Q-130 -170 -60 -216Q0 -236 60 -216Q130 -170 104 -20Q0 12 -104 -20Z", color, weave=fur)
    c.path(ellipse(0, -100, 58, 80), pale, opacity=0.85)
    for side in (-1, 1):
        c.cloth(
            smooth([(side * 60, -190), (side * 130, -150), (side * 140, -90), (side * 100, -80), (side * 70, -130)]),
            dark(color, 0.06),
            weave=fur,
        )
        with c.at(side * 86, -22):
            c.path(ellipse(0, 0, 60, 42), c.ball_paint(color))
            c.path(ellipse(side * 6, 2, 34, 25), pale)
            for dx, dy in ((-16, -14), (0, -20), (16, -14)):
                c.path(ellipse(side * 6 + dx, dy, 6, 7), pale)
        c.line([(side * 40, -400), (side * 60, -470), (side * 104, -500)], "#8a6242", 18, gloss=0.3)
        c.line([(side * 56, -450), (side * 34, -500)], "#8a6242", 14, gloss=0.3)
        c.cloth(
            smooth([(side * 90, -376), (side * 176, -420), (side * 200, -380), (side * 150, -338), (side * 96, -330)]),
            color,
            weave=fur,
        )
        c.path(smooth([(side * 112, -370), (side * 166, -396), (side * 178, -376), (side * 140, -350)]), "#f2c3b0")
    c.cloth(
        smooth([(-120, -320), (-100, -396), (0, -426), (100, -396), (120, -320), (76, -238), (0, -222), (-76, -238)]),
        color,
        weave=fur,
    )
    c.path(smooth([(-72, -280), (0, -316), (72, -280), (50, -236), (0, -228), (-50, -236)]), pale)
    for x, y in ((-40, -384), (0, -400), (40, -384), (-18, -372), (22, -370)):
        c.path(ellipse(x, y, 8, 6), pale, opacity=0.9)
    for x in (-56, 56):
        c.path(f"M{x - 14} -322Q{x} -300 {x + 14} -322", stroke="#3d2c20", width=7)
        c.path(ellipse(x * 1.35, -286, 17, 10), "#f0a58f", opacity=0.6)
    c.path("M-17 -282Q0 -292 17 -282Q10 -262 0 -260Q-10 -262 -17 -282Z", "#4a3527")
    c.path("M0 -260Q-2 -246 -18 -246M0 -260Q2 -246 18 -246", stroke="#4a3527", width=4)
    c.cloth(
        "M-88 -232Q0 -180 88 -232Q104 -204 84 -192Q0 -156 -84 -192Q-104 -204 -88 -232Z",
        "#8fb6c9",
        weave=c.weave("#55798b", 8),
    )


def wipes(c: Canvas) -> None:
    for y, tone in ((0, "#dcebe6"), (-64, "#e8f1ea"), (-128, "#f3f5ee")):
        with c.at(-y * 0.06, y):
            if y == 0:
                c.shadow(220, depth=34)
            d = "M-214 -6Q-226 -40 -208 -66Q0 -84 210 -66Q226 -36 214 -6Q0 12 -214 -6Z"
            c.path(d, c.flat_paint(tone, 0.16))
            c.path(
                "M-214 -6Q-226 -40 -208 -66L-184 -64Q-196 -36 -188 -4ZM214 -6Q226 -40 210 -66L186 -64Q196 -36 190 -4Z",
                "#9cc3b4",
                opacity=0.8,
            )
            c.path("M-180 -34Q0 -22 180 -34", stroke="#8fb8a8", width=9, opacity=0.5)
    with c.at(8, -194):
        c.path("M-206 0Q-150 -90 -60 -96H80Q160 -90 206 0Q0 22 -206 0Z", c.flat_paint("#f7f8f2", 0.1))
        c.path(
            "M-206 0Q-170 -60 -130 -80Q-150 -30 -150 6ZM206 0Q176 -60 136 -80Q150 -30 152 6Z", "#9cc3b4", opacity=0.7
        )
        c.path(rounded(-84, -92, 170, 54, 20), c.flat_paint("#8fb8a8"))
        c.path(ellipse(0, -66, 50, 14), c.flat_paint("#5f8a79"))
        c.cloth(
            "M-34 -66Q-60 -140 -10 -176Q10 -140 44 -170Q60 -120 36 -64Q0 -54 -34 -66Z",
            "#fdfdfb",
            ["M-12 -160Q-6 -110 -10 -70", "M30 -150Q20 -110 22 -66"],
        )
        c.mark(-130, -30, 30, "#5f8a79")


def muslin(c: Canvas, color: str, *, stars: bool) -> None:
    c.shadow(210, depth=34)
    weave = c.weave(dark(color, 0.25), 9)
    for index in range(4):
        y = -index * 50
        d = f"M-196 {y}Q-224 {y - 26} -196 {y - 52}Q0 {y - 66} 192 {y - 52}Q216 {y - 24} 194 {y}Q0 {y + 13} -196 {y}Z"
        c.cloth(
            d,
            (color, light(color, 0.2))[index % 2],
            [f"M{x} {y - 54}Q{x + 12} {y - 26} {x} {y + 4}" for x in (-90, 30, 120)],
            weave=weave,
        )
    over = "M-70 -206Q20 -230 150 -206Q180 -110 176 10Q120 -10 96 22Q60 -6 20 20Q-20 -8 -60 12Q-40 -100 -70 -206Z"
    c.cloth(
        over,
        light(color, 0.1),
        ["M-10 -212Q0 -110 -20 10", "M70 -216Q80 -110 60 14", "M130 -206Q150 -100 132 0"],
        weave=weave,
    )
    if stars:
        for index in range(11):
            x, y = -30 + index * 67 % 180, -184 + index * 43 % 176
            with c.at(x, y, 0.7, index * 20):
                c.path("M0 -17L5 -6L17 -5L8 3L11 15L0 9L-11 15L-8 3L-17 -5L-5 -6Z", "#e6bd62", opacity=0.9)


def train(c: Canvas) -> None:
    c.shadow(290, depth=24)
    c.line([(-280, -40), (-320, -14), (-346, 10), (-300, 26)], "#e0806a", 7)
    c.ball(-300, 26, 17, "#e8a15a")
    for x, tone in ((-250, 3), (-40, 1), (140, 2)):
        with c.at(x, -34):
            c.box(0, 0, 150, 44 if tone != 3 else 70, 66, WOOD, radius=8)
            if tone == 3:
                with c.at(70, -70):
                    c.box(0, 0, 76, 84, 62, TOYS[3], radius=8)
                    c.path(rounded(16, -66, 44, 36, 6), "#fffaf0")
                    with c.at(-6, -86):
                        c.box(0, 0, 90, 14, 66, TOYS[1], radius=5)
                with c.at(34, -84):
                    c.lathe([(-66, 24), (-56, 26), (-30, 16), (0, 16)], TOYS[4], gloss=0.4)
                    c.disc(-66, 24, light(TOYS[4], 0.3), lip=6)
            else:
                for index, dx in enumerate((10, 74)):
                    with c.at(dx + 6, -50):
                        c.box(0, 0, 56, 56, 44, TOYS[(tone + index * 2) % 5], radius=6)
            for dx in (34, 118):
                c.path(ellipse(dx + 5, 12, 32, 32), dark(WOOD, 0.5))
                c.path(ellipse(dx, 12, 32, 32), c.flat_paint("#4a4f5a"))
                c.path(ellipse(dx, 12, 24, 24), c.ball_paint(TOYS[tone]))
                c.ball(dx, 12, 7, WOOD)
        if tone != 2:
            c.path(f"M{x + 160} -52h44", stroke="#8a6242", width=9)
