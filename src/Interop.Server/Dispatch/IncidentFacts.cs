using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;
using Interop.Server.Settings;

namespace Interop.Server.Dispatch;

/// <summary>What the mappings of one incident share: the ordered messages, its episodes and patients, and the ids that follow.</summary>
internal sealed class IncidentFacts
{
    public const string IncidentNumberSystem = "urn:interop:incident-number";
    public const string AgencySystem = "urn:interop:eido-agency";
    private const string ExtensionRoot = CrisisProfiles.Base + "/StructureDefinition/";

    public IncidentFacts(IReadOnlyCollection<EidoMessage> messages, IncidentContext context)
    {
        Context = context;
        Messages = IncidentEpisode.Order(messages);
        Episodes = IncidentEpisode.Split(Messages);
        Patients = IncidentPatient.Of(Messages);
    }

    public IncidentContext Context { get; }

    public string Urn => Messages[0].Incident;

    /// <summary>At least one, distinct, in the order of <see cref="IncidentEpisode.Order"/>.</summary>
    public IReadOnlyList<EidoMessage> Messages { get; }

    /// <summary>Empty while no message has an incidentComponent.</summary>
    public IReadOnlyList<IncidentEpisode> Episodes { get; }

    /// <summary>At least one: a person with the role Patient, or a placeholder for whoever it will turn out to be.</summary>
    public IReadOnlyList<IncidentPatient> Patients { get; }

    public ResourceReference Custodian => new($"Organization/{Context.Custodian}");

    public ResourceKey Patient(int patient) => Key("Patient", "patient" + Nth(patient));

    public ResourceKey Encounter(int patient, IncidentEpisode episode) =>
        Key("Encounter", "encounter" + Nth(episode.Number - 1, "episode") + Nth(patient));

    public ResourceKey Key(string type, string role) => new(type, NameBasedId.Of(Context.Secret.Span, $"{Urn}|{role}"));

    /// <summary>The suffix of a role for every patient but the first, so that the first keeps the id it had while alone.</summary>
    public static string Nth(int index, string what = "patient") => index == 0 ? string.Empty : $"|{what} {index + 1}";

    /// <summary>Ids of the agencies that were sent, as the messages up to here say, in ordinal order.</summary>
    public static IReadOnlyList<string> Dispatched(IEnumerable<EidoMessage> messages) =>
        [.. messages
            .SelectMany(message => message.DispatchedAgencies.Concat(
                message.Agencies.Where(it => it.Roles.Any(role => role is "Dispatched" or "Assisting")).Select(it => it.Id)))
            .Distinct()
            .Order(StringComparer.Ordinal)];

    /// <summary>A Reference to the agency's Organization, or a logical one where the site has not said which it is.</summary>
    public ResourceReference Agency(string agency) => Context.Agencies.TryGetValue(agency, out var organization)
        ? new($"Organization/{organization}")
        : new() { Type = "Organization", Identifier = new(AgencySystem, agency) };

    /// <summary>One of our own extensions with a value.</summary>
    public static Extension Extension(string name, DataType value) => new(ExtensionRoot + name, value);

    /// <summary>One of our own extensions with parts.</summary>
    public static Extension Extension(string name, List<Extension> parts) => new() { Url = ExtensionRoot + name, Extension = parts };
}
