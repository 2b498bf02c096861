using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using Interop.Fhir.Schema;
using Interop.Server.Authoring;
using Interop.Server.Guard.Trail;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Settings;
using Statement = Hl7.Fhir.Model.CapabilityStatement;

namespace Interop.Server.Interactions;

/// <summary>What the server can do (https://hl7.org/fhir/R4/capabilitystatement.html), written of its routes and settings alone.</summary>
internal sealed class CapabilityStatement : IOwnAnswer
{
    private static readonly FhirInteraction[] OfType =
    [
        FhirInteraction.Read, FhirInteraction.Vread, FhirInteraction.Update, FhirInteraction.Patch, FhirInteraction.Delete,
        FhirInteraction.HistoryInstance, FhirInteraction.HistoryType,
        FhirInteraction.Create, FhirInteraction.Search,
    ];

    private static readonly FhirInteraction[] OfSystem =
    [
        FhirInteraction.Transaction, FhirInteraction.Batch, FhirInteraction.SearchSystem, FhirInteraction.HistorySystem,
    ];

    private const string BulkData = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition";

    private const string Backport = "http://hl7.org/fhir/uv/subscriptions-backport";

    /// <summary>Of the canonical of a topic that one may subscribe to.</summary>
    private const string Topics = Backport + "/StructureDefinition/capabilitystatement-subscriptiontopic-canonical";

    /// <summary>The parts of the extension oauth-uris, and where the issuer's SMART configuration tells them.</summary>
    private static readonly (string Url, string Member)[] Places =
    [
        ("authorize", "authorization_endpoint"), ("token", "token_endpoint"), ("introspect", "introspection_endpoint"),
        ("revoke", "revocation_endpoint"), ("manage", "management_endpoint"),
    ];

    private CapabilityStatement(string? issuer, byte[] json) => (Issuer, Json) = (issuer, json);

    /// <summary>The SMART configuration that it was made with.</summary>
    public string? Issuer { get; }

    public ReadOnlyMemory<byte> Json { get; }

    public bool MayBePacked => true;

    /// <param name="issuer">The issuer's SMART configuration, or null while it does not tell it.</param>
    public static CapabilityStatement Of(
        IReadOnlyList<FhirRoute> routes, InteropSettings settings, SearchParameterSet parameters, string? issuer) =>
        new(issuer, AuthoredJson.Of(Written(routes, settings, parameters, issuer)));

    private static Statement Written(
        IReadOnlyList<FhirRoute> routes, InteropSettings settings, SearchParameterSet parameters, string? issuer)
    {
        var mapped = routes.Select(route => route.Interaction).ToHashSet();
        return new()
        {
            Status = PublicationStatus.Active,
            Date = "2026-11-22",
            Kind = CapabilityStatementKind.Instance,
            Implementation = new()
            {
                Description = "Interop: crisis encounters, referrals and consents in three sharing tiers",
                Url = settings.PublicUrl,
            },
            FhirVersion = FHIRVersion.N4_0_1,
            Format = ["json", "xml"],
            Rest =
            [
                new()
                {
                    Mode = Statement.RestfulCapabilityMode.Server,
                    Security = Security(issuer),
                    Resource = [.. FhirFacts.R4.ResourceTypes.Select(type => OfOne(type, mapped, parameters, routes))],
                    Operation =
                    [
                        .. routes.Select(route => route.Pattern.Split('/') is ["", ['$', .. var name]] ? name : null)
                            .OfType<string>()
                            .Distinct()
                            .Select(name => new Statement.OperationComponent { Name = name, Definition = Definition(string.Empty, name) }),

                        // R4 has no such type, which could be listed.
                        .. routes.Select(route => route.Pattern.Split('/') is ["", "ViewDefinition", ['$', .. var name]] ? name : null)
                            .OfType<string>()
                            .Distinct()
                            .Select(name => new Statement.OperationComponent
                            {
                                Name = $"viewdefinition-{name}", Definition = $"http://sql-on-fhir.org/OperationDefinition/${name}",
                            }),
                    ],
                    Compartment = routes.Any(route => route.Pattern.StartsWith("/{compartment}/", StringComparison.Ordinal))
                        ? Compartments.All.Select(type =>
                            $"http://hl7.org/fhir/CompartmentDefinition/{char.ToLowerInvariant(type[0])}{type[1..]}")
                        : [],
                    Interaction =
                    [
                        .. OfSystem.Where(interaction => mapped.Contains(interaction == FhirInteraction.Batch
                                ? FhirInteraction.Transaction // one endpoint takes both
                                : interaction))
                            .Select(interaction =>
                                new Statement.SystemInteractionComponent { CodeElement = new() { JsonValue = interaction.Code() } }),
                    ],
                },
            ],
        };
    }

