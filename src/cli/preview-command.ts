import { kindNamed } from '../campaigns/campaign-rules.ts'
import { previewCampaign, type Preview, type PreviewDeps } from '../campaigns/preview/preview-campaign.ts'
import { assumptionOf, textOfDecision } from '../campaigns/preview/preview-words.ts'
import { badUsage, type CommandDeps } from './command.ts'

const shown = 50

/** `hub campaign preview KIND` */
export async function previewCommand(
  deps: CommandDeps & PreviewDeps,
  words: readonly string[],
): Promise<void> {
  const [name] = words
  if (name === undefined) throw badUsage('Say "hub campaign preview KIND".')
  const { clock, shop, print } = deps
  const question = { shop, kind: kindNamed(name), now: clock.now(), limit: shown }
  for (const line of previewLines(await previewCampaign(deps, question))) print(line)
}

function previewLines({ isOn, groups, rows, cost, heldRuns }: Preview): string[] {
  const assumption = assumptionOf(isOn)
  return [
    ...(assumption === null ? [] : [assumption, '']),
    ...(groups.length === 0 ? ['Nobody is considered at this moment.'] : []),
    ...groups.map((group) => `${String(group.people).padStart(8)}  ${group.state}: ${textOfDecision(group)}`),
    ...(heldRuns === 0 ? [] : [`Runs that wait for your yes: ${heldRuns} (hub runs --held).`]),
    '',
    `It would cost ${money(cost.micros)} ${cost.currency} by the prices of ${cost.asOf}.`,
    ...cost.byCountry.map(
      ({ country, messages, micros }) =>
        `${String(messages).padStart(8)}  ${country ?? 'country unknown'}: ${money(micros)} ${cost.currency}`,
    ),
    ...(rows.length === 0 ? [] : ['', `The first ${rows.length}:`]),
    ...rows.map(
      (row) =>
        `  ${row.publicId}  ${row.product ?? ''}  ${row.state}: ${textOfDecision(row)}${
          row.state === 'waiting' && row.retryAt !== null ? ` Until ${row.retryAt.toISOString()}.` : ''
        }`,
    ),
  ]
}

const money = (micros: number): string => (micros / 1_000_000).toFixed(2)
