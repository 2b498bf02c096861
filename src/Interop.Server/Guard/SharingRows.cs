using Interop.Server.Settings;
using Interop.Sharing.Agreements;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using Interop.Sharing.Roster;
using Interop.Storage.Read;
using Interop.Storage.Write;

namespace Interop.Server.Guard;

/// <summary>
/// Keeps the grant rows in step with what they are compiled from, inside the transaction that changes it. An instrument counts
/// only for the records of the organisation that wrote it: a Consent by its controller, a Contract by its grantor, an
/// Organization's flags by the custodian that runs this server.
/// </summary>
internal sealed class SharingRows(InteropSettings settings)
{
    /// <summary>Compiles again what the written resources changed.</summary>
    public void Refresh(WriteSession session, WrittenResources written)
    {
        if (written.IsEmpty)
        {
            return;
        }

        var organizations = new Lazy<IReadOnlyList<StoredResource>>(() => session.Rows.BodiesOf("Organization"));
        var partners = new Lazy<Partners>(() => PartnersOf(session.Rows.BodiesOf("Contract"), organizations.Value));
        if (written.Instruments)
        {
            session.ReplaceDefaults(GrantCompiler.Defaults(partners.Value));
            session.ReplaceRosterRequirements(organizations.Value
                .Where(stored => stored.Source == settings.Custodian)
                .SelectMany(stored => RosterCompiler.Requirements(stored.Body, stored.Key.Id)));
        }

        // Most sites demand nothing of this kind: then there is nothing to compile.
        if ((written.Instruments || written.Roster) && session.Rows.HasRosterRequirements())
        {
            session.ReplaceRoster(RosterCompiler.Compile(
                session.Rows.BodiesOf("PractitionerRole").Select(stored => (stored.Source, stored.Body)),
                session.Rows.BodiesOf("Practitioner").ToDictionary(stored => stored.Key.Id, stored => (stored.Source, stored.Body)),
                settings.Custodian));
        }

        foreach (var patient in written.Instruments ? [.. session.Rows.PatientsWithGrants().Union(written.Patients)] : written.Patients)
        {
            // Most patients said nothing, have no case and no rows: for them the defaults hold and there is nothing to compile.
            var consents = session.Rows.BodiesOf("Consent", patient);
            if (consents.Count > 0 || session.Rows.CasesOf(patient).Count > 0 || session.Rows.EmergenciesOf(patient).Count > 0)
            {
                session.ReplaceGrants(patient, null, GrantsOf(session, patient, consents, partners.Value));
            }
            else if (session.Rows.GrantsOf(patient).Count > 0)
            {
                session.ReplaceGrants(patient, null, []);
            }
        }
    }

    /// <summary>
    /// A case opens the records of an organisation only when that organisation's own records say so: a partner's encounter, care team
    /// or task is about the partner's work, and would else be a key that it cuts for itself.
    /// </summary>
    private static List<GrantRow> GrantsOf(
        WriteSession session, string patient, IReadOnlyList<StoredResource> consents, Partners partners) =>
    [
        .. partners.Agreements.GroupBy(agreement => agreement.Grantor).SelectMany(agreements => GrantCompiler.Compile(
            FactsOf(session.Rows, patient, agreements.Key, consents, partners with { Agreements = [.. agreements] }))),
    ];

    /// <summary>The facts about one patient that decide about one custodian's records, for explanations.</summary>
    /// <param name="custodian">Id of its Organization.</param>
    public PatientFacts FactsOf(ResourceRows rows, string patient, string custodian)
    {
        var partners = PartnersOf(rows.BodiesOf("Contract"), rows.BodiesOf("Organization"));
        return FactsOf(rows, patient, custodian, rows.BodiesOf("Consent", patient), partners);
    }

    /// <summary>
    /// How a stored consent stands: as it is read, with whom its custodian has an agreement that is or will be in force, and whether
    /// anybody's rows would be others without it, from now on.
    /// </summary>
    public ConsentStanding StandingOf(ResourceRows rows, StoredResource consent, string patient, long instant)
    {
        var facts = FactsOf(rows, patient, consent.Source);
        var own = facts.Consents.FirstOrDefault(other => other.Id == consent.Key.Id) ?? FactsOf(consent);
        var without = RowsOf(facts with { Consents = [.. facts.Consents.Where(other => other != own)] });
        return new(
            own,
            facts.Partners.Agreements
                .Where(agreement => agreement.Grantor == consent.Source && agreement.IsBinding && instant < agreement.To)
                .Select(agreement => agreement.Grantee)
                .ToHashSet(),
            !without.SetEquals(RowsOf(facts)));

        HashSet<GrantRow> RowsOf(PatientFacts patientFacts) =>
            [.. GrantCompiler.Compile(patientFacts).Where(row => instant < row.To).Select(row => row with { Basis = string.Empty })];
    }

    /// <summary>Those of some patients whose consents keep a custodian's record from an organisation, for any of these purposes.</summary>
    public IReadOnlySet<string> Refusing(
        ResourceRows rows, IEnumerable<string> patients, string custodian, string grantee, IReadOnlyList<string> purposes, long instant)
    {
        var nobody = new Partners([], new Dictionary<string, OrganizationFacts>());
        return patients.Where(Refuses).ToHashSet(StringComparer.Ordinal);

        bool Refuses(string patient) => rows.BodiesOf("Consent", patient) is { Count: > 0 } consents
            && new PatientFacts(patient, [.. consents.Select(FactsOf)], [], nobody) is var facts
            && purposes.Any(purpose => Decider.Refuses(facts, custodian, grantee, purpose, Labels.None, instant));
    }

    /// <inheritdoc cref="EmergencyFact.CustodiansOpenTo"/>
    public IReadOnlyList<string> CustodiansOpenTo(ResourceRows rows, string organization, long instant) =>
        EmergencyFact.CustodiansOpenTo(PartnersOf(rows.BodiesOf("Contract"), rows.BodiesOf("Organization")), organization, instant);

    private Partners PartnersOf(IReadOnlyList<StoredResource> contracts, IReadOnlyList<StoredResource> organizations)
    {
        var agreements = contracts
            .Select(stored => (stored.Source, Agreement: AgreementReader.Read(stored.Body, stored.Key.Id)))
            .Where(item => item.Agreement is not null && item.Agreement.Grantor == item.Source)
            .Select(item => item.Agreement!)
            .ToList();
        var known = organizations
            .Where(stored => stored.Source == settings.Custodian)
            .ToDictionary(stored => stored.Key.Id, stored => OrganizationReader.Read(stored.Body, stored.Key.Id));
        return new(agreements, known);
    }

    private static PatientFacts FactsOf(
        ResourceRows rows, string patient, string custodian, IReadOnlyList<StoredResource> consents, Partners partners)
    {
        return new(patient, [.. consents.Select(FactsOf)], rows.CasesOf(patient, custodian), partners)
        {
            Emergencies = rows.EmergenciesOf(patient, custodian),
        };
    }

    private static ConsentFacts FactsOf(StoredResource stored) =>
        ConsentReader.Read(stored.Body, stored.Key.Id, stored.Source, stored.Version, stored.UpdatedAt);
}

/// <summary>How a consent stands among all that decides about the patient's records.</summary>
/// <param name="Partners">Ids of the Organizations with which its custodian has an agreement that is or will be in force.</param>
/// <param name="HasEffect">Whether somebody sees more or less because of it.</param>
internal sealed record ConsentStanding(ConsentFacts Consent, IReadOnlySet<string> Partners, bool HasEffect);
