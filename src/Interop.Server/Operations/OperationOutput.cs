using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Http;

namespace Interop.Server.Operations;

/// <summary>
/// An operation's answer of its own (https://hl7.org/fhir/R4/operations.html#response): values and parts, never a resource.
/// </summary>
internal sealed class OperationOutput : IOwnAnswer
{
    private readonly Parameters parameters = new();

    public ReadOnlyMemory<byte> Json => AuthoredJson.Of(parameters);

    /// <summary>Adds a parameter; where the value is null or without a value of its own, none.</summary>
    public OperationOutput Add(string name, DataType? value)
    {
        parameters.Parameter.AddRange(Part(name, value));
        return this;
    }

    public OperationOutput Add(string name, IEnumerable<Parameters.ParameterComponent> parts)
    {
        parameters.Parameter.Add(new() { Name = name, Part = [.. parts] });
        return this;
    }

    /// <summary>One part, or none where there is no value.</summary>
    public static IEnumerable<Parameters.ParameterComponent> Part(string name, DataType? value) =>
        value is null or PrimitiveType { JsonValue: null } ? [] : [new() { Name = name, Value = value }];
}
