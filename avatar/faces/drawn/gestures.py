"""Where arms and hands are in each gesture, and moving between them without a jerk."""

from math import pi, sin

from avatar.faces.drawn.pose import Arm, Hand
from avatar.habits import Gesture
from avatar.springs import Spring

_REST = Arm()
_UNDER = Arm((142, 384), (58, 444), Hand(turn=2.52, roll=2.6, curl=0.3))  # the hand the other one rests on
_OPEN = Arm((150, 388), (166, 318), Hand(turn=-0.72, roll=0.75, tip=0.5, curl=0.16, spread=0.12, thumb=0.75))

_PRESENT = Arm((156, 382), (150, 296), Hand(turn=-0.44, roll=0.75, tip=0.42, curl=0.14, spread=0.1, thumb=0.75))
_RAISE = Arm((158, 388), (174, 284), Hand(turn=-0.98, roll=0.8, tip=0.42, curl=0.3, spread=0.14, thumb=0.75))
_COUNT = Arm((158, 386), (172, 276), Hand(turn=-1.42, roll=-0.1, tip=0.1, curl=0.2, point=1.0, spread=0.1, thumb=0.0))
_LOW = Arm((142, 388), (84, 480), Hand(turn=2.7, curl=0.4))
_HEART = Arm((154, 384), (64, 312), Hand(turn=3.58, roll=2.7, tip=0.05, curl=0.14, spread=0.1, thumb=0.5))
_WAVE = Arm((162, 368), (180, 246), Hand(turn=-1.45, roll=0.0, tip=0.05, curl=0.08, spread=0.3, thumb=0.8))

POSES: dict[Gesture, tuple[Arm, Arm]] = {  # the arm on the card's side, the other one
    "rest": (_REST, _UNDER),
    "present": (_PRESENT, _UNDER),
    "raise": (_RAISE, _UNDER),
    "open": (_OPEN, _OPEN),
    "count": (_COUNT, _UNDER),
    "heart": (_LOW, _HEART),
    "wave": (_WAVE, _UNDER),
}


def _numbers(arm: Arm) -> list[float]:
    hand = arm.hand
    return [*arm.elbow, *arm.wrist, hand.turn, hand.roll, hand.tip, hand.curl, hand.point, hand.spread, hand.thumb]


def _arm(n: list[float]) -> Arm:
    return Arm((n[0], n[1]), (n[2], n[3]), Hand(*n[4:]))


class ArmMotion:
    """Both arms, on springs."""

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._arms = [[Spring(1.5, fps, value) for value in _numbers(arm)] for arm in POSES["rest"]]
        self._waving = Spring(2.0, fps)

    def step(self, gesture: Gesture, beat: float, index: int) -> tuple[Arm, Arm]:
        """The arm on the card's side and the other one."""
        arms = []
        for springs, target in zip(self._arms, POSES[gesture], strict=True):
            numbers = _numbers(target)
            if target not in (_REST, _UNDER):
                numbers[3] -= 13 * beat
                numbers[1] -= 3 * beat
                numbers[4] -= 0.12 * beat
            arms.append([spring.step(number) for spring, number in zip(springs, numbers, strict=True)])
        # Three strokes in two seconds; the forearm follows the hand a little.
        swing = self._waving.step(1.0 if gesture == "wave" else 0.0) * sin(
            3 * pi * (index % (2 * self._fps)) / self._fps
        )
        arms[0][4] += 0.26 * swing
        arms[0][2] += 7 * swing
        return _arm(arms[0]), _arm(arms[1])
