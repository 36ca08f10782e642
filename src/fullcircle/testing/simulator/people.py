"""Who lives in Saltmarsh: made-up people with made-up accounts, some on both networks under similar names."""

from typing import NamedTuple

HOST = "tide.example"
"""The fictional Mastodon instance: part of every key there, so that keys do not depend on the port."""

OUR_HANDLES = {"mastodon": "harbourbakery", "bluesky": "harbourbakery.example"}
OUR_NAME = "Harbour Bakery"


class Inhabitant(NamedTuple):
    """One person and where they speak."""

    handle: str
    name: str
    language: str
    networks: tuple[str, ...]
    telephone: str = ""
    mail: str = ""
    is_bot: bool = False


BOTH = ("mastodon", "bluesky")
MASTODON = ("mastodon",)
BLUESKY = ("bluesky",)

PEOPLE: tuple[Inhabitant, ...] = (
    Inhabitant("nora", "Nora Feld", "en", BOTH, "+447700900101", "nora.feld@mail.example"),
    Inhabitant("tomasz", "Tomasz W.", "en", MASTODON, "+447700900102"),
    Inhabitant("okafor_ada", "Ada Okafor", "en", BLUESKY, "", "ada@okafor.example"),
    Inhabitant("jonas", "Jonas Brandt", "de", BOTH, "+491579992301", "jonas.brandt@mail.example"),
    Inhabitant("lieselotte", "Lieselotte H.", "de", MASTODON),
    Inhabitant("mehmet_k", "Mehmet K.", "de", BLUESKY),
    Inhabitant("lucia", "Lucía Paredes", "es", BOTH, "+34600990011", "lucia@paredes.example"),
    Inhabitant("el_faro", "Vecinos del Faro", "es", MASTODON),
    Inhabitant("rafa", "Rafa Montes", "es", BLUESKY),
    Inhabitant("camille", "Camille Roux", "fr", BOTH),
    Inhabitant("giulia", "Giulia Sarti", "it", BLUESKY),
    Inhabitant("ines", "Inês Prado", "pt", MASTODON),
    Inhabitant("night_nurse", "Sister Bev", "en", MASTODON, "+447700900103"),
    Inhabitant("wheels", "Iman on wheels", "en", BOTH),
    Inhabitant("gazette", "The Saltmarsh Gazette", "en", BOTH, "", "desk@gazette.example"),
    Inhabitant("ferrytimes", "Ferry times", "en", BLUESKY, "", "", True),
    Inhabitant("grandpa_joe", "Joe", "en", BLUESKY),
    Inhabitant("zoe", "Zoë", "en", MASTODON),
)
