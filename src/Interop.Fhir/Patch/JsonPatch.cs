using Interop.Fhir.Json;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Patch;

/// <summary>
/// A JSON Patch (RFC 6902; https://hl7.org/fhir/R4/http.html#patch): all operations or none, and no byte changes but those that an
/// operation is about. The result may be no valid resource, an empty array for one: validate it before it is stored.
/// </summary>
public sealed class JsonPatch
{
    /// <summary>Each operation reads the document once; this bounds the work of a hostile patch.</summary>
    public const int MostOperations = 100;

    /// <summary>Copies of copies double with every operation: no patch makes more of a resource than this, in bytes.</summary>
    public const int MostGrowth = 1024 * 1024;

    private readonly IReadOnlyList<JsonPatchOperation> operations;

    private JsonPatch(IReadOnlyList<JsonPatchOperation> operations) => this.operations = operations;

    /// <summary>Null where the bytes are not a JSON Patch; then the issues say everything that is wrong with it (HTTP 400).</summary>
    public static JsonPatch? Parse(ReadOnlyMemory<byte> utf8, out IReadOnlyList<Issue> issues)
    {
        var text = ByteOrderMark.Skip(utf8);
        using var tape = JsonTape.TryRead(text.Span, out var fault);
        if (tape is null)
        {
            issues = [new(IssueSeverity.Fatal, "structure", fault.Describe(text.Span), null)];
            return null;
        }

        var found = new List<Issue>();
        var operations = new List<JsonPatchOperation>();
        var root = new TapePlace(text, tape, 0);
        if (root.Kind != TapeKind.Array)
        {
            found.Add(new(IssueSeverity.Error, "structure", "A JSON Patch is an array of operations.", null));
        }
        else if (root.Children().Skip(MostOperations).Any())
        {
            found.Add(new(IssueSeverity.Error, "too-costly", $"A patch may have {MostOperations} operations at most.", null));
        }
        else
        {
            foreach (var item in root.Children())
            {
                if (JsonPatchOperation.Read(item, out var rule) is { } operation)
                {
                    operations.Add(operation);
                }
                else
                {
                    found.Add(new(IssueSeverity.Error, "value", rule, $"[{operations.Count + found.Count}]"));
                }
            }
        }

        issues = found;
        return found.Count == 0 ? new(operations) : null;
    }

    /// <summary>The changed document without a byte order mark; null where an operation can't be carried out, a failed <c>test</c> included
    /// (HTTP 422).</summary>
    public byte[]? Apply(ReadOnlyMemory<byte> resource, out IReadOnlyList<Issue> issues)
    {
        var document = ByteOrderMark.Skip(resource).ToArray();
        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i].Apply(document, out var rule) is not { } changed)
            {
                issues = [new(IssueSeverity.Error, "processing", $"Operation {i} ({operations[i].Name}): {rule}", $"[{i}]")];
                return null;
            }

            if (changed.Length > resource.Length + MostGrowth)
            {
                issues = [new(IssueSeverity.Error, "too-costly", $"Operation {i} ({operations[i].Name}): a patch may add {MostGrowth} "
                    + "bytes at most.", $"[{i}]")];
                return null;
            }

            document = changed;
        }

        issues = [];
        return document;
    }
}
