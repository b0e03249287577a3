"""How the host stands in one frame: the numbers motion sets and drawing reads."""

from dataclasses import dataclass, field

from avatar.media import Mouth


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand as angles. `turn` is where the fingers point in the picture (radians, 0 right, -pi/2 up)."""

    turn: float = 2.6
    roll: float = 2.5  # about the length of the hand: 0 shows the palm, pi the back
    tip: float = 0.0  # towards (+) or away from the viewer: foreshortens
    curl: float = 0.35  # 0 stretched, 1 fist
    point: float = 0.0  # 1 leaves only the index finger stretched
    spread: float = 0.02
    thumb: float = 0.3  # 0 along the palm, 1 stretched away


@dataclass(frozen=True, slots=True)
class Arm:
    """Elbow and wrist in figure units, for the arm on the screen's right; the other is mirrored. At rest: folded."""

    elbow: tuple[float, float] = (142.0, 384.0)
    wrist: tuple[float, float] = (66.0, 436.0)
    hand: Hand = field(default_factory=Hand)


@dataclass(frozen=True, slots=True)
class Pose:
    yaw: float = 0.0  # radians, + towards the screen's right
    pitch: float = 0.0  # + down
    roll: float = 0.0
    lean: float = 0.0  # figure units the neck stands to the right of the hips
    turn: float = 0.0  # of the chest, as yaw
    breath: float = 0.0  # -1..1
    gaze: tuple[float, float] = (0.0, 0.0)  # -1..1 each
    lids: tuple[float, float] = (1.0, 1.0)  # screen left, screen right; 0 closed
    squint: float = 0.2  # lower lids raised by a smile
    brows: float = 0.0  # -1 lowered .. 1 raised
    worry: float = 0.0  # 0..1, the brows' inner ends drawn up
    smile: float = 0.6
    mouth: Mouth = field(default_factory=Mouth)
    sway: tuple[float, float] = (0.0, 0.0)  # sideways lag of the hair's ends, screen left and right
    near: Arm = field(default_factory=Arm)  # on the screen's right: the card's side
    far: Arm = field(default_factory=Arm)
