using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Storage.Read;

namespace Interop.Server.Guard.Changes;

/// <summary>
/// Who writes the directory. All read it and act by it, so an agency's administrator writes what speaks for that agency or for nobody; the
/// custodian's writes for everybody. Who an entry speaks for may correct or delete it, whoever wrote it.
/// </summary>
internal static class DirectoryRules
{
    private const string AboutPatient = CrisisProfiles.Base + "/StructureDefinition/location-subject";

    // A service at a place that is part of a place: nobody nests deeper.
    private const int MaximumSteps = 8;

    private static readonly HashSet<string> Types =
    [
        "Organization", "OrganizationAffiliation", "Endpoint", "Practitioner", "PractitionerRole", "HealthcareService", "Location",
        "Questionnaire",
    ];

    // Whose the entry is. What else it points at is named by it, and may not be somebody else's either.
    private static readonly HashSet<string> Owners =
        ["organization", "participatingOrganization", "managingOrganization", "providedBy"];

    // Who numbered or examined somebody, whom a role is of, and how far a service goes, is said of others without speaking for them.
    private static readonly string[] Mentions = ["assigner", "issuer", "practitioner", "coverageArea"];

    /// <summary>Whether it is an entry of the directory; a place about a patient is that patient's record.</summary>
    public static bool IsEntry(string type, ReadOnlyMemory<byte> body) => Types.Contains(type)
        && !(type == "Location" && ResourceReferences.Of(body).Places.Any(IsAboutPatient));

    /// <summary>Null, or why this caller may not write this entry.</summary>
    public static WriteResult.Refused? Check(
        Caller caller, ReadOnlyMemory<byte> body, string custodian, Func<ResourceKey, StoredResource?> find)
    {
        if (!WriteRules.IsAdministrator(caller))
        {
            return new(IssueCode.Forbidden, "The directory is kept by the agency administrator.");
        }

        if (caller.Organization == custodian)
        {
            return null;
        }

        return Named(body).FirstOrDefault(item => SpeaksFor(item.Target, find, MaximumSteps).Any(other => other != caller.Organization))
            is { Expression: { } element }
                ? new(IssueCode.BusinessRule, "An agency records only what is its own.", element)
                : null;
    }

    /// <summary>Whether the caller may put an entry right that another organisation wrote.</summary>
    public static bool MayCorrect(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body, string custodian) =>
        WriteRules.IsAdministrator(caller) && IsEntry(key.Type, body)
        && (caller.Organization == custodian || IsOf(caller.Organization, body));

    /// <summary>Whether the entry is the organisation's.</summary>
    public static bool IsOf(string organization, ReadOnlyMemory<byte> body) =>
        ResourceReferences.Of(body).Places.Any(place =>
            place.Container is null && Owners.Contains(place.Element) && place.Literal == $"Organization/{organization}");

    // The place itself says so: what it contains is another place.
    private static bool IsAboutPatient(ReferencePlace place) =>
        place is { Container: null, Element: "extension.valueReference", ExtensionUrl: AboutPatient };

    private static IEnumerable<(string Expression, ResourceKey Target)> Named(ReadOnlyMemory<byte> body) =>
        from place in ResourceReferences.Of(body).Places
        where !Mentions.Any(mention => place.Element == mention || place.Element.EndsWith($".{mention}", StringComparison.Ordinal))
        let target = place.Target
        where target is not null
        select (place.Expression, target.Value);

    /// <summary>
    /// The organisations that a stored entry speaks for, itself or through what it names; its keeper's where it names none. What is not
    /// stored yet comes with the same transaction and is judged there.
    /// </summary>
    private static HashSet<string> SpeaksFor(ResourceKey key, Func<ResourceKey, StoredResource?> find, int steps)
    {
        if (key.Type == "Organization")
        {
            return [key.Id];
        }

        if (find(key) is not { } stored)
        {
            return [];
        }

        var named = steps == 0
            ? []
            : Named(stored.Body).SelectMany(item => SpeaksFor(item.Target, find, steps - 1)).ToHashSet();
        return named.Count > 0 ? named : [stored.Source];
    }
}
