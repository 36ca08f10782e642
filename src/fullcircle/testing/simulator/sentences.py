"""What people of the fictional town say. Every sentence is written for this file; `{us}`, `{shop}`, `{bread}`, `{when}`
are filled in. A need has sentences in several languages, so that one need can be heard across languages and networks.
"""

from random import Random
from typing import NamedTuple

SHOPS = ("Quay Lane", "Millgate", "Station Road", "Old Fish Market")
HASHTAGS = ("harbourbakery", "saltmarsh", "bread")

BREADS: dict[str, tuple[str, ...]] = {
    "en": ("rye loaf", "seeded rolls", "poppy plait", "walnut bread", "cinnamon knots", "oat loaf"),
    "de": ("Roggenbrot", "Körnerbrötchen", "Mohnzopf", "Walnussbrot", "Zimtknoten", "Haferbrot"),
    "es": ("pan de centeno", "pan de semillas", "trenza de amapola", "pan de nueces", "nudos de canela"),
    "fr": ("pain de seigle", "pain aux graines", "tresse au pavot", "pain aux noix"),
    "it": ("pane di segale", "pane ai semi", "treccia al papavero", "pane alle noci"),
    "pt": ("pão de centeio", "pão de sementes", "trança de papoila", "pão de nozes"),
}
WHENS: dict[str, tuple[str, ...]] = {
    "en": ("this morning", "yesterday", "on Sunday", "last week", "an hour ago"),
    "de": ("heute früh", "gestern", "am Sonntag", "letzte Woche", "vor einer Stunde"),
    "es": ("esta mañana", "ayer", "el domingo", "la semana pasada", "hace una hora"),
    "fr": ("ce matin", "hier", "dimanche", "la semaine dernière"),
    "it": ("stamattina", "ieri", "domenica", "la settimana scorsa"),
    "pt": ("hoje de manhã", "ontem", "no domingo", "na semana passada"),
}


class Need(NamedTuple):
    """What people want or lack, and how they say it."""

    name: str
    said: dict[str, tuple[str, ...]]


