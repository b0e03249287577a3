"""How a host moves when nobody tells it to: breath, blinks, glances, head, brows and gestures that follow speech.

Any face can use it. Everything comes from the seed and the frame number: the same moments give the same motion, the
state is a few numbers, and a room that runs for weeks moves as it did in its first minute.
"""

from collections import deque
from dataclasses import dataclass, field
from math import pi, sin

from avatar.habits import Blink, Gaze, Gesture, Hands, Head
from avatar.media import Moment, Mood, Mouth
from avatar.springs import Pendulum, Spring, wander


@dataclass(frozen=True, slots=True)
class Expression:
    """How head, eyes and hands stand in one frame. Angles in radians, + to the card's side and down."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    lean: float = 0.0  # -1..1, of the whole upper body
    turn: float = 0.0  # of the chest
    breath: float = 0.0  # -1..1
    gaze: tuple[float, float] = (0.0, 0.0)  # -1..1, where the eyes look within the head
    lids: float = 1.0  # 0 shut
    squint: float = 0.2
    brows: float = 0.0  # -1 lowered .. 1 raised
    worry: float = 0.0  # 0..1, inner ends of the brows drawn up
    smile: float = 0.6  # below 0 the corners fall
    mouth: Mouth = field(default_factory=Mouth)
    sway: tuple[float, float] = (0.0, 0.0)  # -1..1, hair lagging behind the head, away from and at the card's side
    gesture: Gesture = "rest"
    beat: float = 0.0  # 0..1, the hand's small strokes with the voice


@dataclass(frozen=True, slots=True)
class _Air:
    """What a mood adds to the face."""

    smile: float = 0.0
    brows: float = 0.0
    worry: float = 0.0
    squint: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0


_AIRS: dict[Mood, _Air] = {
    "calm": _Air(),
    "happy": _Air(smile=0.4, brows=0.16, squint=0.24),
    "concerned": _Air(smile=-0.54, brows=0.08, worry=0.85, pitch=0.035, roll=0.06),
    "thoughtful": _Air(smile=-0.28, brows=0.34, worry=0.18, roll=-0.05),
}


class _Mien:
    """The mood on a face: it comes within half a second and fades in two after the words."""

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._mood: Mood = "calm"
        self._until = 0
        self._springs = [Spring(1.1, fps) for _ in range(6)]

    def step(self, moment: Moment, speaking: bool) -> _Air:
        if speaking:
            self._mood, self._until = moment.mood, moment.index + 2 * self._fps
        elif moment.index >= self._until:
            self._mood = "calm"
        air = _AIRS[self._mood]
        target = (air.smile, air.brows, air.worry, air.squint, air.pitch, air.roll)
        return _Air(*(spring.step(part) for spring, part in zip(self._springs, target, strict=True)))


def _share(value: float) -> float:
    """Within 0..1; what is no number counts as 0."""
    return min(max(value, 0.0), 1.0) if value == value else 0.0


def _sane(mouth: Mouth) -> Mouth:
    wide = min(max(mouth.wide, -1.0), 1.0) if mouth.wide == mouth.wide else 0.0
    return Mouth(
        _share(mouth.open), wide, _share(mouth.round), _share(mouth.upper_teeth), _share(mouth.lower_teeth),
        _share(mouth.tongue), _share(mouth.press), _share(mouth.jaw),
    )  # fmt: skip


class _Habits:
    """Everything that plans ahead by frame numbers."""

    def __init__(self, seed: int, fps: int) -> None:
        self.blink, self.gaze = Blink(seed, fps), Gaze(seed, fps)
        self.hands, self.head, self.mien = Hands(seed, fps), Head(seed, fps), _Mien(fps)


class Motion:
    """Turns moments into expressions, one a frame, in order."""

    def __init__(self, *, seed: int = 0, fps: int = 25) -> None:
        self._seed, self._fps = seed, fps
        self._habits = _Habits(seed, fps)
        self._last = self._utterance = 0
        self._quiet = fps  # frames since something sounded
        self._yaw, self._pitch, self._roll = Spring(0.9, fps), Spring(1.5, fps), Spring(0.8, fps)
        self._lean, self._turn = Spring(0.6, fps), Spring(0.7, fps)
        self._brows, self._smile, self._live = Spring(2.4, fps), Spring(1.0, fps, 0.6), Spring(1.2, fps)
        self._beat = Spring(3.0, fps)
        self._hair = (Pendulum(1.15, 0.32, fps), Pendulum(1.3, 0.3, fps))
        self._was_emphatic = False
        self._recent: deque[float] = deque(maxlen=max(fps // 3, 1))

    def step(self, moment: Moment) -> Expression:
        index, energy, emphasis = moment.index, _share(moment.energy), _share(moment.emphasis)
        if index < self._last:  # a new room's frames: plans made for later ones would never come true
            self._habits = _Habits(self._seed, self._fps)
        self._last = index
        habits = self._habits
        speaking = moment.utterance > 0 or energy > 0.02
        live = self._live.step(1.0 if speaking else 0.0)
        self._recent.append(energy)
        stress = max(0.0, energy - sum(self._recent) / len(self._recent))
        air = habits.mien.step(moment, speaking)
        gesture = habits.hands.step(moment)
        look_x, look_y, jumped = habits.gaze.step(moment, speaking, gesture == "present")
        nod = habits.head.step(moment, energy, speaking)
        emphatic = emphasis > 0.5
        self._pitch.kick(1.0 if emphatic and not self._was_emphatic else nod)
        self._was_emphatic = emphatic
        head, card = habits.head, habits.gaze.at_card
        yaw = self._yaw.step(0.05 * self._noise(0, index, 2.6) + (0.05 + 0.05 * live) * head.yaw + 0.15 * card)
        pitch = self._pitch.step(
            0.03 * self._noise(2, index, 2.2) + 0.03 * head.pitch + live * 0.07 * stress + air.pitch + 0.02 * card
        )
        roll = self._roll.step(
            0.04 * self._noise(4, index, 3.1) + (0.05 + 0.02 * live) * head.roll + air.roll - 0.025 * card
        )
        lean = self._lean.step(0.7 * self._noise(15, index, 4.5) + 0.25 * head.yaw * live + 0.3 * card)
        turn = self._turn.step(0.14 * self._noise(16, index, 3.7) + 0.12 * card)
        brows = self._brows.step(
            live * (0.5 * emphasis + 0.5 * stress) + air.brows + 0.15 * self._noise(17, index, 1.9)
        )
        smile = self._smile.step(0.62 + 0.12 * self._noise(18, index, 4.0) + 0.14 * emphasis - 0.12 * live + air.smile)
        swing = 3.2 * yaw + 2.0 * roll + 0.5 * lean
        breeze = 0.1 * self._noise(19, index, 1.7)
        return Expression(
            yaw=yaw, pitch=pitch, roll=roll, lean=lean, turn=turn,
            breath=sin(2 * pi * ((index % (self._fps * 4)) / (self._fps * 4))),
            # The eyes give back what the head has turned: looking at the viewer stays looking at the viewer.
            gaze=(max(-1.0, min(1.0, look_x - 1.5 * yaw)), max(-1.0, min(1.0, look_y - 1.2 * pitch))),
            lids=habits.blink.step(index, self._prompt(moment, energy, jumped)),
            squint=min(1.0, max(0.0, 0.15 + 0.3 * smile + air.squint)), brows=brows, worry=air.worry,
            smile=min(smile, 1.05), mouth=_sane(moment.mouth),
            sway=(self._hair[0].step(swing) + breeze, self._hair[1].step(swing) + breeze),
            gesture=gesture, beat=self._beat.step(min(1.0, stress * 3 + 0.5 * energy)),
        )  # fmt: skip

    def _prompt(self, moment: Moment, energy: float, jumped: bool) -> float:
        """How likely this frame makes the host blink: at a wide glance, and where a breath of speech ends."""
        ended = moment.utterance != self._utterance or (self._quiet == 0 and energy <= 0.02)
        was_speaking = self._utterance > 0
        self._utterance = moment.utterance
        self._quiet = self._quiet + 1 if energy <= 0.02 else 0
        return 0.12 if jumped else 0.18 if ended and was_speaking else 0.0

    def _noise(self, channel: int, index: int, seconds: float) -> float:
        return 1.6 * wander(self._seed, channel, index, max(round(seconds * self._fps), 1))
