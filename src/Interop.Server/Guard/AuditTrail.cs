using System.Text.Json;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;
using Interop.Storage.Audit;
using Interop.Storage.Search;

namespace Interop.Server.Guard;

/// <summary>
/// What is written down about every request, permit and deny, before its answer leaves. Rows hold keys, tiers and the names of
/// rules; never what a resource says.
/// </summary>
internal sealed class AuditTrail(ResourceStore store, TimeProvider clock)
{
    /// <summary>The target of the rows of summaries on scene.</summary>
    public const string Summary = "Patient/$crisis-summary";

    /// <summary>The target of the rows of limited data sets, whatever they were asked by.</summary>
    public const string LimitedDataSet = "limited-data-set";

    /// <summary>A request that was refused before any data was looked at: a bad token, a missing scope.</summary>
    public Task RefusedAsync(
        Caller? caller, FhirInteraction interaction, string? target, string rule, CancellationToken cancellationToken) =>
        store.RecordAsync(
            Row(
                caller,
                Instants.ToMicroseconds(clock.GetUtcNow()),
                interaction,
                target,
                null,
                "deny",
                writer => writer.WriteString("rule", rule)),
            cancellationToken);

    /// <summary>A request that was answered out of what everybody may know, or out of what it brought itself.</summary>
    public Task PermittedAsync(Caller caller, FhirInteraction interaction, string? target, CancellationToken cancellationToken) =>
        store.RecordAsync(
            Row(caller, Instants.ToMicroseconds(clock.GetUtcNow()), interaction, target, null, "permit"), cancellationToken);

    /// <summary>What a client of an organisation did, oldest first.</summary>
    public Task<IReadOnlyList<AuditRow>> OfClientAsync(string client, string organization, CancellationToken cancellationToken) =>
        store.AuditOfClientAsync(client, organization, cancellationToken);

    /// <inheritdoc cref="ResourceStore.VerifyAuditAsync(IReadOnlyList{AuditWitness}, Action{long}, CancellationToken)"/>
    public Task<AuditVerification> VerifyAsync(
        IReadOnlyList<AuditWitness> witnesses, Action<long> progress, CancellationToken cancellationToken) =>
        store.VerifyAuditAsync(witnesses, progress, cancellationToken);

    /// <inheritdoc cref="ResourceStore.AuditHeadsAsync"/>
    public Task<(long Own, IReadOnlyList<AuditHead> Heads)> HeadsAsync(CancellationToken cancellationToken) =>
        store.AuditHeadsAsync(cancellationToken);

    /// <inheritdoc cref="ResourceStore.SearchAuditAsync"/>
    public Task<AuditPage> SearchAsync(string custodian, AuditQuery query, CancellationToken cancellationToken) =>
        store.SearchAuditAsync(custodian, query, cancellationToken);

    /// <inheritdoc cref="ResourceStore.FindAuditAsync"/>
    public Task<AuditEntry?> FindAsync(long chain, long sequence, CancellationToken cancellationToken) =>
        store.FindAuditAsync(chain, sequence, cancellationToken);

    public Task RecordAsync(AuditRow row, CancellationToken cancellationToken) => store.RecordAsync(row, cancellationToken);

    public static AuditRow Row(
        Caller? caller,
        long instant,
        FhirInteraction interaction,
        string? target,
        string? patient,
        string outcome,
        Action<Utf8JsonWriter>? detail = null)
    {
        var json = FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            detail?.Invoke(writer);
            if (caller?.Address is { } address)
            {
                writer.WriteString("address", address);
            }

            if (caller?.Roles.Count > 0)
            {
                writer.WriteString("roles", string.Join(' ', caller.Roles));
            }

            writer.WriteEndObject();
        });
        return new(
            instant,
            caller?.Issuer,
            caller?.ClientId,
            caller?.Subject,
            caller?.Organization,
            caller?.Practitioner,
            caller is null ? null : string.Join(' ', caller.Purposes),
            interaction.Code(),
            target,
            patient,
            outcome,
            System.Text.Encoding.UTF8.GetString(json));
    }

    /// <summary>What was searched for and what was shown; the parameters are the caller's own words.</summary>
    /// <param name="isCondition">Whether a write asked, and showed nothing.</param>
    public static AuditRow SearchRow(GuardedRows eyes, SearchRequest request, SearchPage page, bool isCondition = false) => ListRow(
        eyes, FhirInteraction.Search, request.Path, QueryText(request.Pairs), page.Matches.Concat(page.Included), isCondition);

    /// <summary>The caller's own words.</summary>
    public static string QueryText(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join('&', pairs.Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>What was asked for and what was shown.</summary>
    /// <inheritdoc cref="SearchRow"/>
    public static AuditRow ListRow(
        GuardedRows eyes,
        FhirInteraction interaction,
        string? target,
        string query,
        IEnumerable<SeenResource> shown,
        bool isCondition = false) =>
        ShownRow(eyes, interaction, target, [.. shown], detail =>
        {
            detail.WriteString("query", query);
            if (isCondition)
            {
                detail.WriteBoolean("condition", true);
            }
        });

    /// <summary>
    /// What a limited data set was made of. The row has real ids, which whoever got the set must not have: only who keeps the records reads
    /// it.
    /// </summary>
    public static AuditRow LimitedRow(GuardedRows eyes, string query, IEnumerable<SeenResource> shown) => ShownRow(
        eyes,
        FhirInteraction.Operation,
        LimitedDataSet,
        [.. shown.Select(seen => seen.AsBasic())],
        detail => detail.WriteString("query", query));

    /// <summary>What was shown of some resources that a sight sees.</summary>
    public static AuditRow ShownRow(
        GuardedRows eyes,
        FhirInteraction interaction,
        string? target,
        IEnumerable<Disclosure> shown,
        Sight through,
        Action<Utf8JsonWriter> further) =>
        ShownRow(
            eyes, interaction, target, [.. shown.Select(item => eyes.Rows.See(item.Key, through)).OfType<SeenResource>()], further);

    /// <summary>What was shown, and of whom, on what ground: the trail is asked by person (<c>about</c>).</summary>
    /// <param name="eyes">Through which it was seen: they know of an emergency that the token does not.</param>
    private static AuditRow ShownRow(
        GuardedRows eyes,
        FhirInteraction interaction,
        string? target,
        IReadOnlyList<SeenResource> shown,
        Action<Utf8JsonWriter> further)
    {
        var patients = shown.SelectMany(seen => seen.Patients).Distinct().Take(2).ToList();
        return Row(eyes.Caller, eyes.Instant, interaction, target, patients is [var one] ? one : null, "permit", detail =>
        {
            further(detail);
            ShownResources.Write(detail, shown);
        });
    }
}
