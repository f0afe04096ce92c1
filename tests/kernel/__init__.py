"""The wallet on a real kernel: a small machine in software, with USB and HID devices that the kernel itself makes.

The host's tests (`test_*.py`) boot it once and judge what `guest` wrote there, one line a scenario.
"""
