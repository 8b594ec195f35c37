-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "sent_again_at" TIMESTAMPTZ(3),
ADD COLUMN     "user_id_refused" BOOLEAN NOT NULL DEFAULT false;

-- Each change of a message writes an entry, and nobody asks in this order.
DROP INDEX "messages_shop_id_id_idx";

-- What waits of a campaign that is stopped, and what is too old, is found without reading what is due. Only what waits has entries.
CREATE INDEX "messages_campaign_due_idx" ON "messages"("campaign_id", "due_at", "id") WHERE "state" = 'waiting' AND "campaign_id" IS NOT NULL;
CREATE INDEX "messages_expiring_idx" ON "messages"("phone_number_id", "expires_at") WHERE "state" = 'waiting' AND "expires_at" IS NOT NULL;

-- It was not kept whether a second attempt followed an uncertain one: of those that are open none goes a third time.
UPDATE "messages" SET "sent_again_at" = "due_at"
    WHERE "state" IN ('waiting', 'sending', 'uncertain') AND "attempt" > 1 AND "purpose" NOT IN ('alert', 'campaign');
