using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>
/// The only way from a request to stored resources: see, redact, record, answer, in that order. Its files are one per kind of
/// interaction.
/// </summary>
internal sealed partial class GuardedStore(
    ResourceStore store,
    Redactor redactor,
    SharingPolicy policy,
    SharingRows sharingRows,
    SearchQueryParser queries,
    AuditTrail audit,
    Secrets secrets,
    InteropSettings settings,
    TimeProvider clock)
{
    // Named for the nested class that runs transactions.
    private readonly SharingRows sharingRows = sharingRows;
    private readonly InteropSettings settings = settings;

    /// <summary>Which tables judged a stored resource.</summary>
    private string PolicyVersion => $"{policy.TierVersion} {policy.LabelVersion}";

    private long Now() => Instants.ToMicroseconds(clock.GetUtcNow());

    /// <summary>Refuses a caller whose scopes lack the right, and writes that down.</summary>
    /// <param name="right">One of <c>c r u d s</c>.</param>
    private async Task RequireAsync(Caller caller, FhirInteraction interaction, string type, char right, string? target, CancellationToken cancellationToken)
    {
        if (!caller.Scopes.Allows(type, right))
        {
            await audit.RefusedAsync(caller, interaction, target ?? type, $"scope .{right} on {type}", cancellationToken);
            throw new FhirException(403, "forbidden", $"The token's scopes do not allow this interaction on {type}.");
        }
    }

    private async Task RequireScopeAsync(Caller caller, FhirInteraction interaction, string scope, string target, CancellationToken cancellationToken)
    {
        if (!caller.Scopes.Has(scope))
        {
            await audit.RefusedAsync(caller, interaction, target, $"scope {scope}", cancellationToken);
            throw new FhirException(403, "forbidden", $"The token lacks the scope {scope}.");
        }
    }

    /// <summary>Does the work; a refusal that it throws is written down first, because what it would have written is undone with it.</summary>
    private async Task<T> RecordedAsync<T>(
        Caller? caller, FhirInteraction interaction, string target, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (FhirException refused)
        {
            await audit.RefusedAsync(caller, interaction, target, refused.Issues[0].Code, cancellationToken);
            throw;
        }
    }

    private async ValueTask<Sight> SightAsync(
        ReadSession read, Caller caller, long instant, IReadOnlySet<string>? types, CancellationToken cancellationToken, bool forSummary = false) =>
        Sight(caller, instant, await read.HasAgreementAsync(caller.Organization, settings.Custodian, instant, cancellationToken), types, forSummary);

    private Sight Sight(Caller caller, long instant, bool hasAgreement, IReadOnlySet<string>? types, bool forSummary = false) => policy.SightOf(
        caller.Organization,
        caller.Practitioner,
        caller.Purposes,
        caller.Roles,
        instant,
        isCustodian: hasAgreement || caller.Organization == settings.Custodian,
        hasAgreement,
        types,
        forSummary);

    private async ValueTask<Disclosure?> DiscloseAsync(ReadSession read, SeenResource seen, Sight sight, CancellationToken cancellationToken)
    {
        var references = redactor.References(seen);
        var visible = references.Count == 0 ? NoKeys : await read.VisibleAsync(references, WithAllTypes(sight), cancellationToken);
        return redactor.Disclose(seen, visible, sight.Organization);
    }

    /// <summary>A reference tells that its target exists, not what it says: scopes on the target's type do not matter for it.</summary>
    private static Sight WithAllTypes(Sight sight) => sight with { Types = null };

    private static readonly IReadOnlySet<ResourceKey> NoKeys = new HashSet<ResourceKey>();
}
