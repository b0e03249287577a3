"""Digital accessories."""

from knowledge.demo.draw.kit import Canvas, dark, ellipse, light, poly, rounded, smooth, turned

METAL = "#c7ccd1"
INK = "#2b2f38"


def earbuds(c: Canvas, color: str) -> None:
    c.shadow(120, depth=24)
    case = "M-124 -70Q-124 -150 -60 -150H60Q124 -150 124 -70Q124 0 60 0H-60Q-124 0 -124 -70Z"
    lid = "M-120 -160Q-126 -284 -60 -292H60Q126 -284 120 -160Q0 -136 -120 -160Z"
    c.slab(lid, light(color, 0.1), depth=0.2, shine=1)
    c.path("M-104 -168Q-108 -262 -56 -272H56Q108 -262 104 -168Q0 -150 -104 -168Z", c.flat_paint(dark(color, 0.3)))
    c.path(ellipse(0, -148, 118, 22), c.flat_paint(dark(color, 0.34)))
    for x, turn in ((-52, -8), (52, 8)):
        with c.at(x, -150, 1, turn):
            c.path(rounded(-15, -66, 30, 80, 14), c.flat_paint(light(color, 0.16)))
            c.ball(0, -76, 32, light(color, 0.12))
            c.path(ellipse(0, -94, 17, 6), c.flat_paint(INK))
            c.path("M-8 -56V-10", stroke="#ffffff", width=5, opacity=0.6, blur=1)
    c.slab(case, color, depth=0.22, shine=1)
    c.path("M-96 -120Q-110 -70 -88 -30", stroke="#ffffff", width=14, opacity=0.6, blur=5)
    c.path(ellipse(0, -92, 5, 5), "#6fd3a8")
    c.mark(0, -50, 32, dark(color, 0.4), opacity=0.5)


def headphones(c: Canvas, color: str) -> None:
    c.shadow(170, depth=24)
    c.line([(-136, -170), (-142, -320), (-80, -430), (0, -458), (80, -430), (142, -320), (136, -170)], color, 34)
    c.line([(-112, -360), (-60, -420), (0, -436), (60, -420), (112, -360)], dark(color, 0.3), 24, gloss=0.2)
    for side in (-1, 1):
        with c.at(0, 0, 1, 0, flip=side > 0):
            c.path(rounded(-150, -230, 26, 90, 10), c.flat_paint(METAL))
            c.path(
                ellipse(-112, -110, 46, 108),
                c.gradient([(0, dark(color, 0.2), 1), (0.5, dark(color, 0.45), 1), (1, dark(color, 0.6), 1)]),
            )
            c.path(ellipse(-148, -110, 52, 106), c.ball_paint(color))
            c.path(ellipse(-152, -112, 38, 86), stroke=light(color, 0.4), width=2.5, opacity=0.6)
            c.mark(-152, -110, 34, light(color, 0.6), opacity=0.7)


def charger(c: Canvas, color: str) -> None:
    c.shadow(150, depth=24)
    c.box(-116, 0, 196, 196, 150, color)
    for y in (-152, -104):
        c.path(rounded(-60, y, 66, 24, 12), c.flat_paint(dark(color, 0.3)))
        c.path(rounded(-53, y + 7, 52, 10, 5), INK)
        c.path(f"M-84 {y + 12}h8", stroke="#f2b35b", width=4)
    c.path(rounded(-56, -60, 58, 30, 5), c.flat_paint(dark(color, 0.3)))
    c.path(rounded(-50, -54, 46, 14, 2), "#e28a45")
    for y in (-180, -130):
        c.path(poly([(140, y + 10), (196, y - 10), (196, y + 2), (140, y + 24)]), c.flat_paint(METAL))
        c.path(poly([(140, y + 10), (196, y - 10), (196, y - 6), (140, y + 15)]), light(METAL, 0.7))
    c.mark(44, -168, 24, dark(color, 0.45), opacity=0.6)


