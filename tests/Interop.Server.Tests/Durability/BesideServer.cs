using System.Diagnostics;

namespace Interop.Server.Tests.Durability;

/// <summary>The real program as a process on a test's database: it trusts whom the servers here trust, and can be killed.</summary>
internal static class BesideServer
{
    /// <param name="database">As <c>Interop:Database</c> names it.</param>
    public static async Task<ServingProcess> StartAsync(LoopbackIssuer issuer, string database, params IReadOnlyList<string> settings)
    {
        var start = new ProcessStartInfo("dotnet");
        foreach (var argument in (string[])
                 [
                     "exec", Path.Combine(AppContext.BaseDirectory, "interop.dll"), "serve", "--urls=http://127.0.0.1:0",
                     ServingProcess.SaysWhere,
                     $"--Interop:Database={database}", $"--Interop:PublicUrl={RunningServer.PublicUrl}",
                     "--Interop:Secret=a secret that all test servers share",
                     $"--Interop:Issuers:0:Authority={issuer.Authority}",
                     $"--Interop:Issuers:0:Audience={LoopbackIssuer.Audience}",
                     "--Interop:Issuers:0:Agencies:0=*",
                     .. settings,
                 ])
        {
            start.ArgumentList.Add(argument);
        }

        return await ServingProcess.StartAsync(start);
    }
}
