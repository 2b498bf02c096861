using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Profiles;

/// <summary>The resource type that a reference says it points at (https://hl7.org/fhir/R4/references.html).</summary>
internal static class ReferenceTarget
{
    /// <summary>Null where it does not say: urn:, a logical reference without type, another server's odd URL.</summary>
    public static string? TypeOf(ProfilePass pass, ElementItem item)
    {
        if (item.Node < 0)
        {
            return null;
        }

        var place = pass.Place(item.Node);
        if (place.Kind == TapeKind.String)
        {
            return FromUrl(place.Text());
        }

        var literal = place.ChildText("reference"u8);
        var named = place.ChildText("type"u8);
        return literal is null ? Known(named) : literal.StartsWith('#') ? Contained(pass, literal[1..]) : FromUrl(literal) ?? Known(named);
    }

    private static string? FromUrl(string url)
    {
        var parts = url.Split('|')[0].Split('/');
        var history = Array.IndexOf(parts, "_history");
        var end = history > 0 ? history : parts.Length;
        return end >= 2 ? Known(parts[end - 2]) : Known(url.Split('?')[0]);
    }

    private static string? Known(string? type) => type is not null && FhirFacts.R4.IsResourceType(type) ? type : null;

    private static string? Contained(ProfilePass pass, string id)
    {
        var found = pass.Place(0).Property("contained")?.Children().Where(resource => resource.ChildText("id"u8) == id).ToList();
        return found is [var only] ? ElementPath.ResourceTypeOf(pass.Utf8.Span, pass.Tape.Nodes, only.Node)?.Name : null;
    }
}
