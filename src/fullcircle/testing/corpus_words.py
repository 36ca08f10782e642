"""Words and sentences the corpus is made from, one `Tongue` a language. All written for this file.

`common` are everyday words in falling order of frequency: they carry about half of all running words, as they do in
real text. `heads`, `cores`, `tails` are syllable parts from which thousands of further words are made. `cases` are
clauses that ask, complain, apply, or report danger: a post that carries one deserves a case; `{}` takes a made name.
"""

from typing import NamedTuple


class Tongue(NamedTuple):
    """One language of the corpus."""

    code: str
    share: float  # of all posts
    made_count: int  # distinct words made from syllables
    common: str
    heads: str
    cores: str
    tails: str
    cases: tuple[str, ...]


ENGLISH = Tongue(
    "en",
    0.50,
    7000,
    "the to and a of i in is it you that for on my with this was me so but have be at are not just they we all what "
    "like your one out when about up do from if can how get no people there would time an or by new more now know day "
    "good think love really some has them who want going make still got then see over because very much been here "
    "never their only back way even too could work life after where need last year thing right into every today great "
    "same again before home look first feel always little many things better something around thank another morning "
    "night week world show through between maybe read friends city street bread coffee music market window winter "
    "garden river train shop house school weather light road story picture game film song book rain summer evening",
    "b br c ch cl cr d dr f fl fr g gl gr h j k l m n p pl pr qu r s sc sh sl sp st str t th tr v w wh y",
    "a ai ar e ea ee er i ie ir o oa oo or ou u ur",
    "b ck d ft g ke l ll lt m mp n nd ng nt p r rd rk rn s sh ss st t th tion ly ness ment ful ing ed er",
    (
        "why has nobody at {} answered my message since Monday?",
        "the loaf I bought at {} was mouldy inside, what will you do about it?",
        "can somebody tell me whether {} is open on Sunday?",
        "I was charged twice at {} and I want my money back",
        "there is glass in the rolls from {}, please stop selling them now",
        "my daughter had an allergic reaction after your {} cake, the label says no nuts",
        "is {} still looking for people to work the early shift?",
        "how do I order forty rolls from {} for a wedding?",
        "waited fifty minutes at {} and left with nothing, this is a disgrace",
        "does the {} bread contain sesame? my son cannot eat it",
        "the step at {} is broken and an old man fell this morning",
        "could you bring back the dark rye you sold at {}?",
    ),
)

SPANISH = Tongue(
    "es",
    0.10,
    3200,
    "de la que el en y a los se no un por con una su para es me lo más te como pero mi si ya le todo esta hay ser está "
    "son muy bien nos yo hoy cuando porque sin sobre nada eso tan hasta también tiene solo donde año vida gracias "
    "siempre mejor día ahora casa quiero todos vez algo tiempo gente mañana noche bueno mundo otra desde verdad creo "
    "mucho aquí nunca entre así ver hacer trabajo amor calle pan mercado ciudad lluvia verano libro canción ventana "
    "camino tren escuela música semana tarde amigo mesa puerta jardín río luz historia película",
    "b br c ch d f g h j l ll m n p pl pr r s t tr v z cu gu qu",
    "a á e é i í o ó u ia ie ue ua ei",
    "l n r s d z ción dad mente ado ida ero era ito illa oso ando iendo aje",
    (
        "¿por qué nadie de {} contesta mis mensajes desde el lunes?",
        "el pan que compré en {} tenía moho por dentro, ¿qué van a hacer?",
        "¿alguien sabe si {} abre los domingos?",
        "me cobraron dos veces en {} y quiero que me devuelvan el dinero",
        "hay vidrio en los panecillos de {}, dejen de venderlos ya",
        "¿siguen buscando gente para el turno de mañana en {}?",
        "¿la tarta de {} lleva nueces? mi hijo es alérgico",
        "esperé casi una hora en {} y me fui sin nada, qué vergüenza",
        "quisiera encargar cuarenta panes a {} para una boda, ¿cómo hago?",
        "el escalón de {} está roto y esta mañana se cayó un señor",
    ),
)

PORTUGUESE = Tongue(
    "pt",
    0.10,
    3200,
    "de que e o a do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou "
    "ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem "
    "nas me esse eles você hoje dia gente tudo bem aqui agora casa vida tempo ainda sempre nunca coisa melhor obrigado "
    "noite manhã amanhã mundo rua pão mercado cidade chuva verão livro canção janela caminho escola música semana "
    "tarde amigo mesa porta jardim rio luz história filme verdade",
    "b br c ch d f g j l lh m n nh p pr qu r s t tr v x z",
    "a ã á e ê é i o ó õ u ai ei eu ou ão ia",
    "l m r s z ção dade mente ado ida eiro eira inho inha oso ando endo agem",
    (
        "por que ninguém da {} responde minhas mensagens desde segunda?",
        "o pão que comprei na {} estava mofado por dentro, o que vocês vão fazer?",
        "alguém sabe se a {} abre no domingo?",
        "me cobraram duas vezes na {} e quero meu dinheiro de volta",
        "tem vidro nos pãezinhos da {}, parem de vender agora",
        "ainda procuram gente para o turno da manhã na {}?",
        "o bolo da {} tem nozes? meu filho é alérgico",
        "esperei quase uma hora na {} e saí sem nada, que vergonha",
        "queria encomendar quarenta pães da {} para um casamento, como faço?",
        "o degrau da {} está quebrado e um senhor caiu hoje cedo",
    ),
)

