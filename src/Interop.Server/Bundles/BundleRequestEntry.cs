using System.Runtime.InteropServices;
using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Fhir.Schema;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Bundles;

/// <summary>One thing to do. Addresses are read in the light of the entry's own (https://hl7.org/fhir/R4/bundle.html#references).</summary>
/// <param name="Path">FHIRPath of the entry, for issues.</param>
/// <param name="Version">Of a vread.</param>
/// <param name="IsHistory">Whether the versions are asked for.</param>
internal sealed record BundleRequestEntry(
    string Path,
    string? FullUrl,
    string Method,
    string Type,
    string? Id,
    string? Version,
    bool IsHistory,
    string? Query,
    byte[]? Resource,
    Preconditions Conditions,
    string? IfNoneExist)
{
    private const string Metadata = "metadata";

    /// <summary>Why nothing of it is done.</summary>
    public FhirException? Refusal { get; private init; }

    /// <summary>For an update that was a patch in a transaction.</summary>
    public PatchedEntry? Patched { get; init; }

    public bool IsMetadata => Type == Metadata;

    /// <summary>What an update, patch or delete without an id asks of the resource that it is about; null for all others.</summary>
    public string? Condition => Id is null && Method is ("PUT" or "PATCH" or "DELETE") ? FhirRequest.Condition(Query) : null;

    /// <summary>Which part of a resource a read wants.</summary>
    /// <exception cref="FhirException">400: the query asks for something else.</exception>
    public ViewRequest View => ViewRequest.Only(FhirRequest.Pairs(Query));

    /// <summary>FHIRPath of the condition.</summary>
    public string ConditionPath => Path + (IfNoneExist is null ? ".request.url" : ".request.ifNoneExist");

    /// <summary>What a scope must allow for it.</summary>
    public SmartRight Right => this switch
    {
        { Method: "POST" } => SmartRight.Create,
        { Method: "PUT" or "PATCH" } => SmartRight.Update,
        { Method: "DELETE" } => SmartRight.Delete,
        { Id: null } => SmartRight.Search,
        _ => SmartRight.Read,
    };

    public static BundleRequestEntry Of(string path, FhirException refusal) =>
        new(path, null, string.Empty, string.Empty, null, null, false, null, null, Preconditions.None, null) { Refusal = refusal };

    /// <summary>A resource without a request, which an import takes as it is.</summary>
    public static BundleRequestEntry Content(JsonElement entry, JsonElement resource, string path, ServiceBases bases)
    {
        var (id, fullUrl) = (Text(resource, "id"), Text(entry, "fullUrl"));
        return new(
            path, fullUrl, id is null ? "POST" : "PUT", Text(resource, "resourceType")!, id, null, false, null,
            Grounded(resource, fullUrl, bases), Preconditions.None, null);
    }

    /// <exception cref="FhirException">400: no request, or one that this server does not carry out.</exception>
    public static BundleRequestEntry Read(JsonElement entry, string path, ServiceBases bases)
    {
        if (!entry.TryGetProperty("request", out var request))
        {
            throw new FhirException(IssueCode.Required, "An entry of a batch or transaction needs a request.", path + ".request");
        }

        // R4 lets an extension stand for the value of either, which asks for nothing that can be done.
        if (Text(request, "method") is not { } method || Text(request, "url") is not { } url)
        {
            throw new FhirException(IssueCode.Required, "A request needs a method and a url.", path + ".request");
        }

        var below = bases.BelowBase(url);
        var (target, query) = below.Split('?', 2) is [var before, var after] ? (before, after) : (below, null);
        var (type, id, version, isHistory) = Target(target, method, path);
        var hasResource = entry.TryGetProperty("resource", out var resource);
        if (hasResource && method is "POST" or "PUT" && Text(resource, "resourceType") != type)
        {
            throw new FhirException(IssueCode.Invalid, "The resource is not of the type that the request's url names.", path + ".resource");
        }

        var fullUrl = Text(entry, "fullUrl");
        var read = new BundleRequestEntry(
            path, fullUrl, method, type, id, version, isHistory, query, hasResource ? Grounded(resource, fullUrl, bases) : null,
            ConditionsOf(request, path), Text(request, "ifNoneExist"));
        read.Demand();
        return method == "PATCH" && fullUrl is not null && bases.ForeignBase(fullUrl) is not null
            ? throw new FhirException(
                IssueCode.Value, "A patch changes a resource of this server; its fullUrl is another server's.", path + ".fullUrl")
            : read;
    }

    private static (string Type, string? Id, string? Version, bool IsHistory) Target(string target, string method, string path) =>
        target.Split('/') switch
        {
            [Metadata] when method == "GET" => (Metadata, null, null, false),
            [var type] when FhirFacts.R4.IsResourceType(type) => (type, null, null, false),
            [var type, "_history"] when method == "GET" && FhirFacts.R4.IsResourceType(type) => (type, null, null, true),
            [var type, var id] when Is(type, id) => (type, id, null, false),
            [var type, var id, "_history"] when method == "GET" && Is(type, id) => (type, id, null, true),
            [var type, var id, "_history", var version] when method == "GET" && Is(type, id) => (type, id, version, false),
            _ => throw new FhirException(
                IssueCode.Value,
                "The request's url must be Type, Type/id, Type?query, Type/_history, Type/id/_history or Type/id/_history/version.",
                path + ".request.url"),
        };

    private static bool Is(string type, string id) => FhirFacts.R4.IsResourceType(type) && ResourceKey.IsId(id);

    private void Demand()
    {
        var rule = (Method, Id, Query, Resource) switch
        {
            ("POST", null, null, not null) or ("PUT", not null, null, not null) or ("PATCH", not null, null, not null) => null,
            ("PUT" or "PATCH", null, _, not null) when Condition is not null => null,
            ("DELETE", not null, null, null) => null,
            ("DELETE", null, _, null) when Condition is not null => null,
            ("GET", _, _, null) => null,
            ("POST" or "PUT" or "PATCH", _, _, null) => "The entry needs a resource.",
            ("GET" or "DELETE", _, _, not null) => "The entry must not have a resource.",
            ("PUT" or "PATCH" or "DELETE", null, _, _) => "The url names a resource as Type/id, or by a condition as Type?parameter=value.",
            _ => "Entries may be POST Type, GET Type/id or GET Type?query; PUT, PATCH and DELETE of Type/id or Type?condition.",
        };
        if (rule is not null)
        {
            throw new FhirException(
                Resource is null && Method is not ("GET" or "DELETE") ? IssueCode.Required : IssueCode.NotSupported,
                rule,
                Path + ".request");
        }

        if (Method == "GET" && Id is not null && !IsHistory)
        {
            try
            {
                _ = View;
            }
            catch (FhirException refused)
            {
                throw refused.At(Path + ".request.url");
            }
        }

        if (IfNoneExist is not null && Method != "POST")
        {
            throw new FhirException(IssueCode.NotSupported, "ifNoneExist has no meaning but for a create.", Path + ".request.ifNoneExist");
        }
    }

    private static Preconditions ConditionsOf(JsonElement request, string path)
    {
        var since = Text(request, "ifModifiedSince") is { } instant
            ? DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture)
            : (DateTimeOffset?)null;
        try
        {
            return new(
                Preconditions.Tags(Text(request, "ifMatch"), "ifMatch"),
                Preconditions.Tags(Text(request, "ifNoneMatch"), "ifNoneMatch"),
                since,
                null);
        }
        catch (FhirException refused)
        {
            throw refused.At(path + ".request");
        }
    }

    /// <summary>
    /// The resource with its relative references under the base of the entry's own address, where that is another server's: what stands
    /// there as <c>Patient/1</c> is that server's, whomever we know by that id.
    /// </summary>
    private static byte[] Grounded(JsonElement resource, string? fullUrl, ServiceBases bases)
    {
        var bytes = JsonMarshal.GetRawUtf8Value(resource).ToArray();
        return fullUrl is not null && bases.ForeignBase(fullUrl) is { } foreign ? BundleAddresses.Ground(bytes, foreign) : bytes;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

/// <summary>What an update still knows of the patch that it was.</summary>
/// <param name="Stood">The addresses that stood there before: they name what is stored, not entries of this transaction.</param>
/// <param name="IsOfAnyVersion">Whether the patch named no version, and may be computed again.</param>
/// <param name="Condition">What found the resource, and must find it still; null where the patch named it.</param>
internal sealed record PatchedEntry(IReadOnlySet<string> Stood, bool IsOfAnyVersion, string? Condition);
