-- Since when a worker has been heard of without a break: one that was out itself must not take the others for dead.
ALTER TABLE "worker_heartbeats" ADD COLUMN "unbroken_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
