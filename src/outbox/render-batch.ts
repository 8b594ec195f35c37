import type { OutgoingContent, Recipient, SendEndpoint } from '../connectors/meta/wire-message.ts'
import type { Tx } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import { listAddresses, type Address } from './address-store.ts'
import { endpointOf } from './choose-endpoint.ts'
import { chooseRecipient } from './choose-recipient.ts'
import type { ClaimedRow, SendingNumber } from './claim-store.ts'
import { namesOf } from './decide-template.ts'
import type { Content, Prepared } from './message.ts'
import { isMarketing } from './purpose.ts'
import { renderMessage, type RenderContext, type Rendered } from './render-message.ts'
import { isWindowOpen } from './service-window.ts'
import type { TemplateDefinitions } from './template-definition.ts'
import { listTemplatesNamed } from './template-store.ts'
import type { Template } from './template.ts'

/** A message as it goes over the wire. */
export interface Ready {
  row: ClaimedRow
  recipient: Recipient
  /** Of the person, where known. */
  country: string | null
  isWindowOpen: boolean
  content: OutgoingContent
  endpoint: SendEndpoint
  /** Its template may be in its ramp-up. */
  isNewTemplate: boolean
  /** The content it was made from. */
  written: Content
}

export type Held = Exclude<Prepared, { kind: 'send' }>

export interface RenderDeps {
  log: Logger
  definitions: TemplateDefinitions
}

/** Lays contents into templates and free messages, for the addresses of their people; by id, why some cannot go. */
export async function renderBatch(
  tx: Tx,
  deps: RenderDeps,
  batch: { number: SendingNumber; wanted: readonly { row: ClaimedRow; content: Content }[]; now: Date },
): Promise<{ ready: Ready[]; held: Map<number, Held> }> {
  const { number, wanted, now } = batch
  const addresses = await listAddresses(tx, {
    shopIds: [number.shopId],
    rootIds: wanted.map(({ row }) => row.rootId),
  })
  const names = [...new Set(wanted.flatMap(({ content }) => templateNamesOf(content)))]
  const templates = names.length === 0 ? [] : await listTemplatesNamed(tx, [number.wabaId], names)
  const { sending } = await loadShopSettings(tx, number.shopId)
  const ready: Ready[] = []
  const held = new Map<number, Held>()
  for (const { row, content } of wanted) {
    const address = addresses.get(row.rootId) ?? nowhere
    const rendered = renderOrWait(deps.log, row.id, content, {
      purpose: row.purpose,
      address,
      templates: templates.filter(({ name }) => templateNamesOf(content).includes(name)),
      definitions: deps.definitions,
      now,
    })
    const recipient = chooseRecipient(address, row)
    if (typeof recipient === 'string') held.set(row.id, { kind: 'suppress', reason: recipient })
    else if (address.isUnreachable && isMarketing(row.purpose))
      held.set(row.id, { kind: 'suppress', reason: 'number_unreachable' })
    else if (rendered.kind === 'unfit') held.set(row.id, { kind: 'suppress', reason: rendered.reason })
    else if (rendered.kind === 'wait')
      held.set(row.id, { kind: 'defer', until: rendered.until, reason: rendered.reason })
    else
      ready.push({
        row,
        recipient,
        country: address.country,
        isWindowOpen: isWindowOpen(address, now),
        content: rendered.content,
        endpoint: endpointOf(sending, rendered.content, categoryOf(rendered.content, templates)),
        isNewTemplate: rendered.template?.isNew ?? false,
        written: content,
      })
  }
  return { ready, held }
}

const lookAgainMs = 60_000

// A content nobody thought of must not hold up the batch, and with it, at the head of the line, everybody.
function renderOrWait(log: Logger, messageId: number, content: Content, context: RenderContext): Rendered {
  try {
    return renderMessage(content, context)
  } catch (thrown) {
    log.error({ messageId, error: describeError(thrown) }, 'A message could not be laid out.')
    return { kind: 'wait', reason: 'check_failed', until: new Date(context.now.getTime() + lookAgainMs) }
  }
}

const nowhere: Address = {
  recipient: undefined,
  number: undefined,
  isUnreachable: false,
  lastInboundAt: null,
  country: null,
}

function categoryOf(content: OutgoingContent, templates: readonly Template[]): string | undefined {
  if (content.kind !== 'template') return undefined
  return templates.find(({ name, language }) => name === content.name && language === content.language)
    ?.category
}

function templateNamesOf(content: Content): string[] {
  return content.kind === 'template' ? namesOf(content) : []
}
