-- What is asked of one account's events must not read everybody's. Not only of some types: the types are a parameter, and a
-- plan that is kept for all parameters could not use such an index.
CREATE INDEX stripe_events_of_account ON stripe_events (stripe_account_id, type, created_at);

-- Asked before every refund; nearly all events are handled.
CREATE INDEX stripe_events_unhandled_of_account ON stripe_events (stripe_account_id, created_at) WHERE handled_at IS NULL;
