-- CreateTable
CREATE TABLE "shops" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "store_url" TEXT,
    "allowed_origins" TEXT[],
    "is_sandbox" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "shops_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "shop_settings" (
    "shop_id" BIGINT NOT NULL,
    "version" INTEGER NOT NULL,
    "settings" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "shop_settings_pkey" PRIMARY KEY ("shop_id","version")
);

-- CreateTable
CREATE TABLE "shop_credentials" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "shop_credentials_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "meta_apps" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "sealed_secret" BYTEA NOT NULL,
    "sealed_verify_token" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "meta_apps_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "meta_portfolios" (
    "id" BIGSERIAL NOT NULL,
    "meta_id" TEXT NOT NULL,
    "messaging_tier" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "meta_portfolios_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "meta_wabas" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "portfolio_id" BIGINT,
    "app_id" BIGINT NOT NULL,
    "meta_id" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "meta_wabas_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "phone_numbers" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "waba_id" BIGINT NOT NULL,
    "meta_id" TEXT NOT NULL,
    "display_phone_number" TEXT NOT NULL,
    "rate_per_second" INTEGER NOT NULL,
    "quality" TEXT,
    "state" TEXT NOT NULL,
    "state_reason" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "phone_numbers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "people" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "public_id" TEXT NOT NULL,
    "root_id" BIGINT NOT NULL,
    "merged_into" BIGINT,
    "first_name" TEXT,
    "last_name" TEXT,
    "language" TEXT,
    "country" TEXT,
    "asked_time_zone" TEXT,
    "send_regions" TEXT[],
    "consent" TEXT NOT NULL,
    "consent_at" TIMESTAMPTZ(3),
    "meta_stop" BOOLEAN NOT NULL,
    "meta_stop_at" TIMESTAMPTZ(3),
    "marketing_paused_at" TIMESTAMPTZ(3),
    "last_inbound_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "people_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person_identities" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "as_given" TEXT NOT NULL,
    "verified" BOOLEAN NOT NULL,
    "source" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "person_identities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent_log" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "purpose" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "how" TEXT NOT NULL,
    "alert_id" BIGINT,
    "wording" TEXT,
    "language" TEXT,
    "proof" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "consent_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_views" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "source_key" TEXT NOT NULL,
    "price_minor" BIGINT,
    "currency" TEXT,
    "in_stock" BOOLEAN,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "product_views_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_interest" (
    "person_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "last_sold_out_at" TIMESTAMPTZ(3),
    "views" INTEGER NOT NULL,
    "last_price_minor" BIGINT,

    CONSTRAINT "product_interest_pkey" PRIMARY KEY ("person_id","product_id")
);

