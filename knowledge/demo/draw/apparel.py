# ruff: noqa: E501  (a path stays on one line, or it cannot be read)
"""Clothes, shoes and bags."""

from math import cos

from knowledge.demo.draw.kit import TILT, Canvas, dark, ellipse, light, rounded

WOOD = "#b98d62"
SOLE = "#f1ede5"


def _hanger(c: Canvas) -> None:
    c.line([(0, -500), (0, -528), (20, -540), (26, -562), (8, -574)], "#9aa0a8", 7)
    c.line([(-118, -440), (-60, -474), (0, -504), (60, -474), (118, -440)], WOOD, 15)


def _float_shadow(c: Canvas, half: float) -> None:
    c.path(ellipse(20, 18, half, 18), "#2b2a3d", opacity=0.22, blur=14)


def tee(c: Canvas, color: str) -> None:
    _float_shadow(c, 180)
    _hanger(c)
    weave = c.weave(dark(color, 0.3), 5)
    sleeve = "M-110 -448Q-186 -420 -216 -330L-146 -288L-112 -340Z"
    for flip in (False, True):
        with c.at(0, 0, 1, 0, flip=flip):
            c.cloth(sleeve, dark(color, 0.06 if flip else 0), ["M-140 -400Q-160 -350 -156 -300"], weave=weave)
            c.path("M-210 -338L-148 -300", stroke=dark(color, 0.4), width=1.6, dash="4 4", opacity=0.6)
    body = "M-62 -468Q0 -424 62 -468L116 -446Q140 -380 136 -300L146 -46Q70 -30 0 -36Q-70 -30 -146 -46L-136 -300Q-140 -380 -116 -446Z"
    folds = [
        "M-90 -380Q-60 -200 -100 -60",
        "M40 -360Q20 -200 56 -50",
        "M100 -380Q90 -260 116 -120",
        "M-20 -250Q-50 -140 -24 -50",
    ]
    c.cloth(body, color, folds, weave=weave)
    c.path("M-62 -468Q0 -480 62 -468Q0 -446 -62 -468Z", dark(color, 0.45))
    c.path("M-64 -468Q0 -416 64 -468", stroke=dark(color, 0.12), width=13)
    c.path("M-64 -468Q0 -416 64 -468", stroke=light(color, 0.3), width=4)
    c.path("M-144 -62Q0 -46 144 -62", stroke=dark(color, 0.4), width=1.6, dash="4 4", opacity=0.7)
    c.mark(62, -360, 30, dark(color, 0.4) if color > "#888888" else light(color, 0.6))


def shirt(c: Canvas, color: str) -> None:
    _float_shadow(c, 190)
    _hanger(c)
    weave = c.weave(dark(color, 0.4), 6)
    for flip in (False, True):
        with c.at(0, 0, 1, 0, flip=flip):
            c.cloth(
                "M-108 -448Q-170 -420 -190 -330L-226 -100Q-196 -76 -158 -90L-116 -330Z",
                dark(color, 0.08 if flip else 0.02),
                ["M-150 -400Q-170 -260 -186 -110"],
                weave=weave,
            )
            c.path("M-222 -128Q-192 -106 -154 -118", stroke=dark(color, 0.3), width=3)
    body = "M-62 -470L62 -470L112 -448Q136 -380 132 -280L140 -40Q70 -14 0 -26Q-70 -14 -140 -40L-132 -280Q-136 -380 -112 -448Z"
    c.cloth(
        body,
        color,
        ["M-86 -380Q-60 -200 -92 -50", "M70 -380Q40 -200 80 -44", "M-40 -300Q-60 -160 -40 -40"],
        weave=weave,
    )
    c.path("M0 -440V-28", stroke=dark(color, 0.3), width=24, opacity=0.24)
    c.path("M0 -440V-28", stroke=light(color, 0.4), width=20)
    for y in range(-400, -40, 66):
        c.path(ellipse(0, y, 6, 6), "#d9c3a0", stroke=dark("#d9c3a0", 0.4), width=1)
    c.cloth("M40 -350H104V-282Q72 -262 40 -282Z", light(color, 0.08))
    for flip in (False, True):
        with c.at(0, 0, 1, 0, flip=flip):
            c.cloth("M-62 -474Q-74 -440 -56 -404L0 -438Q-40 -452 -62 -474Z", light(color, 0.2))


