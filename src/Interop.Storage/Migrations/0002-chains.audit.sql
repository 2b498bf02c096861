-- With SQLite there is one chain; where several servers share a database each has its own, and its head record names those of the others.
ALTER TABLE audit ADD COLUMN chain INTEGER NOT NULL DEFAULT 1;
ALTER TABLE head ADD COLUMN chain INTEGER NOT NULL DEFAULT 1;
ALTER TABLE head ADD COLUMN others TEXT NOT NULL DEFAULT '';
