import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideKeyword } from '../../src/people/decide-keyword.ts'

const stops = `
  STOP|Stop|stop|stop.|Stop!!!|  stop  |"STOP"|sToP|ＳＴＯＰ|*stop*|STOP ✋|STOP ✋🏽|STOP ✋️|🛑 stop 🛑|stop…|Stop, please|please stop|STOP NOW
  quit|End|revoke|Cancel|cancel.|opt out|Opt-Out|opt_out|OPTOUT|unsubscribe|Unsubscribe!|Unsubscribe from Promos|Unsubscribe from All|stop all
  Parar|pare|para|ALTO|basta|Baja|darme de baja|Dar de baja|detener|salir|Cancelar|cancelar suscripción|cancelar suscripcion|no más mensajes|parar promociones|parar, por favor
  sair|SAIR|Descadastrar|encerrar|remover|parar promoções|PARAR PROMOCOES|cancelar inscrição|pare por favor|fim
  Arrêt|ARRET|arrêter|Stopper|désabonner|Se désabonner|désinscription|annuler|fin|stop svp|stop s'il vous plaît|arrêtez|Désabonnez-moi
  Stopp|stopp!|Abmelden|abbestellen|Beenden|ENDE|kündigen|Widerruf|Keine Werbung|keine Werbung mehr!|Bitte abmelden|Werbung abbestellen
  बंद|बंद करो|बंद करें|बन्द|रोकें|रोको!|रोकें।|रद्द करें|स्टॉप|band karo|Bandh Karo|कृपया बंद करें|सदस्यता रद्द करें
  Berhenti|BERHENTI!|batal|Batalkan|keluar|stop promosi|berhenti berlangganan|tolong berhenti|hentikan
  توقف|توقف!|إيقاف|ايقاف|أوقف|اوقف|قف|إلغاء|الغاء|إلغاء الاشتراك|الغاء الإشتراك|إنهاء|خروج|ستوب|تَوَقَّفْ|تـوقـف|‏توقف‏|من فضلك توقف`
  .split(/[|\n]/)
  .map((text) => text.replace(/^ {2}(?=\S)/, ''))
  .filter((text) => text.trim() !== '')

const starts = `
  START|Start!|start ✅|unstop|Subscribe|opt in|OPT-IN|resume|please start
  Empezar|comenzar|suscribir|Suscribirme|ALTA|darme de alta|reanudar
  Começar|COMECAR|inscrever|assinar|reativar|Inscrever-me
  Commencer|démarrer|DEMARRER|reprendre|s'abonner|s’abonner|je m'abonne
  Starten|anmelden|Abonnieren|bitte anmelden|fortsetzen
  शुरू|शुरू करें|शुरू करो!|स्टार्ट|shuru karo
  Mulai|langganan|berlangganan|LANJUTKAN
  ابدأ|ابدا|بدء|اشتراك|اشترك|استئناف|إشترك`
  .split(/[|\n]/)
  .map((text) => text.trim())
  .filter((text) => text !== '')

const sentences = `
  please stop sending me this
  Can you please stop sending me these messages?
  STOP SENDING ME ADS!!!
  Stop texting me
  I said stop messaging me already
  stop spamming me
  stop these messages
  Please stop the spam
  don't text me again
  Don’t send me any more offers
  do not contact me
  I do not want any more messages
  I don't want to receive messages like this
  no more ads please
  take me off your list
  Remove me from this list
  please delete my number
  leave me alone
  how do I unsubscribe?
  I want to opt out of this
  please unsubscribe me from your list
  Deja de enviarme mensajes
  Por favor dejen de escribirme
  paren de mandarme publicidad
  no me envíen más mensajes
  No me escriban
  no quiero recibir más promociones
  Ya no quiero más mensajes
  quiero darme de baja
  borren mi número
  Pare de me enviar mensagens
  parem de mandar isso por favor
  para de me mandar propaganda
  Não me mande mais mensagens
  nao me envie mais nada
  Não quero mais receber mensagens
  não quero receber promoções
  Quero me descadastrar
  Arrêtez de m'envoyer des messages
  arrête de m’écrire
  ne m'envoyez plus de messages
  je ne veux plus recevoir vos messages
  Je ne veux plus de pubs
  comment me désabonner ?
  laissez-moi tranquille
  Hört auf mir zu schreiben
  Bitte hören Sie auf, mir Werbung zu schicken
  ich möchte keine Nachrichten mehr
  Ich will keine Werbung mehr bekommen
  schreibt mir bitte nicht mehr
  Schicken Sie mir nichts mehr
  wie kann ich mich abmelden? ich möchte mich abmelden
  Lasst mich in Ruhe
  löschen Sie bitte meine Nummer
  मुझे मैसेज मत भेजो
  कृपया मैसेज मत भेजें
  मैसेज भेजना बंद करो
  मुझे विज्ञापन नहीं चाहिए
  please message mat bhejo
  jangan kirim pesan lagi
  Tolong berhenti mengirim pesan
  jangan hubungi saya
  saya tidak mau menerima pesan
  لا ترسلوا لي رسائل
  توقفوا عن إرسال الرسائل
  أوقفوا هذه الرسائل
  لا أريد رسائل
  لا اريد رسائل منكم
  أريد إلغاء الاشتراك`
  .split('\n')
  .map((text) => text.trim())
  .filter((text) => text !== '')

