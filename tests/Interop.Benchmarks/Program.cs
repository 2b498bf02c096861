using System.Globalization;
using System.Runtime.InteropServices;
using Interop.Benchmarks;

// One run, one machine: ratios between lines of one output mean something, numbers of two outputs do not.
var output = Console.Out;
if (args is ["send", var port, var token, var what])
{
    await BystanderBenchmarks.SendAsync(int.Parse(port, CultureInfo.InvariantCulture), token, what);
    return;
}

if (args is ["read", var readPort, var readToken])
{
    await BystanderBenchmarks.ReadAndWriteAsync(int.Parse(readPort, CultureInfo.InvariantCulture), readToken);
    return;
}

if (args is ["read-encounters", var encountersPort, var encountersToken, var episodes])
{
    await StateYearBenchmarks.ReadAsync(
        int.Parse(encountersPort, CultureInfo.InvariantCulture), encountersToken, int.Parse(episodes, CultureInfo.InvariantCulture));
    return;
}

if (args is ["state-year", var year, .. var on])
{
    await StateYearBenchmarks.RunAsync(output, int.Parse(year, CultureInfo.InvariantCulture), on.FirstOrDefault());
    return;
}

if (args is ["start", var executable])
{
    await StartBenchmarks.RunAsync(output, executable);
    return;
}

if (args is ["pages", var city])
{
    await PagesBenchmarks.RunAsync(output, city);
    return;
}

output.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores");
var parts = args.Length == 0 ? ["fhir", "conformance", "sharing", "tokens", "server", "city", "bystander", "trail", "issuer"] : args;
if (parts.Contains("fhir"))
{
    FhirBenchmarks.Run(output);
}

if (parts.Contains("conformance"))
{
    ConformanceBenchmarks.Run(output);
}

if (parts.Contains("sharing"))
{
    SharingBenchmarks.Run(output);
}

if (parts.Contains("tokens"))
{
    await TokenCacheBenchmarks.RunAsync(output);
}

if (parts.Contains("server"))
{
    await ServerBenchmarks.RunAsync(output);
}

if (parts.Contains("city") || parts.Contains("bystander"))
{
    await CityBenchmarks.RunAsync(output, onlyBystander: !parts.Contains("city"), withBystander: parts.Contains("bystander"));
}

if (parts.Contains("city") && parts.Contains("postgres"))
{
    await CityBenchmarks.RunOnPostgresAsync(output);
}

if (parts.Contains("trail"))
{
    await TrailBenchmarks.RunAsync(output);
}

if (parts.Contains("issuer"))
{
    await IssuerBenchmarks.RunAsync(output);
}
