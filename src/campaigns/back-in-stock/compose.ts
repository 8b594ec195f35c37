import type { Content } from '../../outbox/message.ts'
import type { Sql } from '../../platform/database.ts'
import { composeAlerts } from '../compose-alerts.ts'
import { composeAboutOne } from '../compose-products.ts'
import type { Composing } from '../composing.ts'

/** What can be bought again; asked for, it may stand beside other answers in one message. */
export async function composeBackInStock(sql: Sql, about: Composing): Promise<Content> {
  return about.isAlert ? composeAlerts(sql, about) : composeAboutOne(sql, about, 'back_in_stock')
}
