using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.Operations;

/// <summary>A parameter of an operation that is a Reference to a resource of this server.</summary>
internal static class ReferenceInput
{
    /// <exception cref="FhirException">400: it is missing, or no Reference to such a resource.</exception>
    public static ResourceKey Of(OperationInput input, string name, string type, InteropSettings settings)
    {
        string? literal = null;
        try
        {
            literal = JsonNode.Parse(input.Require(name)) is JsonObject reference ? (string?)reference["reference"] : null;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            // it is no Reference: said below
        }

        return literal is { Length: > 0 } && settings.Bases.Read(literal) is ReferenceReading.Local { Key: var key } && key.Type == type
            ? key
            : throw new FhirException(
                IssueCode.Value,
                $"The parameter {name} must be a Reference to a {type} of this server.",
                $"Parameters.parameter.where(name='{name}')");
    }
}
