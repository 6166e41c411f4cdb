//! From a due issue to one final state a recipient: fan-out, the send loop, recovery, live progress.
