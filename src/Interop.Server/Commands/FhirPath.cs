using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Fhir.FhirPath;
using Interop.Server.Settings;

namespace Interop.Server.Commands;

/// <summary><c>interop fhirpath EXPRESSION FILE...</c>: each result as a JSON line of type, path in the resource, and value.</summary>
internal static class FhirPath
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Command()
    {
        var expression = new Argument<string>("expression") { Description = "FHIRPath, such as Patient.name.given." };
        var paths = new Argument<string[]>("path")
        {
            Description = "JSON files, NDJSON files or folders; - for the standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var value = new Option<bool>("--value") { Description = "Prints the values alone: texts as they are, others as JSON." };
        var command = new Command("fhirpath",
            "Evaluates FHIRPath over resources; exit status 1 if it fails for any, 2 if it is no expression.") { expression, paths, value };
        command.SetAction(arguments => Run(
            arguments.GetValue(expression)!, arguments.GetValue(paths)!, arguments.GetValue(value), Console.Out, Console.Error));
        return command;
    }

    private static int Run(string text, string[] paths, bool onlyValues, TextWriter output, TextWriter errors)
    {
        FhirPathExpression expression;
        try
        {
            expression = FhirPathExpression.Compile(text);
        }
        catch (FhirPathException wrong)
        {
            errors.WriteLine($"error {wrong.Message}");
            return 2;
        }

        // The verb is at a person's clock; the library has none.
        var context = FhirPathContext.Default with { Now = TimeProvider.System.GetLocalNow() };
        var status = 0;
        foreach (var (name, bytes, problem) in ResourceFiles.Read(paths))
        {
            try
            {
                foreach (var result in problem is null ? expression.Evaluate(bytes, context) : throw new FormatException(problem))
                {
                    output.WriteLine(Line(result, bytes, onlyValues));
                }
            }
            catch (Exception failure) when (failure is FhirPathException or FormatException)
            {
                errors.WriteLine($"error {name} {failure.Message}");
                status = 1;
            }
        }

        return status;
    }

    private static string Line(FhirPathResult result, ReadOnlySpan<byte> utf8, bool onlyValue)
    {
        if (onlyValue && Text(result, utf8) is { } text)
        {
            return text;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            if (onlyValue)
            {
                Write(writer, result, utf8);
            }
            else
            {
                writer.WriteStartObject();
                writer.WriteString("type", result.Type);
                if (result.Path is not null)
                {
                    writer.WriteString("path", result.Path);
                }

                writer.WritePropertyName("value");
                Write(writer, result, utf8);
                writer.WriteEndObject();
            }
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, FhirPathResult result, ReadOnlySpan<byte> utf8)
    {
        if (result.Bytes is { } range)
        {
            using var value = JsonDocument.Parse(utf8[range].ToArray(), new JsonDocumentOptions { MaxDepth = 512 });
            value.WriteTo(writer); // on one line, whatever the file's layout
        }
        else
        {
            JsonSerializer.Serialize(writer, result.Value);
        }
    }

    /// <summary>A text without its quotes; null for all else.</summary>
    private static string? Text(FhirPathResult result, ReadOnlySpan<byte> utf8) => result switch
    {
        { Bytes: { } range } when utf8[range] is [(byte)'"', ..] => JsonNode.Parse(utf8[range])!.GetValue<string>(),
        { Bytes: null, Value: string text } => text,
        _ => null,
    };
}
