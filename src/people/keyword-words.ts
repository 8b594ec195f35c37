// What stops and starts marketing, by language, written as people write; foldWords() makes accents, case and signs meaningless.

/** As the whole message. */
export const stopWords: Readonly<Record<string, readonly string[]>> = {
  en: ['stop', 'stop all', 'stopall', 'stop promotions', 'stop messages', 'quit', 'end', 'revoke', 'cancel', 'opt out', 'optout', 'unsubscribe', 'unsubscribe me', 'unsubscribe (from promos|from all|all)', 'opt me out'],
  es: ['parar', 'para', 'pare', 'alto', 'basta', 'baja', '(darme|dame|dar|darse) de baja', 'detener', 'salir', 'terminar', 'fin', 'revocar', 'anular', 'cancelar', 'cancelar suscripción', 'desuscribir', 'desuscribirme', 'parar promociones', 'no más mensajes'],
  pt: ['parar', 'pare', 'para', 'sair', 'fim', 'encerrar', 'terminar', 'revogar', 'remover', 'cancela', 'cancelar', 'cancelar inscrição', 'descadastrar', 'descadastrar-me', 'desinscrever', 'parar promoções', 'chega de mensagens'],
  fr: ['arrêt', 'arrêter', 'arrêtez', 'stopper', 'fin', 'quitter', 'terminer', 'révoquer', 'annuler', 'désabonner', 'me désabonner', 'se désabonner', 'désinscrire', 'me désinscrire', 'désinscription', 'désabonnement', 'désabonnez-moi', 'désinscrivez-moi', 'arrêter les promotions'],
  de: ['stopp', 'halt', 'aufhören', 'beenden', 'ende', 'abmelden', 'abbestellen', 'austragen', 'widerrufen', 'widerruf', 'kündigen', 'stornieren', 'abbrechen', 'keine werbung', 'keine werbung mehr', 'werbung abbestellen', 'newsletter abbestellen'],
  hi: ['बंद', 'बन्द', 'बंद (करो|करें|कर दो|कीजिए)', 'रोको', 'रोकें', 'रोकिए', 'रुको', 'रुकें', 'रद्द', 'रद्द (करें|करो)', 'समाप्त', 'स्टॉप', 'सदस्यता (रद्द|समाप्त) करें', 'band karo', 'bandh karo', 'band kar do', 'roko', 'ruko'],
  id: ['berhenti', 'henti', 'hentikan', 'stop promosi', 'batal', 'batalkan', 'keluar', 'selesai', 'cabut', 'berhenti (berlangganan|langganan)'],
  ar: ['توقف', 'توقفوا', 'إيقاف', 'أوقف', 'أوقفوا', 'قف', 'كفى', 'إلغاء', 'الغاء', 'إلغاء الاشتراك', 'إنهاء', 'خروج', 'سحب الموافقة', 'ستوب'],
} // prettier-ignore

/** As the whole message. */
export const startWords: Readonly<Record<string, readonly string[]>> = {
  en: ['start', 'unstop', 'subscribe', 'subscribe me', 'opt in', 'optin', 'resume'],
  es: ['empezar', 'comenzar', 'iniciar', 'alta', '(darme|dar) de alta', 'suscribir', 'suscribirme', 'reanudar', 'reactivar'],
  pt: ['começar', 'iniciar', 'retomar', 'inscrever', 'inscrever-me', 'assinar', 'reativar', 'subscrever'],
  fr: ['commencer', 'démarrer', 'reprendre', 'abonner', 'm’abonner', 's’abonner', 'je m’abonne', 'réactiver'],
  de: ['starten', 'anmelden', 'abonnieren', 'fortsetzen'],
  hi: ['शुरू', 'शुरू (करो|करें|कीजिए)', 'चालू', 'चालू करें', 'स्टार्ट', 'shuru', 'shuru karo', 'chalu karo'],
  id: ['mulai', 'langganan', 'berlangganan', 'lanjutkan'],
  ar: ['ابدأ', 'بدء', 'اشتراك', 'اشترك', 'استئناف', 'تفعيل'],
} // prettier-ignore

/** Before or after a word they change nothing. */
export const politeWords = ['please', 'pls', 'plz', 'now', 'por favor', 'porfa', 'bitte', 's’il vous plaît', 's’il te plaît', 'svp', 'stp', 'tolong', 'कृपया', 'प्लीज़', 'من فضلك', 'رجاء', 'لو سمحت'] // prettier-ignore

/**
 * Parts of a sentence that mean our messages. Each names what is to stop (messages, "sending me"): a sale, a song or a delivery may stop
 * without anybody opting out.
 */
