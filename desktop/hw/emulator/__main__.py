"""`python -m desktop.hw.emulator`: the practice device on its own."""

import sys

from desktop.hw.emulator.command import main

sys.exit(main())
