"""What the heart does with the database and the outside, a file a step; the decisions themselves are pure files beside.

inbox      store a webhook call              enumerate  find the files and links of a ticket's new comments
scanning   fetch and judge one               acting     redact, note, mail, give back: each once
verdicts   what people decide                sweep      find work that waits or was never told
queries    what pages and the API show       lists      allow and block lists
"""
