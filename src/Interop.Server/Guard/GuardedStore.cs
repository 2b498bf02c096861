using System.Globalization;
using Interop.Fhir;
using Interop.Fhir.Profiles;
using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Server.Oversight;
using Interop.Server.Security;
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
    ProfileSet profiles,
    AuditTrail audit,
    Secrets secrets,
    InteropSettings settings,
    RequestLimits limits,
    Turns turns,
    FishingWatch watch,
    ILogger<GuardedStore> logger,
    TimeProvider clock)
{
    // Named for the nested classes, which run transactions and read references.
    private readonly SharingPolicy policy = policy;
    private readonly SharingRows sharingRows = sharingRows;
    private readonly InteropSettings settings = settings;
    private readonly RequestLimits limits = limits;

    /// <summary>Which tables judged a stored resource, for how long they let a case be, and how its texts and days were read.</summary>
    private string PolicyVersion { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{policy.TierVersion} {policy.LabelVersion} {settings.CaseInactivity.TotalDays} "
        + $"{StringFolding.Version} {settings.TimeZone.Id} {queries.CodeCase.Version}").TrimEnd();

    /// <summary>Does work that keeps a core busy in a turn of the caller's: see <see cref="Turns"/>.</summary>
    private Task<T> InTurnAsync<T>(Caller caller, Func<Task<T>> work, CancellationToken cancellationToken) =>
        turns.RunAsync(RequestLimits.ClientOf(caller), work, cancellationToken);

    private long Now() => Instants.ToMicroseconds(clock.GetUtcNow());

    /// <param name="right">One of <c>c r u d s</c>.</param>
    private static void Require(Caller caller, string type, char right)
    {
        if (!caller.Scopes.Allows(type, right))
        {
            throw FhirException.InsufficientScope(caller.Scopes.Objection(type, right));
        }
    }

    /// <summary>For answers that are computed of all resources of a type: scopes that open some of them would be none.</summary>
    private static void RequireWhole(Caller caller, string type, char right)
    {
        Require(caller, type, right);
        if (caller.Scopes.Constraints(right) is { } constraints && !constraints.Whole.Contains(type))
        {
            throw FhirException.InsufficientScope($"The token's scopes allow .{right} on some {type} resources only; this answer is about all.");
        }
    }

    private static void RequireScope(Caller caller, string scope)
    {
        if (!caller.Scopes.Has(scope))
        {
            throw FhirException.InsufficientScope($"The token lacks the scope {scope}.");
        }
    }

    /// <param name="right">The right that scopes must give for what is seen: <c>r</c> or <c>s</c>.</param>
    private async ValueTask<Sight> SightAsync(
        ReadSession read, Caller caller, long instant, char right, CancellationToken cancellationToken) =>
        await SightAsync(read, caller, instant, cancellationToken) with
        {
            Types = caller.Scopes.Types(right), Constraints = caller.Scopes.Constraints(right),
        };

    /// <summary>What the caller sees whatever its scopes for resources open: for what has a scope of its own.</summary>
    private async ValueTask<Sight> SightAsync(
        ReadSession read, Caller caller, long instant, CancellationToken cancellationToken, bool forSummary = false) =>
        Admission.Demand(
            caller,
            Sight(
                caller,
                instant,
                await read.HasAgreementAsync(caller.Organization, settings.Custodian, instant, cancellationToken),
                forSummary),
            caller.IsPerson && await read.LacksQualificationAsync(caller.Organization, caller.Practitioner, instant, cancellationToken));

    private Sight Sight(Caller caller, long instant, bool hasAgreement, bool forSummary = false) =>
        policy.SightOf(
        caller.Organization,
        caller.Practitioner,
        caller.Purposes,
        caller.Roles,
        instant,
        isCustodian: hasAgreement || caller.Organization == settings.Custodian,
        hasAgreement,
        types: null,
        forSummary);

    /// <summary>The eyes of a custodian on its own records, every label: for the server's own work, never for a caller's answer.</summary>
    private static Sight CustodianSight(string organization, long instant) =>
        new(organization, null, [], instant, Tier.Own, ~0L, Directory: true, Types: null);

    /// <summary>The eyes of somebody who has an agreement and nothing else: what they see, everybody sees.</summary>
    private static Sight DirectorySight(long instant) =>
        new(string.Empty, null, [], instant, Tier.None, Labels.None, Directory: true, Types: null);

    private async ValueTask<Disclosure?> DiscloseAsync(
        ReadSession read, SeenResource seen, Sight sight, CancellationToken cancellationToken)
    {
        var references = redactor.References(seen);
        var visible = references.Count == 0 ? NoKeys : await read.VisibleAsync(references, sight.ForReferences(), cancellationToken);
        return redactor.Disclose(seen, visible, sight.Organization);
    }

    private static readonly IReadOnlySet<ResourceKey> NoKeys = new HashSet<ResourceKey>();
}
