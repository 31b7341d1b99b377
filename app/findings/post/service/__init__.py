"""What the post office does with the database and the outside.

office   letters come in; workers are woken        sorting  letters become mails
carrying mails go out                              reading  what the console shows
leaving  recipients turn digests off
"""
