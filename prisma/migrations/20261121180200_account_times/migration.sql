-- AlterTable
ALTER TABLE "meta_portfolios" ADD COLUMN     "tier_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "meta_wabas" ADD COLUMN     "account_words" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "phone_numbers" ADD COLUMN     "rate_at" TIMESTAMPTZ(3),
ADD COLUMN     "stopped_until" TIMESTAMPTZ(3);

-- So far one column held the end of both.
UPDATE "phone_numbers" SET "stopped_until" = "restricted_until"
    WHERE "state_reason" = 'account_restricted' AND "restricted_until" < '9999-12-31';
