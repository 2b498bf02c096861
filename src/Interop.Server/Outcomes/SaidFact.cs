using System.Text.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Outcomes;

/// <summary>One fact about an encounter, as an Observation says it.</summary>
/// <param name="Code">Of the code system crisis-observation; null where the Observation is about something else.</param>
/// <param name="Value">Yes or no; null where it says that nobody knows.</param>
/// <param name="IsSettled">Whether it says anything for good: yes, no, or that nobody knows.</param>
internal readonly record struct SaidFact(string? Code, bool? Value, bool IsSettled, string? Encounter, string? Subject, string? Status)
{
    public static readonly string[] Standing = ["final", "amended", "corrected"];
    public static readonly string[] Withdrawn = ["cancelled", "entered-in-error"];

    /// <summary>Whether it is a fact that is owed of an encounter.</summary>
    public bool IsOutcome => Code is not null && OutcomeTable.Codes.Contains(Code);

    public bool Stands => Standing.Contains(Status);

    public static SaidFact Read(ReadOnlyMemory<byte> observation)
    {
        using var document = JsonDocument.Parse(observation, FhirJson.Parsing);
        return Read(document.RootElement);
    }

    public static SaidFact Read(JsonElement root)
    {
        var value = root.At("valueBoolean");
        bool? said = value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };
        return new(
            root.Code("code", OutcomeTable.System),
            said,
            said is not null || root.At("dataAbsentReason").ValueKind == JsonValueKind.Object,
            root.At("encounter").Text("reference"),
            root.At("subject").Text("reference"),
            root.Text("status"));
    }
}