GERMAN = Tongue(
    "de",
    0.08,
    4200,
    "die der und ich das ist nicht in zu es ein den mit sie so auf auch du mir was für eine wir von man wenn noch aber "
    "hat mich war im da als dem schon nur bei sich wie mal oder aus mehr kann nach dann immer heute sind haben gut "
    "über wieder um hier vor am bin mein jetzt wird doch ja alle sehr einfach diese habe zum keine macht gibt wo seit "
    "weil einen leben tag zeit leute danke morgen abend nacht welt haus straße brot markt stadt regen sommer buch lied "
    "fenster weg schule musik woche freund tisch tür garten fluss licht geschichte film wetter arbeit kaffee",
    "b bl br d dr f fl fr g gl gr h j k kl kr l m n p pf r s sch schl schr sp st str t tr v w z zw",
    "a ä au e ei eu i ie o ö u ü äu",
    "b ch cht d ft g ht l ld ll m n nd ng nk nt r rt s ß st t tz ung heit keit lich isch bar chen en er",
    (
        "warum antwortet bei {} seit Montag niemand auf meine Nachricht?",
        "das Brot von {} war innen schimmlig, was machen Sie jetzt?",
        "weiß jemand, ob {} am Sonntag offen hat?",
        "bei {} wurde zweimal abgebucht, ich will mein Geld zurück",
        "in den Brötchen von {} sind Glassplitter, bitte sofort aus dem Verkauf nehmen",
        "sucht ihr bei {} noch Leute für die Frühschicht?",
        "ist in der Torte von {} Haselnuss? mein Sohn ist allergisch",
        "fünfzig Minuten bei {} gewartet und ohne Brot gegangen, eine Frechheit",
        "wie bestelle ich bei {} vierzig Brötchen für eine Hochzeit?",
        "die Stufe bei {} ist kaputt, heute früh ist ein alter Mann gestürzt",
    ),
)

FRENCH = Tongue(
    "fr",
    0.08,
    3200,
    "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son je on mais "
    "nous ont aussi cette bien tout fait comme ou été ses leur être très même elle sans vous deux si moi encore "
    "toujours merci jour vie temps monde rien quand faire ça peu jamais gens bon après avant trop depuis ici matin "
    "soir nuit demain maison rue pain marché ville pluie été livre chanson fenêtre chemin école musique semaine ami "
    "table porte jardin rivière lumière histoire film travail café vraiment",
    "b bl br c ch cl d f fl g gr j l m n p pl pr qu r s t tr v gn",
    "a ai an au e é è eau en eu i in o oi on ou u",
    "c d f l ll n r s t x tion té ment age eur euse ette ier ière able ique eux",
    (
        "pourquoi personne chez {} ne répond à mes messages depuis lundi ?",
        "le pain acheté chez {} était moisi, que comptez-vous faire ?",
        "quelqu'un sait si {} est ouvert le dimanche ?",
        "on m'a débité deux fois chez {} et je veux être remboursé",
        "il y a du verre dans les petits pains de {}, arrêtez la vente",
        "cherchez-vous encore du monde pour l'équipe du matin chez {} ?",
        "le gâteau de {} contient-il des noix ? mon fils est allergique",
        "une heure d'attente chez {} et reparti sans rien, c'est honteux",
        "comment commander quarante pains chez {} pour un mariage ?",
        "la marche devant {} est cassée, un vieux monsieur est tombé ce matin",
    ),
)

ITALIAN = Tongue(
    "it",
    0.05,
    2600,
    "di che e la il un a per in una non sono mi è con si ho lo ma le come da se io più questo hai ha cosa bene no ci "
    "anche del solo tutto della quando perché al mio fare dei sempre oggi molto essere senza così ora grazie giorno "
    "vita tempo mondo niente dopo prima ancora qui gente buono casa mai sera notte mattina domani strada pane mercato "
    "città pioggia estate libro canzone finestra scuola musica settimana amico tavolo porta giardino fiume luce storia",
    "b br c ch d f fr g gh gl gn l m n p pr qu r s sc st t tr v z",
    "a e i o u à è ì ò ù ia io ie uo ai",
    "lla lle nno tto ssa ne re mente zione tà ato ita oso iere ino etta ando endo aggio",
    (
        "perché da {} nessuno risponde ai miei messaggi da lunedì?",
        "il pane comprato da {} era ammuffito dentro, cosa pensate di fare?",
        "qualcuno sa se {} è aperto la domenica?",
        "da {} mi hanno addebitato due volte, rivoglio i miei soldi",
        "ci sono pezzi di vetro nei panini di {}, smettete di venderli",
        "da {} cercate ancora gente per il turno del mattino?",
        "la torta di {} contiene noci? mio figlio è allergico",
        "un'ora di attesa da {} e sono uscito senza niente, vergogna",
        "lo scalino di {} è rotto, stamattina è caduto un signore",
    ),
)

