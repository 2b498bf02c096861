using System.Text.Json;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Agreements;

/// <summary>Reads the flags of an Organization that sharing depends on.</summary>
public static class OrganizationReader
{
    public const string AgencyTypes = "https://interop.example/fhir/CodeSystem/agency-type";
    private const string Extensions = "https://interop.example/fhir/StructureDefinition/";

    /// <summary>Flags that are absent are false; an agency type that is absent, unknown or mixed gives the strictest reading.</summary>
    public static OrganizationFacts Read(ReadOnlyMemory<byte> body, string id)
    {
        using var document = JsonDocument.Parse(body, JsonReading.Options);
        var root = document.RootElement;
        var codes = root.All("type.coding")
            .Where(coding => coding.Text("system") == AgencyTypes)
            .Select(coding => coding.Text("code"))
            .ToList();
        return new(
            id,
            root.At("active").ValueKind != JsonValueKind.False,
            codes.Count == 0 ? AgencyType.Unknown : Strictest(codes),
            Flag(root, "organization-part2-program"),
            Flag(root, "organization-covered-entity"),
            Flag(root, "organization-qsoa"));
    }

    /// <summary>Whether it says of what type it is, in words that mean nothing here: a typing error that would close everything.</summary>
    public static bool IsOfUnknownType(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body, JsonReading.Options);
        return document.RootElement.All("type.coding").Any(coding =>
            coding.Text("system") == AgencyTypes && RoleTable.ParseAgency(coding.Text("code")) == AgencyType.Unknown);
    }

    // A police department that also runs a clinic is a police department; any other mixture is nothing that we know.
    private static AgencyType Strictest(List<string?> codes)
    {
        var types = codes.Select(RoleTable.ParseAgency).Distinct().ToList();
        return types.Count == 1 ? types[0]
            : types.Contains(AgencyType.Police) ? AgencyType.Police
            : types.Contains(AgencyType.Dispatch) ? AgencyType.Dispatch
            : AgencyType.Unknown;
    }

    private static bool Flag(JsonElement root, string name) =>
        root.Extension(Extensions + name).At("valueBoolean").ValueKind == JsonValueKind.True;
}
