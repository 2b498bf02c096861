using System.Buffers;
using Interop.Fhir.Json;

namespace Interop.Fhir.Validation;

/// <summary>
/// Judges a resource's JSON by the structure of R4: https://hl7.org/fhir/R4/validation.html, https://hl7.org/fhir/R4/json.html.
/// </summary>
public static class ResourceValidator
{
    // The pass over the elements recurses once per level; this keeps it far from the end of a 1 MB stack.
    private const int DeepestAllowed = 512;

    /// <summary>Everything wrong with one resource in UTF-8 JSON; empty when it is legal. Never throws on input.</summary>
    public static IReadOnlyList<Issue> Validate(ReadOnlySpan<byte> utf8, ValidationOptions? options = null)
    {
        // Expressions need memory that outlives a span; the copy costs a hundredth of the walk.
        var copy = ArrayPool<byte>.Shared.Rent(utf8.Length);
        utf8.CopyTo(copy);
        var issues = Validate(copy.AsMemory(0, utf8.Length), options);
        ArrayPool<byte>.Shared.Return(copy);
        return issues;
    }

    /// <summary>The same without a copy.</summary>
    public static IReadOnlyList<Issue> Validate(byte[] utf8, ValidationOptions? options = null) => Validate(utf8.AsMemory(), options);

    /// <summary>The same without a copy.</summary>
    public static IReadOnlyList<Issue> Validate(ReadOnlyMemory<byte> utf8, ValidationOptions? options = null)
    {
        var bounds = options ?? ValidationOptions.Default;
        utf8 = ByteOrderMark.Skip(utf8);
        using var tape = JsonTape.TryRead(utf8.Span, out var fault, Math.Clamp(bounds.MaxDepth, 1, DeepestAllowed));
        return tape is null
            ? [new(IssueSeverity.Fatal, "structure", fault.Describe(utf8.Span), null)]
            : Validate(utf8, tape, bounds);
    }

    internal static IReadOnlyList<Issue> Validate(ReadOnlyMemory<byte> utf8, JsonTape tape, ValidationOptions bounds)
    {
        var pass = new ValidationPass(utf8, tape, bounds.MaxIssues, bounds.Invariants);
        pass.Run();
        return pass.Issues;
    }
}
