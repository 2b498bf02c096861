-- Two more kinds of groups. Months that were frozen before know nothing of them: reports that begin before they are known have neither.
ALTER TABLE measure_case ADD COLUMN sexual_orientation TEXT NOT NULL DEFAULT 'unknown';
ALTER TABLE measure_case ADD COLUMN housing TEXT NOT NULL DEFAULT 'unknown';