def jacket(c: Canvas, color: str) -> None:
    _float_shadow(c, 200)
    for flip in (False, True):
        with c.at(0, 0, 1, 0, flip=flip):
            c.cloth(
                "M-100 -430Q-176 -400 -200 -310L-232 -84Q-198 -58 -154 -74L-116 -320Z",
                dark(color, 0.12 if flip else 0.04),
                ["M-150 -390Q-176 -240 -190 -90", "M-200 -250Q-170 -220 -140 -230"],
            )
            c.path("M-230 -104Q-196 -80 -156 -96", stroke=dark(color, 0.5), width=9)
    c.cloth(
        "M-84 -420Q-110 -540 0 -556Q110 -540 84 -420Q40 -380 0 -384Q-40 -380 -84 -420Z",
        dark(color, 0.1),
        ["M-60 -520Q-80 -460 -70 -420"],
    )
    c.path(
        "M-50 -428Q-66 -514 0 -522Q66 -514 50 -428Q20 -400 0 -400Q-20 -400 -50 -428Z", c.flat_paint(dark(color, 0.5))
    )
    body = "M-84 -430Q0 -380 84 -430L112 -424Q140 -370 134 -280L150 -22Q70 4 0 -4Q-70 4 -150 -22L-134 -280Q-140 -370 -112 -424Z"
    c.cloth(body, color, ["M-90 -370Q-60 -200 -100 -30", "M80 -370Q60 -200 96 -24"])
    c.path("M-140 -330Q0 -290 140 -330V-430H-140Z", dark(color, 0.28), opacity=0.55, clip=body)
    c.path("M0 -400V-6", stroke=dark(color, 0.55), width=10)
    c.path("M0 -400V-6", stroke="#f2b35b", width=3, dash="3 3")
    for x, turn in ((-88, 8), (64, -8)):
        with c.at(x, -150, 1, turn):
            c.path("M0 0L26 90", stroke=dark(color, 0.55), width=8)
            c.path("M2 0V18", stroke="#f2b35b", width=5)
    c.mark(70, -330, 32, light(color, 0.75))
    for x, y in ((-110, -190), (-60, -80), (40, -230), (96, -70), (-30, -150), (-96, -290), (110, -240)):
        c.path(ellipse(x, y, 4, 6), "#ffffff", opacity=0.6)


def sweater(c: Canvas, color: str) -> None:
    _float_shadow(c, 190)
    ribs = c.ribs(dark(color, 0.4), 9)
    for flip in (False, True):
        with c.at(0, 0, 1, 0, flip=flip):
            c.cloth(
                "M-108 -440Q-180 -410 -200 -320L-230 -110Q-196 -84 -152 -98L-118 -310Z",
                dark(color, 0.1 if flip else 0.02),
                ["M-150 -390Q-176 -260 -186 -110"],
                weave=ribs,
            )
            c.cloth("M-230 -116Q-194 -88 -152 -102L-156 -64Q-194 -50 -228 -76Z", dark(color, 0.14), weave=ribs)
    body = "M-72 -462Q0 -424 72 -462L112 -442Q140 -380 136 -290L146 -70Q0 -50 -146 -70L-136 -290Q-140 -380 -112 -442Z"
    c.cloth(body, color, ["M-90 -380Q-64 -220 -100 -80", "M80 -380Q60 -200 96 -76"], weave=ribs)
    for x in (-62, 0, 62):
        for y in range(-400, -80, 38):
            c.path(
                f"M{x - 15} {y}Q{x} {y + 14} {x} {y + 30}M{x + 15} {y}Q{x} {y + 14} {x} {y + 30}",
                stroke=dark(color, 0.35),
                width=6,
                opacity=0.4,
            )
            c.path(f"M{x - 17} {y - 3}Q{x - 3} {y + 11} {x - 3} {y + 26}", stroke="#ffffff", width=3, opacity=0.35)
    c.cloth("M-146 -74Q0 -52 146 -74L144 -34Q0 -14 -144 -34Z", dark(color, 0.12), weave=ribs)
    c.path("M-74 -464Q0 -414 74 -464", stroke=dark(color, 0.2), width=22)
    c.path("M-74 -468Q0 -420 74 -468", stroke=light(color, 0.2), width=6)
    c.path("M-66 -474Q0 -492 66 -474Q0 -440 -66 -474Z", dark(color, 0.5))