    /// <summary>https://hl7.org/fhir/smart-app-launch/conformance.html; without the issuer's places while it does not tell them.</summary>
    private static Statement.SecurityComponent Security(string? issuer) => new()
    {
        Extension = PlacesOf(issuer) is { Count: > 0 } told
            ? [new() { Url = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris", Extension = told }]
            : [],
        Cors = true,
        Service =
        [
            new()
            {
                Coding = [new("http://terminology.hl7.org/CodeSystem/restful-security-service", "SMART-on-FHIR")],
                Text = "OAuth 2 access tokens as SMART App Launch 2.2 and SMART Backend Services describe, bearer or bound by DPoP",
            },
        ],
        Description =
            "Every request but this one and the SMART configuration needs a token of a trusted issuer. Scopes (version 1 and 2, "
                + "granular ones"
            + " as searches without chains) narrow what sharing agreements and consents open. Web pages may read answers on the origins of"
            + " registered clients.",
    };

    private static List<Extension> PlacesOf(string? issuer)
    {
        var document = issuer is null ? null : JsonNode.Parse(issuer) as JsonObject;
        return
        [
            .. Places.SelectMany(place => document?[place.Member] is JsonValue value && value.TryGetValue<string>(out var text)
                ? [new Extension(place.Url, new FhirUri(text))]
                : Array.Empty<Extension>()),
        ];
    }

    private static Statement.ResourceComponent OfOne(
        string type, HashSet<FhirInteraction> mapped, SearchParameterSet parameters, IReadOnlyList<FhirRoute> routes)
    {
        // What has routes of its own is answered by those alone, to be read and searched.
        var own = routes.Where(route => route.Pattern == $"/{type}" || route.Pattern == $"/{type}/{{id}}")
            .Select(route => route.Interaction).ToHashSet();
        return own.Count > 0
            ? OfOne(type, own, routes, parameters.Of(type).Where(parameter => AuditQueries.Parameters.Contains(parameter.Code)))
            : OfOne(type, mapped, routes, parameters.Of(type));
    }

    private static Statement.ResourceComponent OfOne(
        string type,
        HashSet<FhirInteraction> mapped,
        IReadOnlyList<FhirRoute> routes,
        IEnumerable<SearchParameterFacts> parameters)
    {
        var isKept = mapped.Contains(FhirInteraction.Create);
        return new()
        {
            Type = type,
            Extension = type == "Subscription"
                ? [.. Topic.All.Select(topic => new Extension(Topics, new Canonical(topic.Url)))]
                : [],
            SupportedProfile = type == "Subscription" ? [$"{Backport}/StructureDefinition/backport-subscription"] : [],
            Interaction =
            [
                .. OfType.Where(mapped.Contains)
                    .Select(interaction =>
                        new Statement.ResourceInteractionComponent { CodeElement = new() { JsonValue = interaction.Code() } }),
            ],
            Versioning = isKept ? Statement.ResourceVersionPolicy.Versioned : Statement.ResourceVersionPolicy.NoVersion,
            ReadHistory = mapped.Contains(FhirInteraction.Vread),
            UpdateCreate = type == "Organization",
            ConditionalCreate = isKept,
            ConditionalUpdate = isKept && routes.Any(route => route is { Method: "PUT", Pattern: "/{type}" }),
            ConditionalDelete = isKept && routes.Any(route => route is { Method: "DELETE", Pattern: "/{type}" })
                ? Statement.ConditionalDeleteStatus.Single
                : Statement.ConditionalDeleteStatus.NotSupported,
            SearchParam =
            [
                .. parameters.Select(parameter => new Statement.SearchParamComponent
                {
                    Name = parameter.Code,
                    Definition = parameter.Url,
                    TypeElement = new() { JsonValue = parameter.Type.ToString().ToLowerInvariant() },
                }),
            ],
            Operation =
            [
                .. routes
                    .Where(route => route.Pattern.Split('/') is ["", var owner, .., ['$', ..]] && (owner == type || owner == "{type}"))
                    .Select(route => route.Pattern[(route.Pattern.IndexOf('$', StringComparison.Ordinal) + 1)..])
                    .Distinct()
                    .Select(name => new Statement.OperationComponent { Name = name, Definition = Definition(type, name) }),
            ],
        };
    }

    /// <summary>R4's own definition of an operation, or ours.</summary>
    private static string Definition(string type, string operation) => operation switch
    {
        "export" when type.Length == 0 => $"{BulkData}/export",
        "export" => $"{BulkData}/{type.ToLowerInvariant()}-export",
        "everything" or "match" => $"http://hl7.org/fhir/OperationDefinition/Patient-{operation}",
        "status" or "events" or "get-ws-binding-token" => $"{Backport}/OperationDefinition/backport-subscription-{operation}",
        "record-disclosure" or "file-consent" or "revoke-consent" =>
            $"http://hl7.org/fhir/us/consent-management/OperationDefinition/{operation}",
        "evaluate-measure" or "collect-data" => $"http://hl7.org/fhir/OperationDefinition/Measure-{operation}",
        "lastn" => "http://hl7.org/fhir/OperationDefinition/Observation-lastn",
        "document" => "http://hl7.org/fhir/OperationDefinition/Composition-document",
        "validate" => "http://hl7.org/fhir/OperationDefinition/Resource-validate",
        "expand" => "http://hl7.org/fhir/OperationDefinition/ValueSet-expand",
        "validate-code" => "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code",
        "lookup" => "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup",
        _ => $"{CrisisProfiles.Base}/OperationDefinition/{operation}",
    };
}
