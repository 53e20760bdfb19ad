"""The values of a file that another program wrote as a pickle, without running anything in it.

A pickle is a program: loading one calls what it names. This reads the few instructions that plain
values and numpy arrays are written with, builds records of what they would call, and calls nothing.
Long strings are not read but told by place. Instructions: pickletools, protocols 2 to 4.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

LONG_BYTES = 1 << 16
# Names that stand for arrays; any other is a wish to call something.
_ARRAYS = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}
_MOST_VALUES = 10_000_000
_MARK = object()


class Unreadable(Exception):
    """The file holds more than plain values, or is damaged; the message says what."""


@dataclass(frozen=True)
class Stored:
    """A long string that was left where it is."""

    offset: int
    length: int


@dataclass
class Named:
    """What a pickle would import; never imported."""

    module: str
    name: str


@dataclass
class Called:
    """What a pickle would make of a name: arguments and, later, its state."""

    what: Any
    arguments: Any
    state: Any = None


@dataclass
class _Machine:
    file: BinaryIO
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def number(self, form: str) -> int:
        size = struct.calcsize(form)
        return int(struct.unpack(form, self.exactly(size))[0])

    def exactly(self, length: int) -> bytes:
        data = self.file.read(length) if length <= LONG_BYTES * 16 else b""
        if len(data) != length:
            raise Unreadable("it ends too early")
        return data

    def string(self, form: str) -> Any:
        """bytes, or Stored where they are many."""
        length = self.number(form)
        if length < 0:
            raise Unreadable("a string of negative length")
        if length < LONG_BYTES:
            return self.exactly(length)
        stored = Stored(self.file.tell(), length)
        self.file.seek(length, 1)
        return stored

    def line(self) -> str:
        return self.file.readline(512).decode("utf-8", "replace").rstrip("\n")

    def since_mark(self) -> list[Any]:
        for position in range(len(self.stack) - 1, -1, -1):
            if self.stack[position] is _MARK:
                taken = self.stack[position + 1 :]
                del self.stack[position:]
                return taken
        raise Unreadable("no mark")


def values(file: BinaryIO) -> Any:
    """What the file holds: dict, list, tuple, int, bytes, None, bool, Stored and Called.

    Text and bytes both come as bytes. Raises Unreadable.
    """
    machine = _Machine(file)
    try:
        while (code := machine.exactly(1)) != b".":
            step = _STEPS.get(code)
            if step is None:
                raise Unreadable(f"the instruction {code!r}")
            step(machine)
            if len(machine.stack) > _MOST_VALUES or len(machine.memo) > _MOST_VALUES:
                raise Unreadable("too many values")
        return machine.stack.pop()
    except (LookupError, TypeError, ValueError, AttributeError, struct.error) as error:
        raise Unreadable("it is damaged") from error


def _named(machine: _Machine, module: str, name: str) -> None:
    if (module, name) not in _ARRAYS:
        raise Unreadable(f"it would call {module}.{name}")
    machine.stack.append(Named(module, name))


def _stack_global(machine: _Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    _named(machine, module.decode(), name.decode())


def _reduce(machine: _Machine) -> None:
    arguments = machine.stack.pop()
    machine.stack.append(Called(machine.stack.pop(), arguments))


def _build(machine: _Machine) -> None:
    state = machine.stack.pop()
    if not isinstance(machine.stack[-1], Called):
        raise Unreadable("a state for a plain value")
    machine.stack[-1].state = state


def _set_items(machine: _Machine, pairs: list[Any]) -> None:
    target = machine.stack[-1]
    if not isinstance(target, dict):
        raise Unreadable("items for what is no dictionary")
    target.update(zip(pairs[::2], pairs[1::2], strict=True))


def _extend(machine: _Machine, more: list[Any]) -> None:
    target = machine.stack[-1]
    if not isinstance(target, list):
        raise Unreadable("entries for what is no list")
    target.extend(more)


def _tuple(count: int) -> Callable[[_Machine], None]:
    def step(machine: _Machine) -> None:
        taken = machine.stack[-count:] if count else []
        del machine.stack[len(machine.stack) - count :]
        machine.stack.append(tuple(taken))

    return step


def _push(make: Callable[[_Machine], Any]) -> Callable[[_Machine], None]:
    return lambda machine: machine.stack.append(make(machine))


def _put(form: str) -> Callable[[_Machine], None]:
    def step(machine: _Machine) -> None:
        machine.memo[machine.number(form)] = machine.stack[-1]

    return step


def _memoize(machine: _Machine) -> None:
    machine.memo[len(machine.memo)] = machine.stack[-1]


def _one_item(machine: _Machine) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    _set_items(machine, [key, value])


_STEPS: dict[bytes, Callable[[_Machine], Any]] = {
    b"\x80": lambda m: m.number("<B"),
    b"\x95": lambda m: m.number("<Q"),
    b"(": _push(lambda m: _MARK),
    b"}": _push(lambda m: {}),
    b"]": _push(lambda m: []),
    b")": _push(lambda m: ()),
    b"N": _push(lambda m: None),
    b"\x88": _push(lambda m: True),
    b"\x89": _push(lambda m: False),
    b"K": _push(lambda m: m.number("<B")),
    b"M": _push(lambda m: m.number("<H")),
    b"J": _push(lambda m: m.number("<i")),
    b"U": _push(lambda m: m.string("<B")),
    b"T": _push(lambda m: m.string("<i")),
    b"C": _push(lambda m: m.string("<B")),
    b"B": _push(lambda m: m.string("<I")),
    b"X": _push(lambda m: m.string("<I")),
    b"\x8c": _push(lambda m: m.string("<B")),
    b"h": _push(lambda m: m.memo[m.number("<B")]),
    b"j": _push(lambda m: m.memo[m.number("<I")]),
    b"q": _put("<B"),
    b"r": _put("<I"),
    b"\x94": _memoize,
    b"t": lambda m: m.stack.append(tuple(m.since_mark())),
    b"\x85": _tuple(1),
    b"\x86": _tuple(2),
    b"\x87": _tuple(3),
    b"a": lambda m: _extend(m, [m.stack.pop()]),
    b"e": lambda m: _extend(m, m.since_mark()),
    b"s": _one_item,
    b"u": lambda m: _set_items(m, m.since_mark()),
    b"c": lambda m: _named(m, m.line(), m.line()),
    b"\x93": _stack_global,
    b"R": _reduce,
    b"b": _build,
}
