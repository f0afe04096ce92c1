"""Process start to first painted window: Seawall's practice world beside a bare Qt window.

Each run is a fresh process; the child prints the moment of its first paint. Interleaved rounds, medians.

    python benchmarks/start_up.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from statistics import median

BARE = """
import time
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def paintEvent(self, event):
        print(time.time(), flush=True)
        QApplication.quit()
application = QApplication([])
window = Window()
window.resize(1440, 900)
window.show()
application.exec()
"""

SEAWALL = """
import sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched.isWidgetType() and isinstance(watched.window(), QMainWindow):
            print(time.time(), flush=True)
            QApplication.instance().removeEventFilter(self)
            QTimer.singleShot(0, QApplication.quit)
        return False
first = FirstPaint()
from desktop.ui import application as ui_application
made = ui_application.make_application
def watched(*arguments, **words):
    application = made(*arguments, **words)
    application.installEventFilter(first)
    return application
ui_application.make_application = watched
from desktop.__main__ import main
main(["--practice", "--data-dir", sys.argv[1]])
"""


def seconds_to_paint(code: str, *arguments: str) -> float:
    """Return the seconds from starting the process to its first paint."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    begin = time.time()
    command = [sys.executable, "-c", code, *arguments]
    child = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    if not child.stdout:
        raise SystemExit(child.stderr)
    return float(child.stdout.split()[0]) - begin


def main() -> None:
    """Measure both in turn and print the medians and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    bare: list[float] = []
    seawall: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            bare.append(seconds_to_paint(BARE))
            seawall.append(seconds_to_paint(SEAWALL, folder))
    print(f"process start to first paint, median of {rounds} interleaved rounds")
    print(f"  bare Qt window      {median(bare):.2f} s")
    print(f"  seawall --practice  {median(seawall):.2f} s   ratio {median(seawall) / median(bare):.1f}")


if __name__ == "__main__":
    main()