def _sneaker(c: Canvas, color: str) -> None:
    c.shadow(190, depth=20)
    sole = "M-196 -36Q-206 -2 -180 0H172Q212 0 212 -30Q212 -48 196 -52Q0 -30 -196 -52Z"
    upper = "M-190 -50Q-206 -110 -186 -176Q-172 -196 -140 -182Q-110 -160 -78 -176Q-30 -150 20 -116Q80 -90 150 -84Q206 -78 204 -44Q0 -34 -190 -50Z"
    c.cloth(
        upper,
        color,
        ["M-150 -160Q-160 -100 -150 -54", "M60 -94Q90 -70 100 -44", "M-60 -160Q-90 -90 -70 -50"],
        weave=c.weave(dark(color, 0.45), 8),
    )
    c.path("M150 -84Q206 -78 204 -44Q160 -40 128 -44Q120 -70 150 -84Z", dark(color, 0.14), opacity=0.7)
    c.path("M-190 -60Q-204 -110 -186 -172L-150 -158Q-160 -100 -140 -48Z", dark(color, 0.22), opacity=0.6)
    c.path(
        "M-184 -178Q-160 -196 -138 -184Q-110 -158 -78 -178Q-90 -150 -130 -150Q-160 -152 -184 -178Z", dark(color, 0.55)
    )
    for index in range(5):
        x, y = -66 + index * 26, -158 + index * 15
        c.line([(x - 12, y + 26), (x + 4, y + 6), (x + 22, y - 2)], SOLE, 8)
    c.slab(sole, SOLE, depth=0.1)
    c.path("M-190 -14Q0 2 206 -16", stroke=dark(color, 0.25), width=5, opacity=0.6)
    for index in range(18):
        c.path(f"M{-176 + index * 21} -6v8", stroke=dark(SOLE, 0.4), width=5, opacity=0.5)
    c.path(
        "M-100 -64Q-60 -120 -20 -64Q30 -110 60 -62",
        stroke=light(color, 0.8) if color < "#aaaaaa" else dark(color, 0.3),
        width=7,
        opacity=0.7,
    )


def sneakers(c: Canvas, color: str) -> None:
    with c.at(40, -92, 0.94):
        _sneaker(c, dark(color, 0.04))
    with c.at(-20, 0, 1.06):
        _sneaker(c, color)


def _boot(c: Canvas, color: str) -> None:
    c.shadow(150, depth=20)
    body = "M-120 -340Q-50 -354 20 -340L26 -190Q40 -130 96 -112Q160 -92 164 -40V-26H-120Q-128 -130 -118 -220Z"
    c.path(
        body,
        c.gradient(
            [(0, dark(color, 0.2), 1), (0.22, light(color, 0.3), 1), (0.45, color, 1), (1, dark(color, 0.3), 1)],
            (0, 0),
            (1, 0.25),
        ),
    )
    c.path("M-84 -330Q-92 -180 -84 -50", stroke="#ffffff", width=16, opacity=0.55, blur=5)
    c.path("M60 -110Q120 -90 140 -50", stroke="#ffffff", width=10, opacity=0.5, blur=4)
    c.path("M-120 -340Q-50 -356 20 -340L20 -318Q-50 -332 -120 -318Z", c.flat_paint(dark(color, 0.2)))
    c.path("M-112 -342Q-50 -354 12 -342Q-50 -332 -112 -342Z", dark(color, 0.6))
    c.path("M-124 -40H170Q176 -2 160 0H-112Q-128 -2 -124 -40Z", c.flat_paint(dark(color, 0.42)))
    for index in range(13):
        c.path(f"M{-112 + index * 22} -12v12", stroke=dark(color, 0.7), width=7)
    c.mark(-54, -240, 38, light(color, 0.8))


def boots(c: Canvas, color: str) -> None:
    with c.at(86, -60, 0.95):
        _boot(c, dark(color, 0.1))
    with c.at(-40, 0):
        _boot(c, color)
    for x, y, size in ((-210, 10, 40), (170, 24, 54)):
        c.path(ellipse(x, y, size, size * 0.24), c.gradient([(0, "#d9e8ef", 0.9), (1, "#9fb9c6", 0.8)]))


def slippers(c: Canvas, color: str) -> None:
    for x, y, flip in ((-104, -26, False), (104, 0, True)):
        with c.at(x, y, 1, 0, flip=flip):
            c.shadow(88, depth=40)
            outline = "M-62 -10Q-84 -60 -68 -130Q-84 -230 -34 -284Q30 -306 62 -246Q86 -180 64 -110Q76 -50 58 -10Q0 22 -62 -10Z"
            with c.at(6, 24):
                c.path(outline, c.flat_paint(dark(color, 0.3)))
            c.path(outline, c.flat_paint(light(color, 0.22), 0.1))
            with c.inside(outline):
                for row in range(12):
                    c.path(
                        f"M-70 {-14 - row * 24}q12 -9 24 0t24 0t24 0t24 0t24 0t24 0",
                        stroke=dark(color, 0.3),
                        width=3,
                        opacity=0.45,
                    )
            strap = "M-88 -92Q-92 -186 -70 -226Q0 -262 70 -220Q94 -170 86 -84Q64 -128 0 -130Q-62 -128 -88 -92Z"
            with c.at(4, 12):
                c.path(strap, "#1d2233", opacity=0.3, blur=6)
            c.slab(strap, dark(color, 0.06), depth=0.28, shine=1)
            c.path("M-64 -176Q-50 -214 0 -222", stroke="#ffffff", width=11, opacity=0.5, blur=4)
            c.path("M-80 -108Q-58 -140 0 -142Q60 -140 80 -102", stroke=dark(color, 0.4), width=3, opacity=0.6)


