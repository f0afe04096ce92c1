"""The sub-commands by name. Standard library only: `start.py` reads this before anything is installed."""

COMMANDS = {
    "inspect": "print a recording or bare venue messages in normalised form",
    "replay": "run a recording through the whole engine",
    "backtest": "run rules over hourly or finer bars",
    "record": "record live feeds",
    "wallet": "work with the hardware wallet",
    "transfers": "show the journal of transfers",
    "readiness": "show what is ready for leaving, and what is not",
    "doctor": "say what is wrong here and how to mend it",
}
