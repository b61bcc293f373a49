"""What the answer hangs on: every assumption that a run asks for, varied over its range."""
