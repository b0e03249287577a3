# ruff: noqa: E501  (a path stays on one line, or it cannot be read)
"""Personal care and cleaning."""

from knowledge.demo.draw.kit import Canvas, dark, ellipse, light, poly, rounded, smooth

METAL = "#c3c8cd"
INK = "#2b2f38"
_LIQUID = "M-86 -120Q0 -104 88 -120L84 -14Q40 8 0 8Q-50 8 -82 -14Z"


def _head(c: Canvas, color: str) -> None:
    c.lathe([(-120, 9), (-60, 11), (-10, 15), (0, 15)], light(color, 0.4), gloss=0.7)
    c.path(rounded(-15, -170, 30, 58, 13), c.flat_paint(light(color, 0.45)))
    for row in range(6):
        c.path(rounded(-25, -164 + row * 8.4, 14, 5.6, 2), ("#ffffff", "#a9d5e8")[row % 2])
    c.path("M-14 -4H14", stroke=color, width=5)


def toothbrush(c: Canvas, colors: list[str]) -> None:
    c.shadow(150, depth=22)
    for index, color in enumerate(colors):
        with c.at(-104 + index * 104, (-16, 8, -8)[index % 3], 1.06):
            c.shadow(38, strength=0.6)
            c.lathe([(-290, 17), (-262, 31), (-150, 34), (-16, 34), (0, 28)], color)
            c.path(ellipse(0, -190, 14, 14), c.flat_paint(light(color, 0.4)))
            c.path(ellipse(0, -190, 14, 14), stroke=dark(color, 0.2), width=2)
            for step in range(3):
                c.path(ellipse(0, -120 + step * 22, 3.6, 3.6), "#6fd3a8" if step == 0 else dark(color, 0.25))
            with c.at(0, -290):
                _head(c, color)


def brush_heads(c: Canvas, color: str) -> None:
    c.box(-210, 0, 400, 40, 150, light("#d8c3a0", 0.3), radius=8)
    for index in range(4):
        with c.at(-120 + index * 88, -62 - index % 2 * 10, 1.75):
            c.shadow(18, strength=0.7)
            _head(c, (color, "#a9d5e8", "#a9bf98", "#f2b8a8")[index])
    c.mark(-10, -20, 26, "#6b4a33")


def dryer(c: Canvas, color: str) -> None:
    with c.at(10, 0):
        c.shadow(130, depth=22)
        c.line([(26, -40), (70, 10), (190, 16), (260, -30)], INK, 13)
        c.path(
            "M-8 -250L70 -250L58 -30Q24 -12 -4 -30Z",
            c.gradient([(0, light(color, 0.3), 1), (0.3, color, 1), (1, dark(color, 0.36), 1)]),
        )
        for y, tone in ((-190, "#f2b35b"), (-156, "#8fc6e0"), (-122, METAL)):
            c.path(rounded(18, y, 24, 20, 9), c.flat_paint(tone))
        barrel = rounded(-150, -402, 310, 168, 84)
        c.path(
            barrel,
            c.gradient(
                [(0, light(color, 0.5), 1), (0.3, light(color, 0.2), 1), (0.65, color, 1), (1, dark(color, 0.4), 1)],
                (0, 0),
                (0, 1),
            ),
        )
        c.path("M-100 -376H110", stroke="#ffffff", width=12, opacity=0.6, blur=4)
        c.path(ellipse(128, -318, 34, 80), c.flat_paint(dark(color, 0.3)))
        for ring in (0.85, 0.62, 0.4, 0.2):
            c.path(ellipse(130, -318, 34 * ring, 80 * ring), stroke=light(color, 0.3), width=2.4, opacity=0.7)
        c.path(
            "M-130 -386L-210 -372V-266L-130 -250Z", c.gradient([(0, light(INK, 0.4), 1), (1, INK, 1)], (0, 0), (0, 1))
        )
        c.path(ellipse(-212, -319, 12, 53), "#15181f")
        c.path(ellipse(-86, -318, 10, 80), stroke="#d9a441", width=5, opacity=0.8)
        c.mark(-10, -316, 44, dark(color, 0.5), opacity=0.5)
    for index in range(3):
        c.path(f"M-240 {-350 + index * 34}q-30 -10 -54 0t-54 0", stroke="#ffffff", width=6, opacity=0.8)


