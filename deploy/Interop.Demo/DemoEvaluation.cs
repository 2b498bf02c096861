using System.Globalization;
using System.Text;

namespace Interop.Demo;

/// <summary>What the invented programme says of itself, so that it can be evaluated: its first year is over and frozen.</summary>
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
            // Months are frozen ten days after their end.
            var start = now.AddDays(-12).AddMonths(-12).ToString("yyyy-MM", CultureInfo.InvariantCulture);
            await folder.WriteAsync(
                FileName,
                Encoding.UTF8.GetBytes($$"""
                    {
                      "start": "{{start}}",
                      "districts": ["Harbor", "Millbrook", "Northfield", "Old Town"],
                      "languages": ["en", "es"],
                      "currency": "USD",
                      "costPerHour": {"crt": 180, "ccd": 75, "co-response": 240, "ems": 320, "police-secondary": 260, "police": 290},
                      "funding": {"municipal": 0.4, "health": 0.35, "foundation": 0.25},
                      "targets": {
                        "response-time": {"p50": 20, "p90": 40},
                        "follow-up-48h": {"share": 85},
                        "ed-transport": {"share": 20},
                        "referral-completed": {"share": 70}
                      }
                    }

                    """),
                cancellationToken);
        }

        return path;
    }
}
