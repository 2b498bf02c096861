using Interop.Fhir;
using Interop.Server.Http;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>What an operator at the machine may do without a token: bring data in, keeping its ids, for a named custodian.</summary>
internal sealed partial class GuardedStore
{
    private const string SeededSetting = "seeded";

    /// <summary>Stores resources under their own ids, as they are but for the form of their references, in one transaction.</summary>
    /// <exception cref="FhirException">400 or 422 with every issue of the first invalid resource; nothing is stored.</exception>
    public async Task ImportAsync(
        string source, IReadOnlyList<(ResourceKey Key, byte[] Json)> resources, CancellationToken cancellationToken)
    {
        var valid = resources.Select(item => (item.Key, Json: Checked(item.Key.Type, item.Key, item.Json))).ToList();
        await store.WriteAsync(
            session =>
            {
                var instant = Now();
                var written = new WrittenResources();
                var door = new ReferenceDoor(this, session, null, CustodianSight(source, instant), new());

                // Those that are found by identifier come before those that name them so.
                foreach (var (key, json) in valid.OrderBy(item => ReferenceDoor.Looks(item.Json)))
                {
                    var (body, refused) = door.Normal(key.Type, json);
                    if (refused is not null)
                    {
                        throw new FhirException(refused.Status, refused.Issues);
                    }

                    Put(session, key, source, body, instant, session.Find(key), written);
                }

                sharingRows.Refresh(session, written);
                session.Audit(AuditTrail.Row(Operator, instant, FhirInteraction.Transaction, null, null, "permit", detail =>
                {
                    detail.WriteString("import", source);
                    detail.WriteNumber("resources", resources.Count);
                }));
            },
            cancellationToken);
    }

    /// <summary>A Bundle of any type in one transaction; gives a sentence for the operator.</summary>
    /// <param name="source">Id of the custodian Organization; null for the configured one.</param>
    public async Task<string> ImportBundleAsync(string? source, byte[] body, CancellationToken cancellationToken)
    {
        var request = BundleRequest.ParseForImport(Checked("Bundle", null, body), settings.Bases);
        var custodian = source ?? settings.Custodian;
        return await store.WriteAsync(
            session =>
            {
                var instant = Now();
                var sight = CustodianSight(custodian, instant);
                var run = new BundleRun(this, session, null, sight, new());
                run.Execute(request);
                session.Audit(AuditTrail.Row(Operator, instant, FhirInteraction.Transaction, null, null, "permit", detail =>
                {
                    detail.WriteString("import", custodian);
                    detail.WriteNumber("resources", run.Written.Count);
                }));
                return $"{run.Written.Count} resources";
            },
            cancellationToken);
    }

    /// <summary>Judges again what other versions of the tier and label tables judged; the rest is as it was.</summary>
    public async Task JudgeAgainAsync(CancellationToken cancellationToken)
    {
        const int AtOnce = 500;
        int judged;
        do
        {
            judged = await store.WriteAsync(
                session =>
                {
                    var resources = session.JudgedOtherwise(PolicyVersion, AtOnce);
                    var written = new WrittenResources();
                    Rejudge(session, resources, Now(), written);
                    sharingRows.Refresh(session, written);
                    return resources.Count;
                },
                cancellationToken);
        }
        while (judged == AtOnce);
    }

    public async Task<bool> IsSeededAsync(CancellationToken cancellationToken)
    {
        await using var read = await store.OpenReadAsync(cancellationToken);
        return await read.SettingAsync(SeededSetting, cancellationToken) is not null;
    }

    public Task MarkSeededAsync(CancellationToken cancellationToken) =>
        store.WriteAsync(session => session.SetSetting(SeededSetting, "1"), cancellationToken);

    public Task<AuditVerification> VerifyAuditAsync(CancellationToken cancellationToken) => store.VerifyAuditAsync(cancellationToken);
}
