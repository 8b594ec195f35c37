-- AlterTable
ALTER TABLE "person_identities" ADD COLUMN     "refusals" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "refused_at" TIMESTAMPTZ(3);
