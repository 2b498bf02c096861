using Interop.Server.Authoring;

namespace Interop.Server.Dispatch;

/// <summary>Where all of an incident's resources come from: every message by its hash, said by the element that issued it.</summary>
internal static class ProvenanceMapping
{
    public static MappedResource Map(IncidentFacts facts, IReadOnlyList<MappedResource> targets)
    {
        var issuers = facts.Messages.Select(message => message.Issuer).Distinct().Order(StringComparer.Ordinal);
        return IncidentFacts.Resource(facts.Key("Provenance", "provenance"), writer => writer
            .References("target", [.. targets.Select(target => target.Key.ToString())])
            .Text("recorded", facts.Messages[^1].Updated.Text)
            .Each("agent", [.. issuers], issuer => writer.Object("who", who => facts.WriteAgency(who, issuer)))
            .Each("entity", facts.Messages, message => writer
                .Text("role", "source")
                .Object("what", what => what
                    .Text("reference", DocumentMapping.MessageKey(facts, message).ToString())
                    .Object("identifier", it => it.Text("system", DocumentMapping.HashSystem).Text("value", message.Hash)))));
    }
}
