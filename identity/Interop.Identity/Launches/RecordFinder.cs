using System.Text;
using Hl7.Fhir.Model;
using Hl7.Fhir.Rest;
using Interop.Identity.Accounts;
using Interop.Identity.Api;
using Interop.Identity.Authorization;
using Interop.Identity.Tokens;

namespace Interop.Identity.Launches;

/// <summary>
/// Asks the FHIR API for patients and encounters in the name of the person who looks for them, with a token that can read nothing else.
/// So sharing decides who can be found, and the API's trail names who looked.
/// </summary>
internal sealed class RecordFinder(FhirApi api, IdentitySettings settings)
{
    /// <summary>The <c>client_id</c> of these tokens; nobody can register it.</summary>
    public const string ClientId = "interop-patient-picker";

    private const int Most = 20;

    /// <summary>Those with the name and the birth date; null when the API does not answer.</summary>
    public async Task<IReadOnlyList<FoundRecord>?> PatientsAsync(
        AuthorizationRequest request, SignedIn person, string name, DateOnly birthDate, CancellationToken cancellationToken)
    {
        var search = new SearchParams("name", Escaped(name))
            .Where($"birthdate={birthDate.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)}");
        var found = await SearchAsync<Patient>(request, person, search, cancellationToken);
        return found?.Select(FoundRecord.Of).ToList();
    }

    /// <summary>The patient's latest encounters; null when the API does not answer.</summary>
    public async Task<IReadOnlyList<FoundRecord>?> EncountersAsync(
        AuthorizationRequest request, SignedIn person, string patient, CancellationToken cancellationToken)
    {
        var search = new SearchParams("patient", $"Patient/{patient}").OrderBy("date", SortOrder.Descending);
        return (await SearchAsync<Encounter>(request, person, search, cancellationToken))?.Select(FoundRecord.Of).ToList();
    }

    /// <summary>Whether the person sees this patient: what a form sends back is asked about once more.</summary>
    public async Task<bool> HasPatientAsync(
        AuthorizationRequest request, SignedIn person, string id, CancellationToken cancellationToken) =>
        await SearchAsync<Patient>(request, person, new("_id", Escaped(id)), cancellationToken) is { Count: 1 };

    public async Task<bool> HasEncounterAsync(
        AuthorizationRequest request, SignedIn person, string patient, string id, CancellationToken cancellationToken) =>
        await SearchAsync<Encounter>(
            request, person, new SearchParams("_id", Escaped(id)).Where($"patient=Patient/{patient}"), cancellationToken) is { Count: 1 };

    private async Task<IReadOnlyList<T>?> SearchAsync<T>(
        AuthorizationRequest request, SignedIn person, SearchParams search, CancellationToken cancellationToken)
        where T : Resource, new()
    {
        var account = person.Account;
        var asking = new AccessToken(
            ClientId,
            account.AccountId,
            [$"user/{typeof(T).Name}.rs"],
            account.Organization,
            [.. request.Purposes.Intersect(SpaceDelimited.Split(account.Purposes))],
            SpaceDelimited.Split(account.Roles),
            account.FhirUser,
            null,
            null,
            null,
            request.Client.IsSandbox);
        try
        {
            return await api.SearchAsync<T>(settings.FhirBase(request.Client.IsSandbox), search.LimitTo(Most), asking, cancellationToken);
        }
        catch (ApiUnavailableException)
        {
            return null;
        }
    }

    /// <summary>A value of a search, https://hl7.org/fhir/R4/search.html#escaping.</summary>
    private static string Escaped(string value)
    {
        var escaped = new StringBuilder();
        foreach (var letter in value)
        {
            escaped.Append(letter is '\\' or ',' or '$' or '|' ? "\\" : "").Append(letter);
        }

        return escaped.ToString();
    }
}
