"""The commands of ``deskwarden``, a file each: ``add_arguments(parser)`` and ``run(arguments) -> exit status``."""
