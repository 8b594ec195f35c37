import type { ServerResponse } from 'node:http'
import type { Fields } from '../read-values.ts'
import type { WhatsAppFaults } from './faults.ts'

export interface GraphAnswer {
  status: number
  body: Fields
  headers?: Readonly<Record<string, string>>
}

/** Answers a send as slowly and as badly as the faults say. `play` carries it out: it is not asked when Meta is unavailable. */
export async function answerSend(
  faults: WhatsAppFaults,
  response: ServerResponse,
  play: () => GraphAnswer | Promise<GraphAnswer>,
  send: (answer: GraphAnswer) => void,
): Promise<void> {
  if (takeOne(faults, 'unavailable')) {
    response.writeHead(503).end()
    return
  }
  const delayMs = faults.answerDelayMs
  const answer = await play()
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
  if (answer.status !== 200) send(answer)
  else if (takeOne(faults, 'loseAnswers')) response.destroy()
  else if (takeOne(faults, 'emptyAnswers')) response.writeHead(502).end()
  else if (!takeOne(faults, 'hangAnswers')) send(answer)
}

function takeOne(
  faults: WhatsAppFaults,
  which: 'unavailable' | 'loseAnswers' | 'emptyAnswers' | 'hangAnswers',
): boolean {
  if (faults[which] <= 0) return false
  faults[which] -= 1
  return true
}