def cable(c: Canvas, color: str) -> None:
    c.path(ellipse(20, -60, 210, 60), "#2b2a3d", opacity=0.25, blur=16)
    for index in range(4):
        half = 190 - index * 24
        c.path(ellipse(0, -100 - index * 14, half, half * 0.5), stroke=dark(color, 0.4), width=21)
        c.path(ellipse(-1, -102 - index * 14, half, half * 0.5), stroke=color, width=16)
        c.path(
            ellipse(-1, -102 - index * 14, half, half * 0.5),
            stroke=light(color, 0.5),
            width=12,
            dash="3 6",
            opacity=0.8,
        )
    for points, x, y, turn in (
        ([(188, -110), (214, -40), (150, 10), (60, 24)], 40, 26, -96),
        ([(-120, -150), (-210, -230), (-160, -300), (-80, -310)], -70, -310, 88),
    ):
        c.line(points, color, 17)
        with c.at(x, y, 1, turn):
            c.path(rounded(-15, -72, 30, 76, 10), c.flat_paint(METAL))
            c.path("M-7 -66V-6", stroke="#ffffff", width=4, opacity=0.8)
            c.path(rounded(-11, -100, 22, 32, 8), c.flat_paint(dark(METAL, 0.12)))
            c.path(rounded(-6, -99, 12, 8, 3), INK)
    c.path(rounded(-26, -62, 52, 70, 10), c.flat_paint(dark(color, 0.34)))
    c.mark(0, -26, 26, light(color, 0.7))


def power_bank(c: Canvas, color: str) -> None:
    with c.at(-20, 0):
        c.shadow(140, depth=20)
        c.path(rounded(-112, -386, 236, 386, 34), c.flat_paint(dark(color, 0.35)))
        c.slab(rounded(-126, -390, 232, 386, 34), color, depth=0.2, shine=0.8)
        c.path(rounded(-86, -346, 142, 64, 10), INK)
        for index, height in enumerate((18, 26, 34)):
            c.path(rounded(-70 + index * 20, -298 - height, 12, height, 3), "#7fe0c2")
        c.path("M16 -328h24M16 -314h24M16 -300h14", stroke="#9fb0bd", width=4)
        c.mark(-15, -170, 60, light(color, 0.6) if color < "#999999" else dark(color, 0.4), opacity=0.6)
        c.path("M-96 -250V-40", stroke="#ffffff", width=10, opacity=0.25, blur=4)
        c.path("M-92 -20H72", stroke=dark(color, 0.3), width=3, opacity=0.6)
    c.line([(60, -372), (150, -420), (190, -300), (170, -120), (186, -40)], dark(color, 0.2), 15)
    with c.at(187, -20, 1, 176):
        c.path(rounded(-15, -40, 30, 62, 9), c.flat_paint(METAL))
        c.path(rounded(-10, -62, 20, 26, 7), c.flat_paint(dark(METAL, 0.2)))


def magnetic_bank(c: Canvas, color: str) -> None:
    c.shadow(150, depth=20)
    with c.at(-70, 0, 1, -6):
        c.slab(rounded(-110, -420, 220, 410, 36), "#4b5563", depth=0.2)
        c.path(rounded(-92, -402, 72, 78, 20), c.flat_paint("#3b434f"))
        for x, y in ((-74, -382), (-40, -382), (-57, -350)):
            c.ball(x, y, 13, "#222831")
    with c.at(60, 0, 1, 7):
        c.slab(rounded(-104, -330, 214, 324, 40), dark(color, 0.25), depth=0.1)
        c.slab(rounded(-110, -334, 212, 324, 40), color, depth=0.18, shine=1)
        c.path(ellipse(-4, -200, 74, 74), stroke=dark(color, 0.22), width=13)
        c.path(ellipse(-5, -202, 74, 74), stroke=light(color, 0.5), width=4)
        c.path("M-4 -124V-92", stroke=dark(color, 0.22), width=13)
        for index in range(4):
            c.path(ellipse(-42 + index * 24, -46, 5, 5), "#6fd3a8" if index < 3 else dark(color, 0.3))
        c.path("M-84 -296Q-92 -180 -84 -60", stroke="#ffffff", width=14, opacity=0.5, blur=6)


def keyboard(c: Canvas, color: str) -> None:
    with c.at(0, -40, 1, -5):
        c.path(rounded(-290, -150, 600, 210, 26), "#2b2a3d", opacity=0.35, blur=16)
        c.path(rounded(-300, -176, 600, 222, 24), c.flat_paint(dark(color, 0.32)))
        c.slab(rounded(-300, -190, 600, 216, 24), dark(color, 0.1), depth=0.12)
        c.path(rounded(-284, -176, 568, 186, 14), dark(color, 0.5))
        wide = {(4, 0): 1.6, (3, 0): 2.1, (2, 0): 1.7, (1, 0): 1.4, (4, 3): 6.0}
        for row in range(5):
            x, column = -278.0, 0
            while x < 262:
                units = wide.get((row, column), 1.0)
                width = min(35.5 * units - 3, 278 - x)
                y = -170 + row * 36
                tone = (
                    "#e8a15a" if (row, column) == (0, 0) else "#e9e2d2" if units > 1 or x > 236 else light(color, 0.3)
                )
                c.path(rounded(x, y + 4, width, 31, 6), dark(tone, 0.3))
                c.path(rounded(x + 1.5, y, width - 3, 27, 7), c.flat_paint(tone, 0.1))
                x += 35.5 * units
                column += 1


