"""`seawall record`: the live feeds, byte for byte, into files that `replay` and `inspect` read."""

from __future__ import annotations

import argparse
import asyncio
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from desktop.cli.chosen_world import folder_to_read
from desktop.cli.output import Output
from desktop.domain.errors import BadInput, NetworkTrouble, WrongUsage
from desktop.domain.market import FeedStatus, Gap, Unparsed
from desktop.domain.raw_frame import RawFrame
from desktop.engine.clock import WallClock
from desktop.engine.ports import Clock, Feed
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.proxy_login import proxy_login
from desktop.storage.recorder import CannotRecord, Recorder
from desktop.storage.recording_shelf import RecordingShelf
from desktop.storage.secrets import Secrets
from desktop.storage.settings import Settings, load_settings
from desktop.venues.catalogue import feeds
from desktop.venues.outbound import Outbound
from desktop.venues.regional_hosts import chosen_hosts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder for the recording")
    parser.add_argument(
        "--budget-mb",
        type=int,
        metavar="N",
        help="remove the oldest recordings in DIR when they exceed N megabytes together (default: never)",
    )
    parser.add_argument("--minutes", type=float, metavar="N", help="stop after so long (default: until Ctrl+C)")


def run(args: argparse.Namespace, out: Output) -> int:
    """Record until the time is over or Ctrl+C. Raise NetworkTrouble if no feed sent anything."""
    if args.practice:
        raise WrongUsage(
            "practice feeds run inside the window only", "Leave --practice out: the storm ships with it."
        )
    if args.minutes is not None and not args.minutes > 0:
        raise WrongUsage(f"--minutes {args.minutes} is not above zero", "Give minutes such as 10.")
    if args.budget_mb is not None and args.budget_mb < 1:
        raise WrongUsage(f"--budget-mb {args.budget_mb} is not above zero", "Give megabytes such as 2000.")
    _check_folder(args.out)
    shelf = None if args.budget_mb is None else RecordingShelf(args.out, args.budget_mb)
    return asyncio.run(_record(args.out, args.minutes, load_settings(folder_to_read(args)), shelf, out))


def _check_folder(folder: Path) -> None:
    """Make the folder. Raise BadInput naming it if no file can be put there: that is said before a line is opened."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        words = f"nothing can be recorded there: {error.strerror}"
        raise BadInput(words, "Name another folder with --out, or mend its permissions.", where=str(folder)) from None


async def _record(
    folder: Path, minutes: float | None, settings: Settings, shelf: RecordingShelf | None, out: Output
) -> int:
    def begun(path: Path) -> None:
        for gone in shelf.sweep(path) if shelf is not None else ():
            out.tell(f"{gone.name} went: the budget is used")

    with Recorder(folder, "live", on_begin=begun) as recorder:
        recording = Recording(recorder, out)
        clock = WallClock()
        login = proxy_login(Secrets(main_thread_is_fine=True), settings.proxy)
        outbound = Outbound(clock, settings.proxy, login=login)
        hosts = chosen_hosts(settings.hosts)
        made = feeds(hosts, settings.coins, clock, shipped_instruments(), recording.tap, outbound=outbound)
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):  # Windows has no signal handlers on the loop: Ctrl+C interrupts there
            for ending in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(ending, recording.stop.set)
        await recording.follow(made, clock, minutes)
    recording.conclude()
    return 0


class Recording:
    """One run of the recorder: `tap` takes the frames, trouble is told as it comes. One event loop."""

    def __init__(self, recorder: Recorder, out: Output) -> None:
        self._recorder = recorder
        self._out = out
        self._unparsed = 0
        self._refused: CannotRecord | None = None
        self._latest_trouble = ""
        self.stop = asyncio.Event()
        """Set to end the run."""

    def tap(self, raw: RawFrame) -> None:
        """Write a raw frame; when the disk refuses it the run ends."""
        if self._refused is not None:
            return
        try:
            self._recorder.write(raw)
        except CannotRecord as error:
            self._refused = error
            self.stop.set()

    async def follow(self, made: Sequence[Feed], clock: Clock, minutes: float | None) -> None:
        """Run the feeds until `stop` is set or the minutes are over, then close them."""
        following: list[asyncio.Task[object]]
        following = [asyncio.create_task(self._listen(feed), name=f"record {feed.venue}") for feed in made]
        ending: list[asyncio.Task[object]] = [asyncio.create_task(self.stop.wait(), name="stop")]
        if minutes is not None:
            ending.append(asyncio.create_task(clock.sleep(minutes * 60), name="minutes"))
        try:
            await asyncio.wait((*following, *ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ending:
                task.cancel()
            for feed in made:
                await feed.close()
            await asyncio.gather(*following)

    def conclude(self) -> None:
        """Print the summary. Raise CannotRecord if the disk refused, NetworkTrouble if nothing came."""
        if self._refused is not None:
            raise self._refused
        if not self._recorder.frames:
            words = self._latest_trouble or "no message came"
            raise NetworkTrouble(f"nothing was recorded: {words}", "Check the network; `seawall doctor` looks at it.")
        files = [str(path) for path in self._recorder.files]
        facts = {"kind": "summary", "files": files, "frames": self._recorder.frames, "unparsed": self._unparsed}
        self._out.emit(facts, f"{self._recorder.frames} messages in {', '.join(files)}")

    async def _listen(self, feed: Feed) -> None:
        async for batch in feed.messages():
            for message in batch:
                match message:
                    case Unparsed():
                        self._unparsed += 1
                        self._out.tell(f"{message.venue}: could not be read: {message.reason}")
                    case FeedStatus(event="connected"):
                        self._out.tell(f"{message.venue}: connected")
                    case FeedStatus(event="closed"):
                        self._latest_trouble = message.detail
                        self._out.tell(f"{message.venue}: closed: {message.detail}")
                    case Gap(reason="data is back"):
                        seconds = (message.at_ms - message.since_ms) / 1000
                        self._out.tell(f"{message.venue}: back after a gap of {seconds:.0f} s")