export const stopSentences: Readonly<Record<string, readonly string[]>> = {
  en: [
    'stop (sending|texting|messaging|writing|spamming|contacting|bothering|harassing) (me|us|to me)',
    'stop writing to (me|us)',
    'stop (sending|with) (these|those|this|the|your|all) (messages|texts|spam|ads|adverts|offers|promotions|promos|crap|stuff)',
    'stop (sending|with) (messages|texts|spam|ads|offers|promotions|promos)',
    'stop (these|those|the|your|all) (messages|texts|spam|ads|adverts|offers|promotions|promos)',
    'stop (messages|texts|spamming|advertising|messaging|texting)',
    '(dont|do not|never) (text|message|contact|write to|spam|bother) (me|us) (again|anymore|any more|any longer|please)',
    '(dont|do not|never) (text|message|contact|spam|write|write to) me',
    '(dont|do not|never) send (me|us) (any|anything|more|messages|texts|ads|offers|promotions|spam|this|these|stuff|that stuff)',
    '(dont|do not) want (any|any more|anymore|more|these|those|this|your|to get|to receive|to hear) (messages|texts|spam|ads|offers|promotions|promos|from you|any|these|this|more)',
    'no more (messages|texts|spam|ads|adverts|offers|promotions|promos)',
    '(take|remove|get) me (off|from) (this|your|the) (list|mailing list|contacts|database|group)',
    '(remove|delete|forget|lose) my (number|phone number|contact)',
    '(leave|let) me alone',
    '(want|wish|like|need|how do i|how can i|how to) (to unsubscribe|unsubscribe|to opt out|opt out)',
    '(please|pls|just) (unsubscribe|opt me out|opt out)',
    '(unsubscribe|opt) me (from|out|now|please)',
  ],
  es: [
    '(deja|deje|dejen|dejad|para|pare|paren|basta) de (enviar|mandar|escribir|enviarme|mandarme|escribirme|molestar|molestarme|contactarme)',
    'no me (envíes|envíen|envíe|mandes|manden|mande|escribas|escriban|escriba|contacten|molesten) (más|nada|mensajes|ofertas|promociones|publicidad|esto)',
    'no me (escriban|escribas|escriba|contacten|molesten)',
    'no (quiero|deseo) (recibir|más) (más|mensajes|ofertas|promociones|publicidad|esto|estos mensajes|sus mensajes|nada)',
    '(no más|basta de) (mensajes|ofertas|promociones|publicidad|spam)',
    '(quiero|deseo|quisiera|cómo) (darme de baja|me doy de baja|cancelar la suscripción|desuscribirme)',
    '(borren|borra|eliminen|elimina|quiten) mi (número|teléfono|contacto)',
    'dejen de (hacer|mandar) spam',
  ],
  pt: [
    '(pare|parem|para|deixe|deixem) de (|me )(enviar|mandar|escrever|contatar|contactar|incomodar|perturbar)',
    '(pare|parem|para|deixe|deixem) de (enviar|mandar|enviar-me|mandar-me|escrever-me|incomodar)',
    'não me (envie|enviem|mande|mandem|escreva|escrevam) (mais|nada|mensagens|ofertas|promoções|propaganda|isso|isto)',
    'não (quero|desejo|gostaria de) (|mais )(receber|mensagens|ofertas|promoções|propaganda)',
    'não (quero|desejo) (receber|mais) (mais|mensagens|ofertas|promoções|propaganda|isso|isto|nada|essas mensagens|estas mensagens)',
    '(chega de|sem mais|nada de) (mensagens|ofertas|promoções|propaganda|spam)',
    '(quero|desejo|como faço para|como) (me descadastrar|cancelar a inscrição|cancelar a subscrição|sair da lista|sair desta lista)',
    '(me tire|me tirem|me remova|me removam|tirem-me|me exclua|me excluam) (da|dessa|desta) lista',
    '(apague|apaguem|remova|removam|exclua|excluam) (|o )meu (número|contato|contacto|telefone)',
  ],
  fr: [
    '(arrête|arrêtez|cesse|cessez) de (m’envoyer|m’écrire|me contacter|m’embêter|me déranger|me spammer|m’importuner)',
    '(arrête|arrêtez|cesse|cessez) (ces|vos|les|d’envoyer des|d’envoyer ces|avec vos) (messages|pubs|publicités|promos|promotions|offres|spams)',
    'ne (m’envoyez|m’envoie|m’écrivez|m’écris|me contactez) plus',
    'ne veux plus (recevoir|de|de vos|vos) (de messages|vos messages|ces messages|messages|pub|pubs|publicité|promos|promotions|offres|d’offres|de pub|de publicité|rien)',
    '(plus aucun message|plus de messages svp|stop aux messages|stop aux pubs|stop pub)',
    '(veux|voudrais|souhaite|comment) (me désabonner|me désinscrire)',
    '(supprimez|effacez|retirez) mon (numéro|contact)',
    '(laissez-moi|laisse-moi|foutez-moi) (tranquille|en paix|la paix)',
  ],
  de: [
    '(hör|hört|hören sie) (|bitte )auf mir (zu schreiben|zeug zu schicken|nachrichten zu schicken|das zu schicken|so etwas zu schicken|ständig zu schreiben|werbung zu schicken)',
    '(hör|hört|hören sie) auf (|mir )(zu schreiben|werbung zu schicken|nachrichten zu schicken|mich zu nerven|mich zu belästigen)',
    '(hör|hört|hören sie) (|bitte )auf mich zu (nerven|belästigen|kontaktieren)',
    'keine (nachrichten|werbung|angebote|infos|newsletter|werbenachrichten|sms) (mehr|bekommen|erhalten|haben)',
    '(möchte|will) (keine|nichts|nicht mehr) (nachrichten|werbung|angebote|newsletter|mehr|angeschrieben|kontaktiert)',
    '(schreib|schreibt|schreiben sie|schick|schickt|schicken sie) mir (|bitte )(nicht mehr|nichts mehr|nie wieder|keine nachrichten|keine werbung)',
    '(möchte|will|kann) mich (abmelden|austragen|hier abmelden)',
    '(löscht|lösche|löschen sie|entfernt|entfernen sie) (|bitte )meine (nummer|telefonnummer|handynummer|daten)',
    '(lasst|lass|lassen sie) mich (|bitte )in ruhe',
  ],
  hi: [
    '(मैसेज|मेसेज|संदेश|सन्देश) (मत|न|ना) (भेजो|भेजें|भेजिए|भेजना|करो|करें)',
    '(मैसेज|मेसेज|संदेश|सन्देश) (भेजना|करना) (बंद|बन्द)',
    '(मैसेज|मेसेज|संदेश|सन्देश) (बंद|बन्द) (करो|करें|कर दो|कीजिए)',
    'मुझे (मैसेज|मेसेज|संदेश|विज्ञापन|यह सब|ये सब) (नहीं चाहिए|मत भेजो|मत भेजें|न भेजें)',
    '(message|msg|messages|msgs) (mat|na|nahi) (bhejo|bheje|bhejna|karo|kare)',
    '(message|msg|messages|msgs) (|bhejna |karna )(band|bandh) (karo|kare|kar do|kijiye)',
  ],
  id: [
    '(berhenti|stop) (mengirim|mengirimi|kirim|menghubungi|mengganggu) (saya|pesan|aku|promosi|iklan|spam|promo)',
    '(jangan|jgn) (kirim|kirimi|mengirim|hubungi|ganggu|wa) (saya|aku|pesan|promo|iklan|promosi|lagi|pesan lagi)',
    '(tidak|tdk|gak|ga|nggak) (mau|ingin) (menerima|terima|dapat) (pesan|promo|iklan|promosi|wa)',
    '(hapus|hapuskan) nomor (saya|aku)',
    '(mau|ingin|cara) berhenti (berlangganan|langganan)',
  ],
  ar: [
    'لا (ترسل|ترسلوا|ترسلي|تبعث|تبعثوا) (لي|رسائل|الرسائل|أي|عروض|إعلانات|شيء|المزيد)',
    'لا (ترسلوا|تراسلوني|تراسلني|تتواصلوا|تزعجوني)',
    '(توقف|توقفوا|كفوا) عن (إرسال|الإرسال|مراسلتي|إزعاجي|ارسال)',
    '(أوقف|أوقفوا|اوقفوا) (الرسائل|إرسال|هذه الرسائل|الإعلانات|العروض)',
    'لا (أريد|اريد|أرغب في|أود) (رسائل|الرسائل|هذه الرسائل|استلام|استقبال|إعلانات|رسائلكم|عروض|عروضكم|تلقي)',
    '(أريد|اريد|كيف يمكنني|كيف) (إلغاء الاشتراك|الغاء الاشتراك|ألغي الاشتراك)',
    '(احذفوا|احذف|امسحوا) رقمي',
    '(ما بدي|مابدي|ما أبي|مش عايز|لا ابغى) (رسائل|رسايل|إعلانات)',
  ],
} // prettier-ignore
