-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "document_kind" AS ENUM ('proposal', 'amendment', 'credit_note');

-- CreateEnum
CREATE TYPE "proposal_status" AS ENUM ('draft', 'sent', 'signed', 'deposit_paid', 'paid', 'cancelled');

-- CreateEnum
CREATE TYPE "deposit_method" AS ENUM ('card', 'sepa');

-- CreateEnum
CREATE TYPE "amendment_status" AS ENUM ('draft', 'sent', 'signed');

-- CreateEnum
CREATE TYPE "refund_status" AS ENUM ('pending', 'requested', 'succeeded', 'failed', 'manual');

-- CreateEnum
CREATE TYPE "manual_method" AS ENUM ('sepa', 'cash', 'paypal', 'cheque', 'other');

-- CreateEnum
CREATE TYPE "attempt_state" AS ENUM ('in_flight', 'unknown', 'accepted', 'refused');

-- CreateEnum
CREATE TYPE "attempt_cause" AS ENUM ('amendment_signed', 'deposit_confirmed', 'retry', 'automatic');

-- CreateEnum
CREATE TYPE "email_state" AS ENUM ('queued', 'sent', 'refused');

-- CreateTable
CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "accounts" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verifications" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limits" (
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "freelancers" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" TEXT NOT NULL,
    "business_name" TEXT NOT NULL,
    "address" TEXT NOT NULL DEFAULT '',
    "vat_number" TEXT,
    "email" TEXT NOT NULL,
    "locale" TEXT NOT NULL DEFAULT 'en-IE',
    "time_zone" TEXT NOT NULL DEFAULT 'Europe/Berlin',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "freelancers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connected_accounts" (
    "freelancer_id" UUID NOT NULL,
    "stripe_account_id" TEXT NOT NULL,
    "charges_enabled" BOOLEAN NOT NULL DEFAULT false,
    "disconnected_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "connected_accounts_pkey" PRIMARY KEY ("freelancer_id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "freelancer_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clients" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "freelancer_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "address" TEXT NOT NULL DEFAULT '',
    "locale" TEXT NOT NULL DEFAULT 'en-IE',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "clients_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "number_series" (
    "freelancer_id" UUID NOT NULL,
    "kind" "document_kind" NOT NULL,
    "year" INTEGER NOT NULL,
    "last" INTEGER NOT NULL,

    CONSTRAINT "number_series_pkey" PRIMARY KEY ("freelancer_id","kind","year")
);

-- CreateTable
CREATE TABLE "proposals" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "freelancer_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "status" "proposal_status" NOT NULL DEFAULT 'draft',
    "currency" CHAR(3) NOT NULL,
    "total_net" BIGINT NOT NULL,
    "total_vat" BIGINT NOT NULL,
    "total_gross" BIGINT NOT NULL,
    "signed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "proposals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "proposal_lines" (
    "proposal_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "description" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_net" BIGINT NOT NULL,
    "vat_rate" INTEGER NOT NULL,

    CONSTRAINT "proposal_lines_pkey" PRIMARY KEY ("proposal_id","position")
);

-- CreateTable
CREATE TABLE "deposits" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "freelancer_id" UUID NOT NULL,
    "proposal_id" UUID NOT NULL,
    "method" "deposit_method" NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "stripe_account_id" TEXT,
    "stripe_payment_intent_id" TEXT,
    "stripe_charge_id" TEXT,
    "stripe_checkout_session_id" TEXT,
    "paid_at" TIMESTAMPTZ(3),
    "confirmed_at" TIMESTAMPTZ(3),
    "dispute_status" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "deposits_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "amendments" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "freelancer_id" UUID NOT NULL,
    "proposal_id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "status" "amendment_status" NOT NULL DEFAULT 'draft',
    "reason" TEXT NOT NULL,
    "total_net" BIGINT NOT NULL,
    "total_vat" BIGINT NOT NULL,
    "total_gross" BIGINT NOT NULL,
    "link_hash" TEXT,
    "link_expires_at" TIMESTAMPTZ(3),
    "link_revoked_at" TIMESTAMPTZ(3),
    "signed_at" TIMESTAMPTZ(3),
    "signed_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "amendments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "amendment_lines" (
    "amendment_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "description" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_net" BIGINT NOT NULL,
    "vat_rate" INTEGER NOT NULL,

    CONSTRAINT "amendment_lines_pkey" PRIMARY KEY ("amendment_id","position")
);

-- CreateTable
CREATE TABLE "credit_notes" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "freelancer_id" UUID NOT NULL,
    "proposal_id" UUID NOT NULL,
    "amendment_id" UUID NOT NULL,
    "deposit_id" UUID NOT NULL,
    "year" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "number" TEXT NOT NULL,
    "amount_net" BIGINT NOT NULL,
    "amount_vat" BIGINT NOT NULL,
    "amount_gross" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "parties" JSONB NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "refund_status" "refund_status" NOT NULL DEFAULT 'pending',
    "failure_reason" TEXT,
    "failure_message" TEXT,
    "stripe_refund_id" TEXT,
    "requested_at" TIMESTAMPTZ(3),
    "settled_at" TIMESTAMPTZ(3),
    "manual_method" "manual_method",
    "manual_reference" TEXT,
    "manual_refunded_on" DATE,
    "paid_twice_at" TIMESTAMPTZ(3),

    CONSTRAINT "credit_notes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refund_attempts" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "freelancer_id" UUID NOT NULL,
    "credit_note_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "cause" "attempt_cause" NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "stripe_account_id" TEXT NOT NULL,
    "payment_intent_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "state" "attempt_state" NOT NULL DEFAULT 'in_flight',
    "calls" INTEGER NOT NULL DEFAULT 0,
    "uncertain" BOOLEAN NOT NULL DEFAULT false,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "stripe_refund_id" TEXT,
    "request_id" TEXT,
    "code" TEXT,
    "message" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "refund_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stripe_refunds" (
    "id" TEXT NOT NULL,
    "stripe_account_id" TEXT NOT NULL,
    "credit_note_id" UUID,
    "payment_intent_id" TEXT,
    "amount" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "status" TEXT NOT NULL,
    "failure_reason" TEXT,
    "pending_reason" TEXT,
    "trace_number" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stripe_refunds_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stripe_events" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "stripe_account_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "payload" JSONB NOT NULL,
    "handled_at" TIMESTAMPTZ(3),
    "outcome" TEXT,

    CONSTRAINT "stripe_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "timeline_entries" (
    "id" BIGSERIAL NOT NULL,
    "freelancer_id" UUID NOT NULL,
    "credit_note_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "from_status" "refund_status",
    "to_status" "refund_status",
    "actor" TEXT NOT NULL,
    "attempt_id" UUID,
    "stripe_event_id" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "timeline_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox_emails" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "freelancer_id" UUID NOT NULL,
    "credit_note_id" UUID NOT NULL,
    "moment" TEXT NOT NULL,
    "recipient_role" TEXT NOT NULL,
    "refund_ref" TEXT NOT NULL DEFAULT '',
    "recipient" TEXT NOT NULL,
    "facts" JSONB NOT NULL,
    "message_id" TEXT NOT NULL,
    "state" "email_state" NOT NULL DEFAULT 'queued',
    "tries" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_emails_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "worker_heartbeats" (
    "worker_id" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "worker_heartbeats_pkey" PRIMARY KEY ("worker_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_token_key" ON "sessions"("token");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE INDEX "accounts_user_id_idx" ON "accounts"("user_id");

-- CreateIndex
CREATE INDEX "verifications_identifier_idx" ON "verifications"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "freelancers_user_id_key" ON "freelancers"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "connected_accounts_stripe_account_id_key" ON "connected_accounts"("stripe_account_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");

-- CreateIndex
CREATE INDEX "api_keys_freelancer_id_idx" ON "api_keys"("freelancer_id");

-- CreateIndex
CREATE INDEX "clients_freelancer_id_name_idx" ON "clients"("freelancer_id", "name");

-- CreateIndex
CREATE INDEX "proposals_freelancer_id_created_at_id_idx" ON "proposals"("freelancer_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "proposals_freelancer_id_number_key" ON "proposals"("freelancer_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "deposits_proposal_id_key" ON "deposits"("proposal_id");

-- CreateIndex
CREATE UNIQUE INDEX "deposits_stripe_payment_intent_id_key" ON "deposits"("stripe_payment_intent_id");

-- CreateIndex
CREATE UNIQUE INDEX "deposits_stripe_charge_id_key" ON "deposits"("stripe_charge_id");

-- CreateIndex
CREATE UNIQUE INDEX "deposits_stripe_checkout_session_id_key" ON "deposits"("stripe_checkout_session_id");

-- CreateIndex
CREATE INDEX "deposits_freelancer_id_idx" ON "deposits"("freelancer_id");

-- CreateIndex
CREATE UNIQUE INDEX "amendments_link_hash_key" ON "amendments"("link_hash");

-- CreateIndex
CREATE INDEX "amendments_proposal_id_idx" ON "amendments"("proposal_id");

-- CreateIndex
CREATE UNIQUE INDEX "amendments_freelancer_id_number_key" ON "amendments"("freelancer_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "credit_notes_amendment_id_key" ON "credit_notes"("amendment_id");

-- CreateIndex
CREATE UNIQUE INDEX "credit_notes_stripe_refund_id_key" ON "credit_notes"("stripe_refund_id");

-- CreateIndex
CREATE INDEX "credit_notes_freelancer_id_issued_at_id_idx" ON "credit_notes"("freelancer_id", "issued_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "credit_notes_freelancer_id_refund_status_issued_at_id_idx" ON "credit_notes"("freelancer_id", "refund_status", "issued_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "credit_notes_proposal_id_idx" ON "credit_notes"("proposal_id");

-- CreateIndex
CREATE INDEX "credit_notes_deposit_id_idx" ON "credit_notes"("deposit_id");

-- CreateIndex
CREATE UNIQUE INDEX "credit_notes_freelancer_id_year_sequence_key" ON "credit_notes"("freelancer_id", "year", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "credit_notes_freelancer_id_number_key" ON "credit_notes"("freelancer_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "refund_attempts_idempotency_key_key" ON "refund_attempts"("idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "refund_attempts_stripe_refund_id_key" ON "refund_attempts"("stripe_refund_id");

-- CreateIndex
CREATE INDEX "refund_attempts_freelancer_id_idx" ON "refund_attempts"("freelancer_id");

-- CreateIndex
CREATE UNIQUE INDEX "refund_attempts_credit_note_id_ordinal_key" ON "refund_attempts"("credit_note_id", "ordinal");

-- CreateIndex
CREATE INDEX "stripe_refunds_credit_note_id_idx" ON "stripe_refunds"("credit_note_id");

-- CreateIndex
CREATE INDEX "stripe_refunds_stripe_account_id_payment_intent_id_idx" ON "stripe_refunds"("stripe_account_id", "payment_intent_id");

-- CreateIndex
CREATE INDEX "timeline_entries_credit_note_id_id_idx" ON "timeline_entries"("credit_note_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_emails_message_id_key" ON "outbox_emails"("message_id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_emails_credit_note_id_moment_recipient_role_refund_r_key" ON "outbox_emails"("credit_note_id", "moment", "recipient_role", "refund_ref");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "freelancers" ADD CONSTRAINT "freelancers_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connected_accounts" ADD CONSTRAINT "connected_accounts_freelancer_id_fkey" FOREIGN KEY ("freelancer_id") REFERENCES "freelancers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_freelancer_id_fkey" FOREIGN KEY ("freelancer_id") REFERENCES "freelancers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clients" ADD CONSTRAINT "clients_freelancer_id_fkey" FOREIGN KEY ("freelancer_id") REFERENCES "freelancers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "proposals" ADD CONSTRAINT "proposals_freelancer_id_fkey" FOREIGN KEY ("freelancer_id") REFERENCES "freelancers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "proposals" ADD CONSTRAINT "proposals_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "proposal_lines" ADD CONSTRAINT "proposal_lines_proposal_id_fkey" FOREIGN KEY ("proposal_id") REFERENCES "proposals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deposits" ADD CONSTRAINT "deposits_proposal_id_fkey" FOREIGN KEY ("proposal_id") REFERENCES "proposals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "amendments" ADD CONSTRAINT "amendments_proposal_id_fkey" FOREIGN KEY ("proposal_id") REFERENCES "proposals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "amendment_lines" ADD CONSTRAINT "amendment_lines_amendment_id_fkey" FOREIGN KEY ("amendment_id") REFERENCES "amendments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_freelancer_id_fkey" FOREIGN KEY ("freelancer_id") REFERENCES "freelancers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_proposal_id_fkey" FOREIGN KEY ("proposal_id") REFERENCES "proposals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_amendment_id_fkey" FOREIGN KEY ("amendment_id") REFERENCES "amendments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_deposit_id_fkey" FOREIGN KEY ("deposit_id") REFERENCES "deposits"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refund_attempts" ADD CONSTRAINT "refund_attempts_credit_note_id_fkey" FOREIGN KEY ("credit_note_id") REFERENCES "credit_notes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stripe_refunds" ADD CONSTRAINT "stripe_refunds_credit_note_id_fkey" FOREIGN KEY ("credit_note_id") REFERENCES "credit_notes"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "timeline_entries" ADD CONSTRAINT "timeline_entries_credit_note_id_fkey" FOREIGN KEY ("credit_note_id") REFERENCES "credit_notes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox_emails" ADD CONSTRAINT "outbox_emails_credit_note_id_fkey" FOREIGN KEY ("credit_note_id") REFERENCES "credit_notes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


