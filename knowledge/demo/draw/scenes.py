# ruff: noqa: E501  (a path stays on one line, or it cannot be read)
"""Which drawing shows which product: one scene a product id, in the colours of its variants."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.demo.draw import (
    apparel,
    appliances,
    baby,
    care,
    digital,
    drinkware,
    food,
    outdoor,
    pets,
    textiles,
)
from knowledge.demo.draw.kit import Canvas, podium, studio

Paint = Callable[[Canvas, str], None]

WHITE, CREAM, OAT, BLACK, GREY = "#eeeae2", "#f0e4cf", "#e6d9c3", "#363a42", "#8a8f96"
PINE, SAGE, MINT, PEA, OLIVE, MOSS = "#55776a", "#9db3a1", "#a9d3bf", "#a9bf8f", "#7b8152", "#7f9670"
PINK, PEACH, LILAC, CORAL, RUST, ORANGE = "#e8bdc0", "#f2b49f", "#c3b0dd", "#e79b88", "#c77f58", "#e0915a"
HAZE, SKY, SEA, NAVY, INDIGO, SAND = "#a5bccd", "#6fb1de", "#a9c9d8", "#33486b", "#445f8c", "#d4bd98"
BROWN, YELLOW, SILVER, WOOD = "#b07a4d", "#efc85e", "#b9bfc5", "#c79a68"

SAGE_ROOM, CREAM_ROOM, BLUE_ROOM, CLAY_ROOM, STONE_ROOM = "#c9d5c6", "#e6d6bd", "#c7d5e2", "#e5cdbb", "#cfd4da"
MEADOW_ROOM, WATER_ROOM, HONEY_ROOM, BLUSH_ROOM, LINEN_ROOM = "#c8d8bb", "#c9dfdc", "#eed7ab", "#f0d3ca", "#e0d4c0"


@dataclass(frozen=True, slots=True)
class Scene:
    tone: str
    prop: str
    draw: Callable[[Canvas], None]

    def svg(self) -> str:
        canvas = Canvas()
        studio(canvas, self.tone, self.prop)
        self.draw(canvas)
        return canvas.svg()


def one(
    paint: Callable[[Canvas], None], scale: float = 1.25, y: float = 680, x: float = 400
) -> Callable[[Canvas], None]:
    """One thing in the middle."""

    def draw(canvas: Canvas) -> None:
        with canvas.at(x, y, scale):
            paint(canvas)

    return draw


def row(
    paint: Paint, colors: Sequence[str], step: float, scale: float = 1.2, y: float = 700
) -> Callable[[Canvas], None]:
    """The first colour in front in the middle, the others beside it, further back."""

    middle = 400 + (step / 2 if len(colors) % 2 == 0 else 0)

    def draw(canvas: Canvas) -> None:
        sides = [-1, 1, -2, 2]
        for index in range(len(colors) - 1, 0, -1):
            side = sides[index - 1]
            depth = abs(side)
            with canvas.at(middle + side * step, y - 40 * depth, scale * (1 - 0.09 * depth)):
                paint(canvas, colors[index])
        with canvas.at(middle, y, scale):
            paint(canvas, colors[0])

    return draw


def pair(
    paint: Paint, front: str, back: str, step: float, scale: float = 1.15, y: float = 700
) -> Callable[[Canvas], None]:
    """Two of a kind: one in front on the left, one behind it on the right."""

    def draw(canvas: Canvas) -> None:
        with canvas.at(400 + step, y - 52, scale * 0.9):
            paint(canvas, back)
        with canvas.at(400 - step, y, scale):
            paint(canvas, front)

    return draw


def raised(
    paint: Callable[[Canvas], None], stone: str, scale: float = 1.2, half: float = 240
) -> Callable[[Canvas], None]:
    """One thing on a low plinth."""

    def draw(canvas: Canvas) -> None:
        with canvas.at(400, 668):
            podium(canvas, stone, half)
            with canvas.at(0, 6, scale):
                paint(canvas)

    return draw


def _drinkware() -> dict[str, Scene]:
    return {
        "cup-316-500": Scene(SAGE_ROOM, "window", row(drinkware.flip_bottle, [PINE, WHITE, PINK, BLACK], 150, 1.06)),
        "cup-316-750": Scene(SAGE_ROOM, "hill", row(drinkware.flask, [PINE, SAND, BLACK], 190, 1.08)),
        "cup-feather-400": Scene(BLUSH_ROOM, "sun", row(drinkware.slim_bottle, [LILAC, CREAM, MINT], 158, 1.3)),
        "cup-tritan-800": Scene(WATER_ROOM, "window", row(drinkware.sports_bottle, [SKY, ORANGE, GREY], 186, 1.2)),
        "cup-glass-450": Scene(CREAM_ROOM, "arch", pair(drinkware.tea_tumbler, WOOD, BLACK, 86, 1.26)),
        "mug-ceramic-380": Scene(BLUE_ROOM, "sun", row(drinkware.mug, [INDIGO, "#6e9a78", "#c96f5c"], 186, 1.06)),
        "mug-travel-360": Scene(CLAY_ROOM, "plain", row(drinkware.travel_mug, [BROWN, OAT, OLIVE], 188, 1.4)),
        "teapot-glass-600": Scene(HONEY_ROOM, "window", one(drinkware.glass_teapot, 1.5, 650)),
        "teapot-celadon-5": Scene(SAGE_ROOM, "sun", one(lambda c: drinkware.celadon_set(c, "#9fc2a9"), 1.2, 630, 384)),
        "cup-brush-3": Scene(WATER_ROOM, "arch", one(lambda c: drinkware.brushes(c, SAGE), 1.24, 690)),
    }


def _appliances() -> dict[str, Scene]:
    return {
        "kettle-15": Scene(CREAM_ROOM, "arch", pair(appliances.kettle, WHITE, SAGE, 110, 1.36)),
        "kettle-goose-08": Scene(CLAY_ROOM, "sun", one(lambda c: appliances.gooseneck(c, BLACK), 1.6, 650)),
        "cooker-16": Scene(
            CREAM_ROOM, "window", pair(lambda c, k: appliances.rice_cooker(c, k, 0.9), CREAM, PEA, 112, 1.3)
        ),
        "cooker-30": Scene(STONE_ROOM, "plain", one(lambda c: appliances.rice_cooker(c, BLACK, 1.2), 1.5, 650)),
        "blender-300": Scene(BLUSH_ROOM, "sun", row(appliances.portable_blender, [PEACH, WHITE, "#b5c689"], 170, 1.16)),
        "blender-1200": Scene(CREAM_ROOM, "plain", one(lambda c: appliances.blender(c, WHITE), 1.22, 700)),
        "lamp-desk-8": Scene(SAGE_ROOM, "arch", one(lambda c: appliances.desk_lamp(c, PINE), 1.28, 680, 420)),
        "fan-desk-4000": Scene(WATER_ROOM, "window", row(appliances.desk_fan, [WHITE, HAZE, PINK], 205, 1.2)),
        "fan-circ-dc": Scene(
            BLUE_ROOM, "arch", raised(lambda c: appliances.circulator(c, WHITE), "#dfe5ea", 1.12, 210)
        ),
        "humidifier-25": Scene(BLUE_ROOM, "sun", one(lambda c: appliances.humidifier(c, HAZE), 1.5, 690)),
        "toaster-2": Scene(HONEY_ROOM, "window", one(lambda c: appliances.toaster(c, CREAM), 1.42, 650)),
    }


def _textiles() -> dict[str, Scene]:
    return {
        "towel-face-2": Scene(
            WATER_ROOM, "window", one(lambda c: textiles.towels(c, [HAZE, "#f4efe6", CORAL]), 1.34, 660)
        ),
        "towel-bath-1": Scene(BLUE_ROOM, "plain", one(lambda c: textiles.bath_towel(c, HAZE), 1.22, 690)),
        "bedset-cotton": Scene(CREAM_ROOM, "window", one(lambda c: textiles.bed(c, HAZE, SAND), 1.18, 650)),
        "bedset-linen": Scene(SAGE_ROOM, "arch", one(lambda c: textiles.bed(c, SAGE, OAT, linen=True), 1.18, 650)),
        "pillow-memory": Scene(BLUE_ROOM, "sun", one(lambda c: textiles.memory_pillow(c, WHITE), 1.32, 600)),
        "pillow-buckwheat": Scene(LINEN_ROOM, "arch", one(lambda c: textiles.buckwheat_pillow(c, INDIGO), 1.34, 610)),
        "quilt-summer": Scene(MEADOW_ROOM, "window", one(lambda c: textiles.folded_quilt(c, PEA), 1.36, 650)),
        "quilt-down": Scene(BLUE_ROOM, "hill", one(lambda c: textiles.folded_quilt(c, "#f4f1ec", down=True), 1.3, 660)),
        "throw-fleece": Scene(CLAY_ROOM, "window", one(lambda c: textiles.throw(c, RUST), 1.36, 660)),
        "mat-bath": Scene(WATER_ROOM, "plain", one(lambda c: textiles.bath_mat(c, "#b3b2ae"), 1.26, 600, 390)),
    }


def _apparel() -> dict[str, Scene]:
    return {
        "tee-cotton-220": Scene(LINEN_ROOM, "plain", row(apparel.tee, [PEA, WHITE, BLACK], 150, 1.14, 700)),
        "shirt-linen": Scene(BLUE_ROOM, "window", one(lambda c: apparel.shirt(c, SEA), 1.2, 720)),
        "jacket-shell": Scene(MEADOW_ROOM, "hill", pair(apparel.jacket, PINE, SAND, 96, 1.08, 690)),
        "sweater-wool": Scene(CLAY_ROOM, "window", one(lambda c: apparel.sweater(c, RUST), 1.3, 720)),
        "sneaker-knit": Scene(SAGE_ROOM, "sun", one(lambda c: apparel.sneakers(c, WHITE), 1.44, 600, 390)),
        "boots-rain": Scene(WATER_ROOM, "hill", one(lambda c: apparel.boots(c, NAVY), 1.4, 660)),
        "slippers-eva": Scene(SAGE_ROOM, "plain", one(lambda c: apparel.slippers(c, SAGE), 1.5, 650)),
        "bag-pack-20": Scene(STONE_ROOM, "window", row(apparel.backpack, [BLACK, PINE, SAND], 190, 1.2, 700)),
        "bag-tote": Scene(LINEN_ROOM, "arch", pair(apparel.tote, "#ece0c8", INDIGO, 88, 1.18, 700)),
        "scarf-wool": Scene(CLAY_ROOM, "sun", one(lambda c: apparel.scarf(c, RUST), 1.5, 610)),
        "hat-bucket": Scene(HONEY_ROOM, "window", one(lambda c: apparel.bucket_hat(c, SAND), 1.5, 600)),
        "sock-cotton-5": Scene(
            CREAM_ROOM, "plain", one(lambda c: apparel.socks(c, [WHITE, SAGE, RUST, NAVY, GREY]), 1.4, 640)
        ),
    }


def _digital() -> dict[str, Scene]:
    return {
        "buds-tws-1": Scene(STONE_ROOM, "sun", row(digital.earbuds, [WHITE, PINE, BLACK], 236, 1.36, 670)),
        "headset-anc": Scene(CLAY_ROOM, "arch", one(lambda c: digital.headphones(c, BLACK), 1.3, 690)),
        "charger-65": Scene(STONE_ROOM, "window", pair(digital.charger, WHITE, BLACK, 112, 1.3, 690)),
        "cable-c-100": Scene(CREAM_ROOM, "sun", one(lambda c: digital.cable(c, ORANGE), 1.36, 610)),
        "powerbank-20000": Scene(STONE_ROOM, "plain", one(lambda c: digital.power_bank(c, BLACK), 1.3, 670)),
        "powerbank-10000": Scene(BLUE_ROOM, "arch", one(lambda c: digital.magnetic_bank(c, HAZE), 1.3, 680)),
        "keyboard-75": Scene(SAGE_ROOM, "window", one(lambda c: digital.keyboard(c, MOSS), 1.18, 560)),
        "mouse-silent": Scene(SAGE_ROOM, "sun", row(digital.mouse, [MOSS, WHITE, BLACK], 220, 1.3, 670)),
        "speaker-bt": Scene(WATER_ROOM, "hill", pair(digital.speaker, SKY, ORANGE, 130, 1.3, 700)),
        "stand-laptop": Scene(STONE_ROOM, "window", one(lambda c: digital.laptop_stand(c, SILVER), 1.2, 690)),
    }


def _outdoor() -> dict[str, Scene]:
    return {
        "tent-2": Scene(MEADOW_ROOM, "hill", one(lambda c: outdoor.tent(c, PINE), 1.16, 640)),
        "tent-4-auto": Scene(HONEY_ROOM, "hill", one(lambda c: outdoor.pop_tent(c, OAT), 1.16, 640)),
        "pole-alu": Scene(MEADOW_ROOM, "hill", one(lambda c: outdoor.poles(c, ORANGE), 1.22, 720)),
        "pole-carbon": Scene(STONE_ROOM, "hill", one(lambda c: outdoor.poles(c, BLACK, 1), 1.24, 720, 380)),
        "bladder-2": Scene(WATER_ROOM, "sun", one(lambda c: outdoor.bladder(c, SKY), 1.16, 690, 372)),
        "bag-hike-30": Scene(
            MEADOW_ROOM,
            "hill",
            pair(lambda c, k: apparel.backpack(c, k, ORANGE, hiking=True), PINE, "#4f83ac", 100, 1.2, 705),
        ),
        "bag-sleep": Scene(BLUE_ROOM, "hill", one(lambda c: outdoor.sleeping_bag(c, NAVY), 1.12, 590)),
        "mat-camp": Scene(MEADOW_ROOM, "plain", one(lambda c: outdoor.sleeping_mat(c, PINE), 1.16, 600, 392)),
        "mat-yoga": Scene(BLUSH_ROOM, "sun", one(lambda c: outdoor.yoga_mat(c, LILAC), 1.3, 620)),
        "rope-skip": Scene(WATER_ROOM, "plain", one(lambda c: outdoor.rope(c, SKY), 1.4, 660)),
        "lantern-camp": Scene("#b5bfa9", "hill", one(lambda c: outdoor.lantern(c, ORANGE), 1.4, 690)),
        "umbrella-sun": Scene(BLUE_ROOM, "window", one(lambda c: outdoor.umbrella(c, SEA), 1.3, 660, 410)),
    }


def _care() -> dict[str, Scene]:
    return {
        "brush-sonic": Scene(WATER_ROOM, "arch", one(lambda c: care.toothbrush(c, [WHITE, PINK, PINE]), 1.2, 710)),
        "brush-head-4": Scene(WATER_ROOM, "window", one(lambda c: care.brush_heads(c, WHITE), 1.36, 640)),
        "dryer-1600": Scene(BLUSH_ROOM, "sun", one(lambda c: care.dryer(c, "#7d828a"), 1.24, 690, 440)),
        "soap-hand-3": Scene(LINEN_ROOM, "window", one(care.soaps, 1.34, 620, 400)),
        "handwash-auto": Scene(WATER_ROOM, "plain", one(lambda c: care.dispenser(c, WHITE), 1.44, 680, 380)),
        "laundry-2kg": Scene(BLUE_ROOM, "window", one(lambda c: care.laundry(c, "#a9cfe0", "#3f78a0"), 1.3, 690, 390)),
        "mop-flat": Scene(SAGE_ROOM, "plain", one(lambda c: care.mop(c, SAGE), 1.14, 690)),
        "cloth-fiber-10": Scene(
            CREAM_ROOM, "sun", one(lambda c: care.cloths(c, [HAZE, YELLOW, SAGE, CORAL]), 1.34, 660)
        ),
        "comb-wood": Scene(LINEN_ROOM, "sun", one(lambda c: care.combs(c, "#7f8a4c"), 1.36, 580, 410)),
    }


def _food() -> dict[str, Scene]:
    return {
        "tea-green-100": Scene(MEADOW_ROOM, "hill", one(lambda c: food.tea_tin(c, "#6f9a6b"), 1.5, 690)),
        "tea-oolong-12": Scene(CLAY_ROOM, "arch", one(food.oolong, 1.4, 640, 380)),
        "tea-jasmine-80": Scene(
            BLUSH_ROOM, "window", one(lambda c: food.tea_tin(c, "#bcd6c6", flowers=True), 1.5, 690)
        ),
        "coffee-drip-10": Scene(CREAM_ROOM, "sun", one(food.drip_coffee, 1.4, 660, 380)),
        "honey-500": Scene(HONEY_ROOM, "sun", one(food.honey, 1.36, 670, 362)),
        "nuts-daily-20": Scene(LINEN_ROOM, "window", one(food.nuts, 1.34, 660)),
        "biscuit-oat": Scene(HONEY_ROOM, "window", one(food.biscuits, 1.36, 630)),
        "mango-dried-200": Scene(HONEY_ROOM, "hill", one(food.mango, 1.4, 650, 380)),
        "rice-5kg": Scene(MEADOW_ROOM, "window", one(food.rice, 1.3, 670, 380)),
        "noodle-dried-6": Scene(CREAM_ROOM, "arch", one(food.noodles, 1.3, 590)),
    }


def _baby() -> dict[str, Scene]:
    return {
        "bottle-ppsu-240": Scene(BLUSH_ROOM, "sun", pair(baby.bottle, "#eac79c", MINT, 84, 1.36)),
        "cup-kids-350": Scene(BLUSH_ROOM, "plain", row(baby.straw_cup, [YELLOW, PINK, HAZE], 196, 1.02, 660)),
        "bib-silicone": Scene(WATER_ROOM, "arch", one(lambda c: baby.bib(c, "#9cbdd1"), 1.26, 700)),
        "blocks-wood-50": Scene(HONEY_ROOM, "sun", one(baby.blocks, 1.3, 640, 380)),
        "bear-plush-35": Scene(BLUSH_ROOM, "arch", one(lambda c: baby.deer(c, "#c08f60"), 1.28, 700)),
        "wipes-80": Scene(WATER_ROOM, "window", one(baby.wipes, 1.4, 640)),
        "gauze-blanket": Scene(BLUSH_ROOM, "window", one(lambda c: baby.muslin(c, "#f0e9db", stars=True), 1.44, 630)),
        "toy-car-wood": Scene(MEADOW_ROOM, "hill", one(baby.train, 1.12, 620, 408)),
    }


def _pets() -> dict[str, Scene]:
    return {
        "bowl-pet-ceramic": Scene(LINEN_ROOM, "sun", pair(pets.bowl, WHITE, PINK, 126, 1.36, 690)),
        "fountain-pet-2": Scene(WATER_ROOM, "plain", one(lambda c: pets.fountain(c, WHITE), 1.5, 660)),
        "leash-reflect-15": Scene(MEADOW_ROOM, "plain", one(lambda c: pets.leash(c, "#4f7f92"), 1.26, 640)),
        "bed-pet": Scene(LINEN_ROOM, "window", one(lambda c: pets.pet_bed(c, OAT, WHITE), 1.28, 620)),
        "scratch-board": Scene(SAGE_ROOM, "arch", one(pets.scratcher, 1.24, 600)),
        "litter-tofu-6": Scene(MEADOW_ROOM, "sun", one(pets.litter, 1.3, 660, 380)),
        "tree-cat": Scene(CREAM_ROOM, "window", one(lambda c: pets.cat_tree(c, OAT), 1.16, 700)),
        "toy-ball-3": Scene(BLUSH_ROOM, "plain", one(pets.balls, 1.4, 620)),
        "bag-carrier": Scene(STONE_ROOM, "sun", one(lambda c: pets.carrier(c, GREY), 1.3, 680, 390)),
    }


SCENES: Mapping[str, Scene] = {
    **_drinkware(),
    **_appliances(),
    **_textiles(),
    **_apparel(),
    **_digital(),
    **_outdoor(),
    **_care(),
    **_food(),
    **_baby(),
    **_pets(),
}
