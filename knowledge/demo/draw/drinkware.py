"""Cups, flasks, pots and what cleans them."""

from knowledge.demo.draw.kit import TILT, Canvas, Point, dark, ellipse, light, rounded, smooth, turned

STEEL = "#c3c8cd"
WOOD = "#c79a68"


def flip_bottle(c: Canvas, color: str) -> None:
    c.shadow(76)
    c.lathe([(-400, 70), (-388, 78), (-14, 78), (0, 68)], color)
    c.lathe([(-410, 71), (-398, 72)], STEEL)
    c.lathe([(-462, 62), (-452, 70), (-412, 71)], light(color, 0.12))
    c.disc(-462, 62, light(color, 0.2))
    c.path(rounded(-17, -450, 34, 26, 9), c.flat_paint(dark(color, 0.22)))
    c.path(rounded(-9, -444, 18, 8, 4), light(color, 0.3), opacity=0.8)
    c.line([(-52, -462), (-50, -505), (0, -520), (50, -505), (52, -462)], dark(color, 0.1), 15)
    c.mark(0, -210, 44, light(color, 0.75))


def flask(c: Canvas, color: str) -> None:
    c.shadow(88)
    c.lathe([(-430, 60), (-372, 88), (-18, 90), (0, 80)], color)
    c.path(turned([(-36, 90.5), (-18, 90.5), (0, 80)]), c.round_paint(dark(color, 0.35)))
    c.lathe([(-440, 62), (-428, 62)], STEEL)
    c.lathe([(-528, 56), (-518, 64), (-442, 64)], STEEL)
    c.disc(-528, 56, light(STEEL, 0.3))
    for y in (-500, -488, -476):
        c.path(f"M-64 {y}A64 {64 * TILT:.1f} 0 0 0 64 {y}", stroke="#7d858d", width=2, opacity=0.5)
    c.mark(0, -220, 50, light(color, 0.7))


def slim_bottle(c: Canvas, color: str) -> None:
    c.shadow(62)
    c.lathe([(-352, 50), (-330, 64), (-12, 64), (0, 56)], color, gloss=0.6)
    c.lathe([(-418, 46), (-408, 52), (-354, 52)], dark(color, 0.08), gloss=0.6)
    c.disc(-418, 46, light(color, 0.3))
    c.line([(40, -400), (84, -380), (92, -330), (66, -300)], dark(color, 0.25), 9)
    c.mark(0, -180, 36, light(color, 0.8))


def sports_bottle(c: Canvas, color: str) -> None:
    c.shadow(82)
    body = [(-372, 62), (-330, 82), (-236, 82), (-206, 74), (-176, 82), (-16, 82), (0, 70)]
    c.path(
        turned([(-250, 80), (-236, 80), (-206, 72), (-176, 80), (-16, 80), (0, 68)]),
        c.round_paint(light(color, 0.5)),
        opacity=0.5,
    )
    c.glass(body, light(color, 0.35), 1.25)
    for index in range(7):
        c.path(f"M34 {-60 - index * 38}h{26 if index % 2 else 16}", stroke="#ffffff", width=3, opacity=0.9)
    c.lathe([(-428, 56), (-418, 66), (-370, 66)], color)
    c.disc(-428, 56, light(color, 0.2))
    c.lathe([(-458, 20), (-430, 24)], light(color, 0.3))
    c.disc(-458, 20, light(color, 0.5))
    c.line([(60, -400), (108, -404), (116, -350), (78, -318)], color, 16)


def tea_tumbler(c: Canvas, lid: str) -> None:
    c.shadow(74)
    c.path(
        turned([(-330, 62), (-86, 62)]), c.gradient([(0, "#b6892e", 0.8), (0.3, "#e8c468", 0.6), (1, "#a9791f", 0.85)])
    )
    c.path(ellipse(0, -330, 62, 62 * TILT), "#e9cd7d", opacity=0.9)
    for x, y, turn in ((-30, -52, 20), (8, -40, -30), (34, -58, 60), (-8, -66, 80), (26, -36, 10), (-40, -38, -50)):
        with c.at(x, y, 1, turn):
            c.path("M-16 0Q0 -9 16 0Q0 8 -16 0Z", c.flat_paint("#5f7f3c"))
    c.lathe([(-84, 62), (-70, 62)], STEEL)
    c.glass([(-400, 72), (-14, 72), (0, 62)])
    c.lathe([(-446, 66), (-438, 74), (-398, 74)], lid, gloss=0.5)
    c.disc(-446, 66, light(lid, 0.2))
    c.lathe([(-18, 74), (0, 68)], lid, gloss=0.4)


def mug(c: Canvas, color: str) -> None:
    c.shadow(112)
    c.line([(98, -196), (176, -196), (182, -86), (88, -56)], "#f3efe6", 30)
    c.lathe([(-236, 110), (-40, 108), (-12, 98), (0, 82)], "#f4f0e8", gloss=0.7, streak=False)
    outline = turned([(-236, 110), (-40, 108), (-12, 98), (0, 82)])
    hills = (
        (-116, 0.28, [(-130, -150), (-60, -188), (-10, -140), (50, -178), (130, -134)]),
        (-80, 0.62, [(-130, -90), (-70, -128), (0, -84), (70, -122), (130, -84)]),
        (-40, 1.0, [(-130, -46), (-50, -74), (30, -42), (130, -66)]),
    )
    for _base, share, crest in hills:
        points: list[Point] = [*crest, (150, 40), (-150, 40)]
        c.path(smooth(points), light(color, 1 - share), opacity=0.85, clip=outline)
    c.path(
        outline, c.gradient([(0, "#1d2233", 0.2), (0.3, "#ffffff", 0.3), (0.55, "#ffffff", 0), (1, "#1d2233", 0.32)])
    )
    c.disc(-236, 110, "#f4f0e8", lip=8)
    c.lathe([(-262, 106), (-240, 108)], WOOD, gloss=0.3, streak=False)
    c.disc(-262, 106, light(WOOD, 0.15))
    c.path("M-70 -266Q0 -280 70 -262", stroke=dark(WOOD, 0.3), width=2, opacity=0.5)
    c.line([(44, -262), (74, -330), (88, -368)], STEEL, 9)


