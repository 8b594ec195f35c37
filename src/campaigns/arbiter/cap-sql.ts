import type { CapSettings } from '../../shops/shop-settings.ts'

// The caps of decide-cap.ts as SQL over a person's counted messages, each list newest first: a window of `w` that may hold `n` others is
// full when the (n+1)th newest lies inside it, and frees when that one leaves.

/** SQL names of a person's counted times, newest first. */
export interface CountedLists {
  all: string
  alerts: string
  campaigns: string
}

interface Rule {
  reason: string
  /** The time that must have left the window. */
  time: string
  hours: number
  /** SQL; the rule holds only where it is true. */
  when?: string
}

const monthHours = 720

/** SQL for a lateral row (reason, free_at): the rule that frees last, nulls where a message may go at `now`. */
export function alertCapSql(lists: CountedLists, caps: CapSettings, now: string): string {
  const week: Rule[] = caps.alertsSkip7Days
    ? []
    : [{ reason: 'cap_7d', time: `${lists.all}[1]`, hours: caps.campaignEveryDays * 24 }]
  return capSql(
    [
      { reason: 'cap_24h', time: `${lists.alerts}[1]`, hours: caps.alertEveryHours },
      ...week,
      { reason: 'cap_30d', time: `${lists.all}[${caps.messagesPer30Days}]`, hours: monthHours },
    ],
    now,
  )
}

export function campaignCapSql(
  lists: CountedLists & { hasOpenAlert: string },
  caps: CapSettings,
  now: string,
): string {
  const reserved = caps.campaignsPer30DaysWithOpenAlert
  return capSql(
    [
      { reason: 'cap_7d', time: `${lists.all}[1]`, hours: caps.campaignEveryDays * 24 },
      { reason: 'cap_30d', time: `${lists.all}[${caps.messagesPer30Days}]`, hours: monthHours },
      {
        reason: 'cap_30d',
        // None at all: never while the alert is open.
        time: reserved === 0 ? `'9000-01-01'::timestamptz` : `${lists.campaigns}[${reserved}]`,
        hours: monthHours,
        when: lists.hasOpenAlert,
      },
    ],
    now,
  )
}

// Plain expressions: a sort of three rows for each person and question costs more than all else in the decision.
function capSql(rules: readonly Rule[], now: string): string {
  const frees = rules.map(({ time, hours, when }, at) => {
    const span = `interval '${hours} hours'`
    const isFull = `${time} > ${now}::timestamptz - ${span}`
    return `case when ${when === undefined ? isFull : `${when} and ${isFull}`} then ${time} + ${span} end as free_${at}`
  })
  const names = rules.map((_, at) => `free_${at}`)
  const reasons = rules.map(({ reason }, at) => `when free_${at} then '${reason}'`)
  return `select case free_at ${reasons.join(' ')} end as reason, free_at
    from (select *, greatest(${names.join(', ')}) as free_at from (select ${frees.join(', ')}) rule) last`
}
