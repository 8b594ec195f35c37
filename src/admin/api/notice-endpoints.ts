import { z } from 'zod'
import type { Database } from '../../platform/database.ts'
import { Problem } from '../../platform/web.ts'
import { closeNotice } from '../../shops/notice-store.ts'
import { sentenceOfNotice } from '../../shops/notices.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { given, id, idText, time, yesOrNo } from './fields.ts'
import { keyset, pageOf, pageQuery, toPage, type Page } from './paging.ts'
import type { Reads } from './reads.ts'

const notice = z.strictObject({
  id,
  code: z.string(),
  text: z.string().meta({ description: 'What it means, and what to do.' }),
  subject: z.string().meta({ description: 'A number, a template, a campaign, a country; empty: the shop.' }),
  details: z.unknown(),
  times: z.int().meta({ description: 'How often since it was opened.' }),
  firstAt: time,
  lastAt: time,
  resolvedAt: time.nullable().meta({ description: 'Null: it is open.' }),
})

export interface NoticeDeps {
  db: Database
  reads: Reads
}

export function noticeEndpoints(deps: NoticeDeps): Endpoint[] {
  return [listEndpoint(deps), resolveEndpoint(deps)]
}

function listEndpoint({ reads }: NoticeDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/notices',
    summary: 'What a merchant should know of sending, and may have to do something about',
    tag: 'sending',
    query: z.strictObject({ ...pageQuery, open: yesOrNo.optional() }),
    answer: pageOf(notice),
    handle: async ({ shop, query }) => {
      const found = await findNotices(reads, shop.id, query)
      return toPage(
        found.map((row) => ({ ...row, text: sentenceOfNotice(row.code) })),
        query,
      )
    },
  })
}

function findNotices(reads: Reads, shopId: number, query: Page & { open?: boolean | undefined }) {
  const { take, where, orderBy } = keyset(query)
  const resolvedAt = query.open === undefined ? undefined : query.open ? null : { not: null }
  return reads.notice.findMany({
    omit: { shopId: true },
    where: { AND: [where, { shopId, ...given({ resolvedAt }) }] },
    orderBy,
    take,
  })
}

function resolveEndpoint({ db }: NoticeDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/notices/:id/resolve',
    summary: 'Seen and done with. What it tells of stays as it is, and is told again if it happens again',
    tag: 'sending',
    params: z.strictObject({ id: idText }),
    status: 200,
    answer: z.strictObject({ id, resolvedAt: time }),
    handle: async ({ shop, params, now }) => {
      const which = { shopId: shop.id, id: params.id, now }
      if (!(await db.transaction((tx) => closeNotice(tx, which))))
        throw new Problem(404, 'notice_missing', 'There is no such open notice')
      return { id: params.id, resolvedAt: now.toISOString() }
    },
  })
}
