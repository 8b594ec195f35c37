/** The first time each status was seen; null: never. */
export interface StatusTimes {
  acceptedAt: Date | null
  sentAt: Date | null
  deliveredAt: Date | null
  readAt: Date | null
  failedAt: Date | null
}

/** What the statuses amount to, in whatever order they came; undefined: none came. What was delivered stays so, whatever fails later. */
export function decideMessageState(
  times: StatusTimes,
): 'read' | 'delivered' | 'failed' | 'sent' | 'accepted' | undefined {
  if (times.readAt !== null) return 'read'
  if (times.deliveredAt !== null) return 'delivered'
  if (times.failedAt !== null) return 'failed'
  if (times.sentAt !== null) return 'sent'
  return times.acceptedAt === null ? undefined : 'accepted'
}
