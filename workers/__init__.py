"""The home of Celery: the application, a task for each job, the clock. It imports ``app``, never the reverse."""
