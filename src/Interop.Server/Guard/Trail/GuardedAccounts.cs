using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Trail;

/// <summary>
/// What the trail says was disclosed of one person, for the programme's privacy officer; and what she and the programme's staff add to it:
/// what went out by another way, and what is left out for a time.
/// </summary>
internal sealed class GuardedAccounts(GuardedStore store, AuditTrail audit, InteropSettings settings)
{
    private const int RowsAtOnce = 1000;
    private const string Recording = "Consent/$record-disclosure";
    private const string ConsentParameter = "Parameters.parameter.where(name='consent')";

    /// <summary>
    /// All that is written down about a person with the outcome permit, oldest first; null where the caller sees no such person.
    /// </summary>
    /// <param name="operation">The name of what asks.</param>
    /// <exception cref="FhirException">403 for anybody but the programme's privacy officer and the person herself.</exception>
    public async Task<PersonAccount?> OfAsync(Caller caller, ResourceKey patient, string operation, CancellationToken cancellationToken)
    {
        AuditReader.DemandScope(caller, SmartRight.Read);
        var rows = new List<AuditEntry>();
        Disclosure? person;
        var names = new Dictionary<string, Disclosure>();
        long instant;
        await using (var snapshot = await store.OpenAsync(caller, cancellationToken))
        {
            AuditReader.DemandEverythingOf(caller, patient, settings.Custodian);
            instant = snapshot.Instant;
            person = snapshot.Read(patient, snapshot.Sight);
            if (person is not null)
            {
                rows = await RowsAsync(patient.Id, cancellationToken);
                foreach (var id in rows.Select(entry => entry.Row.Organization).OfType<string>().Distinct())
                {
                    if (snapshot.Read(new("Organization", id), snapshot.Sight) is { } organization)
                    {
                        names[id] = organization;
                    }
                }
            }
        }

        await audit.RecordAsync(
            AuditTrail.Row(
                caller,
                instant,
                FhirInteraction.Operation,
                $"{patient}/{operation}",
                person is null ? null : patient.Id,
                person is null ? "absent" : "permit"),
            cancellationToken);
        return person is null ? null : new(person, rows, names, instant);
    }

    /// <summary>Writes down what was disclosed by another way.</summary>
    /// <exception cref="FhirException">403 for anybody but the programme's staff, 422 where person or consent are not there.</exception>
    public Task RecordAsync(Caller caller, OtherDisclosure disclosure, CancellationToken cancellationToken)
    {
        caller.Demand("Consent", SmartRight.Update);
        return WriteAsync(caller, FhirInteraction.RecordedDisclosure, Recording, disclosure.Patient, rows =>
        {
            if (caller.Organization != settings.Custodian || caller.Individual is not null || rows.Sight.OwnTier != Tier.Own)
            {
                throw new FhirException(IssueCode.Forbidden, "Only who keeps the programme's records writes down what it gave away.");
            }

            if (disclosure.Consent is { } consent && !rows.Sees(consent, rows.Sight))
            {
                throw new FhirException(IssueCode.BusinessRule, "The consent is not known.", ConsentParameter);
            }

            if (disclosure.Consent is { } of && !rows.PatientsOf(of).SequenceEqual([disclosure.Patient.Id]))
            {
                throw new FhirException(IssueCode.BusinessRule, "The consent is another person's.", ConsentParameter);
            }

            return detail =>
            {
                detail.WriteString("recipient", disclosure.Recipient);
                detail.WriteString("recipientName", disclosure.RecipientName);
                detail.WriteString("date", disclosure.Date);
                detail.WriteString("description", disclosure.Description);
                detail.WriteString("purposes", string.Join(' ', disclosure.Purposes));
                detail.WriteString("consent", disclosure.Consent?.ToString());
                detail.WriteString("basis", disclosure.Basis);
            };
        }, cancellationToken);
    }

    /// <summary>Leaves an agency's disclosures out of the person's accountings until an instant; one that has passed ends it.</summary>
    /// <exception cref="FhirException">403 for anybody but the programme's privacy officer, 422 where the person is not there.</exception>
    public Task SuspendAsync(Caller caller, AccountingSuspension suspension, CancellationToken cancellationToken)
    {
        caller.DemandWhole(GuardedAudit.Type, SmartRight.Read);
        return WriteAsync(
            caller,
            FhirInteraction.AccountingSuspension,
            $"{suspension.Patient}/$suspend-accounting",
            suspension.Patient,
            _ =>
            {
                AuditReader.DemandEverything(caller, settings.Custodian);
                return detail =>
                {
                    detail.WriteString("recipient", suspension.Organization);
                    detail.WriteString("until", Instants.ToText(suspension.Until));
                    detail.WriteString("official", suspension.Official);
                    detail.WriteBoolean("written", suspension.IsWritten);
                };
            },
            cancellationToken);
    }

