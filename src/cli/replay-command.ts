import { campaignKinds, isCampaignKind } from '../campaigns/campaign-kinds.ts'
import { readCampaignRules } from '../campaigns/campaign-rules.ts'
import { findCampaign } from '../campaigns/campaign-store.ts'
import type { CampaignChange } from '../campaigns/change-campaign.ts'
import {
  replayCampaigns,
  type Replay,
  type ReplayDeps,
  type ReplayQuestion,
} from '../campaigns/replay/replay-campaigns.ts'
import { textOfOutcome } from '../campaigns/replay/replay-words.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import { readAssignments, toPatch, type Assignment } from './assignments.ts'
import { toChange } from './campaign-commands.ts'
import { badUsage, type CommandDeps } from './command.ts'

export interface ReplayOptions {
  days?: string | undefined
  set?: string[] | undefined
}

export const replayOptions = {
  days: { type: 'string' },
  set: { type: 'string', multiple: true },
} as const

const shown = 50
const maximumMs = 3_600_000

/** `hub replay-campaigns [--days 90] [--set caps.campaignEveryDays=10] [--set price_drop.thresholdBps=2000]` */
export async function replayCommand(
  deps: CommandDeps & ReplayDeps,
  { days = '90', set = [] }: ReplayOptions,
): Promise<void> {
  const lastDays = Number(days)
  if (!Number.isInteger(lastDays) || lastDays < 1 || lastDays > 365)
    throw badUsage('Say --days with a number from 1 to 365.')
  const { shop, clock, print } = deps
  const now = clock.now()
  const changes = await readChanges(deps, readAssignments(set))
  const onProgress = tellProgress(print, { days: lastDays, now })
  const question = { shopId: shop.id, days: lastDays, now, changes, limit: shown, maximumMs, onProgress }
  for (const line of replayLines(await replayCampaigns(deps, question))) print(line)
}

/** A word that begins with a kind is about that campaign, any other about the shop. */
async function readChanges(
  { db, shop }: CommandDeps,
  assignments: readonly Assignment[],
): Promise<ReplayQuestion['changes']> {
  const ofShop = assignments.filter(({ path }) => !isCampaignKind(path[0] ?? ''))
  const campaigns: Record<string, CampaignChange> = {}
  for (const kind of Object.keys(campaignKinds).filter(isCampaignKind)) {
    const own = assignments.filter(({ path }) => path[0] === kind && path.length > 1)
    const campaign = own.length === 0 ? undefined : await findCampaign(db, shop.id, kind)
    if (campaign === undefined) continue
    const rules = own.map(({ path, value }) => ({ path: path.slice(1), value }))
    campaigns[kind] = toChange(rules, readCampaignRules(campaign))
  }
  const settings = toPatch(ofShop, await loadShopSettings(db, shop.id))
  return { ...(ofShop.length === 0 ? {} : { settings }), campaigns }
}

// One line for each tenth.
function tellProgress(
  print: (line: string) => void,
  { days, now }: { days: number; now: Date },
): (at: Date) => void {
  const spanMs = days * 86_400_000
  let told = 0
  return (at) => {
    const tenth = Math.floor(10 * (1 - (now.getTime() - at.getTime()) / spanMs))
    if (tenth <= told) return
    told = tenth
    print(`… ${tenth * 10} %: ${at.toISOString().slice(0, 10)}`)
  }
}

function replayLines({ span, outcomes, differences }: Replay): string[] {
  const kinds = [...new Set(outcomes.map((one) => one.kind))]
  return [
    `From ${span.start.toISOString()} to ${span.end.toISOString()}:`,
    '',
    '  happened  replayed',
    ...kinds.flatMap((kind) => [
      kind,
      ...outcomes
        .filter((one) => one.kind === kind)
        .map(
          (one) =>
            `${String(one.happened).padStart(10)}${String(one.replayed).padStart(10)}  ${one.outcome}${
              one.reason === null ? '' : ` ${one.reason}: ${textOfOutcome(one)}`
            }`,
        ),
    ]),
    '',
    differences.count === 0
      ? 'Nobody would have been treated differently.'
      : `Decisions that come out differently: ${differences.count}. The first:`,
    ...differences.first.map(
      (one) =>
        `  ${one.consideredAt.toISOString()}  ${one.kind}  ${one.publicId}  ${one.product ?? ''}\n` +
        `    happened: ${textOfOutcome(one.happened)}\n    replayed: ${textOfOutcome(one.replayed)}`,
    ),
  ]
}
