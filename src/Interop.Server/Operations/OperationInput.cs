using System.Globalization;
using System.Text;
using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Server.Http;

namespace Interop.Server.Operations;

/// <summary>The parameters of an operation, from the query or a Parameters resource
/// (https://hl7.org/fhir/R4/operations.html#request).</summary>
/// <param name="Values">Primitives as text, complex values as JSON.</param>
/// <param name="Resources">The bytes of resources as they were sent.</param>
internal sealed record OperationInput(IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, byte[]> Resources)
{
    public string? this[string name] => Values.GetValueOrDefault(name);

    /// <param name="lists">Parameters that may be given several times, and are read as one with commas.</param>
    public static async Task<OperationInput> ReadAsync(
        HttpRequest request, CancellationToken cancellationToken, params IReadOnlyList<string> lists)
    {
        var query = FromQuery(request, lists);
        return HttpMethods.IsPost(request.Method) && (request.ContentType is not null || request.ContentLength > 0)
            ? FromParameters(query, await FhirRequest.BodyAsync(request, cancellationToken), lists)
            : query;
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static OperationInput FromQuery(HttpRequest request, params IReadOnlyList<string> lists)
    {
        var repeated = request.Query.FirstOrDefault(pair => pair.Value.Count > 1 && !lists.Contains(pair.Key)).Key;
        return repeated is null
            ? new(
                request.Query.Where(pair => pair.Key is not ("_format" or "_pretty"))
                    .ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
                new Dictionary<string, byte[]>())
            : throw new FhirException(IssueCode.Invalid, $"The parameter {repeated} may be given once.");
    }

    /// <summary>Adds those of a Parameters resource, which must be sound but for the resources in it: those are the operation's to
    /// judge.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static OperationInput FromParameters(OperationInput query, byte[] body, params IReadOnlyList<string> lists)
    {
        if (ResourceJson.ReadHeader(body)?.Type != "Parameters")
        {
            throw new FhirException(IssueCode.Invalid, "The operation takes a Parameters resource.", "resourceType");
        }

        var issues = ResourceValidator.Validate(body).Where(issue => issue.Severity <= IssueSeverity.Error && !IsInResource(issue))
            .ToList();
        if (issues.Count > 0)
        {
            throw new FhirException(400, issues);
        }

        var values = new Dictionary<string, string>(query.Values);
        var resources = new Dictionary<string, byte[]>();
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 512 });
            if (document.RootElement.TryGetProperty("parameter", out var list))
            {
                foreach (var parameter in list.EnumerateArray())
                {
                    Add(parameter, values, resources, lists);
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            throw new FhirException(IssueCode.Structure, "The Parameters resource can't be read.");
        }

        return new(values, resources);
    }

    /// <exception cref="FhirException">400 where a parameter is not one of these.</exception>
    public OperationInput Allow(params string[] names) =>
        Values.Keys.Concat(Resources.Keys).FirstOrDefault(name => !names.Contains(name)) is { } unknown
        ? throw new FhirException(
            IssueCode.NotSupported,
            $"The parameter {Shown(unknown)} is not supported: {(names.Length == 0 ? "none is" : $"{string.Join(", ", names)} are")}.",
            $"Parameters.parameter.where(name='{Shown(unknown)}')")
        : this;

    /// <exception cref="FhirException">400 where the parameter is missing.</exception>
    public string Require(string name) => this[name] is { Length: > 0 } value
        ? value
        : throw new FhirException(IssueCode.Required, $"The parameter {name} is missing.");

    /// <exception cref="FhirException">400 for anything but a whole number from 0.</exception>
    public int? Number(string name) => this[name] switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new FhirException(IssueCode.Value, $"The parameter {name} must be a whole number from 0."),
    };

    private static string Shown(string name) =>
        name.Length <= 40 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or ':') ? name : "?";

    private static bool IsInResource(Issue issue) => issue.Expression?.StartsWith("Parameters.parameter[", StringComparison.Ordinal) == true
        && issue.Expression.Contains(".resource", StringComparison.Ordinal);

    private static void Add(
        JsonElement parameter, Dictionary<string, string> values, Dictionary<string, byte[]> resources, IReadOnlyList<string> lists)
    {
        // R4 lets an extension stand for the value of a name.
        var name = parameter.TryGetProperty("name", out var given)
            ? given.GetString()!
            : throw new FhirException(IssueCode.Required, "A parameter has a name.", "Parameters.parameter.name");
        bool isNew;
        if (parameter.TryGetProperty("resource", out var resource))
        {
            isNew = resources.TryAdd(name, Encoding.UTF8.GetBytes(resource.GetRawText()));
        }
        else
        {
            // What came as parts, or as an extension in the place of a value, is not passed over: it is there, and says nothing.
            var value = parameter.EnumerateObject().Where(property => property.Name.StartsWith("value", StringComparison.Ordinal))
                .Select(property => property.Value).FirstOrDefault();
            var text = value.ValueKind switch
            {
                JsonValueKind.Undefined => string.Empty,
                JsonValueKind.String => value.GetString()!,
                _ => value.GetRawText(),
            };
            isNew = values.TryAdd(name, text) || (text.Length > 0 && lists.Contains(name));
            values[name] = values[name] == text ? text : $"{values[name]},{text}";
        }

        if (!isNew)
        {
            throw new FhirException(IssueCode.Invalid, $"The parameter {Shown(name)} may be given once.");
        }
    }
}
