"""What a tile is: a number with its name, state, level, age and origin."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.risk.reading import State
from desktop.ui import wording
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr


@dataclass(frozen=True, slots=True)
class TileFacts:
    """Everything a tile shows. `value` is empty where there is no number: then `words` and `caption` stand there."""

    id: str
    name: str
    shape: Shape
    state: State
    value: str = ""
    floor: bool = False
    unit: str = ""
    words: str = ""
    caption: str = ""
    age: str = ""
    warm: float = 1.0
    spark: tuple[float, ...] = ()
    bars: bool = False
    dots: tuple[Shape, ...] = ()
    tip: str = ""

    @property
    def spoken(self) -> str:
        """The tile in one sentence, for assistive technology."""
        number = f"{wording.FLOOR_MARK if self.floor else ''}{self.value} {self.unit}" if self.value else self.words
        state = "" if self.state is State.LIVE else f", {self.state.value}"
        return f"{self.name}: {number.strip()}{state}, {level_of(self.shape)}. {self.caption}. {self.age}"


def level_of(shape: Shape) -> str:
    """Return the word of a tile's shape."""
    words = {
        Shape.CALM: tr("lower"),
        Shape.NOTABLE: tr("notable"),
        Shape.WARNING: tr("warning"),
        Shape.CRITICAL: tr("critical"),
        Shape.WARMING: tr("warming"),
    }
    return words.get(shape, tr("unknown"))
