"""Words files use: names of columns and of places, in English, German, French, Spanish, Italian, Portuguese, Dutch,
Hindi and Arabic. Data only; a word that is missing is added here and in the test beside it."""

from fullcircle.connectors.file.mapping import Place
from fullcircle.core.kinds import Channel, Kind


def _words(block: str) -> list[str]:
    return block.split()


COLUMN_WORDS: dict[str, list[str]] = {
    "text": _words("""
        text body full_text tweet_text message content comment_text comment post review review_text review_body
        description_text descriptor selftext note notes feedback verbatim question transcript narrative
        issue_description description nachricht inhalt kommentar bewertungstext beschreibung anliegen notiz texte
        message_text contenu commentaire avis texto mensaje contenido comentario opinion testo messaggio contenuto
        commento recensione mensagem conteudo comentario_texto bericht tekst संदेश पाठ نص رسالة
    """),
    "title": _words("""
        title subject headline summary topic betreff titel ueberschrift thema titre sujet objet titulo asunto tema
        titolo oggetto assunto onderwerp category complaint_type request_type शीर्षक عنوان
    """),
    "time": _words("""
        created_utc created_at created_date created_time created_on created timestamp date_time datetime occurred_at
        posted_at published_at published post_date review_date tweet_created sent_at received_at submitted_at
        submitted_on opened_at opened date time when started_at start_time call_time datum zeit zeitpunkt erstellt
        erstellt_am uhrzeit_datum eingang date_creation date_heure horodatage cree_le fecha fecha_hora creado
        creado_en data data_ora creato creato_il criado criado_em data_hora aangemaakt दिनांक तारीख تاريخ التاريخ
    """),
    "id": _words("""
        id unique_key tweet_id post_id comment_id message_id review_id status_id case_id request_id record_id
        external_id uuid guid case_number reference_number name_id key nummer vorgangsnummer fallnummer identifiant
        numero_dossier identificador folio identificativo row row_id पहचान معرف
    """),
    "parent_id": _words("""
        in_response_to_tweet_id referenced_tweets.replied_to.id in_reply_to_status_id in_reply_to_id in_reply_to
        parent_id parent reply_to reply_to_id replied_to_id antwort_auf reponse_a respuesta_a risposta_a resposta_a
    """),
    "root_id": _words("""
        conversation_id thread_id root_id link_id gespraech_id fil_id
    """),
    "repost_of": _words("""
        referenced_tweets.retweeted.id retweeted_status_id repost_of reblog_of_id
    """),
    "author_id": _words("""
        author_id user_id author.id user.id author_fullname customer_id contact_id sender_id from_id kundennummer
        kunden_id client_id id_client id_cliente cliente_id
    """),
    "author_name": _words("""
        author_name author.name user_name display_name full_name customer_name customer sender_name sender reviewer
        reviewer_name name autor absender kunde kundenname verfasser auteur nom expediteur client nombre remitente
        cliente nome mittente autore remetente नाम اسم
    """),
    "author_handle": _words("""
        author_handle author.username username user.screen_name screen_name handle user author acct from_user login
        nickname benutzername benutzer utilisateur pseudo usuario utente email e_mail email_address from
        from_address mail correo courriel
    """),
    "author_url": _words("""
        author_url author.url profile_url user_url
    """),
    "number": _words("""
        phone phone_number number caller caller_number caller_id msisdn telephone tel mobile_number rufnummer
        telefon telefonnummer handynummer numero_telephone telephone_client telefono numero telefone फ़ोन هاتف
    """),
    "direction": _words("""
        inbound outbound direction is_outbound is_inbound from_us richtung eingehend ausgehend sens entrant sortant
        direccion entrante saliente direzione direcao
    """),
    "platform": _words("""
        platform network source channel origin medium received_via intake_channel site plattform netzwerk quelle
        kanal herkunft plateforme reseau canal plataforma red origen piattaforma canale origine rede origem
    """),
    "kind": _words("""
        kind type post_type message_type art typ tipo genre
    """),
    "account": _words("""
        account brand company page airline store branch shop our_account konto marke firma filiale compte marque
        entreprise cuenta marca empresa azienda conta
    """),
    "url": _words("""
        url link permalink permalink_url post_url tweet_url full_link web_url adresse_url lien enlace collegamento
    """),
    "language": _words("""
        lang language language_code locale sprache langue idioma lingua taal भाषा لغة
    """),
    "rating": _words("""
        rating stars score_stars star_rating review_rating stars_given bewertung sterne note_etoiles etoiles
        puntuacion estrellas valutazione stelle avaliacao estrelas
    """),
    "status": _words("""
        status state estado statut stato
    """),
}
"""Column names per field, normalised (case folded, no accents, words joined by `_`), the surest first."""

