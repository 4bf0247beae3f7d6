"""The one exception that a person can cause and mend."""


class ReaderError(Exception):
    """Something that the reader can put right.

    Its message is one sentence that says what is wrong and what to do.
    The command line prints it without a traceback and exits with code 2.
    """
