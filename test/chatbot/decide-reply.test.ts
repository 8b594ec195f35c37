import { describe, expect, test } from 'vitest'
import { decideReply, type ProductInChat, type ReplyContext } from '../../src/chatbot/decide-reply.ts'

const soldOut: ProductInChat = {
  id: 7,
  name: 'Lamp',
  isSellable: false,
  isSoldOut: true,
  soldOutVariations: [],
}
const available: ProductInChat = { ...soldOut, isSellable: true, isSoldOut: false }
const inSizes: ProductInChat = { ...soldOut, soldOutVariations: [{ id: 8, name: 'M' }] }

const nothing: ReplyContext = { product: undefined, offered: undefined, isMarketingPaused: false }
const asking = (product: ProductInChat): ReplyContext => ({ ...nothing, product })
const offered = (product: ProductInChat, isAwaited = false): ReplyContext => ({
  ...nothing,
  offered: { product, isAwaited },
})

const text = (body: string) => ({ type: 'text', text: body, buttonId: undefined })
const tap = (buttonId: string, title: string, type = 'interactive') => ({ type, text: title, buttonId })

const alert = [{ kind: 'ask_alert', productId: 7, isAny: false }]

test.each([
  ['a stop word', text('Stop!'), [{ kind: 'opt_out', how: 'keyword' }]],
  ['a start word', text('START'), [{ kind: 'opt_in', how: 'keyword' }]],
  ['our opt-out button', tap('HUB_OPT_OUT', 'Stop them'), [{ kind: 'opt_out', how: 'button' }]],
  [
    'the opt-out button of one of our templates',
    tap('HUB_OPT_OUT', 'No more', 'button'),
    [{ kind: 'opt_out', how: 'button' }],
  ],
  [
    "a template's button whose text is a stop word",
    tap('Unsubscribe', 'Unsubscribe', 'button'),
    [{ kind: 'opt_out', how: 'button' }],
  ],
  ['the keep button', tap('HUB_KEEP', 'Keep them'), [{ kind: 'keep' }]],
  ['an alert button', tap('HUB_ALERT:7', 'Tell me when back'), alert],
  [
    'an alert button for any variation',
    tap('HUB_ALERT:7:any', 'Any of them'),
    [{ kind: 'ask_alert', productId: 7, isAny: true }],
  ],
  ['somebody else’s button called "Cancel"', tap('cancel-button', 'Cancel'), []],
  ['a button with half of our id', tap('HUB_ALERT:', 'Cancel'), []],
  ['a sentence that means stop', text('please stop sending me this'), [{ kind: 'pause' }]],
  ['small talk', text('hello there'), []],
  ['a message without words', { type: 'reaction', text: undefined, buttonId: undefined }, []],
] as const)('%s', (_, message, effects) => {
  expect(decideReply(message, nothing)).toEqual(effects)
})

test('a second sentence that means stop needs no question', () => {
  expect(decideReply(text('stop sending me this'), { ...nothing, isMarketingPaused: true })).toEqual([
    { kind: 'opt_out', how: 'sentence' },
  ])
})

test('a stop comes before a question about a product', () => {
  expect(decideReply(text('STOP'), asking(soldOut))).toEqual([{ kind: 'opt_out', how: 'keyword' }])
})

describe('asked about a product', () => {
  test('that is there, it is told about', () => {
    expect(decideReply(text('Is this still available?'), asking(available))).toEqual([
      { kind: 'tell_product', product: available },
    ])
    expect(decideReply(text('tell me when it is back'), asking(available))).toEqual([
      { kind: 'tell_product', product: available },
    ])
  })
  test('that is sold out, an alert is offered, not made', () => {
    expect(decideReply(text('Is this still available?'), asking(soldOut))).toEqual([
      { kind: 'offer_alert', product: soldOut },
    ])
    expect(decideReply(text('Can you tell me the price?'), asking(soldOut))).toEqual([
      { kind: 'offer_alert', product: soldOut },
    ])
    expect(decideReply(text('ok'), asking(soldOut))).toEqual([{ kind: 'offer_alert', product: soldOut }])
  })
  test('and asking to be told in the same breath, it is made', () => {
    expect(decideReply(text('Please let me know when it is back'), asking(soldOut))).toEqual(alert)
    expect(decideReply(text('avísame'), asking(inSizes))).toEqual([
      { kind: 'ask_alert', productId: 7, isAny: true },
    ])
  })
  test('that is neither for sale nor sold out, nothing is said', () => {
    expect(decideReply(text('what is this?'), asking({ ...soldOut, isSoldOut: false }))).toEqual([])
  })
})

describe('after an offer', () => {
  const yeses = `
    yes|Yes please!|ok|Sure|👍 yes|tell me|Tell me!|Let me know|notify me|Notify me when it's back|please tell me when it is back
    let me know if it's in stock|when it is back|sí|Si, por favor|claro|vale|avísame|Avisame!|avísame cuando vuelva|me avisas cuando haya
    quiero que me avisen|sim|Sim, por favor|quero|avise-me|me avise|Me avisa quando chegar|avise-me quando voltar|quero ser avisada
    ja|Ja bitte|gerne|sag mir Bescheid|Sagt mir bitte Bescheid|Bescheid geben|benachrichtigen Sie mich bitte|Gebt mir Bescheid, wenn es wieder da ist`
    .split(/[|\n]/)
    .map((said) => said.trim())
    .filter((said) => said !== '')

  test.each(yeses)('%s', (said) => {
    expect(decideReply(text(said), offered(soldOut))).toEqual(alert)
  })

  test.each([
    'no',
    'no thanks',
    'yes but what about the other one',
    'tell me the price',
    'let me know the sizes you have',
    'what colours are there?',
    'cuánto cuesta?',
    'quiero saber el precio',
    'quanto custa',
    'was kostet sie?',
    '👍',
  ])('%s: says nothing about being told', (said) => {
    expect(decideReply(text(said), offered(soldOut))).toEqual([])
  })

  test('a yes after the alert is made is just politeness; asking again renews it', () => {
    expect(decideReply(text('ok'), offered(soldOut, true))).toEqual([])
    expect(decideReply(text('tell me when it is back'), offered(soldOut, true))).toEqual(alert)
  })

  test('a yes about something that is back meanwhile makes no alert', () => {
    expect(decideReply(text('yes'), offered(available))).toEqual([])
  })
})