NEVER_TEXT = frozenset(
    _words("""
    status_notes resolution resolution_notes response reply_text answer html body_html selftext_html
""")
)
"""Long texts that are not what the person said: what was answered, or the same again as HTML."""

_PLACES = (
    (Place("phone", Kind.CALL, Channel.CALLS), """
        phone telephone call calls hotline voice telefon anruf tel telephonique appel telefono llamada chiamata
        telefone ligacao फ़ोन هاتف
    """),
    (Place("email", Kind.EMAIL, Channel.MAIL), "email e_mail mail courriel correo posta_elettronica e_post"),
    (Place("web", Kind.QUESTION, Channel.FORMS), """
        web website web_form form online internet portal formular kontaktformular formulaire formulario modulo webseite
    """),
    (Place("mobile", Kind.QUESTION, Channel.FORMS), "mobile app mobile_app ios android mobil"),
    (Place("chat", Kind.CHAT, Channel.DIRECT_MESSAGES), "chat live_chat livechat"),
    (Place("desk", Kind.QUESTION, Channel.FORMS), """
        walk_in in_person counter desk schalter persoenlich guichet mostrador sportello
    """),
    (Place("letter", Kind.EMAIL, Channel.MAIL), "letter post_mail fax brief lettre carta lettera"),
    (Place("twitter"), "twitter tweet tweets x"),
)  # fmt: skip
_SAME_NAME = (
    (Kind.DIRECT_MESSAGE, Channel.DIRECT_MESSAGES, "whatsapp telegram sms"),
    (Kind.POST, Channel.PUBLIC_POSTS, """
        facebook instagram linkedin mastodon bluesky threads youtube tiktok reddit pinterest
    """),
    (Kind.REVIEW, Channel.REVIEWS, "google_reviews trustpilot yelp tripadvisor app_store play_store"),
)  # fmt: skip

PLACE_WORDS: dict[str, Place] = {
    **{word: place for place, block in _PLACES for word in _words(block)},
    **{name: Place(name, kind, channel) for kind, channel, block in _SAME_NAME for name in _words(block)},
}
"""Words for where a touchpoint came from, normalised as column names are, and what such a row is."""

INBOUND_WORDS = frozenset(
    _words("""
    in inbound incoming received customer user them eingehend eingang entrant recu entrante recibido ricevuto
    recebido
""")
)
OUTBOUND_WORDS = frozenset(
    _words("""
    out outbound outgoing sent agent us staff ausgehend ausgang sortant envoye saliente enviado uscita inviato saida
""")
)
KIND_WORDS: dict[str, Kind] = {
    "post": Kind.POST, "tweet": Kind.POST, "status": Kind.POST, "reply": Kind.REPLY, "comment": Kind.REPLY,
    "mention": Kind.MENTION, "review": Kind.REVIEW, "question": Kind.QUESTION, "dm": Kind.DIRECT_MESSAGE,
    "direct_message": Kind.DIRECT_MESSAGE, "message": Kind.DIRECT_MESSAGE, "email": Kind.EMAIL, "mail": Kind.EMAIL,
    "call": Kind.CALL, "phone": Kind.CALL, "chat": Kind.CHAT,
}  # fmt: skip
