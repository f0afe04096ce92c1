"""What every test is held to: nothing left running, nothing said in passing, nothing touched outside its place."""
