-- AlterTable
ALTER TABLE "campaign_runs" DROP COLUMN "wave_rank",
DROP COLUMN "wave_wakes_at",
ADD COLUMN     "approved_at" TIMESTAMPTZ(3),
ADD COLUMN     "price_event_id" BIGINT,
ADD COLUMN     "wave_left" INTEGER,
ALTER COLUMN "cycle_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "campaigns" ADD COLUMN     "audience" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "holdout_bps" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "variants" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "cost_currency" TEXT,
ADD COLUMN     "cost_micros" BIGINT;

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "coupon_codes" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "link_token" TEXT,
ADD COLUMN     "refunded_minor" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "people" ADD COLUMN     "consent_source" TEXT,
ADD COLUMN     "handoff_at" TIMESTAMPTZ(3),
ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "products" ADD COLUMN     "checked_at" TIMESTAMPTZ(3),
ADD COLUMN     "first_published_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "reengagement_log" ADD COLUMN     "choice" JSONB,
ADD COLUMN     "drop_bps" INTEGER,
ADD COLUMN     "price_event_id" BIGINT,
ADD COLUMN     "price_minor" BIGINT,
ADD COLUMN     "reference_minor" BIGINT,
ADD COLUMN     "reservations" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "value" INTEGER NOT NULL DEFAULT 4,
ALTER COLUMN "product_id" DROP NOT NULL;

-- CreateTable
CREATE TABLE "person_purchases" (
    "person_id" BIGINT NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "orders" INTEGER NOT NULL,
    "first_order_at" TIMESTAMPTZ(3),
    "last_order_at" TIMESTAMPTZ(3),
    "spent_minor" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "person_purchases_pkey" PRIMARY KEY ("person_id")
);

-- CreateTable
CREATE TABLE "category_interest" (
    "person_id" BIGINT NOT NULL,
    "category_id" BIGINT NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "views" INTEGER NOT NULL,
    "purchases" INTEGER NOT NULL,

    CONSTRAINT "category_interest_pkey" PRIMARY KEY ("person_id","category_id")
);

-- CreateTable
CREATE TABLE "order_refunds" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "order_id" BIGINT NOT NULL,
    "wc_refund_id" BIGINT NOT NULL,
    "total_minor" BIGINT NOT NULL,
    "items_minor" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_refunds_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "campaign_settings_versions" (
    "campaign_id" BIGINT NOT NULL,
    "version" INTEGER NOT NULL,
    "settings" JSONB NOT NULL,
    "audience" JSONB NOT NULL,
    "holdout_bps" INTEGER NOT NULL,
    "variants" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "campaign_settings_versions_pkey" PRIMARY KEY ("campaign_id","version")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "daily_runs" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "slot" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "cursor" BIGINT NOT NULL,
    "counts" JSONB NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "daily_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coupons" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "candidacy_id" BIGINT NOT NULL,
    "code" TEXT NOT NULL,
    "wc_id" BIGINT,
    "percent_bps" INTEGER NOT NULL,
    "last_day" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "attempts" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "coupons_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clicks" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "message_id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "product_id" BIGINT,
    "is_robot" BOOLEAN NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "clicks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attribution_ledger" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "order_id" BIGINT NOT NULL,
    "message_id" BIGINT NOT NULL,
    "candidacy_id" BIGINT NOT NULL,
    "campaign_id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "entry" TEXT NOT NULL,
    "how" TEXT NOT NULL,
    "conversions" INTEGER NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "written_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "attribution_ledger_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attribution_todo" (
    "order_id" BIGINT NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "attribution_todo_pkey" PRIMARY KEY ("order_id")
);

-- CreateIndex
CREATE INDEX "person_purchases_shop_id_last_order_at_idx" ON "person_purchases"("shop_id", "last_order_at");

-- CreateIndex
CREATE UNIQUE INDEX "order_refunds_order_id_wc_refund_id_key" ON "order_refunds"("order_id", "wc_refund_id");