def mouse(c: Canvas, color: str) -> None:
    c.shadow(150, depth=54)
    shape = "M-120 -50Q-136 -210 -50 -268Q0 -292 50 -268Q136 -210 120 -50Q80 10 0 12Q-80 10 -120 -50Z"
    with c.at(0, 12):
        c.path(shape, dark(color, 0.45))
    c.path(shape, c.ball_paint(color))
    c.path("M-118 -140Q0 -110 118 -140", stroke=dark(color, 0.4), width=3)
    c.path("M0 -280V-124", stroke=dark(color, 0.4), width=3)
    c.path(rounded(-13, -246, 26, 74, 13), dark(color, 0.5))
    c.path(rounded(-9, -238, 18, 56, 9), c.flat_paint("#59606c"))
    for index in range(6):
        c.path(f"M-7 {-230 + index * 9}h14", stroke=INK, width=2.4)
    c.path("M-84 -200Q-106 -130 -92 -70", stroke="#ffffff", width=18, opacity=0.55, blur=7)
    c.mark(0, -54, 40, dark(color, 0.5), opacity=0.45)


def speaker(c: Canvas, color: str) -> None:
    c.shadow(116)
    body = [(-330, 96), (-306, 114), (-26, 114), (0, 94)]
    c.lathe(body, color, gloss=0.35)
    outline = turned(body)
    with c.inside(outline):
        for row in range(34):
            for column in range(26):
                x = -118 + column * 9.4 + (4.7 if row % 2 else 0)
                c.path(ellipse(x, -316 + row * 9.4, 2.1, 2.1), dark(color, 0.5), opacity=0.4)
    c.lathe([(-344, 88), (-330, 97)], dark(color, 0.35), gloss=0.4)
    c.disc(-344, 88, dark(color, 0.3))
    for x, sign in ((-38, "M-8 0H8"), (0, "M-6 -5L7 0L-6 5Z"), (38, "M-8 0H8M0 -5V5")):
        with c.at(x, -344):
            c.path(sign, stroke=light(color, 0.6), width=3.4)
    c.line([(100, -320), (150, -300), (146, -190), (108, -176)], "#e8a15a", 15)
    c.path(rounded(-50, -190, 100, 70, 14), c.flat_paint(dark(color, 0.2)))
    c.mark(0, -152, 52, light(color, 0.85))


def laptop_stand(c: Canvas, color: str) -> None:
    c.shadow(220, depth=34)
    c.path(
        poly([(-220, -6), (160, -6), (230, -56), (-150, -56)]),
        c.flat_paint(dark(color, 0.06)),
        stroke=dark(color, 0.2),
        width=8,
    )
    for x in (-160, 130):
        c.line([(x, -22), (x + 50, -180)], color, 24)
        c.line([(x + 76, -42), (x + 30, -170)], dark(color, 0.15), 20)
        c.ball(x + 36, -112, 12, dark(color, 0.3))
    c.path(
        poly([(-230, -176), (180, -176), (252, -246), (-158, -246)]),
        c.flat_paint(light(color, 0.15)),
        stroke=dark(color, 0.1),
        width=10,
    )
    c.path(
        poly([(-218, -196), (176, -196), (240, -252), (-152, -252)]),
        c.flat_paint("#8b929a", 0.1),
        stroke="#a9b0b7",
        width=7,
    )
    screen = [(-152, -256), (238, -256), (216, -494), (-170, -494)]
    c.path(poly(screen), INK, stroke="#a9b0b7", width=12)
    face = poly([(-142, -268), (226, -268), (206, -482), (-158, -482)])
    c.path(face, c.gradient([(0, "#9fc6c0", 1), (0.5, "#e8d7b4", 1), (1, "#d99a78", 1)], (0, 0), (1, 1)))
    with c.inside(face):
        c.path(
            smooth([(-170, -330), (-60, -400), (20, -340), (120, -410), (240, -340), (240, -240), (-170, -240)]),
            "#5f7f6b",
            opacity=0.7,
        )
        c.path(
            smooth([(-170, -290), (-20, -330), (100, -290), (240, -320), (240, -240), (-170, -240)]),
            "#41604f",
            opacity=0.8,
        )
    for x in (-206, 160):
        c.path(rounded(x, -192, 26, 22, 6), c.flat_paint(dark(color, 0.1)))
