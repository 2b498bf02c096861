using Interop.Fhir;
using Interop.Sharing.Redaction;
using Interop.Storage.Read;

namespace Interop.Server.Guard;

/// <summary>What one transaction wrote, as far as grant rows depend on it.</summary>
internal sealed class WrittenResources
{
    private readonly HashSet<string> patients = [];

    public IReadOnlyCollection<string> Patients => patients;

    /// <summary>Whether an agreement or an organisation changed, on which everybody's rows depend.</summary>
    public bool Instruments { get; private set; }

    /// <summary>Whether a practitioner or a role changed.</summary>
    public bool Roster { get; private set; }

    public bool IsEmpty => !Instruments && !Roster && patients.Count == 0;

    /// <summary>Something beside resources changed that decides about the patient's records.</summary>
    public void Add(string patient) => patients.Add(patient);

    /// <param name="before">The same resource before it was written, or null.</param>
    public void Add(ResourceKey key, JudgedResource judged, StoredResource? before)
    {
        Instruments |= key.Type is "Contract" or "Organization";
        Roster |= key.Type is "Practitioner" or "PractitionerRole";
        if (key.Type is "Consent" or "Encounter" or "EpisodeOfCare" or "CareTeam" or "Task" or "ServiceRequest" || judged.Cases.Count > 0)
        {
            patients.UnionWith(judged.Subjects);
            if (before?.Subject is { } subject)
            {
                patients.Add(subject);
            }
        }
    }
}
