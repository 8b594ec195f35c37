import { createHash, timingSafeEqual } from 'node:crypto'
import type { Response } from 'express'
import { Problem } from '../platform/problem.ts'

/**
 * Meta asks once, when the webhook address is entered, whether we know the verify token, and wants its challenge back as plain text.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint
 */
export function answerSubscription(
  tokens: readonly string[],
  query: Readonly<Record<string, unknown>>,
  response: Response,
): void {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query
  const isKnown = typeof token === 'string' && tokens.some((known) => known !== '' && isSame(known, token))
  if (mode !== 'subscribe' || !isKnown || typeof challenge !== 'string') {
    throw new Problem(403, 'bad_verify_token', 'The verify token is missing or wrong')
  }
  response.status(200).type('text/plain').send(challenge)
}

/** In a time that says nothing about either, nor about their lengths. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
