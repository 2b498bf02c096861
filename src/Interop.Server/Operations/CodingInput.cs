using System.Text.Json;
using Interop.Server.Http;

namespace Interop.Server.Operations;

/// <summary>The code that an operation is about: <c>code</c> with <c>system</c> and <c>display</c>, or a <c>coding</c>.</summary>
/// <param name="System">Null where none was given: the value set then implies it.</param>
internal sealed record CodingInput(string? System, string Code, string? Display)
{
    /// <exception cref="FhirException">400 where there is no code.</exception>
    public static CodingInput From(OperationInput input)
    {
        if (input["coding"] is not { } coding)
        {
            return new(input["system"], input.Require("code"), input["display"]);
        }

        if (input["code"] is not null || input["system"] is not null)
        {
            throw new FhirException(IssueCode.Invalid, "Give code and system, or coding, not both.");
        }

        try
        {
            using var document = JsonDocument.Parse(coding);
            return document.RootElement.ValueKind == JsonValueKind.Object && Text(document, "code") is { } code
                ? new(Text(document, "system"), code, Text(document, "display"))
                : throw new FhirException(IssueCode.Required, "The coding has no code.");
        }
        catch (JsonException)
        {
            throw new FhirException(IssueCode.Value, "coding must be a Coding; in a query give code and system.");
        }
    }

    private static string? Text(JsonDocument coding, string name) =>
        coding.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
