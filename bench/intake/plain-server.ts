import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { PrismaPg } from '@prisma/adapter-pg'
import express from 'express'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { listen } from '../../src/platform/web.ts'
import { serveBench } from '../support/child-server.ts'
import { appSecret } from './deliveries.ts'

// What one would write first: express.json, a signature checked over what it kept aside, one row by Prisma for each request.

const rawBodies = new WeakMap<IncomingMessage, Buffer>()
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.argv[2] ?? '' }) })
const app = express()

app.use(express.json({ limit: '4mb', verify: (request, _, body) => rawBodies.set(request, body) }))
app.post('/webhooks/whatsapp', async (request, response) => {
  const body = rawBodies.get(request) ?? Buffer.alloc(0)
  const expected = `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
  const given = request.get('x-hub-signature-256') ?? ''
  if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) {
    response.sendStatus(401)
    return
  }
  await prisma.inboxDelivery.create({
    data: { source: 'whatsapp', body: new Uint8Array(body), receivedAt: new Date(), state: 'received' },
  })
  response.sendStatus(200)
})

const listening = await listen(app, 0, '127.0.0.1')
serveBench(listening.port, async () => {
  await listening.close(0)
  await prisma.$disconnect()
})
