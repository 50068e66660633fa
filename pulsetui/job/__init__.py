"""What runs beside a job: it starts fast, imports little, and never fails or delays the job.

Nothing here may load what costs a one-shot command its start-up time: no asyncio, no HTTP library, no
dataclasses (they pull in ``inspect``), no ``typing``, no ``re`` on the way of a ping that arrives. Values are
plain classes with ``__slots__`` for that reason.
"""
