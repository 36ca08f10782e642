"""The town square: one page to read both networks and to type in. Plain HTML; works on a telephone."""

from html import escape
from urllib.parse import quote

from fullcircle.core.moments import to_iso
from fullcircle.testing.simulator.town import Town
from fullcircle.testing.simulator.wire import Answer, Request
from fullcircle.testing.simulator.world import NETWORKS, Post, World

THREADS = 40
LABELS = {"mastodon": "Mastodon", "bluesky": "Bluesky"}

STYLE = """
:root { color-scheme: light dark; --line: #8884; --ours: #1a7f5a22; --button: #1a7f5a;
  --soft: color-mix(in srgb, CanvasText 68%, Canvas) }
* { box-sizing: border-box }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.4rem; margin: 0 } header p { margin: 0 0 1rem; color: var(--soft) }
form.say { display: grid; grid-template-columns: minmax(0, 1fr); gap: .6rem }
form.say { border: 1px solid var(--line); border-radius: .8rem; padding: 1rem }
label { display: grid; grid-template-columns: minmax(0, 1fr); gap: .2rem; font-size: .9rem }
select, textarea, button { font: inherit; padding: .6rem; border-radius: .5rem; border: 1px solid var(--line) }
textarea { min-height: 5rem; width: 100% } button { cursor: pointer }
button.main { background: var(--button); color: #fff; border: 0; min-height: 2.75rem }
article { border: 1px solid var(--line); border-radius: .8rem; padding: .8rem 1rem; margin: .8rem 0 }
article article { margin: .6rem 0 0 .4rem } article.ours { background: var(--ours) }
.who { font-size: .85rem; color: var(--soft) } .who b { color: CanvasText }
p { margin: .3rem 0; overflow-wrap: anywhere }
.do { display: flex; gap: 1rem; align-items: center } .do form { margin: 0 }
.do button { border: 0; background: none; padding: .4rem 0; text-decoration: underline; font-size: .85rem }
.do a { font-size: .85rem; color: inherit; padding: .4rem 0 } .gone { color: var(--soft); font-style: italic }
"""


def square(town: Town, request: Request) -> Answer:
    """The page. `?parent=` makes the form an answer, `?more=n` shows more threads."""
    world = town.world
    parent = world.by_key.get(request.get("parent"))
    roots = [post for post in reversed(world.posts) if post.parent is None and (not post.deleted_at or post.answers)]
    threads = "".join(_thread(post) for post in roots[: request.number("more", THREADS, 1000)])
    body = (
        f"<header><h1>Saltmarsh town square</h1><p>A made-up town on this machine. {len(world.posts)} posts, "
        f"{len(town.calls)} calls, {len(town.mails)} mails.</p></header>"
        f"{_form(world, parent)}<main>{threads or '<p>Nobody has said anything yet.</p>'}</main>"
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Saltmarsh town square</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body>{body}</body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
    return Answer(200, page.encode(), {"content-type": "text/html; charset=utf-8", "content-security-policy": policy})


def _form(world: World, parent: Post | None) -> str:
    networks = (parent.network,) if parent else NETWORKS
    people = "".join(
        f'<optgroup label="{LABELS[network]}">'
        + "".join(
            f'<option value="{network}:{escape(account.handle)}">{escape(account.name)}, {LABELS[network]} '
            f"(@{escape(account.handle)})</option>"
            for account in world.accounts[network]
            if not account.is_ours
        )
        + "</optgroup>"
        for network in networks
    )
    hidden = f'<input type="hidden" name="parent" value="{escape(parent.external_id)}">' if parent else ""
    about = f"<p>Answering {escape(parent.author.name)}: {escape(parent.text[:120])}</p>" if parent else ""
    return (
        f'<form class="say" method="post" action="/world/post">{about}{hidden}'
        f'<label>Who are you, and where?<select name="as">{people}</select></label>'
        '<label>What do you say?<textarea name="text" required maxlength="300" '
        'placeholder="@harbourbakery is there rye bread tomorrow?"></textarea></label>'
        '<button class="main">Post</button></form>'
        '<div class="do"><form method="post" action="/world/step?n=5">'
        "<button>Let the town live a little</button></form>"
        '<a href="/">Look again</a></div>'
    )


def _thread(post: Post) -> str:
    answers = "".join(_thread(answer) for answer in post.answers if not answer.deleted_at or answer.answers)
    if post.deleted_at:
        return f'<article><p class="gone">deleted by its author</p>{answers}</article>'
    text = "<br>".join(escape(line) for line in post.text.split("\n"))
    edited = ", edited" if post.version else ""
    audience = f", {post.audience}" if post.audience != "public" else ""
    at = to_iso(post.created_at)
    return (
        f'<article class="{"ours" if post.author.is_ours else "theirs"}" id="p{post.number}">'
        f'<div class="who"><b>{escape(post.author.name)}</b> @{escape(post.author.handle)} on {LABELS[post.network]}'
        f'{audience}, <time datetime="{at}">{at[:16].replace("T", " ")}</time>'
        f"{edited}</div>"
        f'<p lang="{escape(post.language)}" dir="auto">{text}</p>{_buttons(post)}{answers}</article>'
    )


def _buttons(post: Post) -> str:
    key = escape(post.external_id)
    return (
        f'<div class="do"><a href="/?parent={quote(post.external_id, safe="")}">Answer</a>'
        f'<form method="post" action="/world/delete"><input type="hidden" name="external_id" value="{key}">'
        "<button>Delete</button></form></div>"
    )