const harmless = `
  when does the sale stop?
  Does the bus stop near your shop?
  When will you stop selling the blue one?
  please don't stop making these
  do you ever stop shipping on Sundays?
  non-stop delivery?
  The zip stopped working
  I want to cancel order 1234
  can you cancel my order
  please cancel the last item
  end of the week is fine
  when does the offer end
  Is this still available?
  please don't send me the red one, I want blue
  do not send it to my old address
  I don't want the blue one
  no more than two please
  send me a message when it is back
  can I start a return?
  when do you start selling it
  I quit smoking thanks to this
  weekend
  ende gut alles gut
  weiter
  bis Ende der Woche?
  wann endet der Sale?
  ich möchte meine Bestellung stornieren
  keine Ahnung
  die Tür stoppt nicht mehr
  ¿cuándo termina la oferta?
  ¿es para mujer?
  quiero cancelar mi pedido
  no quiero el azul
  no quiero recibir el pedido mañana
  es para mi hermana
  quando termina a promoção?
  é para presente
  não quero o azul
  quero cancelar o pedido
  voltar
  quand finit la promo ?
  la fin de semaine
  je ne veux plus attendre
  je veux annuler ma commande
  यह कब बंद होगा?
  दुकान बंद है क्या
  kapan promo berakhir?
  toko tutup hari apa, berhenti di mana busnya?
  متى ينتهي العرض؟
  هل المحل مغلق؟
  لا أريد اللون الأزرق
  ok
  thanks!
  👍
  ?
  stopwatch
  restart
  bandage`
  .split('\n')
  .map((text) => text.trim())
  .filter((text) => text !== '')

describe('a stop word as the whole message opts out', () => {
  test.each(stops)('%s', (text) => {
    expect(decideKeyword(text)).toBe('stop')
  })
})

describe('a start word as the whole message opts in', () => {
  test.each(starts)('%s', (text) => {
    expect(decideKeyword(text)).toBe('start')
  })
})

describe('a sentence that means stop is understood as one', () => {
  test.each(sentences)('%s', (text) => {
    expect(decideKeyword(text)).toBe('stop_sentence')
  })
})

describe('other sentences with such words change nothing', () => {
  test.each(harmless)('%s', (text) => {
    expect(decideKeyword(text)).toBeUndefined()
  })
})

test.each(['', ' ', '\u0000', '\ud800', '‏', '🛑'])('%j says nothing', (text) => {
  expect(decideKeyword(text)).toBeUndefined()
})

test('a stop holds a NUL and half a character without being missed', () => {
  expect(decideKeyword('STOP\u0000')).toBe('stop')
  expect(decideKeyword('STOP\ud83d')).toBe('stop')
})

test('signs and case around a word never change what it means', () => {
  const sign = fc.constantFrom(
    '!',
    '.',
    '…',
    '🛑',
    '✋🏽',
    '\u200f',
    '\u200d',
    '\ufe0f',
    ' ',
    '\n',
    '*',
    '"',
    '»',
  )
  const signs = fc.array(sign, { maxLength: 6 }).map((all) => all.join(''))
  fc.assert(
    fc.property(
      fc.constantFrom('stop', 'unsubscribe', 'बंद', 'إيقاف', 'arrêt'),
      signs,
      signs,
      fc.boolean(),
      (word, before, after, isUpper) => {
        const text = `${before}${isUpper ? word.toUpperCase() : word}${after}`
        expect(decideKeyword(text)).toBe('stop')
      },
    ),
  )
})

test('a long message costs time in proportion to its length, however it is made', () => {
  for (const text of [
    'stop '.repeat(20_000),
    'please '.repeat(20_000),
    'a'.repeat(100_000),
    ' '.repeat(100_000),
    'ﷺ'.repeat(20_000),
  ]) {
    const begun = performance.now()
    decideKeyword(text)
    // Some milliseconds each; what goes through the text for every character of it would take minutes.
    expect(performance.now() - begun).toBeLessThan(10_000)
  }
})
