using Interop.Fhir;
using Interop.Fhir.Schema;
using Interop.Sharing.Policy;

namespace Interop.Server.Security;

/// <summary>
/// A person who asks for her own record (45 CFR 164.524), or her personal representative (164.502(g)). Whom a representative may speak for
/// is asked with each request.
/// </summary>
/// <param name="Patient">Id of the Patient.</param>
/// <param name="Representative">Id of the RelatedPerson who asks for her; null where she does.</param>
internal sealed record Individual(string Patient, string? Representative)
{
    private const string Self = "individual";
    private const string Representing = "representative";

    /// <summary>The roles of the sharing tables that nobody else has.</summary>
    public static IReadOnlyList<string> Roles { get; } = [Self, Representing];

    public string Role => Representative is null ? Self : Representing;

    /// <summary>What consents and forms name as who spoke.</summary>
    public ResourceKey Speaker => Representative is null ? new("Patient", Patient) : new("RelatedPerson", Representative);

    /// <summary>Her record, and the directory: what no scope and no work in her name leads out of.</summary>
    public static ScopeConstraints RecordOf(string patient, SharingPolicy policy) => new(
        new HashSet<string>(),
        [new(null, patient, [])],
        patient,
        [.. FhirFacts.R4.ResourceTypes.Where(policy.IsDirectory)],
        opensDirectory: true);

    /// <param name="user">The token's <c>fhirUser</c>; null where that is not of this server.</param>
    /// <param name="patient">The token's <c>patient</c>.</param>
    /// <param name="roles">The token's, of which none may be an agency's: who works for one does so as a Practitioner.</param>
    public static (Individual? Individual, string? Objection) Read(ResourceKey? user, string? patient, IReadOnlyList<string> roles) =>
        user is not { Type: "Patient" or "RelatedPerson" } known
            ? (null, "The token's fhirUser is neither a Practitioner nor a Patient or RelatedPerson of this server.")
            : patient is null || (known.Type == "Patient" && known.Id != patient)
                ? (null, "Who asks for her own record has a token about her (patient).")
                : roles.Any(role => !Roles.Contains(role))
                    ? (null, "Who asks for her own record has no role of an agency.")
                    : (new(patient, known.Type == "Patient" ? null : known.Id), null);
}
