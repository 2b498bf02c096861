using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Measures;
using Interop.Server.Security;

namespace Interop.Demo;

/// <summary>The reports of the past, which the manager has signed: all but those of the last month, which are drafts.</summary>
internal static class DemoReports
{
    /// <exception cref="InvalidOperationException">The server would not let her.</exception>
    public static async Task SignAsync(IServiceProvider server, CancellationToken cancellationToken)
    {
        var (reports, writes) = (server.GetRequiredService<Reports>(), server.GetRequiredService<GuardedWrites>());
        var due = server.GetRequiredService<Interop.Server.Measures.Calendar>()
            .DueBy(server.GetRequiredService<GuardedStore>().Now()).ToList();
        await reports.MakeAsync(due, cancellationToken);
        foreach (var period in due.Where(period => period.Months > 1 || period.Last < due[^1].Last))
        {
            foreach (var measure in CrisisMeasure.All)
            {
                var key = reports.KeyOf(measure, period);
                var result = await writes.PatchAsync(Manager, key, Signed, Preconditions.None, cancellationToken);
                if (result is not WriteResult.Stored)
                {
                    throw new InvalidOperationException($"{key} could not be signed.");
                }
            }
        }
    }

    private static Caller Manager
    {
        get
        {
            var person = DemoPerson.All.Single(known => known.UserName == DemoPerson.Manager);
            return new(
                DemoPerson.ClientOf(person.Organization), person.UserName, person.Organization, person.Practitioner,
                [person.Purposes], [person.Roles], Scopes.All);
        }
    }

    private static byte[] Signed(ReadOnlyMemory<byte> report)
    {
        var root = JsonNode.Parse(report.Span)!;
        root["status"] = "complete";
        return JsonSerializer.SerializeToUtf8Bytes(root);
    }
}
