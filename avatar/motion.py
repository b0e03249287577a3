"""How a host moves when nobody tells it to: breath, blinks, glances, head, brows and gestures that follow speech.

Any face can use it. Everything comes from the seed and the frame number: the same moments give the same motion, the
state is a few numbers, and a room that runs for weeks moves as it did in its first minute.
"""

from collections import deque
from dataclasses import dataclass, field
from math import exp, pi, sin
from typing import Literal

from avatar.media import Moment, Mouth

Gesture = Literal["rest", "present", "raise", "open", "count", "heart", "wave"]

_MASK = (1 << 64) - 1


def chance(seed: int, channel: int, index: int) -> float:
    """A number in 0..1 that only depends on the three given ones (splitmix64)."""
    z = (seed * 0x9E3779B97F4A7C15 + channel * 0xBF58476D1CE4E5B9 + index * 0x94D049BB133111EB) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((z ^ (z >> 31)) >> 11) / (1 << 53)


def wander(seed: int, channel: int, index: int, period: int) -> float:
    """Smooth noise in -1..1 that takes a new course every `period` frames and never repeats."""
    cell, t = index // period, (index % period) / period
    p0, p1, p2, p3 = (2 * chance(seed, channel, cell + k) - 1 for k in range(-1, 3))
    # Uniform cubic B-spline: continuous in position, speed and acceleration.
    return (
        p0 * (1 - t) ** 3 + p1 * (3 * t**3 - 6 * t**2 + 4) + p2 * (-3 * t**3 + 3 * t**2 + 3 * t + 1) + p3 * t**3
    ) / 6


class Spring:
    """Critically damped: goes to its target without overshooting, however the target jumps."""

    def __init__(self, hertz: float, fps: int, value: float = 0.0) -> None:
        self._omega, self._dt = 2 * pi * hertz, 1 / fps
        self.value, self._speed = value, 0.0

    def step(self, target: float) -> float:
        omega, dt = self._omega, self._dt
        away, decay = self.value - target, exp(-omega * dt)
        pull = self._speed + omega * away
        self.value = target + (away + pull * dt) * decay
        self._speed = (self._speed - omega * pull * dt) * decay
        return self.value

    def kick(self, speed: float) -> None:
        self._speed += speed


