using System.Globalization;
using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Server.Guard.Tables;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Storage;
using Interop.Storage.Write;

namespace Interop.Server.Guard.Exports;

/// <summary>Begins, shows and ends exports: each is its caller's alone.</summary>
internal sealed class GuardedExports(
    ResourceStore store,
    GuardedStore guarded,
    AuditTrail audit,
    ExportFiles files,
    ExportSignal signal,
    Turns turns,
    TableEyes eyes,
    InteropSettings settings)
{
    // An export reads for minutes; who needs more at once has asked for the same thing twice.
    private const int MostOfOne = 4;

    /// <summary>Where an export is asked about, below the server's address.</summary>
    public const string Path = "$export";

    /// <summary>The patients of a group that the caller reads; null where it reads no such group.</summary>
    public async Task<IReadOnlyList<string>?> PatientsOfAsync(Caller caller, ResourceKey group, CancellationToken cancellationToken)
    {
        caller.Demand(group.Type, SmartRight.Read);
        await using var snapshot = await guarded.OpenAsync(caller, cancellationToken);
        return snapshot.Read(group, snapshot.Sight.Within(caller, SmartRight.Read)) is { } disclosure
            ?
            [
                .. ResourceReferences.Of(disclosure.Body).Places.Where(place => place is { Container: null, Element: "member.entity" })
                    .Select(place => place.Target)
                    .OfType<ResourceKey>().Where(key => key.Type == "Patient").Select(key => key.Id).Distinct(),
            ]
            : null;
    }

    /// <summary>Writes down that an export is to be made, and gives its id.</summary>
    /// <exception cref="FhirException">
    /// 403: the agency is not admitted, or an evaluator may not have it. 429: the caller has several at work.
    /// </exception>
    public async Task<string> BeginAsync(Caller caller, ExportRequest request, CancellationToken cancellationToken)
    {
        if (eyes.IsLimited(caller) && request.Table is null)
        {
            throw new FhirException(IssueCode.Forbidden, "An evaluator exports views alone (ViewDefinition/$export).");
        }

        var owner = KeptCaller.OwnerOf(caller);
        await using (var snapshot = await guarded.OpenAsync(caller, cancellationToken))
        {
            if (request.Table is { IsLimited: true })
            {
                eyes.DemandUse(snapshot, caller);
            }

            if (snapshot.Rows.Exports().Count(job => job.Owner == owner && job.FinishedAt is null) >= MostOfOne)
            {
                throw new FhirException(IssueCode.Throttled, $"{MostOfOne} exports of this client are not done yet.")
                {
                    RetryAfter = TimeSpan.FromMinutes(1),
                };
            }
        }

        var job = new ExportJob(
            Guid.NewGuid().ToString("N"),
            owner,
            KeptCaller.Write(caller),
            request.Write(),
            guarded.Now(),
            ExportProgress.Start.Write(),
            null,
            null,
            0);
        await store.WriteAsync(
            session =>
            {
                session.AddExport(job);
                session.Audit(AuditTrail.Row(caller, job.BegunAt, FhirInteraction.Operation, $"{Path}/{job.Id}", null, "permit", detail =>
                    detail.WriteString("request", request.Url)));
            },
            cancellationToken);
        signal.Ring();
        return job.Id;
    }

    public async Task<ExportState> StateAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var job = await FindAsync(caller, id, cancellationToken);
        await RecordAsync(caller, job, $"{Path}/{id}");
        if (job is null)
        {
            return new ExportState.Absent();
        }

        var (request, progress) = (ExportRequest.Read(job.Request), ExportProgress.Read(job.Progress));
        if (job.FinishedAt is not { } finished)
        {
            // How far it has come in the order in which all was written is not an evaluator's to know.
            return new ExportState.Running(request.Table is { IsLimited: true } ? "under way" : string.Create(
                CultureInfo.InvariantCulture,
                $"{progress.Type} of {request.Types.Count} types, {progress.Resources} resources"));
        }

        return job.Failure is { } reason
            ? new ExportState.Failed(reason)
            : new ExportState.Done(ExportManifest.Of(
                request,
                progress.Files,
                job.BegunAt,
                $"{settings.PublicUrl}/{Path}/{job.Id}",
                Instants.ToDateTimeOffset(finished).AddHours(settings.Exports!.Hours)));
    }

    /// <summary>One file of a finished export; null where there is none for this caller.</summary>
    public async Task<IOwnAnswer?> FileAsync(Caller caller, string id, string name, CancellationToken cancellationToken)
    {
        var job = await FindAsync(caller, id, cancellationToken);
        var request = job is null ? null : ExportRequest.Read(job.Request);
        var file = job is { FinishedAt: not null, Failure: null }
            ? ExportProgress.Read(job.Progress).Files.FirstOrDefault(file => request!.NameOf(file) == name)
            : null;
        var target = $"{Path}/{id}/{(file is null ? "?" : name)}";
        if (file is null)
        {
            await RecordAsync(caller, null, target);
            return null;
        }

        IOwnAnswer answer = request!.Table is { } table
            ? await turns.RunAsync(caller, () => TableAsync(table, file, cancellationToken), cancellationToken)
            : await ExportFile.ReadAsync(files, file, cancellationToken);
        await RecordAsync(caller, job, target);
        return answer;
    }

    private async Task<TableFile> TableAsync(ExportedTable table, ExportedFile file, CancellationToken cancellationToken)
    {
        var lines = table.Begin();
        lines.AddWritten((await files.ReadAsync(file.Name, cancellationToken)).AsSpan(0, checked((int)file.Bytes)));
        return await TableFile.OfAsync(
            table.IsLimited ? lines.InOrder(int.MaxValue) : lines, TableFormat.Of(table.Format), cancellationToken);
    }

    /// <summary>Ends an export and removes its files; false where there is none for this caller.</summary>
    public async Task<bool> CancelAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var job = await FindAsync(caller, id, cancellationToken);
        if (job is null)
        {
            await RecordAsync(caller, null, $"{Path}/{id}");
            return false;
        }

        await store.WriteAsync(
            session =>
            {
                session.RemoveExport(id);
                session.Audit(AuditTrail.Row(caller, guarded.Now(), FhirInteraction.Delete, $"{Path}/{id}", null, "permit"));
            },
            cancellationToken);
        files.Remove(id);
        return true;
    }

    /// <summary>
    /// Who is not admitted any more, or has become an evaluator since, gets nothing that was written before.
    /// </summary>
    private async Task<ExportJob?> FindAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        await using var snapshot = await guarded.OpenAsync(caller, cancellationToken);
        if (snapshot.Rows.Export(id) is not { } job || job.Owner != KeptCaller.OwnerOf(caller))
        {
            return null;
        }

        if (!eyes.IsLimited(caller))
        {
            return job;
        }

        eyes.DemandUse(snapshot, caller);
        return ExportRequest.Read(job.Request).Table is { IsLimited: true } ? job : null;
    }

    private Task RecordAsync(Caller caller, ExportJob? job, string target) => audit.RecordAsync(
        AuditTrail.Row(caller, guarded.Now(), FhirInteraction.Operation, target, null, job is null ? "deny" : "permit"),
        CancellationToken.None);
}

/// <summary>Tells the worker that there is something to do.</summary>
internal sealed class ExportSignal : IDisposable
{
    private readonly SemaphoreSlim rung = new(0);

    public void Ring() => rung.Release();

    /// <summary>Waits until it rings, or for a while.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => rung.WaitAsync(atMost, cancellationToken);

    public void Dispose() => rung.Dispose();
}
