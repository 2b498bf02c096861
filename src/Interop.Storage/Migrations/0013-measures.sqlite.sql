-- What a programme is judged by, month by month: one row for each case of each measure, as it was when the month was frozen. Every report is
-- made of these rows and of nothing else, so that later writes change none. Persons are pseudonyms: reports count how many there are.
CREATE TABLE measure_case (
    month INTEGER NOT NULL,
    measure TEXT NOT NULL,
    person INTEGER NOT NULL,
    outcome INTEGER NULL,
    amount INTEGER NULL,
    race TEXT NOT NULL,
    ethnicity TEXT NOT NULL,
    birth_sex TEXT NOT NULL,
    gender_identity TEXT NOT NULL,
    age TEXT NOT NULL,
    language TEXT NOT NULL,
    district TEXT NOT NULL,
    response_model TEXT NOT NULL
);
CREATE INDEX measure_case_by_month ON measure_case (month, measure);

-- Which months are frozen.
CREATE TABLE measure_month (
    month INTEGER NOT NULL PRIMARY KEY,
    frozen_at INTEGER NOT NULL
);

-- Which counts of the reports that were made are masked: what was masked or shown once stays so.
CREATE TABLE measure_count (
    period TEXT NOT NULL,
    name TEXT NOT NULL,
    masked INTEGER NOT NULL,
    PRIMARY KEY (period, name)
);
