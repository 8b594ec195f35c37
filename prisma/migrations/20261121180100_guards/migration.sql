-- AlterTable
ALTER TABLE "meta_portfolios" ADD COLUMN     "contacts_leave_at" TIMESTAMPTZ(3),
ADD COLUMN     "tier_line_at" TIMESTAMPTZ(3);

-- Who waits for the messaging limit, in the order in which they are let go.
CREATE INDEX "messages_tier_line_idx" ON "messages"("phone_number_id", "lane", "id") WHERE "state" = 'waiting' AND "reason" = 'tier_reached';
