using System.Globalization;
using Interop.Fhir;
using Interop.Fhir.Schema;
using Interop.Fhir.Search;
using Interop.Server.Settings;
using Interop.Sharing.Agreements;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Read;

namespace Interop.Server.Guard;

/// <summary>Judges resources for storage, with what the directory that is stored says about who keeps them and whom they name.</summary>
internal sealed class Judge(
    SharingPolicy policy, Redactor redactor, SearchQueryParser queries, SearchParameterSet parameters, InteropSettings settings)
{
    /// <summary>
    /// Which tables judged a stored resource, for how long they let a case be, how its texts and days were read, and by which parameters
    /// it is found.
    /// </summary>
    public string PolicyVersion { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{policy.TierVersion} {policy.LabelVersion} {settings.CaseInactivity.TotalDays} "
        + $"{StringFolding.Version} {settings.TimeZone.Id} {queries.CodeCase.Version} {parameters.Version}").TrimEnd();

    public StandIns StandIns { get; } = new(queries, settings);

    /// <inheritdoc cref="Redactor.Judge"/>
    public JudgedResource Of(
        ResourceRows rows, ReadOnlyMemory<byte> body, SourceFacts custodian, ResourceKey key, long instant, long lapses) =>
        redactor.Judge(
            body,
            custodian,
            key,
            instant,
            lapses,
            targets => rows.Visible(targets, Sights.OfDirectory(instant)),
            entry => StandIns.OrganizationOf(rows, entry));

    /// <summary>As it is stored, with the time of its last write: to be judged again renews no case.</summary>
    public JudgedResource Of(ResourceRows rows, StoredResource stored) => Of(
        rows, stored.Body, CustodianOf(rows, stored.Source), stored.Key, stored.UpdatedAt, Lapse(
            rows, stored.UpdatedAt, stored, renews: false));

    /// <summary>
    /// The organisations that the references at an element of a resource name, themselves or through a role or a service.
    /// </summary>
    public IReadOnlyList<string> OrganizationsAt(ResourceRows rows, ReadOnlyMemory<byte> body, string type, string element) =>
        redactor.OrganizationsAt(body, type, element, entry => StandIns.OrganizationOf(rows, entry));

    /// <summary>
    /// When an open case ends that nothing else renews, UTC microseconds; what renews nothing leaves it the end that it has.
    /// </summary>
    /// <param name="stored">The resource that establishes it, as it was before; null for a new one.</param>
    public long Lapse(ResourceRows rows, long instant, StoredResource? stored, bool renews) =>
        renews || stored is null ? After(instant) : Math.Min(After(stored.UpdatedAt), rows.CaseEnd(stored.Key) ?? long.MaxValue);

    private long After(long instant) => instant + settings.CaseInactivity.InMicroseconds();

    /// <summary>What kind of agency an organisation is; null where the custodian that runs this server does not say so.</summary>
    public AgencyType? TypeOf(GuardedRows rows, string organization) => FactsOf(rows.Rows, organization)?.Type;

    /// <summary>
    /// What is known of an organisation that keeps records. Only the custodian that runs this server says what kind of organisation
    /// someone is.
    /// </summary>
    public SourceFacts CustodianOf(ResourceRows rows, string organization)
    {
        var facts = FactsOf(rows, organization);
        return new(organization, facts?.Part2Program ?? false, facts?.CoveredEntity ?? false)
        {
            RunsServer = organization == settings.Custodian,
        };
    }

    private OrganizationFacts? FactsOf(ResourceRows rows, string organization) =>
        rows.Find(new("Organization", organization)) is { Deleted: false } stored && stored.Source == settings.Custodian
            ? OrganizationReader.Read(stored.Body, organization)
            : null;
}
