import { closing, inLisbon, opening } from './calendar.ts'
import type { Play } from './play.ts'
import { planReactions } from './reactions.ts'
import { planAsks, planLooks } from './shoppers.ts'
import { planMerchant } from './merchant.ts'
import { findNextDue } from './next-due-store.ts'
import type { Witness } from './witness.ts'
import { DateTime } from 'luxon'

/** Plays the half-year from one thing that happens to the next. */
export async function playSeason(play: Play, witness: Witness): Promise<void> {
  planOptIns(play)
  planAsks(play)
  planLooks(play)
  planMerchant(play)
  planDailyRuns(play)
  const { stage, agenda } = play
  for (let moment = await nextMoment(play); moment !== undefined; moment = await nextMoment(play)) {
    stage.clock.set(moment.at)
    const hasPlayed = await agenda.playUntil(moment.at)
    if (!hasPlayed && !moment.isDue) continue
    await stage.settle()
    await hear(play, witness)
  }
  stage.clock.set(closing)
  await stage.settle()
  await hear(play, witness)
}

/** What comes next: something on the agenda, or something that is due in the hub. */
async function nextMoment({ stage, agenda }: Play): Promise<{ at: Date; isDue: boolean } | undefined> {
  const due = await findNextDue(stage.db, stage.clock.now())
  const planned = agenda.next()
  const at = due === undefined || (planned !== undefined && planned < due) ? planned : due
  return at === undefined || at > closing ? undefined : { at, isDue: at.getTime() === due?.getTime() }
}

/** In the first week, one after the other. */
function planOptIns({ stage, agenda, cast, teller }: Play): void {
  const joining = cast.filter(({ optsIn }) => optsIn)
  joining.forEach((role, at) => {
    agenda.plan(new Date(opening.getTime() + at * 15 * 60_000), () => {
      stage.sandbox.whatsapp.writes(role.phone, 'START')
    })
  })
  agenda.plan(opening, () =>
    teller.people(`${joining.length} customers opt in, one after the other, by writing START`),
  )
}

function planDailyRuns({ stage, agenda }: Play): void {
  for (let day = inLisbon('2026-03-03 09:00'); day < closing; day = nextDay(day))
    agenda.plan(day, async () => {
      await stage.app.schedule.beat(['daily-run'])
    })
}

function nextDay(day: Date): Date {
  return DateTime.fromJSDate(day, { zone: 'Europe/Lisbon' }).plus({ days: 1 }).toJSDate()
}

/** Tells who was written to, and lets them do something about it. */
async function hear(play: Play, witness: Witness): Promise<void> {
  const told = new Map<string, string[]>()
  for (const message of witness.look(play)) {
    const role = play.roleOf(message.personId)
    const name = String(message.content.name)
    told.set(name, [...(told.get(name) ?? []), role === undefined ? 'somebody' : role.called])
    if (role !== undefined && message.statuses.some(({ status }) => status === 'delivered'))
      planReactions(play, role, message)
  }
  for (const [name, people] of told) play.teller.people(`${name.replaceAll('_', ' ')} → ${listed(people)}`)
}

const mostNames = 8

function listed(people: readonly string[]): string {
  const more = people.length - mostNames
  return more <= 1 ? people.join(', ') : `${people.slice(0, mostNames).join(', ')} and ${more} more`
}
