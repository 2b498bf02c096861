using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Fhir.Search;
using Interop.Fhir.Tables;
using Interop.Server.Guard.Tables;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Operations;

/// <summary>What <c>ViewDefinition/$run</c> and <c>$export</c> are asked for (https://sql-on-fhir.org, operations).</summary>
/// <param name="Text">JSON of the view.</param>
internal sealed record ViewInput(TableRequest Table, string Text, TableFormat Format)
{
    private const string Sent = "viewResource";
    private const string Named = "viewReference";

    /// <summary>Null where the caller reads no such view: who looked for it has written that down.</summary>
    /// <exception cref="FhirException">400 or 412: nothing is asked that could be done.</exception>
    public static async Task<ViewInput?> ReadAsync(
        Caller caller,
        HttpRequest request,
        StoredViews stored,
        SearchQueryParser queries,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        var (all, sent) = await InputAsync(request, cancellationToken);
        var input = all.Allow(Named, "_format", "_limit", "_since", "patient");
        var format = TableFormat.Of(input["_format"] ?? (request.Query["_format"].ToString() is { Length: > 0 } code ? code : null));
        var limit = input.Number("_limit");
        if (limit is 0 or > GuardedTables.MostRows)
        {
            throw new FhirException(IssueCode.Value, $"The parameter _limit must be from 1 to {GuardedTables.MostRows}.");
        }

        if (await ViewAsync(caller, request, input, sent, stored, settings, cancellationToken) is not var (view, text))
        {
            return null;
        }

        return view.Resource == "AuditEvent"
            ? throw new FhirException(IssueCode.NotSupported, "The trail is asked as AuditEvent, by search.", "ViewDefinition.resource")
            : new(new(view, limit, Export.SinceOf(queries, input), PatientOf(input, settings)), text, format);
    }

    /// <summary>R4's Parameters hold resources of R4's types: the view is taken out before they are judged.</summary>
    private static async Task<(OperationInput Input, byte[]? View)> InputAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var query = OperationInput.FromQuery(request);
        if (!HttpMethods.IsPost(request.Method) || (request.ContentType is null && request.ContentLength is null or 0))
        {
            return (query, null);
        }

        var body = await FhirRequest.BodyAsync(request, cancellationToken);
        try
        {
            if (JsonNode.Parse(body) is JsonObject parameters && parameters["parameter"] is JsonArray list
                && list.OfType<JsonObject>().Where(IsView).ToList() is { Count: > 0 } views)
            {
                var view = views is [var only] ? Encoding.UTF8.GetBytes(only["resource"]!.ToJsonString())
                    : throw new FhirException(IssueCode.Invalid, $"The parameter {Sent} may be given once.");
                list.Remove(only);
                if (list.Count == 0)
                {
                    parameters.Remove("parameter");
                }

                return (OperationInput.FromParameters(query, Encoding.UTF8.GetBytes(parameters.ToJsonString())), view);
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or ArgumentException)
        {
            // it is no sound JSON: said below
        }

        return (OperationInput.FromParameters(query, body), null);

        static bool IsView(JsonObject item) =>
            item["name"] is JsonValue name && name.TryGetValue<string>(out var text) && text == Sent && item["resource"] is JsonObject;
    }

    private static async Task<(ViewDefinition View, string Text)?> ViewAsync(
        Caller caller,
        HttpRequest request,
        OperationInput input,
        byte[]? sent,
        StoredViews stored,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        var id = request.RouteValues["id"] as string;
        var name = input[Named];
        if ((id is null ? 0 : 1) + (sent is null ? 0 : 1) + (name is null ? 0 : 1) != 1)
        {
            throw new FhirException(IssueCode.Required, $"One view is asked for: by its id, or as {Sent}, or as {Named}.");
        }

        if (sent is not null)
        {
            return ViewDefinition.Read(sent, out var issues) is { } view
                ? (view, Encoding.UTF8.GetString(sent))
                : throw new FhirException(400, issues);
        }

        var literal = id ?? ReferenceOf(Named, name!);
        return id is null && !IsAddress(literal, settings, out id)
            ? await stored.FindAsync(caller, literal, cancellationToken)
            : await stored.ReadAsync(caller, FhirRequest.Key("Library", id!).Id, cancellationToken);
    }

    public static FhirResult Unknown => FhirResult.Problem(IssueCode.NotFound, "This view is not known.");

    /// <summary>Whether it is the address of a view of this server, and not its canonical one.</summary>
    private static bool IsAddress(string literal, InteropSettings settings, out string? id)
    {
        const string Type = "ViewDefinition/";
        var whole = $"{settings.PublicUrl}/{Type}";
        id = literal.StartsWith(Type, StringComparison.Ordinal) ? literal[Type.Length..]
            : literal.StartsWith(whole, StringComparison.Ordinal) ? literal[whole.Length..]
            : null;
        return id is not null;
    }

    private static string? PatientOf(OperationInput input, InteropSettings settings)
    {
        const string Name = "patient";
        if (input[Name] is not { } value)
        {
            return null;
        }

        var literal = ReferenceOf(Name, value);
        return ResourceKey.IsId(literal) ? literal
            : settings.Bases.Read(literal) is ReferenceReading.Local { Key: { Type: "Patient" } key } ? key.Id
            : throw new FhirException(IssueCode.Value, $"The parameter {Name} must be a reference to a Patient of this server.");
    }

    /// <summary>In a query a reference is its text, in Parameters it is a Reference.</summary>
    private static string ReferenceOf(string name, string value)
    {
        if (!value.StartsWith('{'))
        {
            return value;
        }

        try
        {
            return JsonNode.Parse(value)?["reference"]?.GetValue<string>() ?? throw Wrong();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            throw Wrong();
        }

        FhirException Wrong() => new(IssueCode.Value, $"The parameter {name} must be a Reference.");
    }
}
