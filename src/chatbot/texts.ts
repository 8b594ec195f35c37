import { languageOfCountry } from '../people/country-language.ts'

// What the bot says. One object per language, each with every text; {name} is replaced.

export type TextLanguage = 'en' | 'es' | 'pt' | 'de'

export interface Texts {
  optedOut: string
  optedIn: string
  askStop: string
  buttonStop: string
  buttonKeep: string
  kept: string
  available: string
  soldOut: string
  buttonTellMe: string
  buttonAny: string
  askWhich: string
  alertSet: string
  alertNotInUs: string
}

const texts: Record<TextLanguage, Texts> = {
  en: {
    optedOut:
      'Done. {shop} will not send you any more offers or news here. Write START if you change your mind.',
    optedIn:
      'Welcome! {shop} may now send you offers and news here. Write STOP whenever you have had enough.',
    askStop: 'Should {shop} stop sending you offers and news?',
    buttonStop: 'Stop them',
    buttonKeep: 'Keep them',
    kept: 'All right, nothing changes.',
    available: '{product} is available for {price}: {link}',
    soldOut: '{product} is sold out at the moment.',
    buttonTellMe: 'Tell me when back',
    buttonAny: 'Any of them',
    askWhich: '{product} is sold out at the moment. Which one are you waiting for?',
    alertSet: 'We will write to you here as soon as {product} is back.',
    alertNotInUs: 'Sorry, WhatsApp does not let us send such notices to numbers in the United States.',
  },
  es: {
    optedOut:
      'Hecho. {shop} no te enviará más ofertas ni novedades por aquí. Escribe START si cambias de idea.',
    optedIn:
      '¡Te damos la bienvenida! {shop} ya puede enviarte ofertas y novedades por aquí. Escribe STOP cuando no quieras más.',
    askStop: '¿Quieres que {shop} deje de enviarte ofertas y novedades?',
    buttonStop: 'Sí, dejar de enviar',
    buttonKeep: 'No, seguir',
    kept: 'De acuerdo, todo sigue igual.',
    available: '{product} está disponible por {price}: {link}',
    soldOut: '{product} está agotado en este momento.',
    buttonTellMe: 'Avísame',
    buttonAny: 'Cualquiera',
    askWhich: '{product} está agotado en este momento. ¿Cuál esperas?',
    alertSet: 'Te escribiremos por aquí en cuanto vuelva {product}.',
    alertNotInUs: 'Lo sentimos: WhatsApp no nos permite enviar esos avisos a números de Estados Unidos.',
  },
  pt: {
    optedOut:
      'Pronto. {shop} não vai mais enviar ofertas nem novidades por aqui. Escreva START se mudar de ideia.',
    optedIn:
      'Boas-vindas! {shop} já pode enviar ofertas e novidades por aqui. Escreva STOP quando não quiser mais.',
    askStop: 'Quer que {shop} pare de enviar ofertas e novidades?',
    buttonStop: 'Sim, parar',
    buttonKeep: 'Não, continuar',
    kept: 'Combinado, nada muda.',
    available: '{product} está disponível por {price}: {link}',
    soldOut: '{product} está esgotado no momento.',
    buttonTellMe: 'Avise-me',
    buttonAny: 'Qualquer um',
    askWhich: '{product} está esgotado no momento. Qual você espera?',
    alertSet: 'Vamos escrever por aqui assim que {product} voltar.',
    alertNotInUs: 'O WhatsApp não permite enviar esses avisos para números dos Estados Unidos.',
  },
  de: {
    optedOut:
      'Erledigt. {shop} schickt hier keine Angebote und Neuigkeiten mehr. Mit START geht es wieder los.',
    optedIn:
      'Willkommen! {shop} darf hier nun Angebote und Neuigkeiten schicken. STOP beendet das jederzeit.',
    askStop: 'Soll {shop} keine Angebote und Neuigkeiten mehr schicken?',
    buttonStop: 'Nichts mehr',
    buttonKeep: 'Weiter schicken',
    kept: 'Gut, alles bleibt, wie es ist.',
    available: '{product} ist für {price} zu haben: {link}',
    soldOut: '{product} ist gerade ausverkauft.',
    buttonTellMe: 'Sagt mir Bescheid',
    buttonAny: 'Egal welche',
    askWhich: '{product} ist gerade ausverkauft. Worauf warten Sie?',
    alertSet: 'Wir schreiben hier, sobald {product} wieder da ist.',
    alertNotInUs: 'WhatsApp lässt solche Nachrichten an Nummern in den USA leider nicht zu.',
  },
}

export const textLanguages = Object.keys(texts) as TextLanguage[]

export function textsFor(language: TextLanguage): Texts {
  return texts[language]
}

/** The person's own choice, else their country's language, else the shop's. */
export function chooseLanguage(
  person: { language: string | null; country: string | null },
  shopLanguage: string,
): TextLanguage {
  const wanted = [person.language, languageOfCountry(person.country), shopLanguage]
  for (const language of wanted) {
    const short = language?.slice(0, 2).toLowerCase()
    const found = textLanguages.find((known) => known === short)
    if (found !== undefined) return found
  }
  return 'en'
}

export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
