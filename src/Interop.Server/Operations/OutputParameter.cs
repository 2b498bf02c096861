using System.Text.Json;

namespace Interop.Server.Operations;

/// <summary>One parameter of an operation's answer (https://hl7.org/fhir/R4/parameters.html): a primitive value, or parts.</summary>
/// <param name="Element">Such as <c>valueCode</c>; null where there are parts.</param>
/// <param name="Value">Text or a Boolean.</param>
internal sealed record OutputParameter(string Name, string? Element, object? Value, IReadOnlyList<OutputParameter> Parts)
{
    public static OutputParameter Of(string name, string element, object value) => new(name, element, value, []);

    /// <summary>One parameter, or none where there is no value.</summary>
    public static IEnumerable<OutputParameter> IfAny(string name, string element, object? value) =>
        value is null ? [] : [Of(name, element, value)];

    public static OutputParameter Group(string name, IReadOnlyList<OutputParameter> parts) => new(name, null, null, parts);

    /// <summary>A Parameters resource.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<OutputParameter> parameters)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType", "Parameters");
        Write(writer, "parameter", parameters);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string list, IReadOnlyList<OutputParameter> parameters)
    {
        writer.WriteStartArray(list);
        foreach (var parameter in parameters)
        {
            writer.WriteStartObject();
            writer.WriteString("name", parameter.Name);
            switch (parameter.Value)
            {
                case null:
                    Write(writer, "part", parameter.Parts);
                    break;
                case bool flag:
                    writer.WriteBoolean(parameter.Element!, flag);
                    break;
                default:
                    writer.WriteString(parameter.Element!, (string)parameter.Value);
                    break;
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
