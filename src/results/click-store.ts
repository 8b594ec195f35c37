import type { Sql, Tx } from '../platform/database.ts'
import { leadingCandidacySql } from './ledger-store.ts'

export interface LinkedMessage {
  shopId: number
  /** The record the message went to. */
  personId: number
  purpose: string
  /** The kind of the campaign it belongs to. */
  kind: string | null
  storeUrl: string | null
  allowedOrigins: string[]
}

export async function findLinkedMessage(sql: Sql, messageId: number): Promise<LinkedMessage | undefined> {
  const [message] = await sql.query<LinkedMessage>(
    `select m.shop_id, m.person_id, m.purpose, c.kind, s.store_url, s.allowed_origins
     from messages m join shops s on s.id = m.shop_id
       left join lateral (${leadingCandidacySql('m.id')}) lead on true left join campaigns c on c.id = lead.campaign_id
     where m.id = $1`,
    [messageId],
  )
  return message
}

export interface NewClick {
  shopId: number
  messageId: number
  personId: number
  productId: number | null
  isRobot: boolean
  at: Date
}

/** Of one link only one in ten seconds is written down: a second tap says nothing new, and nobody fills the table. Its id, if it was. */
export async function insertClick(tx: Tx, click: NewClick): Promise<number | undefined> {
  const [row] = await tx.query<{ id: number }>(
    `insert into clicks (shop_id, message_id, person_id, product_id, is_robot, at)
     select $1, $2::bigint, $3, $4::bigint, $5::bool, $6::timestamptz
     where not exists (select 1 from clicks where message_id = $2::bigint and product_id is not distinct from $4::bigint
       and is_robot = $5::bool and at > $6::timestamptz - interval '10 seconds' and at <= $6::timestamptz)
     returning id`,
    [click.shopId, click.messageId, click.personId, click.productId, click.isRobot, click.at],
  )
  return row?.id
}

/** Orders that came by this link, placed since. */
export async function listOrdersByLink(
  sql: Sql,
  of: { shopId: number; token: string; since: Date },
): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `select id from orders where link_token = $2 and shop_id = $1 and placed_at > $3::timestamptz - interval '1 second'`,
    [of.shopId, of.token, of.since],
  )
  return rows.map((row) => row.id)
}
