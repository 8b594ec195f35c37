-- A person's candidacies are few, and found by the index that holds all of them: this one was written with every candidacy and every change
-- of its state.
DROP INDEX "reengagement_log_waiting_person_idx";

-- A daily run's people in slices, which several workers take beside each other. A run that is under way goes on behind its cursor.
CREATE TABLE "daily_slices" (
    "run_id" BIGINT NOT NULL,
    "after_id" BIGINT NOT NULL,
    "last_id" BIGINT NOT NULL,

    CONSTRAINT "daily_slices_pkey" PRIMARY KEY ("run_id","after_id")
);
INSERT INTO "daily_slices" ("run_id", "after_id", "last_id")
    SELECT r."id", r."cursor", max(p."id") FROM "daily_runs" r JOIN "people" p ON p."shop_id" = r."shop_id"
    WHERE r."state" = 'running' AND p."id" > r."cursor" GROUP BY r."id", r."cursor";
ALTER TABLE "daily_runs" DROP COLUMN "cursor";