def backpack(c: Canvas, color: str, accent: str = "#c79a68", *, hiking: bool = False) -> None:
    half, top = (140, -440) if hiking else (136, -390)
    c.shadow(half + 10, depth=26)
    c.line([(-34, top + 6), (-30, top - 44), (30, top - 44), (34, top + 6)], dark(color, 0.4), 14)
    for side in (-1, 1):
        c.line(
            [(side * 90, top + 40), (side * 160, -260), (side * 158, -110), (side * 116, -46)],
            dark(color, 0.5),
            26,
            gloss=0.2,
        )
        c.cloth(
            rounded(side * (half - 4) - 28, -190, 56, 168, 22), dark(color, 0.2), weave=c.weave(dark(color, 0.6), 6)
        )
    body = f"M{-half} -30V{top + 90}Q{-half} {top} -50 {top}H50Q{half} {top} {half} {top + 90}V-30Q{half} 0 {half - 40} 0H{40 - half}Q{-half} 0 {-half} -30Z"
    c.cloth(
        body,
        color,
        [
            f"M{-half + 30} {top + 80}Q{-half + 50} -200 {-half + 26} -30",
            f"M{half - 36} {top + 90}Q{half - 60} -200 {half - 34} -40",
        ],
        weave=c.weave(dark(color, 0.5), 5),
    )
    c.path(f"M{-half + 10} {top + 130}Q0 {top + 96} {half - 10} {top + 130}", stroke=dark(color, 0.6), width=9)
    c.path(f"M{-half + 10} {top + 130}Q0 {top + 96} {half - 10} {top + 130}", stroke=accent, width=2.4, dash="5 4")
    pocket = rounded(-half + 26, -190, 2 * half - 52, 164, 34)
    c.cloth(
        pocket, light(color, 0.06), [f"M{-half + 50} -60Q0 -30 {half - 50} -60"], weave=c.weave(dark(color, 0.5), 5)
    )
    c.path(f"M{-half + 44} -152H{half - 44}", stroke=dark(color, 0.6), width=8)
    c.path(f"M{half - 62} -152v26", stroke=accent, width=7)
    if hiking:
        c.cloth(
            f"M{-half - 4} {top + 64}Q{-half} {top - 26} -40 {top - 34}H40Q{half} {top - 26} {half + 4} {top + 64}Q0 {top + 100} {-half - 4} {top + 64}Z",
            dark(color, 0.14),
            weave=c.weave(dark(color, 0.5), 5),
        )
        for x in (-66, 66):
            c.path(f"M{x} {top + 70}V-120", stroke=dark(color, 0.6), width=12)
            c.path(rounded(x - 13, top + 100, 26, 22, 5), c.flat_paint(accent))
        c.path(f"M{-half + 30} {top + 190}l40 24l-40 24l40 24", stroke=accent, width=5)
    c.path(rounded(-24, -112, 48, 48, 8), c.flat_paint(accent))
    c.mark(0, -88, 32, dark(accent, 0.6))


def tote(c: Canvas, color: str) -> None:
    c.shadow(160, depth=26)
    for y, share in ((-20, 0.25), (0, 0)):
        c.line(
            [(-70, -300 + y), (-64, -440 + y), (0, -476 + y), (64, -440 + y), (70, -300 + y)],
            dark(color, share + 0.05),
            19,
            gloss=0.3,
        )
    c.path("M-150 -312H158L150 -290H-146Z", dark(color, 0.5))
    body = "M-160 -300Q0 -288 160 -300L148 -18Q0 10 -148 -18Z"
    c.cloth(
        body,
        color,
        ["M-110 -296Q-90 -160 -120 -20", "M90 -296Q70 -170 104 -16", "M-20 -200Q10 -100 -30 -6"],
        weave=c.weave(dark(color, 0.45), 6),
    )
    for x in (-78, 62):
        c.path(rounded(x, -304, 18, 62, 4), c.flat_paint(dark(color, 0.06)))
    ink = light(color, 0.85) if color < "#999999" else "#4f6b5a"
    c.path(ellipse(0, -140, 62, 62), stroke=ink, width=4, opacity=0.85)
    c.mark(0, -140, 62, ink)
    c.path("M-30 -60H30M-16 -46H16", stroke=ink, width=4, opacity=0.7)


