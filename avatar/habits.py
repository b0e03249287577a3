"""What a host does without thinking: blinking, looking about, holding and nodding the head, talking with the hands."""

from math import exp
from typing import Literal

from avatar.media import Moment
from avatar.springs import Spring, chance, ease, normal

Gesture = Literal["rest", "present", "raise", "open", "count", "heart", "wave"]


class Blink:
    """When and how far the lids shut: some sixteen times a minute at uneven intervals, now and then twice.

    Intervals are log-normal as people's are, median 4.8 s. A large glance brings one forward, and so does the end
    of a breath of speech: that is where speakers blink.
    """

    def __init__(self, seed: int, fps: int) -> None:
        self._seed, self._fps = seed, fps
        self._count, self._start, self._next = 0, -1000, self._pause(0)

    def step(self, index: int, prompted: float) -> float:
        """How open the lids are, 0..1. `prompted`: how likely something in this frame makes the host blink."""
        rested = index - self._start > 1.5 * self._fps
        if index >= self._next or (rested and prompted > 0 and self._draw(7, index) < prompted):
            self._start = index
            self._count += 1
            twice = self._draw(8, self._count) < 0.12
            self._next = index + (round(0.36 * self._fps) if twice else self._pause(self._count))
        t = (index - self._start) / self._fps
        if t < 0.08:
            return 1 - ease(t / 0.08)
        if t < 0.12:
            return 0.0
        return ease((t - 0.12) / 0.2)  # lids fall faster than they rise

    def _pause(self, count: int) -> int:
        seconds = 4.8 * exp(0.5 * normal(self._seed, 6, count))
        return round(self._fps * min(max(seconds, 1.1), 11.0))

    def _draw(self, channel: int, index: int) -> float:
        return chance(self._seed, channel, index)


class Gaze:
    """Where the eyes rest: mostly the viewer, at times the card, aside while thinking; never quite still."""

    def __init__(self, seed: int, fps: int) -> None:
        self._seed, self._fps = seed, fps
        self._count, self._next = 0, fps
        self._target = (0.0, 0.0)
        self._tremor, self._tremble = (0.0, 0.0), 0
        self._pointed = False
        self.at_card = 0.0
        self._x, self._y = Spring(5.5, fps), Spring(5.5, fps)

    def step(self, moment: Moment, speaking: bool, pointing: bool) -> tuple[float, float, bool]:
        """The gaze, and whether it jumps to another target in this frame."""
        index, jumped = moment.index, False
        wanted = pointing or moment.emphasis > 0.6
        early = wanted and self.at_card == 0 and self._next - index > 0.4 * self._fps
        shown = pointing and not self._pointed and self.at_card == 0  # eyes go where the hand goes, and at once
        self._pointed = pointing
        if index >= self._next or shown or (early and chance(self._seed, 11, index) < 0.05):
            before = self._target
            self._choose(moment, speaking, early or pointing, shown)
            jumped = abs(before[0] - self._target[0]) > 0.35
        self._fixate(index)
        x = self._x.step(self._target[0] + self._tremor[0])
        return x, self._y.step(self._target[1] + self._tremor[1]), jumped

    def _fixate(self, index: int) -> None:
        """Tiny jumps about the target, one or two a second: eyes that hold still look painted."""
        if index >= self._tremble:
            self._tremor = (0.035 * normal(self._seed, 12, index), 0.025 * normal(self._seed, 17, index))
            self._tremor = (min(max(self._tremor[0], -0.09), 0.09), min(max(self._tremor[1], -0.06), 0.06))
            self._tremble = index + max(1, round(self._fps * (0.25 + 0.9 * chance(self._seed, 18, index))))

    def _choose(self, moment: Moment, speaking: bool, to_card: bool, shown: bool) -> None:
        self._count += 1
        index = moment.index
        dice, length = chance(self._seed, 13, self._count), chance(self._seed, 14, self._count)
        card_share = (0.4 if to_card else 0.2) if speaking else 0.1
        if shown or (self.at_card == 0 and dice < card_share):
            self._target, self.at_card = (0.85, 0.1), 1.0
            self._next = index + round(self._fps * (0.7 + 0.9 * length))
        elif moment.mood == "thoughtful" and dice < 0.6:
            side = -0.45 if length < 0.7 else 0.4
            self._target, self.at_card = (side, -0.34), 0.0  # up and aside: looking for the answer
            self._next = index + round(self._fps * (0.5 + 0.6 * length))
        elif dice > 0.93:
            side = -0.4 if length < 0.6 else 0.4
            self._target, self.at_card = (side, -0.2 if speaking else 0.25), 0.0
            self._next = index + round(self._fps * (0.35 + 0.5 * length))
        else:
            wide = 0.06 * (2 * length - 1)
            self._target, self.at_card = (wide, 0.0), 0.0
            self._next = index + round(self._fps * (1.6 + 3.4 * length))


class Head:
    """How the head is held, and its nods.

    A breath of speech begins with another posture; within it the head dips on loud syllables, not on all of them and
    not equally far, so that it keeps time with the voice and not with a clock. In silence it nods now and then as one
    who listens.
    """

    def __init__(self, seed: int, fps: int) -> None:
        self._seed, self._fps = seed, fps
        self._count = self._move = self._free = 0
        self._utterance = 0
        self._before = (0.0, 0.0)
        self._mean = 0.0
        self.yaw = self.pitch = self.roll = 0.0  # the posture, -1..1

    def step(self, moment: Moment, energy: float, speaking: bool) -> float:
        """How strong a nod begins in this frame; 0 for none."""
        index = moment.index
        if moment.utterance != self._utterance or index >= self._move:
            self._hold(moment, speaking)
        self._mean += (energy - self._mean) * min(1.0, 2.5 / self._fps)
        peak = self._before[0] < self._before[1] >= energy and self._before[1] > 1.15 * self._mean + 0.02
        self._before = (self._before[1], energy)
        if index < self._free:
            return 0.0
        if speaking and peak and chance(self._seed, 23, index) < 0.55:
            return self._nod(index, 0.25 + 0.75 * chance(self._seed, 24, index), 0.32)
        if not speaking and chance(self._seed, 25, index) < 0.13 / self._fps:
            return self._nod(index, 0.45 + 0.3 * chance(self._seed, 24, index), 0.5)
        return 0.0

    def _nod(self, index: int, strength: float, rest_s: float) -> float:
        self._free = index + round(self._fps * (rest_s + 0.7 * chance(self._seed, 26, index) ** 2))
        return strength

    def _hold(self, moment: Moment, speaking: bool) -> None:
        self._count += 1
        self._utterance = moment.utterance
        stay = exp(0.4 * normal(self._seed, 27, self._count)) * (2.4 if speaking else 4.5)
        self._move = moment.index + max(1, round(self._fps * min(stay, 12.0)))
        draw = [min(max(0.55 * normal(self._seed, 28 + k, self._count), -1.0), 1.0) for k in range(3)]
        self.yaw, self.pitch, self.roll = draw


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
        self._pointed = False
        self.gesture: Gesture = "rest"

    def step(self, moment: Moment) -> Gesture:
        index, speaking = moment.index, moment.utterance > 0 or moment.energy > 0.02
        pointed, self._pointed = moment.pointing and not self._pointed, moment.pointing
        if speaking:
            if index - self._last_spoken > 30 * self._fps:
                self._make("wave", index, 2.4)
            self._last_spoken = index
        quiet = index - self._last_spoken > 0.6 * self._fps
        if pointed:
            self._armed = False
            self._make("present", index, 2.6)
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
