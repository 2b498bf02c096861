using System.CommandLine;
using System.Globalization;
using Interop.Server.Guard;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop doctor</c>: asks whether all is well, a line for each question; exit status 1 if something is not. It changes nothing, and
/// the server may run meanwhile.
/// </summary>
internal static class Doctor
{
    private const int MostTold = 20;

    // Proofs and assertions may be a minute old; a clock further off refuses good ones.
    private static readonly TimeSpan MostAskew = TimeSpan.FromSeconds(30);

    public static Command Command()
    {
        var database = Offline.Database();
        var doctor = new Command("doctor", "Asks whether database, trail, clock and issuers are well.") { database };
        doctor.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: false);
            var isWell = await CompiledAsync(provider, cancellationToken);
            isWell &= await TrailAsync(provider, cancellationToken);
            isWell &= await IssuersAsync(provider, cancellationToken);
            return isWell ? 0 : 1;
        });
        return doctor;
    }

    private static async Task<bool> CompiledAsync(ServiceProvider provider, CancellationToken cancellationToken)
    {
        var total = 0L;
        var differences = await provider.GetRequiredService<Checkup>().RunAsync(
            count =>
            {
                if (count / 10_000 > total / 10_000)
                {
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} resources compiled anew ..."));
                }

                total = count;
            },
            cancellationToken);
        foreach (var difference in differences.Take(MostTold))
        {
            Console.WriteLine($"error {difference} is not what would be compiled now");
        }

        Console.WriteLine(differences.Count == 0
            ? $"ok {total} resources: labels, tiers, index and grants are what would be compiled now"
            : $"error {differences.Count} differences in {total} resources; store the resources again, or restore a backup");
        return differences.Count == 0;
    }

    private static Task<bool> TrailAsync(ServiceProvider provider, CancellationToken cancellationToken) =>
        VerifyAudit.RunAsync(provider, null, null, cancellationToken);

    private static async Task<bool> IssuersAsync(ServiceProvider provider, CancellationToken cancellationToken)
    {
        var isWell = true;
        var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient(InteropIssuer.HttpClient);
        var issuers = provider.GetRequiredService<InteropSettings>().Issuers;
        if (issuers.Count == 0)
        {
            Console.WriteLine("error no issuer is set (Interop:Issuers:0): nobody could be let in");
            isWell = false;
        }

        foreach (var issuer in issuers)
        {
            var (line, isGood) = await IssuerAsync(http, issuer.Authority, cancellationToken);
            Console.WriteLine(line);
            isWell &= isGood;
        }

        return isWell;
    }

    private static async Task<(string Line, bool IsGood)> IssuerAsync(
        HttpClient http, string authority, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync($"{authority}/.well-known/openid-configuration", cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                return ($"error {authority} answers {(int)answer.StatusCode} where its metadata should be", false);
            }

            var askew = (answer.Headers.Date - DateTimeOffset.UtcNow)?.Duration() ?? TimeSpan.Zero;
            return askew <= MostAskew
                ? ($"ok {authority} answers, and its clock agrees", true)
                : ($"error the clock of {authority} is {(long)askew.TotalSeconds} s from ours", false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            return ($"error {authority} does not answer", false);
        }
    }
}
