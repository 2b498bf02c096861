using System.Text;
using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Tables;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Guard.Tables;

/// <summary>
/// A ViewDefinition as it is stored: R4 has no such type, so it is the only content of a Library of the type <c>view-definition</c>, whose
/// url, version and status are its own.
/// </summary>
internal static class ViewLibrary
{
    private const string TypeSystem = CrisisProfiles.Base + "/CodeSystem/library-type";
    private const string Content = "Library.content[0].data";

    /// <summary>Null for a Library of another kind.</summary>
    /// <param name="library">Valid JSON of a Library.</param>
    public static (ViewDefinition? View, string Text, IReadOnlyList<Issue> Issues)? Read(ReadOnlyMemory<byte> library)
    {
        using var document = JsonDocument.Parse(library, FhirJson.Parsing);
        var root = document.RootElement;
        if (!root.At("type").Items("coding").Any(coding => coding.Text("system") == TypeSystem && coding.Text("code") == "view-definition"))
        {
            return null;
        }

        var contents = root.Items("content").ToList();
        if (contents is not [var only] || only.Text("contentType") is not ("application/json" or FhirRequest.MediaType)
            || only.Text("data") is not { } data || Bytes(data) is not { } bytes)
        {
            return (null, string.Empty, [Wrong(
                "Library.content", "A view is the only content, with its JSON as data and contentType application/json.")]);
        }

        var view = ViewDefinition.Read(ByteOrderMark.Skip(bytes), out var issues);
        var all = issues.Select(
            issue => issue with { Diagnostics = $"{issue.Expression}: {issue.Diagnostics}", Expression = Content }).ToList();
        if (view is not null)
        {
            using var definition = JsonDocument.Parse(ByteOrderMark.Skip(bytes));
            foreach (var name in new[] { "url", "version", "status" })
            {
                if (root.Text(name) is not { } told || told != definition.RootElement.Text(name))
                {
                    all.Add(Wrong($"Library.{name}", $"A view has a {name}, and its Library the same."));
                }
            }
        }

        return (all.Count == 0 ? view : null, Encoding.UTF8.GetString(bytes), all);
    }

    private static byte[]? Bytes(string data)
    {
        try
        {
            return Convert.FromBase64String(data);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static Issue Wrong(string element, string text) => new(IssueSeverity.Error, "business-rule", text, element);
}

/// <summary>A view is stored only where it can be run.</summary>
internal sealed class ViewLibraryRule() : TypeRule("Library")
{
    public override WriteResult.Refused? Reached(ResourceStep step) =>
        ViewLibrary.Read(step.After) is { Issues: { Count: > 0 } issues } ? new(422, issues) : null;
}
