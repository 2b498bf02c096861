-- Ids of the organisations that a message names, and of who sent it, between spaces: who may speak of the incident and hear of it.
ALTER TABLE cad_message ADD COLUMN agencies TEXT COLLATE "C" NOT NULL DEFAULT '';
