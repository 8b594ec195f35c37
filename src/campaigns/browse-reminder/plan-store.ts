import { audienceSql } from '../audience-sql.ts'
import { forbiddenSql } from '../forbidden-sql.ts'
import type { DailyConsideration } from '../kind.ts'
import type { Tx } from '../../platform/database.ts'
import { values } from '../value.ts'
import { browseReminderSettingsSchema } from './settings.ts'

/**
 * Writes a candidacy for everybody of the slice whose last look at a product is a day or so old, who has not bought it since, and for
 * whom the daily run found nothing better. Returns how many rows are new.
 */
export function considerBrowsers(tx: Tx, about: DailyConsideration): Promise<number> {
  const { campaign, settings, shop, now } = about
  const rules = browseReminderSettingsSchema.parse(campaign.settings)
  const bound: unknown[] = [
    shop.id,
    about.afterId,
    about.lastId,
    now,
    rules.afterHours,
    rules.untilHours,
    rules.everyDays,
    rules.waitHours,
    campaign.id,
    campaign.settingsVersion,
    settings.sending.marketingToUs,
    shop.timeZone,
  ]
  const audience = audienceSql(
    campaign.audience,
    { personId: 'p.id', shopId: '$1' },
    (value) => `$${bound.push(value)}`,
  )
  return tx.execute(
    `with looked as (
       select distinct on (root.id) root.id as person_id, v.product_id, v.at
       from people root join people record on record.root_id = root.id
         join product_views v on v.person_id = record.id and v.kind = 'view'
           and v.at >= $4::timestamptz - make_interval(hours => $6::int) and v.at <= $4
       where root.shop_id = $1 and root.id > $2 and root.id <= $3 and root.merged_into is null and root.erased_at is null
       order by root.id, v.at desc, v.id desc
     ),
     due as (
       select l.*, item.item_key from looked l join products item on item.id = l.product_id
       where l.at <= $4::timestamptz - make_interval(hours => $5::int) and item.status = 'publish' and item.is_visible
         and (item.is_sellable or exists (select 1 from products v where v.parent_id = item.id and v.is_sellable))
         and not exists (select 1 from people same join reengagement_log d on d.person_id = same.id
                         where same.root_id = l.person_id and d.trigger = 'daily' and d.updated_at = $4)
         and not exists (select 1 from people same join reengagement_log d on d.person_id = same.id and d.campaign_id = $9
                           join messages m on m.id = d.message_id
                         where same.root_id = l.person_id and m.counted_at > $4::timestamptz - make_interval(hours => 24 * $7::int))
     ),
     judged as (
       select d.*, case
           ${forbiddenSql({ person: 'p', marketingToUs: '$11', audience })}
           when exists (
             select 1 from people buyer join orders o on o.person_id = buyer.id and o.counts and o.placed_at >= d.at
               join order_lines line on line.order_id = o.id
               join products bought on bought.shop_id = o.shop_id and bought.wc_id = any(array[line.product_wc_id, line.variation_wc_id])
             where buyer.root_id = d.person_id and (bought.item_key = d.item_key or bought.parent_id = d.product_id)) then 'bought_since'
         end as reason
       from due d join people p on p.id = d.person_id
     )
     insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, trigger, value, rank, interest_at,
       settings_version, state, reason, reason_count, retry_at, expires_at, considered_at, updated_at)
     select $1, $9, person_id, product_id, item_key, 'browse:' || product_id || ':' || to_char(at at time zone $12, 'YYYY-MM-DD'), 'viewed',
       ${values.browseReminder}, (extract(epoch from at) * 1000)::bigint, at, $10, case when reason is null then 'waiting' else 'suppressed' end,
       reason, case when reason is null then 0 else 1 end, case when reason is null then $4::timestamptz end,
       $4::timestamptz + make_interval(hours => $8::int), $4, $4
     from judged
     on conflict (campaign_id, person_id, item_key, occasion) do nothing`,
    bound,
  )
}
