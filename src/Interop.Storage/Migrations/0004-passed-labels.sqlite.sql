-- What a directory entry gives to those that name it, without being hidden by it itself; and how a resource takes labels from another,
-- as bits: 1 it inherits them, 2 it names a directory entry, 4 it is part of one.
ALTER TABLE resource ADD COLUMN passes_labels BIGINT NOT NULL DEFAULT 0;
ALTER TABLE resource ADD COLUMN own_passes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE label_inheritance ADD COLUMN kind SMALLINT NOT NULL DEFAULT 1;
