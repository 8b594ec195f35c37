import { createPhraseFinder, expandPhrases, foldWords } from '../people/phrases.ts'

// How people ask to be told when something is back, in the languages of our answers.

const asksByItself = createPhraseFinder([
  '(notify|alert|inform|text|message|ping) me when', '(tell|let) me (know when|know if|know as soon|when)', 'remind me when',
  '(when|once|if) (its|it is|they are|theyre|this is) (back|available again|in stock|restocked)', 'back in stock (alert|notification)',
  '(avísame|avísenme|avíseme|avisarme|me avisas|me avisan|me avisa|me avisen) (cuando|si|en cuanto)', 'cuando (vuelva|regrese|haya) (a haber|stock|de nuevo|otra vez)',
  '(avise-me|me avise|me avisem|avisem-me|avisa-me|me avisa|avisar-me|me avisar) (quando|se|assim que)', 'quando (voltar|chegar|tiver) (ao estoque|em estoque|ao stock|em stock|de novo|novamente)',
  '(quero|queria|gostaria de) ser (avisado|avisada|notificado|notificada)', '(quiero|quisiera) (que me avisen|que me avises|ser avisado|ser avisada)',
  '(sag|sagt|sagen sie|gib|gebt|geben sie) mir (|bitte )(bescheid|wenn|sobald)', 'sag mir bescheid', 'sagt mir bescheid', 'sagen sie mir bescheid', 'gib mir bescheid', 'gebt mir bescheid', 'geben sie mir bescheid',
  '(benachrichtige|benachrichtigt|benachrichtigen sie) mich', 'wenn (es|er|sie) wieder (da|verfügbar|lieferbar|erhältlich) (ist|sind)',
]) // prettier-ignore

// "Tell me" also begins "tell me the price": only as the whole message does it mean this.
const asksAlone = expandPhrases([
  '(|yes |yes please |ok |please )(tell me|let me know|notify me|alert me|remind me|text me|message me|tell me please|let me know please|notify me please)', '(notify|alert)',
  '(|sí |si |por favor |ok )(avísame|avísenme|avíseme|me avisas|me avisan|me avisa|avisarme|avísame por favor|quiero que me avisen)',
  '(|sim |por favor |ok )(avise-me|me avise|me avisem|avisem-me|avisa-me|me avisa|me avisar|avisar-me|me avise por favor|quero ser avisado|quero ser avisada)',
  '(|ja |ja bitte |bitte |ok )(bescheid|bescheid sagen|bescheid geben|benachrichtigen|bitte bescheid geben|bitte bescheid sagen)',
]) // prettier-ignore

const yeses = expandPhrases([
  '(yes|yes please|yep|yeah|yup|sure|ok|okay|please|please do|go ahead|of course|absolutely|yes thanks|yes thank you)',
  '(sí|si|sí por favor|sip|claro|claro que sí|vale|dale|de acuerdo|por favor|sí gracias)',
  '(sim|sim por favor|claro que sim|quero|quero sim|pode ser|com certeza|sim obrigado|sim obrigada|isso)',
  '(ja|ja bitte|jo|gerne|gern|ja gerne|klar|bitte|natürlich|ja danke)',
]) // prettier-ignore

const longestText = 500

export function asksToBeTold(text: string): boolean {
  const folded = foldWords(text.slice(0, longestText))
  return asksAlone.has(folded) || asksByItself.isIn(folded)
}

export function saysYes(text: string): boolean {
  return yeses.has(foldWords(text.slice(0, longestText)))
}
