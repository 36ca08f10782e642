"""Makes the packaged weights: `python -m fullcircle.analysis.training DATA_FOLDER`.

Owns what is learned from which set, what is held back to measure with, and our own seed phrases. Needs scikit-learn
(the extra `ml`); nothing of the running product imports this folder.
"""
