-- Which connection of a WebSocket a channel is told over: of several, at whichever servers, the one that was bound last.
ALTER TABLE subscription_channel ADD COLUMN bound TEXT COLLATE "C" NOT NULL DEFAULT '';