NEEDS: tuple[Need, ...] = (
    Need(
        "allergens on the label",
        {
            "en": (
                "{us} does the {bread} from {shop} contain sesame? The bag does not say.",
                "My son is allergic to nuts and nobody at {shop} could tell me what is in the {bread}. {us}",
                "{us} please print the allergens on the {bread} bag, I had to throw it away {when}.",
                "After the {bread} I bought {when} my daughter's lips swelled up. {us} what is in it?!",
            ),
            "de": (
                "{us} ist im {bread} aus {shop} Sesam? Auf der Tüte steht nichts.",
                "Mein Sohn verträgt keine Nüsse und in {shop} wusste niemand, was im {bread} ist. {us}",
            ),
            "es": (
                "{us} ¿el {bread} de {shop} lleva sésamo? En la bolsa no pone nada.",
                "Mi hijo es alérgico a las nueces y en {shop} nadie supo decirme qué lleva el {bread}. {us}",
            ),
            "fr": ("{us} est-ce que le {bread} de {shop} contient du sésame ? Rien sur le sachet.",),
            "it": ("{us} nel {bread} di {shop} c'è il sesamo? Sul sacchetto non è scritto.",),
            "pt": ("{us} o {bread} da loja {shop} tem sésamo? O saco não diz nada.",),
        },
    ),
    Need(
        "open on Sunday",
        {
            "en": (
                "{us} is {shop} open on Sunday? The door says one thing and the website another.",
                "Stood in front of a locked door at {shop} {when}. Could you put the right hours online, {us}?",
                "Who else would like {us} {shop} to open on Sundays? Nurses need bread too.",
            ),
            "de": (
                "{us} hat {shop} am Sonntag offen? An der Tür steht etwas anderes als im Netz.",
                "{when} wieder vor verschlossener Tür in {shop}. Stellt doch die richtigen Zeiten ein, {us}.",
            ),
            "es": (
                "{us} ¿abre {shop} los domingos? En la puerta pone una cosa y en la web otra.",
                "Otra vez la puerta cerrada en {shop} {when}. ¿Podéis poner bien el horario, {us}?",
            ),
            "fr": ("{us} le magasin {shop} est-il ouvert le dimanche ?",),
            "pt": ("{us} a loja {shop} abre ao domingo? Na porta diz uma coisa e no site outra.",),
        },
    ),
    Need(
        "a step without a ramp",
        {
            "en": (
                "{us} I use a wheelchair and cannot get up the step at {shop}. Is there a bell?",
                "An old man fell on the broken step at {shop} {when}. {us} please fix it before it rains again.",
                "The pram and I stayed outside {shop} again. A small ramp would do, {us}.",
            ),
            "de": (
                "{us} ich komme mit dem Rollstuhl die Stufe in {shop} nicht hoch. Gibt es eine Klingel?",
                "{when} ist in {shop} jemand über die kaputte Stufe gestürzt. {us} bitte reparieren!",
            ),
            "es": ("{us} uso silla de ruedas y no puedo subir el escalón de {shop}. ¿Hay timbre?",),
            "it": ("{us} con la sedia a rotelle non supero lo scalino di {shop}. C'è un campanello?",),
        },
    ),
    Need(
        "charged twice",
        {
            "en": (
                "{us} my card was charged twice at {shop} {when}. How do I get the money back?",
                "Third mail without an answer about a double charge. {us} do you read these at all?",
            ),
            "de": (
                "{us} meine Karte wurde {when} in {shop} zweimal belastet. Wie bekomme ich das Geld zurück?",
                "Dritte Nachricht ohne Antwort wegen doppelter Abbuchung. {us} lest ihr das überhaupt?",
            ),
            "es": ("{us} me cobraron dos veces en {shop} {when}. ¿Cómo recupero el dinero?",),
            "fr": ("{us} ma carte a été débitée deux fois à {shop} {when}. Qui me rembourse ?",),
        },
    ),
    Need(
        "something in the bread",
        {
            "en": (
                "URGENT {us} there is a piece of glass in the {bread} from {shop}, bought {when}. Stop selling it!",
                "{us} found a screw in my {bread} {when}. I nearly broke a tooth.",
                "The {bread} from {shop} was mouldy inside. I am not angry, just tell me what happened, {us}.",
            ),
            "de": ("ACHTUNG {us} im {bread} aus {shop} war {when} ein Glassplitter. Bitte sofort herausnehmen!",),
            "es": ("¡URGENTE! {us} había un trozo de vidrio en el {bread} de {shop} {when}.",),
        },
    ),
    Need(
        "work in the bakery",
        {
            "en": (
                "{us} are you still looking for people for the early shift at {shop}?",
                "I baked in my uncle's shop for four years. {us} where do I send my papers?",
            ),
            "de": ("{us} sucht ihr für {shop} noch Leute in der Frühschicht?",),
            "es": ("{us} ¿siguen buscando gente para el turno de mañana en {shop}?",),
            "pt": ("{us} ainda procuram gente para o turno da manhã na loja {shop}?",),
        },
    ),
    Need(
        "bread left over in the evening",
        {
            "en": (
                "{us} what happens to the bread nobody buys? The shelter in {shop} could use it.",
                "We are six families sharing a kitchen near {shop}. Could yesterday's {bread} come to us, {us}?",
            ),
            "de": ("{us} was geschieht abends mit dem Brot, das übrig bleibt? Die Tafel in {shop} würde es holen.",),
            "es": ("{us} ¿qué hacen con el pan que sobra por la noche? El comedor de {shop} lo agradecería.",),
            "fr": ("{us} que devient le pain invendu le soir ? Le foyer de {shop} viendrait le chercher.",),
        },
    ),
    Need(
        "orders for a feast",
        {
            "en": (
                "{us} how early must I order forty {bread} for a wedding?",
                "Can {us} write a name on the {bread}? It is for my gran, she turns ninety.",
            ),
            "de": ("{us} wie früh muss ich vierzig {bread} für eine Hochzeit bestellen?",),
            "es": ("{us} ¿con cuánto tiempo encargo cuarenta {bread} para una boda?",),
            "it": ("{us} quanto prima devo ordinare quaranta {bread} per un matrimonio?",),
        },
    ),
    Need(
        "thanks",
        {
            "en": (
                "The {bread} from {shop} {when} was the best I ever had. Thank you {us}!",
                "{us} the woman at {shop} walked my father home in the storm. Tell her thank you.",
                "Smell of {bread} all over {shop}. Good morning, {us}.",
            ),
            "de": (
                "Das {bread} aus {shop} {when} war das beste seit Jahren. Danke {us}!",
                "{us} eure Kollegin in {shop} hat meinen Vater im Sturm heimgebracht. Danke ihr!",
            ),
            "es": ("El {bread} de {shop} {when} fue el mejor de mi vida. ¡Gracias {us}!",),
            "fr": ("Le {bread} de {shop} {when} était le meilleur de l'année. Merci {us} !",),
            "it": ("Il {bread} di {shop} {when} era il migliore dell'anno. Grazie {us}!",),
            "pt": ("O {bread} da loja {shop} {when} foi o melhor do ano. Obrigado {us}!",),
        },
    ),
)