-- CreateTable
CREATE TABLE "alerts" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "any_variation" BOOLEAN NOT NULL,
    "threshold_minor" BIGINT,
    "source" TEXT NOT NULL,
    "wording" TEXT,
    "language" TEXT,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "products" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "wc_id" BIGINT NOT NULL,
    "parent_id" BIGINT,
    "parent_wc_id" BIGINT,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "is_visible" BOOLEAN NOT NULL,
    "name" TEXT NOT NULL,
    "sku" TEXT,
    "retailer_id" TEXT NOT NULL,
    "item_key" TEXT NOT NULL,
    "translation_group" TEXT,
    "permalink" TEXT,
    "image_url" TEXT,
    "description" TEXT,
    "attributes" JSONB,
    "category_ids" BIGINT[],
    "currency" TEXT NOT NULL,
    "price_minor" BIGINT,
    "regular_price_minor" BIGINT,
    "sale_price_minor" BIGINT,
    "price_entered" TEXT,
    "sale_from" TIMESTAMPTZ(3),
    "sale_to" TIMESTAMPTZ(3),
    "stock_managed_by" TEXT NOT NULL,
    "stock_quantity" INTEGER,
    "stock_status" TEXT NOT NULL,
    "min_quantity" INTEGER NOT NULL,
    "low_stock_amount" INTEGER,
    "is_in_stock" BOOLEAN NOT NULL,
    "is_sellable" BOOLEAN NOT NULL,
    "stock_since" TIMESTAMPTZ(3),
    "modified_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "products_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stock_events" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "from_quantity" INTEGER,
    "to_quantity" INTEGER,
    "from_in_stock" BOOLEAN NOT NULL,
    "to_in_stock" BOOLEAN NOT NULL,
    "cause" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stock_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "price_events" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "from_minor" BIGINT,
    "to_minor" BIGINT,
    "from_entered" TEXT,
    "to_entered" TEXT,
    "currency" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "price_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stock_cycles" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "out_since" TIMESTAMPTZ(3),
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),
    "cause" TEXT NOT NULL,

    CONSTRAINT "stock_cycles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_runs" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "cursor" JSONB NOT NULL,
    "total" INTEGER,
    "done" INTEGER NOT NULL,
    "skipped" INTEGER NOT NULL,
    "problems" JSONB NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "import_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "wc_id" BIGINT NOT NULL,
    "number" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "counts" BOOLEAN NOT NULL,
    "person_id" BIGINT,
    "matched_by" TEXT,
    "customer_wc_id" BIGINT,
    "phone" TEXT,
    "email" TEXT,
    "currency" TEXT NOT NULL,
    "total_minor" BIGINT NOT NULL,
    "items_minor" BIGINT NOT NULL,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "paid_at" TIMESTAMPTZ(3),
    "modified_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_lines" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "order_id" BIGINT NOT NULL,
    "wc_line_id" BIGINT NOT NULL,
    "product_wc_id" BIGINT NOT NULL,
    "variation_wc_id" BIGINT,
    "name" TEXT NOT NULL,
    "sku" TEXT,
    "quantity" INTEGER NOT NULL,
    "total_minor" BIGINT NOT NULL,

    CONSTRAINT "order_lines_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox_deliveries" (
    "id" BIGSERIAL NOT NULL,
    "source" TEXT NOT NULL,
    "shop_id" BIGINT,
    "headers" JSONB,
    "body" BYTEA NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "event_count" INTEGER,
    "split_at" TIMESTAMPTZ(3),

    CONSTRAINT "inbox_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox_events" (
    "id" BIGSERIAL NOT NULL,
    "delivery_id" BIGINT NOT NULL,
    "source" TEXT NOT NULL,
    "shop_id" BIGINT,
    "kind" TEXT NOT NULL,
    "lane" TEXT,
    "sequence" BIGINT NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "attempts" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "inbox_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbound_messages" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "phone_number_id" BIGINT NOT NULL,
    "wamid" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "body" TEXT,
    "payload" TEXT NOT NULL,
    "context_wamid" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "inbound_messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "messages" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "phone_number_id" BIGINT NOT NULL,
    "purpose" TEXT NOT NULL,
    "lane" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "content" JSONB,
    "callback_id" TEXT NOT NULL,
    "unique_key" TEXT,
    "attempt" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "counted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "lease_until" TIMESTAMPTZ(3),
    "accepted_at" TIMESTAMPTZ(3),
    "uncertain_at" TIMESTAMPTZ(3),
    "wamid" TEXT,
    "sent_to" TEXT,
    "template_name" TEXT,
    "template_language" TEXT,
    "sent_at" TIMESTAMPTZ(3),
    "delivered_at" TIMESTAMPTZ(3),
    "read_at" TIMESTAMPTZ(3),
    "failed_at" TIMESTAMPTZ(3),
    "error_code" INTEGER,
    "error_details" TEXT,
    "pricing_category" TEXT,
    "pricing_type" TEXT,

    CONSTRAINT "messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message_candidacies" (
    "message_id" BIGINT NOT NULL,
    "candidacy_id" BIGINT NOT NULL,

    CONSTRAINT "message_candidacies_pkey" PRIMARY KEY ("message_id","candidacy_id")
);

-- CreateTable
CREATE TABLE "templates" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "waba_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "meta_id" TEXT,
    "category" TEXT NOT NULL,
    "parameter_format" TEXT NOT NULL,
    "components" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "quality" TEXT,
    "synced_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "templates_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "campaigns" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "is_on" BOOLEAN NOT NULL,
    "on_since" TIMESTAMPTZ(3),
    "settings" JSONB NOT NULL,
    "settings_version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "campaigns_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "campaign_runs" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "campaign_id" BIGINT NOT NULL,
    "cycle_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "next_wave_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "waves" INTEGER NOT NULL,
    "wave_rank" BIGINT NOT NULL,
    "wave_told" INTEGER NOT NULL,
    "wave_wakes_at" TIMESTAMPTZ(3),
    "settings_version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "campaign_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reengagement_log" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "campaign_id" BIGINT NOT NULL,
    "person_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "item_key" TEXT NOT NULL,
    "occasion" TEXT NOT NULL,
    "run_id" BIGINT,
    "cycle_id" BIGINT,
    "trigger" TEXT NOT NULL,
    "alert_id" BIGINT,
    "rank" BIGINT NOT NULL,
    "interest_at" TIMESTAMPTZ(3) NOT NULL,
    "variant" TEXT,
    "settings_version" INTEGER NOT NULL,
    "rules" JSONB,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "reason_count" INTEGER NOT NULL,
    "competing_id" BIGINT,
    "message_id" BIGINT,
    "retry_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "considered_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reengagement_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contact_budgets" (
    "person_id" BIGINT NOT NULL,
    "shop_id" BIGINT NOT NULL,

    CONSTRAINT "contact_budgets_pkey" PRIMARY KEY ("person_id")
);

-- CreateTable
CREATE TABLE "ticks" (
    "id" BIGSERIAL NOT NULL,
    "job" TEXT NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "slot" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "error" TEXT,

    CONSTRAINT "ticks_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "shops_key_key" ON "shops"("key");

-- CreateIndex
CREATE UNIQUE INDEX "shop_credentials_shop_id_kind_key" ON "shop_credentials"("shop_id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "meta_apps_name_key" ON "meta_apps"("name");

-- CreateIndex
CREATE UNIQUE INDEX "meta_portfolios_meta_id_key" ON "meta_portfolios"("meta_id");

-- CreateIndex
CREATE UNIQUE INDEX "meta_wabas_meta_id_key" ON "meta_wabas"("meta_id");

-- CreateIndex
CREATE UNIQUE INDEX "phone_numbers_meta_id_key" ON "phone_numbers"("meta_id");

-- CreateIndex
CREATE INDEX "phone_numbers_shop_id_idx" ON "phone_numbers"("shop_id");

-- CreateIndex
CREATE UNIQUE INDEX "people_public_id_key" ON "people"("public_id");

-- CreateIndex
CREATE INDEX "people_shop_id_id_idx" ON "people"("shop_id", "id");

-- CreateIndex
CREATE INDEX "people_root_id_idx" ON "people"("root_id");

-- CreateIndex
CREATE INDEX "person_identities_person_id_idx" ON "person_identities"("person_id");

-- CreateIndex
CREATE INDEX "consent_log_person_id_at_idx" ON "consent_log"("person_id", "at");

-- CreateIndex
CREATE INDEX "product_views_product_id_at_idx" ON "product_views"("product_id", "at");

-- CreateIndex
CREATE INDEX "product_views_person_id_at_idx" ON "product_views"("person_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "product_views_shop_id_source_key_key" ON "product_views"("shop_id", "source_key");

-- CreateIndex
CREATE INDEX "product_interest_product_id_last_at_idx" ON "product_interest"("product_id", "last_at");

-- CreateIndex
CREATE INDEX "alerts_product_id_idx" ON "alerts"("product_id");

-- CreateIndex
CREATE INDEX "alerts_person_id_idx" ON "alerts"("person_id");

-- CreateIndex
CREATE INDEX "products_parent_id_idx" ON "products"("parent_id");

-- CreateIndex
CREATE INDEX "products_shop_id_item_key_idx" ON "products"("shop_id", "item_key");

-- CreateIndex
CREATE INDEX "products_shop_id_retailer_id_idx" ON "products"("shop_id", "retailer_id");

-- CreateIndex
CREATE INDEX "products_shop_id_sku_idx" ON "products"("shop_id", "sku");

-- CreateIndex
CREATE UNIQUE INDEX "products_shop_id_wc_id_key" ON "products"("shop_id", "wc_id");

-- CreateIndex
CREATE INDEX "stock_events_product_id_at_idx" ON "stock_events"("product_id", "at");

-- CreateIndex
CREATE INDEX "price_events_product_id_at_idx" ON "price_events"("product_id", "at");

-- CreateIndex
CREATE INDEX "stock_cycles_product_id_opened_at_idx" ON "stock_cycles"("product_id", "opened_at");

-- CreateIndex
CREATE INDEX "import_runs_shop_id_id_idx" ON "import_runs"("shop_id", "id");

-- CreateIndex
CREATE INDEX "orders_person_id_placed_at_idx" ON "orders"("person_id", "placed_at");

-- CreateIndex
CREATE UNIQUE INDEX "orders_shop_id_wc_id_key" ON "orders"("shop_id", "wc_id");

-- CreateIndex
CREATE INDEX "order_lines_shop_id_product_wc_id_idx" ON "order_lines"("shop_id", "product_wc_id");

-- CreateIndex
CREATE INDEX "order_lines_shop_id_variation_wc_id_idx" ON "order_lines"("shop_id", "variation_wc_id");

-- CreateIndex
CREATE UNIQUE INDEX "order_lines_order_id_wc_line_id_key" ON "order_lines"("order_id", "wc_line_id");

-- CreateIndex
CREATE INDEX "inbox_events_delivery_id_idx" ON "inbox_events"("delivery_id");

-- CreateIndex
CREATE UNIQUE INDEX "inbox_events_source_dedupe_key_key" ON "inbox_events"("source", "dedupe_key");

-- CreateIndex
CREATE INDEX "inbound_messages_person_id_at_idx" ON "inbound_messages"("person_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "inbound_messages_shop_id_wamid_key" ON "inbound_messages"("shop_id", "wamid");

-- CreateIndex
CREATE UNIQUE INDEX "messages_callback_id_key" ON "messages"("callback_id");

-- CreateIndex
CREATE INDEX "messages_person_id_counted_at_idx" ON "messages"("person_id", "counted_at");

-- CreateIndex
CREATE INDEX "messages_shop_id_id_idx" ON "messages"("shop_id", "id");

-- CreateIndex
CREATE INDEX "message_candidacies_candidacy_id_idx" ON "message_candidacies"("candidacy_id");

-- CreateIndex
CREATE UNIQUE INDEX "templates_waba_id_name_language_key" ON "templates"("waba_id", "name", "language");

-- CreateIndex
CREATE UNIQUE INDEX "campaigns_shop_id_kind_key" ON "campaigns"("shop_id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "campaign_runs_campaign_id_cycle_id_key" ON "campaign_runs"("campaign_id", "cycle_id");

-- CreateIndex
CREATE INDEX "reengagement_log_run_id_rank_idx" ON "reengagement_log"("run_id", "rank");

-- CreateIndex
CREATE INDEX "reengagement_log_person_id_item_key_updated_at_idx" ON "reengagement_log"("person_id", "item_key", "updated_at");

-- CreateIndex
CREATE INDEX "reengagement_log_message_id_idx" ON "reengagement_log"("message_id");

-- CreateIndex
CREATE INDEX "reengagement_log_shop_id_id_idx" ON "reengagement_log"("shop_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "reengagement_log_campaign_id_person_id_item_key_occasion_key" ON "reengagement_log"("campaign_id", "person_id", "item_key", "occasion");

-- CreateIndex
CREATE UNIQUE INDEX "ticks_job_shop_id_slot_key" ON "ticks"("job", "shop_id", "slot");

-- What Prisma's schema cannot say.

-- An identity belongs to one person at a time; its history is kept.
CREATE UNIQUE INDEX "person_identities_current_key" ON "person_identities"("shop_id", "kind", "value") WHERE "ended_at" IS NULL;
CREATE INDEX "person_identities_value_idx" ON "person_identities"("shop_id", "value") WHERE "ended_at" IS NULL;

-- One open alert of a kind per person and product.
CREATE UNIQUE INDEX "alerts_open_key" ON "alerts"("person_id", "product_id", "kind") WHERE "ended_at" IS NULL;
CREATE INDEX "alerts_open_product_idx" ON "alerts"("product_id", "kind", "asked_at") WHERE "ended_at" IS NULL;
CREATE INDEX "alerts_expiry_idx" ON "alerts"("expires_at") WHERE "ended_at" IS NULL;

-- One open cycle per sellable item.
CREATE UNIQUE INDEX "stock_cycles_open_key" ON "stock_cycles"("product_id") WHERE "closed_at" IS NULL;

-- What is waiting is found without walking what is done.
CREATE INDEX "inbox_deliveries_received_idx" ON "inbox_deliveries"("id") WHERE "state" = 'received';
CREATE INDEX "inbox_deliveries_dead_idx" ON "inbox_deliveries"("id") WHERE "state" = 'dead';
CREATE INDEX "inbox_events_due_idx" ON "inbox_events"("due_at", "id") WHERE "state" IN ('waiting', 'retry');
CREATE INDEX "inbox_events_lane_idx" ON "inbox_events"("lane", "sequence", "id") WHERE "state" = 'waiting' AND "lane" IS NOT NULL;
CREATE INDEX "inbox_events_dead_idx" ON "inbox_events"("id") WHERE "state" = 'dead';
CREATE INDEX "messages_due_idx" ON "messages"("lane", "due_at", "id") WHERE "state" = 'waiting';
CREATE INDEX "messages_in_flight_idx" ON "messages"("state", "id") WHERE "state" IN ('sending', 'uncertain');
CREATE UNIQUE INDEX "messages_wamid_key" ON "messages"("wamid") WHERE "wamid" IS NOT NULL;
CREATE UNIQUE INDEX "messages_unique_key" ON "messages"("shop_id", "unique_key") WHERE "unique_key" IS NOT NULL;
CREATE INDEX "campaign_runs_due_idx" ON "campaign_runs"("next_wave_at") WHERE "state" <> 'done';
CREATE INDEX "reengagement_log_waiting_idx" ON "reengagement_log"("run_id", "rank") WHERE "state" = 'waiting';
CREATE INDEX "reengagement_log_waiting_person_idx" ON "reengagement_log"("person_id") WHERE "state" IN ('waiting', 'reserved');
CREATE INDEX "ticks_unfinished_idx" ON "ticks"("id") WHERE "finished_at" IS NULL;
CREATE INDEX "people_paused_idx" ON "people"("marketing_paused_at") WHERE "marketing_paused_at" IS NOT NULL;

-- States are closed lists.
ALTER TABLE "people" ADD CONSTRAINT "people_consent_check" CHECK ("consent" IN ('unknown', 'pending', 'opted_in', 'opted_out'));
ALTER TABLE "messages" ADD CONSTRAINT "messages_state_check" CHECK ("state" IN ('waiting', 'sending', 'uncertain', 'accepted', 'sent', 'delivered', 'read', 'failed', 'outcome_unknown', 'suppressed', 'expired'));
ALTER TABLE "reengagement_log" ADD CONSTRAINT "reengagement_log_state_check" CHECK ("state" IN ('waiting', 'reserved', 'uncertain', 'sent', 'delivered', 'failed', 'unknown', 'suppressed', 'held_out', 'expired'));
ALTER TABLE "inbox_deliveries" ADD CONSTRAINT "inbox_deliveries_state_check" CHECK ("state" IN ('received', 'split', 'dead'));
ALTER TABLE "inbox_events" ADD CONSTRAINT "inbox_events_state_check" CHECK ("state" IN ('waiting', 'retry', 'done', 'ignored', 'dead'));
