using System.Globalization;

namespace Interop.Benchmarks;

/// <summary>10 % create, 60 % read, 25 % update, 5 % delete of patients that this connection made itself.</summary>
internal sealed class CrudMix(int connection, string token, string publicUrl) : IConnectionScript
{
    private const int Kept = 20;
    private readonly Random random = new(connection);
    private readonly List<string> paths = [];
    private int made;

    public byte[] NextRequest()
    {
        var choice = paths.Count < Kept ? 0 : random.Next(100);
        var path = paths.Count == 0 ? string.Empty : paths[random.Next(paths.Count)];
        switch (choice)
        {
            case < 10:
                made++;
                return LoadClient.Request("POST", "/fhir/Patient", token, Patient(null));
            case < 70:
                return LoadClient.Request("GET", path, token);
            case < 95:
                made++;
                return LoadClient.Request("PUT", path, token, Patient(path[(path.LastIndexOf('/') + 1)..]));
            default:
                paths.Remove(path);
                return LoadClient.Request("DELETE", path, token);
        }
    }

    public void Answered(int status, string? location)
    {
        if (status == 201 && location is not null)
        {
            var path = location[(publicUrl.Length - "/fhir".Length)..];
            paths.Add(path[..path.IndexOf("/_history", StringComparison.Ordinal)]);
        }
    }

    private string Patient(string? id)
    {
        var number = string.Create(CultureInfo.InvariantCulture, $"{connection}-{made}");
        return $$"""
            {"resourceType":"Patient"{{(id is null ? "" : $",\"id\":\"{id}\"")}},"identifier":[{"system":"urn:interop:bench",
            "value":"{{number}}"}],"active":true,"name":[{"use":"official","family":"Bench{{number}}","given":["Ana","Bea"]}],"telecom":[
            {"system":"phone","value":"555-0100"}],"gender":"female","birthDate":"1988-02-29","address":[{"use":"home",
            "line":["1 Example Way"],"city":"Sampleton","postalCode":"00000"}]}
            """;
    }
}