def travel_mug(c: Canvas, color: str) -> None:
    c.shadow(74)
    c.lathe([(-300, 96), (-40, 76), (-10, 74), (0, 66)], color, gloss=0.7)
    c.lathe([(-316, 97), (-302, 97)], STEEL)
    c.lathe([(-352, 84), (-342, 96), (-316, 97)], dark(color, 0.6), gloss=0.5)
    c.disc(-352, 84, dark(color, 0.5))
    c.path(ellipse(0, -354, 30, 30 * TILT), c.flat_paint(dark(color, 0.3)))
    c.path(turned([(-190, 88.5), (-120, 83)]), c.round_paint(dark(color, 0.22), 0.3))
    c.mark(0, -155, 40, light(color, 0.85))


def glass_teapot(c: Canvas) -> None:
    c.shadow(140)
    body = [(-214, 74), (-180, 128), (-90, 152), (-20, 124), (0, 96)]
    c.line([(-130, -84), (-196, -120), (-212, -196), (-236, -214)], "#d5e4e6", 22, gloss=0.9)
    c.line([(118, -170), (206, -178), (214, -74), (128, -52)], "#d5e4e6", 18, gloss=0.9)
    tea = [(-138, 142), (-90, 147), (-20, 120), (0, 92)]
    c.path(turned(tea), c.gradient([(0, "#8c5a1c", 0.92), (0.3, "#e0a24a", 0.8), (1, "#7d4c14", 0.95)]))
    c.path(ellipse(0, -138, 142, 142 * TILT), c.gradient([(0, "#f2cf86", 0.95), (1, "#c48a35", 0.95)]))
    for x, y in ((-40, -140), (20, -146), (62, -136)):
        with c.at(x, y):
            for turn in range(0, 360, 72):
                with c.at(0, 0, 1, turn):
                    c.path("M0 0Q6 -8 0 -15Q-6 -8 0 0Z", "#fffaf0")
            c.ball(0, 0, 3, "#e9c25a")
    c.path(
        turned([(-214, 56), (-130, 46)]),
        c.gradient([(0, "#8d949a", 0.8), (0.3, "#eef1f3", 0.75), (1, "#858c92", 0.85)]),
    )
    c.glass(body)
    c.glass([(-238, 40), (-216, 78)], "#cfe3e6", 1.4)
    c.ball(0, -252, 16, WOOD)


def celadon_set(c: Canvas, color: str) -> None:
    c.box(-270, 0, 470, 22, 190, WOOD, radius=8)
    with c.at(30, -64):
        c.shadow(92, strength=0.8)
        c.line([(-70, -62), (-122, -92), (-140, -132)], color, 24)
        c.line([(74, -110), (140, -112), (138, -44), (78, -32)], color, 17)
        c.lathe([(-146, 44), (-120, 84), (-60, 98), (-14, 80), (0, 58)], color)
        c.lathe([(-166, 22), (-150, 46)], light(color, 0.1))
        c.disc(-166, 22, light(color, 0.2))
        c.ball(0, -178, 13, color)
    for x, y in ((-200, -36), (-110, -20), (170, -20), (230, -52)):
        with c.at(x, y):
            c.shadow(30, strength=0.7)
            c.lathe([(-46, 40), (-14, 30), (0, 20)], color)
            c.disc(-46, 40, light(color, 0.3), lip=4)
            c.path(ellipse(0, -44, 33, 33 * TILT), "#c9a14c", opacity=0.75)


def brushes(c: Canvas, color: str) -> None:
    c.shadow(104)
    for x, head, tilt in ((-50, 0, -11), (8, 1, 1), (50, 2, 12)):
        with c.at(x, -8, 1, tilt):
            c.line([(0, -40), (0, -280)], color, 22 if head == 0 else 15)
            c.path(ellipse(0, -20, 9, 13), stroke=dark(color, 0.1), width=7)
            if head == 0:
                c.lathe([(-470, 26), (-450, 48), (-320, 48), (-284, 20)], "#eac76a", gloss=0.2, streak=False)
                for index in range(26):
                    c.path(
                        ellipse(-30 + index * 37 % 62, -450 + index * 53 % 150, 3.4, 3),
                        dark("#eac76a", 0.25),
                        opacity=0.5,
                    )
            else:
                half, top = (26, -420) if head == 1 else (13, -440)
                c.line([(0, -280), (0, top)], "#b9bec4", 5)
                for index in range(22):
                    y = top + index * (-280 - top) / 22
                    c.path(f"M{-half} {y + 8:.0f}Q0 {y - 4:.0f} {half} {y + 8:.0f}", stroke=light(color, 0.55), width=5)
    c.lathe([(-170, 100), (-20, 92), (0, 84)], "#f0ebe2", gloss=0.7)
    c.mark(0, -84, 48, dark(color, 0.2))
