import type { MetaError, StatusName } from '../connectors/meta/webhook-types.ts'
import type { Tx } from '../platform/database.ts'
import { applyNews, type SettleDeps } from './apply-news.ts'
import type { Ledger, News } from './decide-settlement.ts'
import { groupBy } from './group-by.ts'
import { lockLedgersByStatus } from './message-store.ts'

/** A status webhook about one message of a shop. */
export interface DeliveryStatus {
  shopId: number
  wamid: string
  /** Our own id, echoed. */
  callbackData: string | undefined
  status: StatusName | 'other'
  at: Date
  pricing: { type: string | undefined; category: string | undefined } | undefined
  errors: readonly MetaError[]
}

export type StatusOutcome = 'applied' | 'unknown_message' | 'unknown_status'

/**
 * Applies many statuses at once: late, doubled and in any order they end the same. Answers for each, in the order given. A message
 * is found by our own id, or by Meta's where the status does not carry ours.
 */
export async function settleStatuses(
  tx: Tx,
  deps: SettleDeps,
  statuses: readonly DeliveryStatus[],
  now: Date,
): Promise<StatusOutcome[]> {
  const outcomes = new Map<DeliveryStatus, StatusOutcome>()
  for (const [shopId, ofShop] of groupBy(statuses, (status) => status.shopId)) {
    const known = ofShop.filter((status) => status.status !== 'other')
    const { ledgers, ledgerOf } = await findLedgers(tx, shopId, known)
    for (const status of ofShop) outcomes.set(status, outcomeOf(status, ledgerOf(status)))
    const byLedger = groupBy(known, ledgerOf)
    const isOwn = createOwnWamids(ledgers)
    const learned = [...byLedger].flatMap(([before, about]) =>
      before === undefined
        ? []
        : [{ before, news: about.map((status) => toNews(status, isOwn(status, before))) }],
    )
    await applyNews(tx, deps, learned, now)
  }
  return statuses.map((status) => outcomes.get(status) ?? 'unknown_message')
}

function outcomeOf(status: DeliveryStatus, ledger: Ledger | undefined): StatusOutcome {
  if (status.status === 'other') return 'unknown_status'
  return ledger === undefined ? 'unknown_message' : 'applied'
}

async function findLedgers(
  tx: Tx,
  shopId: number,
  statuses: readonly DeliveryStatus[],
): Promise<{ ledgers: Ledger[]; ledgerOf: (status: DeliveryStatus) => Ledger | undefined }> {
  const rows = await lockLedgersByStatus(tx, {
    shopId,
    callbackIds: statuses.flatMap((status) => storable(status.callbackData) ?? []),
    wamids: statuses.flatMap((status) => storable(status.wamid) ?? []),
  })
  const byCallback = new Map(rows.map(({ callbackId, ...ledger }) => [callbackId, ledger]))
  const ledgers = [...byCallback.values()]
  const byWamid = new Map(ledgers.map((ledger) => [ledger.wamid, ledger]))
  const ledgerOf = (status: DeliveryStatus): Ledger | undefined =>
    (status.callbackData === undefined ? undefined : byCallback.get(status.callbackData)) ??
    byWamid.get(status.wamid)
  return { ledgers, ledgerOf }
}

/** No id of ours or Meta's holds U+0000, which PostgreSQL would refuse, and with it the whole set. */
function storable(id: string | undefined): string | undefined {
  return id === undefined || id.includes('\0') ? undefined : id
}

/** Meta's id belongs to one message, the first that has it: a second would break the unique key, and with it the whole set. */
function createOwnWamids(ledgers: readonly Ledger[]): (status: DeliveryStatus, ledger: Ledger) => boolean {
  const owners = new Map(ledgers.map(({ wamid, id }) => [wamid, id]))
  return ({ wamid }, { id }) => {
    if (storable(wamid) === undefined) return false
    if (!owners.has(wamid)) owners.set(wamid, id)
    return owners.get(wamid) === id
  }
}

function toNews(status: DeliveryStatus, isOwnWamid: boolean): News {
  return {
    ...timeOf(status),
    ...(isOwnWamid ? { wamid: status.wamid } : {}),
    ...(status.pricing === undefined
      ? {}
      : { pricing: { type: clean(status.pricing.type), category: clean(status.pricing.category) } }),
  }
}

function timeOf({ status, at, errors }: DeliveryStatus): News {
  switch (status) {
    case 'sent':
      return { sentAt: at }
    case 'delivered':
      return { deliveredAt: at }
    // A voice message that was played was read.
    case 'read':
    case 'played':
      return { readAt: at }
    case 'failed': {
      const [error] = errors
      // A failure without a readable code is a failure nobody knows how to mend.
      return {
        failure: { at, code: codeOf(error), details: clean(error?.details ?? error?.title) },
      }
    }
    case 'other':
      return {}
  }
}

const unknownCode = -1
const largestCode = 2_147_483_647

function codeOf(error: MetaError | undefined): number {
  const code = error?.code ?? unknownCode
  return Math.abs(code) > largestCode ? unknownCode : code
}

function clean(text: string | undefined): string | null {
  return text === undefined ? null : text.replaceAll('\0', '')
}
