"""Why a firm decides: one file a law. A new file that defines ``MECHANISM`` is a new mechanism."""
