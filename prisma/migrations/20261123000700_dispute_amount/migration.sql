-- A bank may take back less than was paid, and may decide once more. Unknown for disputes heard of before today.
ALTER TABLE "deposits"
  ADD COLUMN "dispute_amount" BIGINT,
  ADD COLUMN "dispute_currency" CHAR(3),
  ADD COLUMN "dispute_told_at" TIMESTAMPTZ(3);
