using System.Globalization;
using System.Text;

namespace Interop.Demo;

/// <summary>What the invented programme says of itself, so that it can be evaluated: it began eleven months before the demo did.</summary>
internal static class DemoEvaluation
{
    private const string FileName = "evaluation.json";

    /// <summary>Writes the file where there is none: a programme's first month stays what it was.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> MakeAsync(PrivateFolder folder, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var path = folder.File(FileName);
        if (!File.Exists(path))
        {
            var start = now.AddMonths(-11).ToString("yyyy-MM", CultureInfo.InvariantCulture);
            await folder.WriteAsync(
                FileName,
                Encoding.UTF8.GetBytes($$"""
                    {
                      "start": "{{start}}",
                      "languages": ["en", "es"],
                      "currency": "USD",
                      "costPerHour": {"crt": 180, "ccd": 75, "co-response": 240, "ems": 320, "police-secondary": 260, "police": 290},
                      "funding": {"municipal": 0.4, "health": 0.35, "foundation": 0.25}
                    }

                    """),
                cancellationToken);
        }

        return path;
    }
}
