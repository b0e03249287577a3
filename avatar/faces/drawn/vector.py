"""A retained vector picture on ThorVG's software renderer: shapes are made once, their points given anew each frame.

The C functions are called directly: the Python wrapper converts point by point, which would cost more than drawing.
"""

import ctypes
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thorvg_python.engine import Engine

from avatar.face import FaceError
from avatar.faces.drawn.geometry import Points
from avatar.faces.drawn.paint import Fill, Gradient
from avatar.media import Frame

_VOID, _FLOAT, _INT = ctypes.c_void_p, ctypes.c_float, ctypes.c_int
_U8, _U32 = ctypes.c_uint8, ctypes.c_uint32
_ABGR8888 = 0  # premultiplied; R, G, B, A in memory
_WHOLE_FRAMES = 0  # no partial redraw: nearly everything moves

_SIGNATURES: dict[str, tuple[Any, ...]] = {
    "swcanvas_create": (_VOID, _U8),
    "swcanvas_set_target": (_INT, _VOID, _VOID, _U32, _U32, _U32, _U8),
    "canvas_add": (_INT, _VOID, _VOID),
    "canvas_update": (_INT, _VOID),
    "canvas_draw": (_INT, _VOID, ctypes.c_bool),
    "canvas_sync": (_INT, _VOID),
    "canvas_destroy": (_INT, _VOID),
    "scene_new": (_VOID,),
    "scene_add": (_INT, _VOID, _VOID),
    "shape_new": (_VOID,),
    "shape_reset": (_INT, _VOID),
    "shape_append_path": (_INT, _VOID, _VOID, _U32, _VOID, _U32),
    "shape_set_fill_color": (_INT, _VOID, _U8, _U8, _U8, _U8),
    "shape_set_gradient": (_INT, _VOID, _VOID),
    "paint_set_clip": (_INT, _VOID, _VOID),
    "paint_set_opacity": (_INT, _VOID, _U8),
    "radial_gradient_new": (_VOID,),
    "radial_gradient_set": (_INT, _VOID, _FLOAT, _FLOAT, _FLOAT, _FLOAT, _FLOAT, _FLOAT),
    "linear_gradient_new": (_VOID,),
    "linear_gradient_set": (_INT, _VOID, _FLOAT, _FLOAT, _FLOAT, _FLOAT),
    "gradient_set_color_stops": (_INT, _VOID, _VOID, _U32),
    "gradient_set_transform": (_INT, _VOID, _VOID),
    "gradient_duplicate": (_VOID, _VOID),
    "gradient_del": (_INT, _VOID),
}


class _Stop(ctypes.Structure):
    _fields_ = [("at", _FLOAT), ("r", _U8), ("g", _U8), ("b", _U8), ("a", _U8)]


def _bind(library: ctypes.CDLL) -> dict[str, Callable[..., Any]]:
    bound: dict[str, Callable[..., Any]] = {}
    for name, (result, *arguments) in _SIGNATURES.items():
        function = getattr(library, f"tvg_{name}")
        function.restype, function.argtypes = result, arguments
        bound[name] = function
    return bound


def _free(engine: Engine, call: dict[str, Callable[..., Any]], canvas: int, gradients: list[int]) -> None:
    call["canvas_destroy"](canvas)  # with all shapes on it
    for gradient in gradients:
        call["gradient_del"](gradient)
    del engine  # was kept until here: a terminated engine has no canvases


@dataclass(frozen=True, slots=True)
class _Shape:
    pointer: int
    commands: bytes
    first: int  # where its points begin in the picture's
    count: int
    gradient: int = 0  # a prototype: ThorVG notices a moved gradient only when it is set anew
    anchor: int = 0  # where the gradient's three points are
    still: float = 0.0  # pixels: moved by less since it was last outlined, it is not outlined anew
    unit: int = 0  # shapes of one clipped group are outlined together: the clip is part of each outline


class Group:
    """Shapes drawn together, in order, seen only inside `clip` where one was given."""

    def __init__(self, pointer: int, unit: int) -> None:
        self.pointer, self.unit = pointer, unit


