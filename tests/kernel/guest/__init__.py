"""What runs inside the machine: devices made by the kernel, people who use them, and the scenarios they play."""
