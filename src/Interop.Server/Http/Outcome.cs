using System.Text.Json;
using Interop.Fhir.Validation;

namespace Interop.Server.Http;

/// <summary>Writes OperationOutcome (https://hl7.org/fhir/R4/operationoutcome.html).</summary>
internal static class Outcome
{
    public static byte[] Of(IReadOnlyList<Issue> issues) => FhirJson.Write(writer => Write(writer, issues));

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Issue> issues)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType", "OperationOutcome");
        writer.WriteStartArray("issue");
        foreach (var issue in issues)
        {
            writer.WriteStartObject();
            writer.WriteString("severity", Severity(issue.Severity));
            writer.WriteString("code", issue.Code);
            writer.WriteString("diagnostics", issue.Diagnostics);
            if (issue.Expression is not null)
            {
                writer.WriteStartArray("expression");
                writer.WriteStringValue(issue.Expression);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static string Severity(IssueSeverity severity) => severity switch
    {
        IssueSeverity.Fatal => "fatal",
        IssueSeverity.Warning => "warning",
        IssueSeverity.Information => "information",
        _ => "error",
    };
}