class Picture:
    """Shapes on a canvas of `size` pixels. Add all of them, then `draw` as often as needed, then `close`."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self._engine = Engine()  # counted by ThorVG: the last picture to go ends it
        self._call = _bind(self._engine.thorvg_lib)
        self._pixels = np.zeros((size[1], size[0], 4), np.uint8)
        self._canvas: int = self._call["swcanvas_create"](_WHOLE_FRAMES)
        self._call["swcanvas_set_target"](self._canvas, self._pixels.ctypes.data, size[0], size[0], size[1], _ABGR8888)
        self._shapes: list[_Shape] = []
        self._gradients: list[int] = []
        self._release = weakref.finalize(self, _free, self._engine, self._call, self._canvas, self._gradients)
        self._starts: NDArray[np.intp] = np.zeros(0, np.intp)
        self._lengths: NDArray[np.intp] = np.zeros(0, np.intp)
        self._units: NDArray[np.intp] = np.zeros(0, np.intp)
        self._still: NDArray[np.float32] = np.zeros(0, np.float32)
        self._outlined: Points | None = None  # every point as it was when its shape was last outlined
        self._matrix = (_FLOAT * 9)(0, 0, 0, 0, 0, 0, 0, 0, 1)

    def group(
        self, clip: tuple[bytes, int, int] | None = None, parent: Group | None = None, still: float = 0.0
    ) -> Group:
        """A new group on top; `clip` is (commands, first point, number of points)."""
        scene = self._call["scene_new"]()
        unit = len(self._shapes)
        if clip is not None:
            clipper = self._call["shape_new"]()
            self._call["shape_set_fill_color"](clipper, 255, 255, 255, 255)
            self._call["paint_set_clip"](scene, clipper)
            self._shapes.append(_Shape(clipper, *clip, unit=unit, still=still))
        self._put(scene, parent)
        return Group(scene, unit if clip is not None else -1)

    def shape(
        self, commands: bytes, first: int, count: int, fill: Fill, anchor: int, parent: Group | None, still: float = 0.0
    ) -> int:
        """A new shape on top; `anchor` is the first of a gradient's three points. Returns its number.

        `still`: how many pixels its points may move before it is drawn where they are; outlining is half of all work.
        """
        pointer = self._call["shape_new"]()
        gradient = 0
        if isinstance(fill, Gradient):
            gradient = self._gradient(fill)
        else:
            self._call["shape_set_fill_color"](pointer, *fill)
        unit = parent.unit if parent is not None and parent.unit >= 0 else len(self._shapes)
        self._shapes.append(_Shape(pointer, commands, first, count, gradient, anchor, still, unit))
        self._put(pointer, parent)
        return len(self._shapes) - 1

    def opacity(self, shape: int, value: float) -> None:
        self._check()
        self._call["paint_set_opacity"](self._shapes[shape].pointer, round(255 * min(max(value, 0.0), 1.0)))

    def draw(self, points: Points) -> Frame:
        """The picture with these points, in pixels: a new array each time."""
        self._check()
        points = np.ascontiguousarray(points, np.float32)
        base, call = points.ctypes.data, self._call
        reset, append = call["shape_reset"], call["shape_append_path"]
        for shape in self._moved(points):
            reset(shape.pointer)
            append(shape.pointer, shape.commands, len(shape.commands), base + 8 * shape.first, shape.count)
            if shape.gradient:
                self._place(shape, points[shape.anchor : shape.anchor + 3])
        call["canvas_update"](self._canvas)
        call["canvas_draw"](self._canvas, True)
        call["canvas_sync"](self._canvas)
        return self._pixels.copy()

    def _moved(self, points: Points) -> list[_Shape]:
        if self._outlined is None:
            self._outlined = points.copy()
            self._starts = np.array([shape.first for shape in self._shapes])
            self._lengths = np.diff(self._starts, append=len(points))
            self._units = np.array([shape.unit for shape in self._shapes])
            self._still = np.array([shape.still for shape in self._shapes], np.float32)
            return self._shapes
        # A shape's points and its gradient's lie together, up to where the next shape's begin.
        off = np.abs(points - self._outlined)
        far = np.maximum.reduceat(np.maximum(off[:, 0], off[:, 1]), self._starts)
        of_unit = np.bincount(self._units[far > self._still], minlength=len(far)) > 0
        moved = of_unit[self._units]
        anew = np.repeat(moved, self._lengths)
        np.copyto(self._outlined, points, where=anew[:, None])
        return [shape for shape, has in zip(self._shapes, moved.tolist(), strict=True) if has]

    def close(self) -> None:
        """Give everything back to ThorVG; drawing then raises FaceError. A dropped picture closes itself."""
        self._release()
        self._shapes.clear()

    def _check(self) -> None:
        # The pointers lead nowhere then: ThorVG would end the process.
        if not self._release.alive:
            raise FaceError("this face has been closed; load a new one")

    def _put(self, pointer: int, parent: Group | None) -> None:
        if parent is None:
            self._call["canvas_add"](self._canvas, pointer)
        else:
            self._call["scene_add"](parent.pointer, pointer)

    def _gradient(self, fill: Gradient) -> int:
        call = self._call
        if fill.radial:
            gradient: int = call["radial_gradient_new"]()
            call["radial_gradient_set"](gradient, 0, 0, 1, 0, 0, 0)
        else:
            gradient = call["linear_gradient_new"]()
            call["linear_gradient_set"](gradient, 0, 0, 1, 0)
        stops = (_Stop * len(fill.stops))(*[_Stop(at, *colour) for at, colour in fill.stops])
        call["gradient_set_color_stops"](gradient, ctypes.addressof(stops), len(stops))
        self._gradients.append(gradient)
        return gradient

    def _place(self, shape: _Shape, anchors: Points) -> None:
        (x, y), (ax, ay), (bx, by) = anchors.tolist()
        matrix = self._matrix
        matrix[0], matrix[1], matrix[2] = ax - x, bx - x, x
        matrix[3], matrix[4], matrix[5] = ay - y, by - y, y
        copy = self._call["gradient_duplicate"](shape.gradient)
        self._call["gradient_set_transform"](copy, ctypes.addressof(matrix))
        self._call["shape_set_gradient"](shape.pointer, copy)
