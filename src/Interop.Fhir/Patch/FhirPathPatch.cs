using Interop.Fhir.FhirPath;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Patch;

/// <summary>
/// A FHIRPath Patch (https://hl7.org/fhir/R4/fhirpatch.html): add, insert, delete, replace and move in a Parameters resource; all or none,
/// and no byte changes outside the elements that an operation is about. The result may be no valid resource: validate it before it is
/// stored.
/// </summary>
public sealed class FhirPathPatch
{
    private readonly ReadOnlyMemory<byte> parameters;
    private readonly int count;

    private FhirPathPatch(ReadOnlyMemory<byte> parameters, int count) => (this.parameters, this.count) = (parameters, count);

    /// <summary>Null where the bytes are not a valid Parameters resource of operations; then the issues say why (HTTP 400).</summary>
    public static FhirPathPatch? Parse(ReadOnlyMemory<byte> utf8, out IReadOnlyList<Issue> issues)
    {
        var text = ByteOrderMark.Skip(utf8);
        issues = [.. ResourceValidator.Validate(text, ValidationOptions.StructureOnly)
            .Where(issue => issue.Severity <= IssueSeverity.Error)];
        if (issues.Count > 0)
        {
            return null;
        }

        using var tape = JsonTape.TryRead(text.Span, out _);
        var operations = Operations(text, tape!).ToList();
        if (new TapePlace(text, tape!, 0).ChildText("resourceType"u8) != "Parameters")
        {
            issues = [Wrong("A FHIRPath Patch is a Parameters resource.", "resourceType")];
        }
        else if (operations.Count > JsonPatch.MostOperations)
        {
            issues = [new(IssueSeverity.Error, "too-costly", $"A patch may have {JsonPatch.MostOperations} operations at most.", null)];
        }
        else
        {
            issues = [.. operations.SelectMany((operation, index) =>
                FhirPathPatchOperation.Check(operation).Select(rule => Wrong(rule, $"Parameters.parameter[{index}]")))];
        }

        return issues.Count == 0 ? new(text, operations.Count) : null;
    }

    /// <summary>The changed resource without a byte order mark; null where an operation can't be carried out (HTTP 422).</summary>
    public byte[]? Apply(ReadOnlyMemory<byte> resource, out IReadOnlyList<Issue> issues)
    {
        using var tape = JsonTape.TryRead(parameters.Span, out _);
        var operations = Operations(parameters, tape!).ToList();
        var document = ByteOrderMark.Skip(resource).ToArray();
        for (var i = 0; i < count; i++)
        {
            string rule;
            byte[]? changed = null;
            try
            {
                changed = new FhirPathPatchOperation(operations[i]).Apply(document, out rule);
            }
            catch (Exception failure) when (failure is FhirPathException or FormatException)
            {
                rule = failure is FhirPathException
                    ? $"the path can't be evaluated: {failure.Message}."
                    : "the document is not a resource of R4.";
            }

            if (changed is null)
            {
                issues = [new(IssueSeverity.Error, "processing", $"Operation {i}: {rule}", $"Parameters.parameter[{i}]")];
                return null;
            }

            document = changed;
        }

        issues = [];
        return document;
    }

    private static Issue Wrong(string rule, string expression) => new(IssueSeverity.Error, "value", rule, expression);

    private static IEnumerable<TapePlace> Operations(ReadOnlyMemory<byte> utf8, JsonTape tape) =>
        new TapePlace(utf8, tape, 0).Property("parameter")?.Children() ?? [];
}
