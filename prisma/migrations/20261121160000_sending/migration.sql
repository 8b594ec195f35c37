-- AlterTable
ALTER TABLE "campaigns" ADD COLUMN     "refusals_in_row" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "failures_in_row" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "stop_details" JSONB,
ADD COLUMN     "stop_reason" TEXT,
ADD COLUMN     "stopped_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "meta_portfolios" ADD COLUMN     "contacts_at_most" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "campaign_id" BIGINT,
ADD COLUMN     "endpoint" TEXT,
ADD COLUMN     "message_status" TEXT,
ADD COLUMN     "reserved_day" DATE,
ADD COLUMN     "reserved_micros" BIGINT;

-- AlterTable
ALTER TABLE "phone_numbers" ADD COLUMN     "checked_at" TIMESTAMPTZ(3),
ADD COLUMN     "restricted_until" TIMESTAMPTZ(3),
ADD COLUMN     "restriction" TEXT;

-- AlterTable
ALTER TABLE "shops" ADD COLUMN     "sending_stop_reason" TEXT,
ADD COLUMN     "sending_stopped_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "templates" ADD COLUMN     "accepted_category" TEXT,
ADD COLUMN     "category_at" TIMESTAMPTZ(3),
ADD COLUMN     "quality_at" TIMESTAMPTZ(3),
ADD COLUMN     "ramp_held_at" TIMESTAMPTZ(3),
ADD COLUMN     "ramp_hour" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "ramp_sent" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "ramp_started_at" TIMESTAMPTZ(3),
ADD COLUMN     "status_at" TIMESTAMPTZ(3),
ADD COLUMN     "status_details" JSONB,
ADD COLUMN     "usable_since" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "number_pace" (
    "phone_number_id" BIGINT NOT NULL,
    "next_slot_at" TIMESTAMPTZ(6) NOT NULL,
    "share" DOUBLE PRECISION NOT NULL DEFAULT 0.98,
    "calm_since" TIMESTAMPTZ(6),
    "slowed_to" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "slowed_at" TIMESTAMPTZ(6),
    "paused_until" TIMESTAMPTZ(6),
    "pause_reason" TEXT,

    CONSTRAINT "number_pace_pkey" PRIMARY KEY ("phone_number_id")
);

-- CreateTable
CREATE TABLE "contact_pace" (
    "phone_number_id" BIGINT NOT NULL,
    "root_id" BIGINT NOT NULL,
    "level" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "marketing_at" TIMESTAMPTZ(3),
    "not_before" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "contact_pace_pkey" PRIMARY KEY ("phone_number_id","root_id")
);

-- CreateTable
CREATE TABLE "portfolio_contacts" (
    "portfolio_id" BIGINT NOT NULL,
    "address" TEXT NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "portfolio_contacts_pkey" PRIMARY KEY ("portfolio_id","address")
);

-- CreateTable
CREATE TABLE "spend_days" (
    "shop_id" BIGINT NOT NULL,
    "campaign_id" BIGINT NOT NULL,
    "day" DATE NOT NULL,
    "micros" BIGINT NOT NULL,

    CONSTRAINT "spend_days_pkey" PRIMARY KEY ("shop_id","campaign_id","day")
);

-- CreateTable
CREATE TABLE "campaign_days" (
    "campaign_id" BIGINT NOT NULL,
    "day" DATE NOT NULL,
    "shard" INTEGER NOT NULL,
    "deliveries" INTEGER NOT NULL DEFAULT 0,
    "opt_outs" INTEGER NOT NULL DEFAULT 0,
    "opt_outs_accepted" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "campaign_days_pkey" PRIMARY KEY ("campaign_id","day","shard")
);

-- CreateTable
CREATE TABLE "notices" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "code" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "details" JSONB NOT NULL,
    "times" INTEGER NOT NULL DEFAULT 1,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "notices_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "contact_pace_at_idx" ON "contact_pace"("at");

-- CreateIndex
CREATE INDEX "portfolio_contacts_portfolio_id_last_at_idx" ON "portfolio_contacts"("portfolio_id", "last_at");

-- CreateIndex
CREATE INDEX "notices_shop_id_id_idx" ON "notices"("shop_id", "id");

-- Many small changes to few rows: room on their pages, so that they need no new entries in an index.
ALTER TABLE "number_pace" SET (fillfactor = 50);
ALTER TABLE "contact_pace" SET (fillfactor = 70);
ALTER TABLE "spend_days" SET (fillfactor = 50);
ALTER TABLE "campaign_days" SET (fillfactor = 50);

-- One open notice for each matter.
CREATE UNIQUE INDEX "notices_open_key" ON "notices"("shop_id", "code", "subject") WHERE "resolved_at" IS NULL;

-- Senders claim number by number, lane by lane.
DROP INDEX "messages_due_idx";
CREATE INDEX "messages_due_idx" ON "messages"("phone_number_id", "lane", "due_at", "id") WHERE "state" = 'waiting';

INSERT INTO "number_pace" ("phone_number_id", "next_slot_at") SELECT "id", "updated_at" FROM "phone_numbers";

-- Until somebody says otherwise, each account is a portfolio of its own.
INSERT INTO "meta_portfolios" ("meta_id", "updated_at")
    SELECT 'of-' || "meta_id", "updated_at" FROM "meta_wabas" WHERE "portfolio_id" IS NULL;
UPDATE "meta_wabas" w SET "portfolio_id" = p."id" FROM "meta_portfolios" p
    WHERE w."portfolio_id" IS NULL AND p."meta_id" = 'of-' || w."meta_id";

UPDATE "messages" m SET "campaign_id" = first."campaign_id"
    FROM (SELECT DISTINCT ON (mc."message_id") mc."message_id", l."campaign_id"
          FROM "message_candidacies" mc JOIN "reengagement_log" l ON l."id" = mc."candidacy_id"
          ORDER BY mc."message_id", mc."candidacy_id") first
    WHERE first."message_id" = m."id";

-- Templates in use are past their ramp-up.
UPDATE "templates" SET "usable_since" = "synced_at", "ramp_started_at" = "synced_at" - interval '30 days' WHERE "status" = 'APPROVED';
UPDATE "templates" SET "accepted_category" = "category";
