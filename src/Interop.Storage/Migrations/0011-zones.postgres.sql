-- Predictions and drafts have zones of their own since: they are judged again when the server starts, and their rows put there.
UPDATE resource SET policy_version = '' WHERE (labels & 402653184) <> 0;