def soaps(c: Canvas) -> None:
    c.box(-250, 6, 430, 22, 140, "#b98d62", radius=6)
    for x, y, tone, speck in (
        (-190, -60, "#e9b95c", "#c07f26"),
        (-20, -34, "#9db37f", "#5f7f4c"),
        (40, -116, "#efe6d4", "#c9b58e"),
    ):
        with c.at(x, y):
            c.box(-20, 20, 180, 74, 110, tone, radius=14)
            for index in range(16):
                c.path(ellipse(-8 + index * 61 % 158, -44 + index * 37 % 56, 3.4, 2.4), speck, opacity=0.7)
            c.mark(70, -18, 36, dark(tone, 0.3), opacity=0.6)
    for x, y, size in ((150, -186, 26), (196, -214, 16), (-200, -196, 20), (-160, -230, 12), (214, -150, 11)):
        c.path(
            ellipse(x, y, size, size),
            c.glow([(0, "#ffffff", 0.1), (0.7, "#dcecf3", 0.3), (1, "#b9d3df", 0.8)], (0.4, 0.4), 0.6),
        )
        c.path(ellipse(x - size * 0.35, y - size * 0.35, size * 0.22, size * 0.16), "#ffffff")
    for x, turn in ((-214, -30), (-196, 20)):
        with c.at(x, 22, 1, turn):
            c.path("M0 0Q-18 -26 0 -58Q18 -26 0 0Z", c.flat_paint("#7fa07a"))


def dispenser(c: Canvas, color: str) -> None:
    with c.at(-20, 0):
        c.shadow(92)
        c.lathe([(-196, 82), (-180, 90), (-16, 86), (0, 76)], "#e9f0ee", gloss=0.8)
        c.path(_LIQUID, c.gradient([(0, "#6fae9c", 0.7), (0.3, "#bfe3d6", 0.6), (1, "#62a08e", 0.75)]))
        c.path(
            "M-90 -186V-300Q-86 -356 -30 -362H70Q96 -362 96 -340Q96 -318 74 -316Q84 -280 90 -186Q0 -158 -90 -186Z",
            c.gradient(
                [(0, dark(color, 0.2), 1), (0.25, light(color, 0.3), 1), (0.55, color, 1), (1, dark(color, 0.3), 1)]
            ),
        )
        c.path("M-66 -330Q-74 -260 -66 -200", stroke="#ffffff", width=12, opacity=0.6, blur=4)
        c.path(rounded(52, -326, 36, 12, 6), INK)
        c.path(ellipse(-10, -280, 20, 20), c.flat_paint(light(color, 0.3)))
        c.path(ellipse(-10, -280, 20, 20), stroke="#6fd3a8", width=3)
        c.mark(0, -100, 46, "#4c8272", opacity=0.8)
    for index in range(13):
        c.ball(46 + index * 13 % 50, -286 + index * 17 % 40, 9 + index % 3 * 2, "#f6f8f8")
    with c.at(150, 0):
        c.shadow(44)
        c.lathe([(-180, 16), (-150, 44), (-14, 46), (0, 40)], light("#bfe3d6", 0.1), gloss=0.7)
        c.lathe([(-214, 15), (-182, 18)], color)
        c.path(rounded(-30, -120, 58, 66, 6), "#f6f8f8", opacity=0.9)
        c.mark(0, -88, 30, "#4c8272")


def laundry(c: Canvas, color: str, cap: str) -> None:
    c.shadow(150, depth=28)
    body = "M-140 -40V-270Q-136 -330 -70 -346V-380H70V-346Q150 -320 152 -250V-40Q150 0 110 0H-100Q-140 0 -140 -40ZM70 -280Q60 -240 66 -150Q110 -130 116 -190Q120 -260 70 -280Z"
    c.path(
        body,
        c.gradient(
            [(0, dark(color, 0.16), 1), (0.22, light(color, 0.4), 1), (0.55, color, 1), (1, dark(color, 0.28), 1)]
        ),
    )
    c.path(
        "M72 -280Q60 -240 66 -150Q108 -130 114 -190Q118 -256 72 -280Z",
        c.gradient([(0, dark(color, 0.4), 1), (1, dark(color, 0.1), 1)], (0, 0), (0.6, 1)),
    )
    c.path("M-112 -290Q-122 -160 -112 -40", stroke="#ffffff", width=16, opacity=0.6, blur=6)
    c.lathe([(-446, 50), (-436, 58), (-382, 64)], cap, gloss=0.8)
    c.disc(-446, 50, light(cap, 0.25))
    label = rounded(-116, -200, 160, 158, 16)
    c.path(label, "#fbf8f0")
    c.path(
        smooth([(-116, -110), (-70, -134), (-20, -104), (44, -126), (44, -30), (-116, -30)]),
        light(cap, 0.3),
        opacity=0.8,
        clip=label,
    )
    c.mark(-36, -160, 44, dark(cap, 0.3))
    for x, y, size in ((-84, -80, 13), (-40, -66, 9), (6, -86, 15)):
        c.path(ellipse(x, y, size, size), stroke="#ffffff", width=4, opacity=0.9)
    for index in range(3):
        with c.at(176 + index % 2 * 28, -30 - index * 44, 1, index * 30):
            c.path("M0 0Q-22 -8 -20 -26Q-12 -44 6 -36Q26 -40 26 -20Q24 0 0 0Z", c.ball_paint("#fbf8f0"))


