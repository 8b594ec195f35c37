import type { Composing } from '../../src/campaigns/composing.ts'
import type { MessageCandidacyRow } from '../../src/campaigns/log-store.ts'
import { decideTemplate } from '../../src/outbox/decide-template.ts'
import type { Content } from '../../src/outbox/message.ts'
import { fillPlaceholders } from '../../src/outbox/placeholders.ts'
import { loadTemplateDefinitions } from '../../src/outbox/template-definitions.ts'
import type { Template } from '../../src/outbox/template.ts'
import type { Database } from '../../src/platform/database.ts'
import { loadShop } from '../../src/shops/shop-store.ts'
import { approvedTemplate } from '../outbox/support/approved-template.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertPerson, insertProduct, insertShop, someMonday } from '../support/rows.ts'

const definitions = loadTemplateDefinitions()

/** Every template of this product in every language, approved. */
export const approved: Template[] = [...definitions.values()].flatMap((definition) =>
  Object.keys(definition.languages).map((language) => approvedTemplate(definition, language)),
)

export interface ComposeWorld extends AsyncDisposable {
  db: Database
  shopId: number
  personId: number
  /** A product with this name, at a price in cents of a euro. */
  product: (name: string, priceMinor?: number, over?: { isSellable?: boolean }) => Promise<number>
  about: (
    candidacies: readonly Partial<MessageCandidacyRow>[],
    over?: Partial<Omit<Composing, 'person'>> & { person?: Partial<Composing['person']> },
  ) => Promise<Composing>
}

export async function createComposeWorld(): Promise<ComposeWorld> {
  const db = await createTestDatabase()
  const { shopId, phoneNumberId } = await insertShop(db, someMonday)
  const personId = await insertPerson(db, shopId, someMonday)
  const shop = { ...(await loadShop(db, shopId)), name: 'Harbour Street' }
  let products = 0
  const candidacy: MessageCandidacyRow = {
    id: 1,
    messageId: 7,
    campaignId: 1,
    kind: 'back_in_stock',
    personId,
    productId: null,
    trigger: 'viewed',
    alertId: null,
    interestAt: someMonday,
    cycleId: null,
    priceEventId: null,
    value: 4,
    variant: null,
    settingsVersion: 1,
    referenceMinor: null,
    priceMinor: null,
    choice: null,
    expiresAt: someMonday,
  }
  return {
    db,
    shopId,
    personId,
    product: async (name, priceMinor = 2_000, over = {}) => {
      const id = await insertProduct(db, shopId, someMonday, { wcId: 100 + products++, ...over })
      await db.execute('update products set name = $2, price_minor = $3 where id = $1', [
        id,
        name,
        priceMinor,
      ])
      return id
    },
    about: async (candidacies, { person, ...over } = {}) => ({
      shop,
      message: {
        id: 7,
        shopId,
        personId,
        phoneNumberId,
        purpose: 'campaign',
        content: null,
        attempt: 0,
        dueAt: someMonday,
        expiresAt: null,
      },
      candidacies: candidacies.map((one, at) => ({
        ...candidacy,
        id: at + 1,
        ...one,
      })) as unknown as Composing['candidacies'],
      isAlert: false,
      variant: null,
      linkTo: (productId) => `token-${productId ?? 'shop'}`,
      settings: {},
      wake: () => undefined,
      now: someMonday,
      ...over,
      person: {
        personId,
        shopId,
        firstName: 'Ana Maria',
        language: 'en',
        country: 'PT',
        consent: 'opted_in',
        consentAt: someMonday,
        metaStop: false,
        marketingPausedAt: null,
        lastInboundAt: null,
        sendRegions: [],
        hasOpenAlert: false,
        counted: [],
        ...person,
      } as Composing['person'],
    }),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

type ComposeMany = (sql: Database, abouts: readonly Composing[]) => Promise<readonly Content[]>

/** The same for one message alone. */
export function alone(compose: ComposeMany): (db: Database, about: Composing) => Promise<Content> {
  return async (db, about) => {
    const [content] = await compose(db, [about])
    if (content === undefined) throw new Error('no content')
    return content
  }
}

export interface Read {
  template: string
  language: string
  text: string
  /** `url`: what completes it; `copy_code`: the code. */
  buttons: Record<string, string>
  picture: string | undefined
}

/** The message as a person reads it, with every template approved. Throws when none carries it. */
export function read(content: Content, templates: readonly Template[] = approved): Read {
  if (content.kind !== 'template') throw new Error(`a ${content.kind} and no template`)
  const decision = decideTemplate(content, 'campaign', templates, definitions.get(content.name))
  if (decision.kind !== 'fits') throw new Error(decision.reason)
  const { name, language, parameters, buttons, header } = decision.outgoing
  const template = templates.find((one) => one.name === name && one.language === language)
  const body = template?.components.find(({ type }) => type === 'BODY')?.text as string
  const values = new Map(parameters.map((parameter) => [parameter.name, parameter.text]))
  return {
    template: name,
    language,
    text: fillPlaceholders(body, (key) => values.get(key) ?? ''),
    buttons: Object.fromEntries(
      buttons.map((button) => {
        switch (button.kind) {
          case 'url':
            return [button.kind, button.suffix]
          case 'quick_reply':
            return [button.kind, button.payload]
          case 'copy_code':
            return [button.kind, button.code]
        }
      }),
    ),
    picture: header !== undefined && 'link' in header.source ? header.source.link : undefined,
  }
}
