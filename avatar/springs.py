"""What all motion is made of: chance that repeats, smooth noise, springs that settle and pendulums that swing."""

from math import cos, exp, log, pi, sqrt

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


def normal(seed: int, channel: int, index: int) -> float:
    """As `chance`, of a normal distribution: mean 0, deviation 1."""
    radius = sqrt(-2 * log(max(chance(seed, channel, 2 * index), 1e-12)))
    return radius * cos(2 * pi * chance(seed, channel, 2 * index + 1))


def ease(t: float) -> float:
    """0 before 0, 1 after 1, smooth between."""
    t = min(max(t, 0.0), 1.0)
    return t * t * (3 - 2 * t)


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