ARABIC = Tongue(
    "ar",
    0.05,
    2600,
    "في من على ما لا أن إلى هذا مع كل يا عن هو بعد التي كان إذا لم أو قبل هل الله حتى هذه الذي بين كيف لو ثم أنا غير "
    "عند نحن كما اليوم فقط شيء أي لكن وقت يوم ليل صباح مساء بيت شارع خبز سوق مدينة مطر صيف كتاب أغنية نافذة طريق "
    "مدرسة موسيقى أسبوع صديق باب حديقة نهر ضوء قصة فيلم حياة عالم ناس شكرا دائما أبدا جميل جديد كبير صغير",
    "ال م ت ي ن أ س ا ب ك ل و ف",
    "بر كت در سم حل فر جم رس شر طب قر عم نص خر صن غل هد وج ضر ثق",
    "ا ة ون ين ات ي ه نا كم ها ان وا يد ور ير",
    (
        "لماذا لا يجيب أحد في {} على رسالتي منذ يوم الإثنين؟",
        "الخبز الذي اشتريته من {} كان متعفنا، ماذا ستفعلون؟",
        "هل يعرف أحد إن كان {} مفتوحا يوم الأحد؟",
        "تم خصم المبلغ مرتين في {} وأريد استرجاع نقودي",
        "يوجد زجاج في خبز {}، أوقفوا البيع فورا",
        "هل تبحثون عن موظفين للوردية الصباحية في {}؟",
        "هل تحتوي كعكة {} على المكسرات؟ ابني لديه حساسية",
        "انتظرت ساعة في {} وخرجت بلا شيء، هذا مخجل",
    ),
)

HINDI = Tongue(
    "hi",
    0.04,
    2600,
    "के है में की और से को का हैं पर यह कि भी ने एक नहीं हो तो ही था कर जो इस या हम वह अपने साथ तक लिए आप मैं मेरे "
    "क्या बहुत कुछ अब आज दिन समय लोग घर जीवन अच्छा काम बात फिर सब कोई जब बाद पहले हर नया बड़ा छोटा सुबह शाम रात "
    "दुनिया सड़क रोटी बाजार शहर बारिश गर्मी किताब गाना खिड़की रास्ता स्कूल संगीत सप्ताह दोस्त दरवाजा बगीचा नदी "
    "रोशनी कहानी फिल्म धन्यवाद हमेशा कभी प्यार",
    "क ख ग च ज ट ड त द न प ब म र ल व स ह श",
    "ा ि ी ु ू े ै ो ौ ं",
    "ना ता री ली का की वा या पन दार कर शा मी नी ल र स त",
    (
        "{} में सोमवार से मेरे संदेश का जवाब कोई क्यों नहीं दे रहा?",
        "{} से खरीदी रोटी अंदर से फफूंद लगी थी, आप क्या करेंगे?",
        "क्या किसी को पता है कि {} रविवार को खुला है?",
        "{} में मुझसे दो बार पैसे लिए गए, मुझे पैसे वापस चाहिए",
        "{} की रोटी में कांच मिला है, बेचना तुरंत बंद करें",
        "क्या {} में सुबह की पाली के लिए लोग चाहिए?",
        "क्या {} के केक में मेवे हैं? मेरे बेटे को एलर्जी है",
        "{} में एक घंटा इंतजार किया और खाली हाथ लौटा, शर्म की बात है",
    ),
)

TONGUES: tuple[Tongue, ...] = (ENGLISH, SPANISH, PORTUGUESE, GERMAN, FRENCH, ITALIAN, ARABIC, HINDI)

EMOJI: tuple[str, ...] = (
    "😀",
    "😂",
    "🥲",
    "😍",
    "😡",
    "😭",
    "🙏",
    "👍",
    "👏",
    "🎉",
    "🔥",
    "❤️",
    "💙",
    "🌧️",
    "☀️",
    "🌊",
    "🥖",
    "🍞",
    "🥐",
    "🧁",
    "☕",
    "🚲",
    "🚌",
    "🏠",
    "📚",
    "🎶",
    "🐈",
    "🐕",
    "🌿",
    "✨",
    "👀",
    "🤔",
)