-- CreateIndex
CREATE INDEX "audit_log_shop_id_id_idx" ON "audit_log"("shop_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "daily_runs_shop_id_slot_key" ON "daily_runs"("shop_id", "slot");

-- CreateIndex
CREATE UNIQUE INDEX "coupons_candidacy_id_key" ON "coupons"("candidacy_id");

-- CreateIndex
CREATE INDEX "coupons_person_id_idx" ON "coupons"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "coupons_shop_id_code_key" ON "coupons"("shop_id", "code");

-- CreateIndex
CREATE INDEX "clicks_message_id_idx" ON "clicks"("message_id");

-- CreateIndex
CREATE INDEX "clicks_person_id_at_idx" ON "clicks"("person_id", "at");

-- CreateIndex
CREATE INDEX "attribution_ledger_order_id_idx" ON "attribution_ledger"("order_id");

-- CreateIndex
CREATE INDEX "attribution_ledger_message_id_idx" ON "attribution_ledger"("message_id");

-- CreateIndex
CREATE INDEX "attribution_ledger_candidacy_id_idx" ON "attribution_ledger"("candidacy_id");

-- CreateIndex
CREATE INDEX "attribution_ledger_shop_id_campaign_id_at_idx" ON "attribution_ledger"("shop_id", "campaign_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "campaign_runs_campaign_id_price_event_id_key" ON "campaign_runs"("campaign_id", "price_event_id");

-- What Prisma's schema cannot say, and what is known already.

ALTER TABLE "reengagement_log" ALTER COLUMN "value" DROP DEFAULT;
UPDATE "reengagement_log" SET "value" = 1 WHERE "trigger" = 'asked';
UPDATE "reengagement_log" SET "reservations" = 1 WHERE "message_id" IS NOT NULL;

ALTER TABLE "messages" DROP CONSTRAINT "messages_state_check";
ALTER TABLE "messages" ADD CONSTRAINT "messages_state_check" CHECK ("state" IN ('waiting', 'sending', 'uncertain', 'accepted', 'sent', 'delivered', 'read', 'failed', 'outcome_unknown', 'suppressed', 'expired', 'held_out'));

INSERT INTO "campaign_settings_versions" ("campaign_id", "version", "settings", "audience", "holdout_bps", "variants", "created_at", "created_by")
SELECT "id", "settings_version", "settings", "audience", "holdout_bps", "variants", "updated_at", 'system' FROM "campaigns";

INSERT INTO "person_purchases" ("person_id", "shop_id", "orders", "first_order_at", "last_order_at", "spent_minor", "updated_at")
SELECT o."person_id", o."shop_id", count(*) FILTER (WHERE o."paid_at" IS NOT NULL), min(o."placed_at"), max(o."placed_at"),
  coalesce(sum(o."items_minor") FILTER (WHERE o."paid_at" IS NOT NULL AND o."currency" = s."currency"), 0), max(o."updated_at")
FROM "orders" o JOIN "shops" s ON s."id" = o."shop_id" WHERE o."person_id" IS NOT NULL AND o."counts" GROUP BY o."person_id", o."shop_id";

INSERT INTO "category_interest" ("person_id", "category_id", "shop_id", "views", "purchases")
SELECT "person_id", "category_id", "shop_id", sum("views"), sum("purchases") FROM (
  SELECT i."person_id", unnest(coalesce(parent."category_ids", p."category_ids")) AS "category_id", i."shop_id", i."views", 0 AS "purchases"
  FROM "product_interest" i JOIN "products" p ON p."id" = i."product_id" LEFT JOIN "products" parent ON parent."id" = p."parent_id"
  UNION ALL
  SELECT o."person_id", unnest(p."category_ids"), o."shop_id", 0, 1
  FROM "orders" o JOIN "order_lines" l ON l."order_id" = o."id"
    JOIN "products" p ON p."shop_id" = o."shop_id" AND p."wc_id" = l."product_wc_id"
  WHERE o."person_id" IS NOT NULL AND o."counts"
) known GROUP BY "person_id", "category_id", "shop_id";

UPDATE "people" p SET "consent_source" = (
  SELECT c."how" FROM "consent_log" c WHERE c."person_id" = p."id" AND c."purpose" = 'marketing' AND c."state" = p."consent" ORDER BY c."at" DESC, c."id" DESC LIMIT 1);

CREATE INDEX "reengagement_log_ready_idx" ON "reengagement_log"("shop_id", "person_id") WHERE "state" = 'waiting' AND "cycle_id" IS NULL;
CREATE INDEX "coupons_due_idx" ON "coupons"("due_at", "id") WHERE "state" IN ('planned', 'to_delete');
CREATE INDEX "orders_coupon_codes_idx" ON "orders" USING gin ("coupon_codes") WHERE "coupon_codes" <> '{}';
CREATE INDEX "price_events_shop_id_seen_at_idx" ON "price_events"("shop_id", "seen_at");
CREATE INDEX "stock_cycles_shop_id_seen_at_idx" ON "stock_cycles"("shop_id", "seen_at");
CREATE INDEX "orders_link_token_idx" ON "orders"("link_token") WHERE "link_token" IS NOT NULL;
CREATE INDEX "attribution_todo_due_at_idx" ON "attribution_todo"("due_at");
CREATE INDEX "clicks_person_idx" ON "clicks"("person_id", "at") WHERE NOT "is_robot";
CREATE INDEX "products_sale_from_idx" ON "products"("sale_from") WHERE "sale_from" IS NOT NULL;
CREATE INDEX "products_sale_to_idx" ON "products"("sale_to") WHERE "sale_to" IS NOT NULL;

ALTER TABLE "coupons" ADD CONSTRAINT "coupons_state_check" CHECK ("state" IN ('planned', 'made', 'used', 'to_delete', 'deleted', 'refused'));
ALTER TABLE "campaign_runs" ADD CONSTRAINT "campaign_runs_occasion_check" CHECK (num_nonnulls("cycle_id", "price_event_id") = 1);

-- What is to be forgotten one day is found without a look at all that is kept.
CREATE INDEX "inbox_events_payload_idx" ON "inbox_events"("received_at") WHERE "payload" <> '' AND "state" IN ('done', 'ignored');
CREATE INDEX "messages_content_idx" ON "messages"("created_at") WHERE "content" IS NOT NULL;
CREATE INDEX "inbound_messages_payload_idx" ON "inbound_messages"("received_at") WHERE "payload" <> '';

-- Each index is written with every candidacy and every message: those that answer nothing of their own go, those that do hold it all.
DROP INDEX "messages_person_id_counted_at_idx";
CREATE INDEX "messages_person_id_counted_at_purpose_id_idx" ON "messages"("person_id", "counted_at", "purpose", "id");
CREATE INDEX "messages_unsent_person_idx" ON "messages"("person_id") WHERE "state" IN ('waiting', 'sending');
DROP INDEX "reengagement_log_run_id_rank_idx";
DROP INDEX "reengagement_log_message_id_idx";
CREATE INDEX "reengagement_log_message_idx" ON "reengagement_log"("message_id") WHERE "message_id" IS NOT NULL;
DROP INDEX "reengagement_log_waiting_idx";
CREATE INDEX "reengagement_log_waiting_idx" ON "reengagement_log"("run_id", "rank") WHERE "state" = 'waiting' AND "run_id" IS NOT NULL;
DROP INDEX "people_root_id_idx";
CREATE INDEX "people_root_id_id_idx" ON "people"("root_id", "id");
CREATE INDEX "products_shop_id_first_published_at_idx" ON "products"("shop_id", "first_published_at");
CREATE INDEX "people_merged_idx" ON "people"("root_id") WHERE "merged_into" IS NOT NULL;
DROP INDEX "reengagement_log_person_id_item_key_updated_at_idx";
CREATE INDEX "reengagement_log_person_id_expires_at_item_key_idx" ON "reengagement_log"("person_id", "expires_at", "item_key");
