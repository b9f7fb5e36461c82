-- What a sweep put right, for the freelancer whose refund it was.
CREATE TABLE "sweep_findings" (
    "id" BIGSERIAL NOT NULL,
    "freelancer_id" UUID NOT NULL REFERENCES "freelancers" ("id"),
    "credit_note_id" UUID REFERENCES "credit_notes" ("id"),
    "kind" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL DEFAULT 1,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "sweep_findings_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "sweep_findings_freelancer_id_id_idx" ON "sweep_findings" ("freelancer_id", "id" DESC);
