import type { OutgoingContent, Recipient } from '../connectors/meta/wire-message.ts'
import type { Tx } from '../platform/database.ts'
import { listAddresses, type Address } from './address-store.ts'
import type { ClaimedRow, SendingNumber } from './claim-store.ts'
import { namesOf } from './decide-template.ts'
import type { Content, Prepared } from './message.ts'
import { renderMessage } from './render-message.ts'
import { isWindowOpen } from './service-window.ts'
import type { TemplateDefinitions } from './template-definition.ts'
import { listTemplatesNamed } from './template-store.ts'

/** A message as it goes over the wire. */
export interface Ready {
  row: ClaimedRow
  recipient: Recipient
  /** Of the person, where known. */
  country: string | null
  isWindowOpen: boolean
  content: OutgoingContent
  /** The content it was made from. */
  written: Content
}

export type Held = Exclude<Prepared, { kind: 'send' }>

/** Lays contents into templates and free messages, for the addresses of their people; by id, why some cannot go. */
export async function renderBatch(
  tx: Tx,
  deps: { definitions: TemplateDefinitions },
  batch: { number: SendingNumber; wanted: readonly { row: ClaimedRow; content: Content }[]; now: Date },
): Promise<{ ready: Ready[]; held: Map<number, Held> }> {
  const { number, wanted, now } = batch
  const addresses = await listAddresses(tx, {
    shopIds: [number.shopId],
    rootIds: wanted.map(({ row }) => row.rootId),
  })
  const names = [...new Set(wanted.flatMap(({ content }) => templateNamesOf(content)))]
  const templates = names.length === 0 ? [] : await listTemplatesNamed(tx, [number.wabaId], names)
  const ready: Ready[] = []
  const held = new Map<number, Held>()
  for (const { row, content } of wanted) {
    const address = addresses.get(row.rootId) ?? nowhere
    const rendered = renderMessage(content, {
      purpose: row.purpose,
      address,
      templates: templates.filter(({ name }) => templateNamesOf(content).includes(name)),
      definitions: deps.definitions,
      now,
    })
    if (address.recipient === undefined) held.set(row.id, { kind: 'suppress', reason: 'no_address' })
    else if (rendered.kind === 'unfit') held.set(row.id, { kind: 'suppress', reason: rendered.reason })
    else if (rendered.kind === 'wait')
      held.set(row.id, { kind: 'defer', until: rendered.until, reason: rendered.reason })
    else
      ready.push({
        row,
        recipient: address.recipient,
        country: address.country,
        isWindowOpen: isWindowOpen(address, now),
        content: rendered.content,
        written: content,
      })
  }
  return { ready, held }
}

const nowhere: Address = { recipient: undefined, lastInboundAt: null, country: null }

function templateNamesOf(content: Content): string[] {
  return content.kind === 'template' ? namesOf(content) : []
}
