"""The post office: whoever has something to tell puts a letter here, and people get mails.

A **letter** is what one event has to say: facts, put in the transaction of the event, once by its key. A **mail** is
what goes out: one letter, or a digest of many. Every letter is in exactly one mail for each recipient.
"""
