"""Python's garbage collector, told what stays."""

import gc


def keep_what_is_loaded() -> None:
    """The shop and the guard's words stay as long as the process: looking through them for garbage took a tenth of the
    time and, now and then, a quarter of a second in one piece. Only what comes after this is looked through, and soon:
    a full look waits until a quarter has been added to what the last one saw, and that is next to nothing now."""
    gc.freeze()
    gc.collect()