FOLLOW_UPS: dict[str, tuple[str, ...]] = {
    "en": ("Same here, at {shop}.", "Any news on this?", "It happened to me {when} as well.", "Thank you for asking!"),
    "de": ("Bei mir auch, in {shop}.", "Gibt es etwas Neues?", "Mir ist das {when} auch passiert.", "Danke!"),
    "es": ("A mí también, en {shop}.", "¿Hay novedades?", "Me pasó lo mismo {when}.", "¡Gracias por preguntar!"),
    "fr": ("Pareil pour moi, à {shop}.", "Des nouvelles ?", "Merci d'avoir demandé !"),
    "it": ("Anche a me, a {shop}.", "Ci sono novità?", "Grazie di averlo chiesto!"),
    "pt": ("Comigo também, na loja {shop}.", "Há novidades?", "Obrigado por perguntar!"),
}

CORRECTIONS: dict[str, tuple[str, ...]] = {
    "en": ("(edit: it was {shop})", "Edit: a typo, sorry.", "Edit: solved now!"),
    "de": ("(Nachtrag: es war {shop})", "Nachtrag: Tippfehler.", "Nachtrag: hat sich geklärt!"),
    "es": ("(corrijo: fue en {shop})", "Corrijo: una errata.", "Corrijo: ya está resuelto."),
    "fr": ("(correction : c'était {shop})",),
    "it": ("(correzione: era {shop})",),
    "pt": ("(correção: foi na loja {shop})",),
}

CALL_NOTES = (
    "Asks whether {shop} opens on Sunday.",
    "Wants to know if the {bread} contains nuts.",
    "Card charged twice at {shop} {when}, wants to be called back.",
    "Orders forty {bread} for Saturday.",
    "Complains about the broken step at {shop}.",
)


def fill(random: Random, sentence: str, language: str, us: str) -> str:
    """The sentence with its places taken."""
    return sentence.format(
        us=us,
        shop=random.choice(SHOPS),
        bread=random.choice(BREADS.get(language, BREADS["en"])),
        when=random.choice(WHENS.get(language, WHENS["en"])),
    )


def say_need(random: Random, language: str, us: str) -> tuple[str, str]:
    """A need's name and one way to say it, in the language where we have one, else in English."""
    need = random.choice(NEEDS)
    spoken = language if language in need.said else "en"
    return need.name, fill(random, random.choice(need.said[spoken]), spoken, us)


def say_follow_up(random: Random, language: str) -> str:
    spoken = language if language in FOLLOW_UPS else "en"
    return fill(random, random.choice(FOLLOW_UPS[spoken]), spoken, "")


def say_correction(random: Random, language: str, text: str) -> str:
    """The text as its author mends it."""
    spoken = language if language in CORRECTIONS else "en"
    return f"{text} {fill(random, random.choice(CORRECTIONS[spoken]), spoken, '')}"
