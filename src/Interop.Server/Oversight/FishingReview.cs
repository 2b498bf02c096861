using Interop.Fhir;
using Interop.Server.Authoring;

namespace Interop.Server.Oversight;

/// <summary>
/// The Task that shows a fishing alert to the privacy officer. It carries a label that no sharing rule knows: such a record is read by
/// who clears unknown labels, which the privacy officer of its custodian alone does (profiles/sharing/roles.json). Neither partners nor
/// colleagues see it, and so they cannot count it.
/// </summary>
internal static class FishingReview
{
    public const string Code = "fishing-alert";

    /// <param name="text">Who, since when and how many, without a name that was looked for.</param>
    /// <param name="name">What the id follows from: the same alert makes the same Task.</param>
    public static MappedResource TaskFor(string text, DateTimeOffset instant, string name, string custodian, ReadOnlySpan<byte> secret)
    {
        var key = new ResourceKey("Task", NameBasedId.Of(secret, $"{Code}|{name}"));
        var json = FhirWriter.Resource(key.Type, key.Id, task => task
            .Object("meta", meta => meta.Codings("security", new Code($"{CrisisProfiles.Base}/CodeSystem/sharing-label", "OVERSIGHT")))
            .Text("status", "requested")
            .Text("intent", "order")
            .Text("priority", "urgent")
            .Concept("code", new($"{CrisisProfiles.Base}/CodeSystem/crisis-task", Code))
            .Text("description", text)
            .Time("authoredOn", instant)
            .Time("lastModified", instant)
            .Reference("owner", $"Organization/{custodian}"));
        return new(key, json);
    }
}
