"""Which need an issue belongs to, which needs the stream holds that nobody named, and how many people have each.

Owns proposals (`match`: scored, with the words that tipped it; `propose`: unnamed wishes by shared words) and counting
(`count`: in persons, never in posts). Nothing here decides: people do, and can take it back; with every need made by
hand it is useful all the same. Texts come as token streams made by the analysis. Deliberately unaware of the database,
of how texts are parted into tokens and of who the persons are beyond their ids.
"""