def mop(c: Canvas, color: str) -> None:
    c.shadow(200, depth=26)
    c.line([(-70, -36), (10, -330), (64, -540)], METAL, 15)
    c.line([(40, -446), (68, -552)], color, 22)
    with c.at(-84, -26):
        c.path(
            poly([(-150, 14), (110, 14), (160, -22), (-100, -22)]), c.flat_paint("#eef0ee"), stroke="#dfe4e0", width=17
        )
        for index in range(20):
            c.path(f"M{-146 + index * 14} 16l-5 15", stroke="#f7f8f6", width=9)
        c.path(poly([(-120, 4), (84, 4), (116, -22), (-86, -22)]), c.flat_paint(color), stroke=color, width=8)
        c.path(rounded(-14, -50, 40, 40, 10), c.flat_paint(dark(color, 0.25)))
    with c.at(140, 10):
        c.shadow(80)
        c.lathe([(-290, 84), (-270, 88), (-20, 72), (0, 64)], color, gloss=0.5)
        c.disc(-290, 84, light(color, 0.2), lip=10)
        c.path(rounded(-42, -306, 84, 26, 10), c.flat_paint(dark(color, 0.3)))
        c.path("M-30 -240V-60", stroke="#ffffff", width=3, opacity=0.4)
        c.mark(6, -140, 46, light(color, 0.8))


def cloths(c: Canvas, colors: list[str]) -> None:
    c.shadow(210, depth=34)
    for index, color in enumerate(colors * 2):
        y = -index * 30
        d = f"M{-196 + index % 3 * 5} {y}Q-206 {y - 20} -190 {y - 34}H180Q200 {y - 20} {190 - index % 2 * 6} {y}Z"
        c.cloth(d, color, weave=c.weave(dark(color, 0.4), 5))
    top = -len(colors) * 60 - 10
    with c.at(0, top):
        c.cloth(
            "M-160 6Q-60 -60 20 -40Q90 -110 140 -40Q190 -20 176 10Q0 26 -160 6Z",
            colors[-1],
            ["M-60 -40Q-30 -10 -40 10", "M60 -60Q70 -20 50 12", "M120 -50Q110 -10 130 8"],
            weave=c.weave(dark(colors[-1], 0.4), 5),
        )
    c.path(rounded(-30, top + 20, 60, -top - 20, 6), "#f3ead8", opacity=0.95)
    c.mark(0, top / 2 + 10, 36, "#6b4a33")


def combs(c: Canvas, color: str) -> None:
    c.path(rounded(-250, -180, 470, 200, 16), "#2b2a3d", opacity=0.24, blur=14)
    c.slab(rounded(-256, -196, 470, 200, 14), "#ece2cf", depth=0.1)
    c.slab(rounded(-236, -178, 430, 164, 10), "#d9c8a8", depth=0.06)
    with c.at(-20, -84, 1, -10):
        c.path(
            "M-190 20Q-210 -60 -110 -66H60Q120 -66 200 -50Q226 -34 200 -16Q120 6 60 -6V22H-186Z",
            "#1d2233",
            opacity=0.25,
            blur=6,
        )
        c.path(
            "M-194 -10Q-206 -66 -110 -74H50Q120 -74 196 -58Q222 -42 196 -26Q120 -8 52 -14Z",
            c.gradient([(0, light(color, 0.4), 1), (0.5, color, 1), (1, dark(color, 0.3), 1)], (0, 0), (0.2, 1)),
        )
        for index in range(19):
            x = -188 + index * 12.6
            c.path(f"M{x:.0f} -14V{44 - abs(index - 9) * 0.8:.0f}", stroke=dark(color, 0.15), width=6.4)
            c.path(f"M{x - 1.5:.0f} -14V{40 - abs(index - 9) * 0.8:.0f}", stroke=light(color, 0.3), width=2)
        for y, bend in ((-58, 7), (-46, -5), (-34, 6), (-22, -4)):
            c.path(f"M-170 {y}Q-60 {y + bend} 20 {y - 2}T180 {y + 12}", stroke=dark(color, 0.4), width=2, opacity=0.5)
    with c.at(170, 30, 1, 14):
        c.cloth("M-60 -20Q-70 -110 -50 -140H50Q70 -110 60 -20Q0 4 -60 -20Z", "#b9a98a", weave=c.weave("#7d6c4c", 5))
        c.line([(-54, -120), (0, -110), (54, -120)], "#8d6640", 6)
        c.mark(0, -66, 36, "#6b4a33")
