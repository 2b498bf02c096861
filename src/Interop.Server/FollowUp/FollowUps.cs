using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Json;

namespace Interop.Server.FollowUp;

/// <summary>What the programme's own records say of follow-ups: who is still owed one, and who does not want any.</summary>
internal sealed class FollowUps(SearchQueryParser queries, InteropSettings settings)
{
    /// <summary>The follow-ups of a person that have not ended.</summary>
    public IReadOnlyList<ResourceKey> OpenOf(GuardedTransaction transaction, ResourceKey patient) => Found(
        transaction,
        queries.ParseOwn(
            "Task",
            transaction.Instant,
            ("code", $"{TaskBody.Kinds}|{FollowUpTask.Code}"),
            ("patient", patient.ToString()),
            ("status", string.Join(',', TaskBody.Open))),
        _ => true);

    /// <summary>The consent by which a person refuses to be followed up, or null.</summary>
    /// <param name="kinds">What is refused, as kinds of Tasks; the follow-up where nothing else is asked.</param>
    public ResourceKey? RefusalOf(GuardedTransaction transaction, ResourceKey patient, params IReadOnlyCollection<string> kinds)
    {
        var consents = queries.ParseOwn("Consent", transaction.Instant, ("patient", patient.ToString()), ("status", "active"));
        return Found(transaction, consents, consent => Refuses(consent, transaction.Instant, kinds)) is [var first, ..] ? first : null;
    }

    /// <summary>Whether an encounter was the contact that a follow-up asked for: it is owed none itself.</summary>
    public bool IsContact(GuardedTransaction transaction, ResourceKey encounter) => Found(
        transaction,
        queries.ParseOwn("Communication", transaction.Instant, ("encounter", encounter.ToString()), ("status", "completed")),
        attempt => ContactAttempt.Read(attempt).Outcome == ContactAttempt.Reached).Count > 0;

    private List<ResourceKey> Found(GuardedTransaction transaction, SearchQuery query, Func<ReadOnlyMemory<byte>, bool> isWanted) =>
        [.. transaction.Search(query, Sights.OfCustodian(settings.Custodian, transaction.Instant), isWanted).Select(found => found.Key)];

    /// <summary>
    /// A provision that denies, whose code is the follow-up, and whose actor is the programme or nobody in particular. It names no partner,
    /// so that it closes nothing to any.
    /// </summary>
    /// <param name="kinds">What is refused, as kinds of Tasks; the follow-up where nothing else is asked.</param>
    public bool Refuses(ReadOnlyMemory<byte> consent, long instant, params IReadOnlyCollection<string> kinds)
    {
        using var document = JsonDocument.Parse(consent, FhirJson.Parsing);
        return Provisions(document.RootElement.At("provision")).Any(provision =>
            provision.Text("type") == "deny"
            && provision.Code("code", TaskBody.Kinds) is { } kind && (kinds.Count == 0 ? kind == FollowUpTask.Code : kinds.Contains(kind))
            && FhirPeriod.Read(provision, "period") is var period && period.From <= instant && instant < period.To
            && (!provision.Items("actor").Any()
                || provision.All("actor.reference").Any(actor => actor.OrganizationId() == settings.Custodian)));
    }

    /// <summary>Whether a consent permits anything.</summary>
    public static bool Permits(ReadOnlyMemory<byte> consent)
    {
        using var document = JsonDocument.Parse(consent, FhirJson.Parsing);
        return Provisions(document.RootElement.At("provision")).Any(provision => provision.Text("type") == "permit");
    }

    public static ResourceKey? PatientOf(ReadOnlyMemory<byte> consent)
    {
        using var document = JsonDocument.Parse(consent, FhirJson.Parsing);
        return document.RootElement.At("patient").Text("reference") is { } text && ResourceKey.TryParse(text) is { Type: "Patient" } key
            ? key
            : null;
    }

    private static IEnumerable<JsonElement> Provisions(JsonElement provision) =>
        provision.ValueKind != JsonValueKind.Object ? [] : provision.Items("provision").SelectMany(Provisions).Prepend(provision);
}
