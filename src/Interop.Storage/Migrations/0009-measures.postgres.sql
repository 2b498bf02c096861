-- What a programme is judged by, month by month: one row for each case of each measure, as it was when the month was frozen. Every report is
-- made of these rows and of nothing else, so that later writes change none. Persons are pseudonyms: reports count how many there are.
CREATE TABLE measure_case (
    month BIGINT NOT NULL,
    measure TEXT COLLATE "C" NOT NULL,
    person BIGINT NOT NULL,
    outcome BIGINT NULL,
    amount BIGINT NULL,
    race TEXT COLLATE "C" NOT NULL,
    ethnicity TEXT COLLATE "C" NOT NULL,
    birth_sex TEXT COLLATE "C" NOT NULL,
    gender_identity TEXT COLLATE "C" NOT NULL,
    age TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    response_model TEXT COLLATE "C" NOT NULL
);
CREATE INDEX measure_case_by_month ON measure_case (month, measure);

-- Which months are frozen.
CREATE TABLE measure_month (
    month BIGINT NOT NULL PRIMARY KEY,
    frozen_at BIGINT NOT NULL
);

-- Which counts of the reports that were made are masked: what was masked or shown once stays so.
CREATE TABLE measure_count (
    period TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    masked BIGINT NOT NULL,
    PRIMARY KEY (period, name)
);
