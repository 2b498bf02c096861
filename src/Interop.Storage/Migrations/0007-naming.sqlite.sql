-- What an agreement alone opens is there for who names the person, and some of it for nobody without a case (0080). Until it is compiled
-- again, which the new version of the tier table sees to before anything is served, a default opens nothing.
ALTER TABLE sharing_grant ADD COLUMN closed_to_naming TEXT NOT NULL DEFAULT '';
ALTER TABLE sharing_grant ADD COLUMN closed_to_listing TEXT NOT NULL DEFAULT '';
UPDATE sharing_grant
SET    closed_to_naming = ' CarePlan Encounter Flag Observation Patient RiskAssessment ',
       closed_to_listing = ' CarePlan Encounter Flag Observation Patient RiskAssessment '
WHERE  subject = '';

-- A case has an owner; a referral that nobody accepted yet has who sent it and who is asked.
ALTER TABLE case_relation ADD COLUMN referral SMALLINT NOT NULL DEFAULT 0;