class Pendulum:
    """An underdamped follower: what hangs on the head swings a little after it."""

    def __init__(self, hertz: float, damping: float, fps: int) -> None:
        self._steps = -(-50 // fps)  # finer than a fiftieth of a second, or a stiff one would burst
        self._omega, self._damping, self._dt = 2 * pi * hertz, damping, 1 / fps / self._steps
        self._value, self._speed = 0.0, 0.0

    def step(self, anchor: float) -> float:
        """How far the end stays behind `anchor`."""
        dt = self._dt
        for _ in range(self._steps):
            pull = self._omega**2 * (anchor - self._value) - 2 * self._damping * self._omega * self._speed
            self._speed += pull * dt
            self._value += self._speed * dt
        return self._value - anchor


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
    brows: float = 0.0
    smile: float = 0.6
    mouth: Mouth = field(default_factory=Mouth)
    sway: tuple[float, float] = (0.0, 0.0)  # -1..1, hair lagging behind the head, away from and at the card's side
    gesture: Gesture = "rest"
    beat: float = 0.0  # 0..1, the hand's small strokes with the voice


class Blink:
    """When and how far the lids shut: every two to six seconds, sometimes twice, oftener as the eyes jump."""

    def __init__(self, seed: int, fps: int) -> None:
        self._seed, self._fps = seed, fps
        self._count, self._start, self._next = 0, -1000, self._pause(0)

    def step(self, index: int, jumped: bool) -> float:
        """How open the lids are, 0..1."""
        if index >= self._next or (jumped and index - self._start > self._fps and self._draw(7, index) < 0.45):
            self._start = index
            self._count += 1
            twice = self._draw(8, self._count) < 0.13
            self._next = index + (round(0.34 * self._fps) if twice else self._pause(self._count))
        t = (index - self._start) / self._fps
        if t < 0.09:
            return 1 - _ease(t / 0.09)
        if t < 0.13:
            return 0.0
        return _ease((t - 0.13) / 0.18)

    def _pause(self, count: int) -> int:
        return round(self._fps * (2.0 + 5.0 * self._draw(6, count) * self._draw(9, count)))

    def _draw(self, channel: int, index: int) -> float:
        return chance(self._seed, channel, index)


def _ease(t: float) -> float:
    t = min(max(t, 0.0), 1.0)
    return t * t * (3 - 2 * t)


class Gaze:
    """Where the eyes rest: mostly the viewer, at times the card, seldom nothing in particular."""

    def __init__(self, seed: int, fps: int) -> None:
        self._seed, self._fps = seed, fps
        self._count, self._next = 0, fps
        self._target = (0.0, 0.0)
        self.at_card = 0.0
        self._x, self._y = Spring(5.5, fps), Spring(5.5, fps)

    def step(self, index: int, speaking: bool, emphasis: float, pointing: bool) -> tuple[float, float, bool]:
        """The gaze, and whether it jumps to another target in this frame."""
        jumped = False
        early = (pointing or emphasis > 0.6) and self.at_card == 0 and self._next - index > 0.4 * self._fps
        if index >= self._next or (early and chance(self._seed, 11, index) < 0.07):
            before = self._target
            self._choose(index, speaking, early or pointing)
            jumped = abs(before[0] - self._target[0]) > 0.35
        jitter = 0.03 * wander(self._seed, 12, index, max(self._fps // 2, 1))
        x, y = self._x.step(self._target[0] + jitter), self._y.step(self._target[1] + jitter)
        return x, y, jumped

    def _choose(self, index: int, speaking: bool, to_card: bool) -> None:
        self._count += 1
        dice, length = chance(self._seed, 13, self._count), chance(self._seed, 14, self._count)
        card_share = (0.4 if to_card else 0.2) if speaking else 0.14
        if self.at_card == 0 and dice < card_share:
            self._target, self.at_card = (0.85, 0.1), 1.0
            self._next = index + round(self._fps * (0.7 + 0.9 * length))
        elif dice > 0.93:
            side = -0.4 if length < 0.6 else 0.4
            self._target, self.at_card = (side, -0.2 if speaking else 0.25), 0.0
            self._next = index + round(self._fps * (0.35 + 0.5 * length))
        else:
            wide = 0.06 * (2 * length - 1)
            self._target, self.at_card = (wide, 0.0), 0.0
            self._next = index + round(self._fps * (1.6 + 3.4 * length))


_STRONG: tuple[Gesture, ...] = ("present", "present", "present", "raise", "open", "count", "heart")
_LIGHT: tuple[Gesture, ...] = ("open", "raise", "present", "open")


class Hands:
    """Which gesture the hands make: a wave to begin with, one on an emphasised word, a small one now and then."""

    def __init__(self, seed: int, fps: int) -> None:
        self._seed, self._fps = seed, fps
        self._count = 0
        self._until, self._free = 0, 0
        self._last_spoken = -1_000_000
        self._armed = True
        self.gesture: Gesture = "rest"

    def step(self, moment: Moment) -> Gesture:
        index, speaking = moment.index, moment.utterance > 0 or moment.energy > 0.02
        if speaking:
            if index - self._last_spoken > 30 * self._fps:
                self._make("wave", index, 2.4)
            self._last_spoken = index
        quiet = index - self._last_spoken > 0.6 * self._fps
        if moment.emphasis < 0.3:
            self._armed = True
        if moment.emphasis > 0.5 and self._armed and self.gesture != "wave":
            self._armed = False
            self._make(self._pick(_STRONG), index, 1.5 + 1.1 * moment.emphasis)
        elif speaking and self.gesture == "rest" and index >= self._free:
            self._make(self._pick(_LIGHT), index, 1.8)
        if quiet:
            self._until = min(self._until, index + self._fps // 2)
        if self.gesture != "rest" and index >= self._until:
            self.gesture = "rest"
            self._free = index + round(self._fps * (1.4 + 2.6 * chance(self._seed, 21, self._count)))
        return self.gesture

    def _pick(self, choices: tuple[Gesture, ...]) -> Gesture:
        self._count += 1
        return choices[int(chance(self._seed, 22, self._count) * len(choices))]

    def _make(self, gesture: Gesture, index: int, seconds: float) -> None:
        self.gesture = gesture
        self._until = index + round(seconds * self._fps)


def _habits(seed: int, fps: int) -> tuple[Blink, Gaze, Hands]:
    return Blink(seed, fps), Gaze(seed, fps), Hands(seed, fps)


def _share(value: float) -> float:
    """Within 0..1; what is no number counts as 0."""
    return min(max(value, 0.0), 1.0) if value == value else 0.0


def _sane(mouth: Mouth) -> Mouth:
    wide = min(max(mouth.wide, -1.0), 1.0) if mouth.wide == mouth.wide else 0.0
    return Mouth(
        _share(mouth.open), wide, _share(mouth.round), _share(mouth.upper_teeth), _share(mouth.lower_teeth),
        _share(mouth.tongue), _share(mouth.press),
    )  # fmt: skip


class Motion:
    """Turns moments into expressions, one a frame, in order."""

    def __init__(self, *, seed: int = 0, fps: int = 25) -> None:
        self._seed, self._fps = seed, fps
        self._blink, self._gaze, self._hands = _habits(seed, fps)
        self._last = 0
        self._yaw, self._pitch, self._roll = Spring(0.9, fps), Spring(1.4, fps), Spring(0.8, fps)
        self._lean, self._turn = Spring(0.6, fps), Spring(0.7, fps)
        self._brows, self._smile, self._live = Spring(2.4, fps), Spring(1.0, fps, 0.6), Spring(1.2, fps)
        self._beat = Spring(3.0, fps)
        self._hair = (Pendulum(1.15, 0.32, fps), Pendulum(1.3, 0.3, fps))
        self._was_emphatic = False
        self._recent: deque[float] = deque(maxlen=max(fps // 3, 1))

    def step(self, moment: Moment) -> Expression:
        index, energy, emphasis = moment.index, _share(moment.energy), _share(moment.emphasis)
        if index < self._last:  # a new room's frames: plans made for later ones would never come true
            self._blink, self._gaze, self._hands = _habits(self._seed, self._fps)
        self._last = index
        speaking = moment.utterance > 0 or energy > 0.02
        live = self._live.step(1.0 if speaking else 0.0)
        self._recent.append(energy)
        stress = max(0.0, energy - sum(self._recent) / len(self._recent))
        gesture = self._hands.step(moment)
        look_x, look_y, jumped = self._gaze.step(index, speaking, emphasis, gesture == "present")
        emphatic = emphasis > 0.5
        if emphatic and not self._was_emphatic:
            self._pitch.kick(1.15)  # a nod
        self._was_emphatic = emphatic
        card = self._gaze.at_card
        yaw = self._yaw.step(0.09 * self._noise(0, index, 2.6) + live * 0.08 * self._noise(1, index, 0.9) + 0.15 * card)
        pitch = self._pitch.step(
            0.05 * self._noise(2, index, 2.2) + live * (0.1 * stress + 0.06 * self._noise(3, index, 0.8)) + 0.02 * card
        )
        roll = self._roll.step(
            0.07 * self._noise(4, index, 3.1) + live * 0.05 * self._noise(5, index, 1.2) - 0.025 * card
        )
        lean = self._lean.step(0.8 * self._noise(15, index, 4.5) + 0.3 * card)
        turn = self._turn.step(0.14 * self._noise(16, index, 3.7) + 0.12 * card)
        brows = self._brows.step(live * (0.55 * emphasis + 0.5 * stress) + 0.18 * self._noise(17, index, 1.9))
        smile = self._smile.step(0.62 + 0.14 * self._noise(18, index, 4.0) + 0.16 * emphasis - 0.12 * live)
        lids = self._blink.step(index, jumped)
        swing = 3.2 * yaw + 2.0 * roll + 0.5 * lean
        breeze = 0.1 * self._noise(19, index, 1.7)
        return Expression(
            yaw=yaw, pitch=pitch, roll=roll, lean=lean, turn=turn,
            breath=sin(2 * pi * ((index % (self._fps * 4)) / (self._fps * 4))),
            # The eyes give back what the head has turned: looking at the viewer stays looking at the viewer.
            gaze=(max(-1.0, min(1.0, look_x - 1.5 * yaw)), max(-1.0, min(1.0, look_y - 1.2 * pitch))),
            lids=lids, squint=min(1.0, 0.15 + 0.3 * smile), brows=brows, smile=smile, mouth=_sane(moment.mouth),
            sway=(self._hair[0].step(swing) + breeze, self._hair[1].step(swing) + breeze),
            gesture=gesture, beat=self._beat.step(min(1.0, stress * 3 + 0.5 * energy)),
        )  # fmt: skip

    def _noise(self, channel: int, index: int, seconds: float) -> float:
        return 1.6 * wander(self._seed, channel, index, max(round(seconds * self._fps), 1))
