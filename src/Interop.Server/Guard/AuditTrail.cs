using System.Text.Json;
using Interop.Server.Http;
using Interop.Server.Security;
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

    /// <summary>Walks the trail from its start and says where it first fails to hold.</summary>
    public Task<AuditVerification> VerifyAsync(CancellationToken cancellationToken) => store.VerifyAuditAsync(cancellationToken);

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
    public static AuditRow SearchRow(Caller caller, long instant, SearchRequest request, SearchPage page, bool isCondition = false) =>
        ListRow(
            caller,
            instant,
            FhirInteraction.Search,
            request.Path,
            QueryText(request.Pairs),
            page.Matches.Concat(page.Included),
            isCondition);

    /// <summary>The caller's own words.</summary>
    public static string QueryText(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join('&', pairs.Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>What was asked for and what was shown.</summary>
    /// <inheritdoc cref="SearchRow"/>
    public static AuditRow ListRow(
        Caller caller,
        long instant,
        FhirInteraction interaction,
        string? target,
        string query,
        IEnumerable<SeenResource> shown,
        bool isCondition = false) =>
        Row(caller, instant, interaction, target, null, "permit", detail =>
        {
            detail.WriteString("query", query);
            if (isCondition)
            {
                detail.WriteBoolean("condition", true);
            }

            detail.WriteStartArray("disclosed");
            foreach (var seen in shown)
            {
                detail.WriteStringValue($"{seen.Key} v{seen.Version} {seen.Tier}");
            }

            detail.WriteEndArray();
        });
}
