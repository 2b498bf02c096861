using Hl7.Fhir.Model;

namespace Interop.Server.Dispatch;

/// <summary>Where all of an incident's resources come from: every message by its hash, said by the element that issued it.</summary>
internal static class ProvenanceMapping
{
    public static Provenance Map(IncidentFacts facts, IEnumerable<Resource> targets) => new()
    {
        Id = facts.Key("Provenance", "provenance").Id,
        Target = [.. targets.Select(target => new ResourceReference($"{target.TypeName}/{target.Id}"))],
        RecordedElement = new() { JsonValue = facts.Messages[^1].Updated.Text },
        Agent =
        [
            .. facts.Messages.Select(message => message.Issuer).Distinct().Order(StringComparer.Ordinal)
                .Select(issuer => new Provenance.AgentComponent { Who = facts.Agency(issuer) }),
        ],
        Entity =
        [
            .. facts.Messages.Select(message => new Provenance.EntityComponent
            {
                Role = Provenance.ProvenanceEntityRole.Source,
                What = new()
                {
                    Reference = DocumentMapping.MessageKey(facts, message).ToString(),
                    Identifier = new(DocumentMapping.HashSystem, message.Hash),
                },
            }),
        ],
    };
}