    private async Task<List<AuditEntry>> RowsAsync(string patient, CancellationToken cancellationToken)
    {
        var rows = new List<AuditEntry>();
        AuditPage page;
        do
        {
            var last = rows.Count == 0 ? null : new AuditPlace(rows[^1].Row.Instant, rows[^1].Chain, rows[^1].Sequence);
            page = await audit.SearchAsync(
                settings.Custodian,
                new(
                    [new AuditCondition.About([patient]), new AuditCondition.Ending(["permit"])], RowsAtOnce, IsAscending: true, last),
                cancellationToken);
            rows.AddRange(page.Entries);
        }
        while (page.HasMore);
        return rows;
    }

    /// <param name="work">Asks whether the caller may, and gives the row's detail.</param>
    private async Task WriteAsync(
        Caller caller,
        FhirInteraction interaction,
        string target,
        ResourceKey patient,
        Func<GuardedRows, Action<System.Text.Json.Utf8JsonWriter>> work,
        CancellationToken cancellationToken)
    {
        AuditRow row;
        await using (var snapshot = await store.OpenAsync(caller, cancellationToken))
        {
            var detail = work(snapshot);
            if (!snapshot.Sees(patient, snapshot.Sight))
            {
                throw new FhirException(IssueCode.BusinessRule, $"{patient} is not known.");
            }

            row = AuditTrail.Row(caller, snapshot.Instant, interaction, target, patient.Id, "permit", detail);
        }

        await audit.RecordAsync(row, cancellationToken);
    }
}

/// <summary>What the trail has of a person.</summary>
/// <param name="Organizations">Those that asked, by id, as far as they are known.</param>
/// <param name="Instant">When it was looked at, UTC microseconds.</param>
internal sealed record PersonAccount(
    Disclosure Person, IReadOnlyList<AuditEntry> Noted, IReadOnlyDictionary<string, Disclosure> Organizations, long Instant);

/// <summary>A disclosure on paper, by telephone or by word of mouth.</summary>
/// <param name="Recipient">Id of an Organization; null where only a name is known.</param>
/// <param name="Date">A date or time of FHIR.</param>
/// <param name="Description">What it was, in words.</param>
/// <param name="Basis">Of what is not by consent: the law or the order that it rested on.</param>
internal sealed record OtherDisclosure(
    ResourceKey Patient,
    string? Recipient,
    string? RecipientName,
    string Date,
    string Description,
    IReadOnlyList<string> Purposes,
    ResourceKey? Consent,
    string? Basis);

/// <summary>A delay that law enforcement or an oversight agency asked for (45 CFR 164.528(a)(2)).</summary>
/// <param name="Organization">Id of the one whose disclosures are left out.</param>
/// <param name="Until">UTC microseconds.</param>
/// <param name="Official">Who asked for it.</param>
/// <param name="IsWritten">Whether in writing.</param>
internal sealed record AccountingSuspension(ResourceKey Patient, string Organization, long Until, string Official, bool IsWritten)
{
    // Each is written by a privacy officer's hand.
    private const int Most = 1000;

    /// <summary>The rows of the trail that suspend something about a patient, oldest first.</summary>
    public static AuditQuery Of(string patient) => new(
        [
            new AuditCondition.About([patient]),
            new AuditCondition.OfKind([new(AuditClass.Plain, [FhirInteraction.AccountingSuspension.Code()])]),
        ],
        Most,
        IsAscending: true);

    /// <summary>Ids of the Organizations that are left out at an instant: of each the last word counts, and only while it lasts.</summary>
    /// <param name="rows">Oldest first, others among them.</param>
    public static IReadOnlyList<string> InForce(IEnumerable<AuditEntry> rows, long instant) =>
    [
        .. rows.Where(entry => entry.Row.Interaction == FhirInteraction.AccountingSuspension.Code())
            .Select(entry => new RowDetail(entry.Row.Detail))
            .GroupBy(detail => detail.Recipient!)
            .Where(words => DateInterval.TryParse(words.Last().Until!) is { } until && until.Low > instant)
            .Select(words => words.Key),
    ];
}
