using System.Text.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Staff;

/// <summary>A training that could not be counted is refused, and not stored without effect.</summary>
internal sealed class TrainingRule() : TypeRule("Practitioner")
{
    private const string Element = "Practitioner.qualification";

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        using var document = JsonDocument.Parse(step.After, FhirJson.Parsing);
        foreach (var qualification in document.RootElement.Items("qualification"))
        {
            var code = qualification.Code("code", Training.System);
            var hasHours = qualification.Extension(Training.HoursUrl).ValueKind == JsonValueKind.Object;
            if (code is null && !hasHours)
            {
                continue; // no training of ours: a licence, a degree
            }

            if (Objection(code, qualification) is { } objection)
            {
                return new(IssueCode.BusinessRule, objection, Element);
            }
        }

        return null;
    }

    private static string? Objection(string? code, JsonElement qualification) =>
        code is null ? $"Hours are those of a training: its code is one of {string.Join(", ", Training.Codes)} (crisis-training)."
        : !Training.Codes.Contains(code) ? $"A training is one of {string.Join(", ", Training.Codes)} (crisis-training)."
        : Training.Read(qualification) is null
            ? "A training has the day on which it began (period.start) and its hours (extension training-hours: hours above 0, at most"
                + " 1000, and handsOn of them)."
        : null;
}