def scarf(c: Canvas, color: str) -> None:
    c.shadow(190, depth=34)
    ribs = c.ribs(dark(color, 0.4), 7)
    c.cloth("M-40 -120L70 -110L112 30Q50 50 4 36Z", dark(color, 0.12), ["M20 -110Q40 -30 60 36"], weave=ribs)
    for index in range(11):
        c.path(f"M{10 + index * 10} 38l{3 * cos(index):.0f} 30", stroke=color, width=4)
    for index, (half, y) in enumerate(((186, -60), (172, -124), (150, -182))):
        tone = (dark(color, 0.1), color, light(color, 0.12))[index]
        band = f"M{-half} {y}Q{-half - 20} {y - 50} {-half + 30} {y - 66}Q0 {y - 96} {half - 30} {y - 66}Q{half + 20} {y - 40} {half} {y + 4}Q0 {y + 62} {-half} {y}Z"
        c.cloth(band, tone, [f"M{-half + 20} {y - 14}Q0 {y + 40} {half - 20} {y - 10}"], weave=ribs)
    c.path(ellipse(0, -246, 92, 18), dark(color, 0.5), opacity=0.8)
    c.path(rounded(96, -90, 42, 28, 4), "#f3ead8")
    c.mark(117, -76, 20, "#6b4a33")


def bucket_hat(c: Canvas, color: str) -> None:
    c.shadow(200, depth=30)
    weave = c.weave(dark(color, 0.4), 6)
    brim = "M-216 -40Q-150 -150 0 -150Q150 -150 216 -40Q120 14 0 14Q-120 14 -216 -40Z"
    c.cloth(brim, color, ["M-160 -60Q-90 -30 -60 0", "M150 -70Q110 -30 70 2"], weave=weave)
    for inset in (16, 32, 48):
        c.path(
            f"M{-216 + inset * 1.5} {-42 + inset * 0.1}Q0 {44 - inset * 2} {216 - inset * 1.5} {-42 + inset * 0.1}",
            stroke=dark(color, 0.4),
            width=1.6,
            dash="5 4",
            opacity=0.6,
        )
    c.cloth(
        "M-140 -96Q-130 -226 -86 -244Q0 -262 86 -244Q130 -226 140 -96Q0 -40 -140 -96Z",
        light(color, 0.06),
        ["M-90 -230Q-110 -150 -106 -90", "M70 -240Q90 -150 84 -84"],
        weave=weave,
    )
    c.path(ellipse(0, -242, 88, 88 * TILT), light(color, 0.3), opacity=0.7)
    c.path("M-141 -112Q0 -52 141 -112", stroke=dark(color, 0.35), width=12, opacity=0.7)
    c.path(rounded(52, -150, 46, 32, 4), "#f3ead8")
    c.mark(75, -134, 22, "#5f7f6b")


def socks(c: Canvas, colors: list[str]) -> None:
    c.shadow(230, depth=20)
    for index, color in enumerate(colors):
        with c.at(-190 + index * 78, (-18, 0)[index % 2], 0.98, -5 + index * 2.2):
            ribs = c.ribs(dark(color, 0.4), 6)
            leg = "M-42 -330H34V-150Q34 -120 70 -86Q110 -50 92 -20Q70 8 30 -6Q-20 -30 -40 -80Q-46 -120 -42 -330Z"
            c.cloth(leg, color, ["M-20 -200Q-10 -110 10 -70"], weave=c.weave(dark(color, 0.4), 5))
            c.cloth("M-44 -336H36V-280H-44Z", dark(color, 0.1), weave=ribs)
            c.path("M-40 -92Q-20 -140 20 -120Q0 -80 -30 -60Q-38 -76 -40 -92Z", dark(color, 0.3), opacity=0.5)
            c.path("M94 -24Q70 8 36 -4Q52 -44 86 -62Q100 -44 94 -24Z", dark(color, 0.3), opacity=0.5)
    band = "M-246 -196Q0 -172 176 -190L184 -140Q0 -120 -240 -146Z"
    c.slab(band, "#f3ead8", depth=0.06)
    c.mark(-34, -158, 34, "#6b4a33")
    c.path("M-190 -164L-90 -158M24 -158L124 -162", stroke="#6b4a33", width=4, opacity=0.6)
