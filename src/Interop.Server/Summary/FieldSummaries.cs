using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.EarlyIntervention;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Server.Summary;

/// <summary>What a team that is with a person now has to know, by searches of its own: each section is one, most important first.</summary>
internal sealed class FieldSummaries(GuardedStore store, SearchQueryParser queries, AuditTrail audit, Turns turns, InteropSettings settings)
{
    private const string Target = "$crisis-summary";

    private static readonly string[] OpenStates = ["arrived", "triaged", "in-progress", "onleave"];

    /// <summary>Most important first: what does not fit is of the last ones.</summary>
    private static readonly Section[] Sections =
    [
        new("Safety", 10, [new("Flag", "patient", ("_sort", "-_lastUpdated"))]),
        new("What helps", 2, [new("CarePlan", "subject", ("status", "active"), ("_sort", "-date"))]),
        new(
            "Risk",
            4,
            [
                new("RiskAssessment", "subject", ("_sort", "-date")),
                new("Observation", "subject", ("category", "safety-assessment"), ("_sort", "-date")),
            ]),
        new("Allergies", 10, [new("AllergyIntolerance", "patient", ("_sort", "-date"))]),
        new(
            "Medication",
            15,
            [
                new("MedicationRequest", "subject", ("status", "active"), ("_sort", "-authoredon")),
                new("MedicationStatement", "subject", ("status", "active")),
            ]),
        new("Diagnoses", 15, [new("Condition", "subject", ("clinical-status", "active"), ("_sort", "-recorded-date"))]),
        new("Who is close", 5, [new("RelatedPerson", "patient", ("active", "true"))]),
        new("Last contacts", 4, [new("Encounter", "subject", ("_sort", "-date"))]),
    ];

    /// <exception cref="FhirException">404: there is nobody of this id for the caller. 403: its team is not with the person.</exception>
    public async Task<FieldDocument> OfAsync(Caller caller, ResourceKey patient, CancellationToken cancellationToken)
    {
        caller.Demand("Patient", SmartRight.Read);
        var instant = store.Now();
        var (document, row) = await turns.RunAsync(
            caller,
            async () =>
            {
                await using var snapshot = await store.OpenAsync(caller, cancellationToken, instant);
                var sight = snapshot.Sight.Within(caller, SmartRight.Search);
                if (snapshot.Read(patient, snapshot.Sight.Within(caller, SmartRight.Read)) is not { } person)
                {
                    throw new FhirException(IssueCode.NotFound, $"{patient} is not known.");
                }

                if (caller.Has("officer") || !IsWith(snapshot, sight, patient))
                {
                    throw new FhirException(
                        IssueCode.Forbidden,
                        "This is for the team that is with the person: no open encounter of this agency is about it. "
                            + "Police ask with POST Patient/$crisis-summary.");
                }

                var frame = new FieldFrame(
                    patient, settings.PublicUrl, settings.Custodian, settings.DutyPhone, instant, ShiftEndOf(instant));
                var document = new FieldDocument(frame, person, [.. Sections.Select(section => Found(snapshot, sight, patient, section))]);
                return (document, AuditTrail.ShownRow(
                    snapshot,
                    FhirInteraction.Operation,
                    $"{patient}/{Target}",
                    document.Shown,
                    snapshot.Sight.Within(caller, SmartRight.Read),
                    _ => { }));
            },
            cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        return document;
    }

    private FieldSection Found(GuardedSnapshot snapshot, Sight sight, ResourceKey patient, Section section)
    {
        var found = section.Searches.SelectMany(search => Found(snapshot, sight, patient, search, IsActive)).ToList();
        return new(section.Title, [.. found.Take(section.Most)], found.Count);
    }

    /// <summary>Nothing where the caller's scopes don't let it search the type.</summary>
    private IReadOnlyList<Disclosure> Found(
        GuardedSnapshot snapshot, Sight sight, ResourceKey patient, Search search, Func<ReadOnlyMemory<byte>, bool> isWanted) =>
        snapshot.Caller.Scopes.Allows(search.Type, SmartRight.Search)
            ? snapshot.Search(
                queries.ParseOwn(search.Type, snapshot.Instant, [(search.Person, patient.ToString()), .. search.More])
                    with { Count = SearchQuery.MaximumCount },
                sight,
                isWanted)
            : [];

    /// <summary>An open encounter of the caller's organisation, or one that it was assigned to.</summary>
    private bool IsWith(GuardedSnapshot snapshot, Sight sight, ResourceKey patient) => Found(
        snapshot,
        sight,
        patient,
        new("Encounter", "subject", ("status", string.Join(',', OpenStates))),
        encounter => IsOf(encounter, snapshot.Caller.Organization)).Count > 0;

    private static bool IsOf(ReadOnlyMemory<byte> encounter, string organization)
    {
        using var document = JsonDocument.Parse(encounter, FhirJson.Parsing);
        var root = document.RootElement;
        return root.At("serviceProvider").Text("reference") == $"Organization/{organization}"
            || CrisisSummaries.IsAssigned(root, organization);
    }

    // R4 can't search flags by status. What a model predicts is for seeking somebody out, and for nothing on scene.
    private static bool IsActive(ReadOnlyMemory<byte> resource)
    {
        using var document = JsonDocument.Parse(resource, FhirJson.Parsing);
        var root = document.RootElement;
        return (root.Text("resourceType") != "Flag" || root.Text("status") == "active") && !Predictions.Is(root);
    }

    /// <summary>When the shift ends in which an instant lies; that instant where the site has said nothing.</summary>
    private DateTimeOffset ShiftEndOf(long instant)
    {
        var now = TimeZoneInfo.ConvertTime(Instants.ToDateTimeOffset(instant), settings.TimeZone);
        return settings.ShiftEnds.Count == 0 ? now : settings.ShiftEnds
            .SelectMany(end => new[] { now.Date, now.Date.AddDays(1) }.Select(day => day + end.ToTimeSpan()))
            .Select(local => new DateTimeOffset(local, settings.TimeZone.GetUtcOffset(local)))
            .Where(end => end > now)
            .Min();
    }

    /// <param name="Most">How many are shown at most.</param>
    private sealed record Section(string Title, int Most, IReadOnlyList<Search> Searches);

    /// <param name="Person">The parameter that names the patient.</param>
    private sealed record Search(string Type, string Person, params IReadOnlyList<(string Name, string Value)> More);
}
