"""How the town lives: one random act at a time, drawn from the world's own seeded dice."""

from collections.abc import Callable
from typing import TypeAlias

from fullcircle.testing.simulator.people import HOST, PEOPLE, Inhabitant
from fullcircle.testing.simulator.sentences import CALL_NOTES, HASHTAGS, fill, say_correction, say_follow_up, say_need
from fullcircle.testing.simulator.town import Town
from fullcircle.testing.simulator.world import Account, Post, World

RECENT = 40

Act: TypeAlias = Callable[[Town], str]


def step(town: Town) -> str:
    """One act; the word for what happened."""
    dice = town.world.random
    town.world.pass_time()
    acts, weights = zip(*ACTS, strict=True)
    act: Act = dice.choices(acts, weights)[0]
    return act(town)


def _somebody(world: World, network: str) -> Account:
    return world.random.choice([account for account in world.accounts[network] if not account.is_ours])


def _network(world: World) -> str:
    return world.random.choice(("mastodon", "bluesky"))


def _recent(world: World, network: str, *, is_ours: bool | None = None) -> Post | None:
    recent = world.recent(network, RECENT)
    found = [post for post in recent if is_ours is None or post.author.is_ours == is_ours]
    return world.random.choice(found) if found else None


def _us(world: World, network: str) -> str:
    """How people call us: mostly by our handle, sometimes by name or with a hashtag, which only a search finds."""
    ours = world.ours(network).handle
    full = f"@{ours}@{HOST}" if network == "mastodon" and world.random.random() < 0.2 else f"@{ours}"
    return world.random.choices((full, "Harbour Bakery", f"#{HASHTAGS[0]}"), (6, 2, 2))[0]


def speak(town: Town) -> str:
    """Somebody says what they need."""
    world = town.world
    network = _network(world)
    author = _somebody(world, network)
    _, text = say_need(world.random, author.language, _us(world, network))
    if world.random.random() < 0.25:
        text = f"{text} #{world.random.choice(HASHTAGS)}"
    audience = world.random.choices(("public", "unlisted"), (9, 1))[0] if network == "mastodon" else "public"
    world.post(author, text, audience=audience)
    return "post"


def answer(town: Town) -> str:
    """Somebody answers somebody; a thread grows."""
    world = town.world
    network = _network(world)
    parent = _recent(world, network)
    if parent is None:
        return speak(town)
    author = _somebody(world, network)
    said = say_follow_up(world.random, author.language)
    named = f"@{parent.author.handle} {said}" if network == "mastodon" else said
    world.post(author, named, parent=parent)
    return "reply"


def thank(town: Town) -> str:
    """Whoever was answered by us speaks again."""
    world = town.world
    network = _network(world)
    ours = _recent(world, network, is_ours=True)
    if ours is None or ours.parent is None:
        return answer(town)
    author = ours.parent.author if not ours.parent.author.is_ours else _somebody(world, network)
    said = say_follow_up(world.random, author.language)
    world.post(author, f"@{ours.author.handle} {said}" if network == "mastodon" else said, parent=ours)
    return "reply"


def whisper(town: Town) -> str:
    """A direct message to us, on the network that has them in its public face."""
    world = town.world
    author = _somebody(world, "mastodon")
    _, text = say_need(world.random, author.language, f"@{world.ours('mastodon').handle}")
    world.post(author, text, audience="direct")
    return "direct_message"


def correct(town: Town) -> str:
    """Somebody mends what they said, where the platform lets people do that."""
    world = town.world
    post = _recent(world, "mastodon", is_ours=False)
    if post is None:
        return speak(town)
    world.edit(post, say_correction(world.random, post.language, post.text)[:300])
    return "edit"


def take_back(town: Town) -> str:
    world = town.world
    post = _recent(world, _network(world), is_ours=False)
    if post is None:
        return speak(town)
    world.delete(post)
    return "delete"


def nod(town: Town) -> str:
    """A like, a repost, a follow: no touchpoint, but it is in the notifications."""
    world = town.world
    network = _network(world)
    post = _recent(world, network, is_ours=True)
    reason = world.random.choice(("like", "repost", "follow") if post else ("follow",))
    world.notify(reason, _somebody(world, network), None if reason == "follow" else post)
    return reason


def ring(town: Town) -> str:
    """Somebody telephones."""
    person = _with(town, "telephone")
    note = fill(town.world.random, town.world.random.choice(CALL_NOTES), "en", "")
    town.ring(person, note, seconds=town.world.random.randint(20, 600))
    return "call"


def write(town: Town) -> str:
    """Somebody writes a mail."""
    person = _with(town, "mail")
    need, text = say_need(town.world.random, person.language, "Harbour Bakery")
    town.write_mail(person, need, text)
    return "email"


def _with(town: Town, what: str) -> Inhabitant:
    return town.world.random.choice([person for person in PEOPLE if getattr(person, what)])


ACTS: tuple[tuple[Act, int], ...] = (
    (speak, 34),
    (answer, 18),
    (thank, 8),
    (whisper, 5),
    (correct, 8),
    (take_back, 5),
    (nod, 12),
    (ring, 5),
    (write, 5),
)
