import type { InboundMessageUpdate } from '../connectors/meta/webhook-types.ts'
import type { Sql, Tx } from '../platform/database.ts'

/** False when it was there already. */
export async function insertInboundMessage(
  tx: Tx,
  at: { shopId: number; personId: number; phoneNumberId: number; receivedAt: Date },
  message: InboundMessageUpdate,
): Promise<boolean> {
  const inserted = await tx.execute(
    `insert into inbound_messages (shop_id, person_id, phone_number_id, wamid, type, body, payload, context_wamid, at, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (shop_id, wamid) do nothing`,
    [
      at.shopId,
      at.personId,
      at.phoneNumberId,
      message.id,
      message.type,
      message.text ?? null,
      message.raw,
      message.contextId ?? null,
      message.at,
      at.receivedAt,
    ],
  )
  return inserted > 0
}

/** The product of the person's last view in chat within the time: what a plain "yes" or "tell me" is about. */
export async function findLastAskedProduct(
  sql: Sql,
  rootId: number,
  since: Date,
): Promise<number | undefined> {
  const [row] = await sql.query<{ productId: number }>(
    `select v.product_id from people p join product_views v on v.person_id = p.id
     where p.root_id = $1 and v.source = 'chat' and v.at >= $2 order by v.at desc, v.id desc limit 1`,
    [rootId, since],
  )
  return row?.productId
}

/** A message of ours, by the id WhatsApp gave it: the buttons it had. */
export async function findOwnMessage(
  sql: Sql,
  shopId: number,
  wamid: string,
): Promise<{ buttonIds: string[] } | undefined> {
  const [row] = await sql.query<{ buttonIds: string[] }>(
    `select array(select button ->> 'id' from jsonb_array_elements(
              case jsonb_typeof(content -> 'buttons') when 'array' then content -> 'buttons' else '[]' end) button) as button_ids
     from messages where shop_id = $1 and wamid = $2`,
    [shopId, wamid],
  )
  return row
}
