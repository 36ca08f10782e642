"""Words that say nothing of what somebody needs, and how telling the others are."""

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise

# Little words of the eight languages, folded as tokens are; written by hand, not a frequency list.
_LITTLE = """
a about after again all also am an and any are as at be because been but by can could did do does doing don for
from get got had has have he her here hers him his how i if in into is it its just ll m me more most my no nor
not now of off on one or our out over please re s she should so some such t than thank thanks that the their
them then there these they this those to too up us ve very was we were what when where which while who why will
with would you your
aber als am auch auf aus bei bin bis bitte da das dass dem den der des die dir doch du ein eine einen einer es
euch euer fur für habe haben hat ich ihr im in ist ja kann kein keine man mein mich mir mit nach nicht noch nur
oder schon sehr sein seit sich sie sind so um und uns vom von vor war was wenn wer werden wie wir wird wo zu zum
zur
al algo como con cuando de del el ella en era es esa ese esta este esto estoy fue ha hay la las le lo los mas
más me mi muy nada ni no nos o para pero por porque que qué se ser si sí sin son su sus también te tengo todo tu
un una unas unos y ya yo
au aux avec avoir c ce ces cette d dans des donc du elle en est et etait été il ils j je l la le les leur lui ma
mais mes moi mon n ne nos notre nous on ont ou où par pas plus pour qu que qui sa sans se ses si son sont sur ta
te toi tout tres très tu un une vos votre vous y
alla anche che chi ci come con cosa da dal dalla degli dei del della di dove e è gli ho i il io la le lei lo
loro ma mi mia mio molto ne nel nella noi non o per perche perché piu più quando quello questa questo sei si sia
solo sono su sul tra un una voi
ao aos as com como da das de depois dele do dos e ela ele em entre era essa esse esta este eu foi há isso já
mais mas me meu minha muito na nao não nas no nos o os ou para pela pelo por porque quando que quem sem ser seu
sua são também te tem um uma vocês você
और का की के को में से है हैं था थी थे हो पर यह वह तो भी मैं मेरा मेरी हम आप नहीं ने कि जो या एक कर रहा रही करें
في من على إلى الى عن ان أن إن هذا هذه ذلك التي الذي ما لا لم لن هل كان كانت هو هي هم انا أنا نحن انت و أو او ثم
قد كل مع بعد قبل عند
"""
LITTLE_WORDS = frozenset(_LITTLE.split())


def is_telling(token: str) -> bool:
    """Whether a token may speak for a need at all: no little word, no lone Latin letter, no bare number."""
    is_letter = len(token) == 1 and ord(token) < 0x250
    return token not in LITTLE_WORDS and not token.isdigit() and not is_letter


def telling_share(seen_in: int, total: int) -> float:
    """How telling it is to occur in `seen_in` of `total` places: 1 for one of many, towards 0 for all of many
    (inverse document frequency over its maximum, log(1 + total/seen) / log(1 + total))."""
    if total <= 1:
        return 1.0
    return math.log1p(total / max(seen_in, 1)) / math.log1p(total)


def bigrams(tokens: list[str]) -> list[str]:
    """Neighbouring pairs, as `one two`."""
    return [f"{one} {two}" for one, two in pairwise(tokens)]


def places_by_token(streams: Iterable[Iterable[str]]) -> Mapping[str, int]:
    """In how many of the streams each token stands."""
    places: dict[str, int] = {}
    for stream in streams:
        for token in set(stream):
            places[token] = places.get(token, 0) + 1
    return places
