using Interop.Fhir;
using Interop.Fhir.Schema;
using Interop.Fhir.Search;
using Interop.Server.Guard;
using Interop.Server.Guard.Exports;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Operations;

/// <summary>
/// Bulk Data 2.0: https://hl7.org/fhir/uv/bulkdata/export.html, of the system, of all patients and of a group. What is written is what the
/// caller sees when it is written.
/// </summary>
internal static class Export
{
    private const int MostPatients = 500;

    // As many as a search may have criteria: all of them stand in the statement of each page.
    private const int MostFilters = 20;

    private static readonly string[] Names = ["_outputFormat", "_since", "_type", "_typeFilter", "_elements"];
    private static readonly string[] Lists = ["_type", "_typeFilter", "_elements"];
    private static readonly string[] Formats = [ExportFile.NdJson, "application/ndjson", "ndjson"];

    public static void Map(FhirRoutes fhir)
    {
        foreach (var pattern in new[] { "/$export", "/Patient/$export", "/Group/{id}/$export" })
        {
            fhir.Get(pattern, FhirInteraction.Operation, BeginAsync);
            fhir.Post(pattern, FhirInteraction.Operation, BeginAsync);
        }

        fhir.Get($"/{GuardedExports.Path}/{{job}}", FhirInteraction.Operation, StateAsync);
        fhir.Delete($"/{GuardedExports.Path}/{{job}}", FhirInteraction.Operation, CancelAsync);
        fhir.Get($"/{GuardedExports.Path}/{{job}}/{{file}}", FhirInteraction.Operation, FileAsync);
    }

    private static async Task<IResult> BeginAsync(
        Caller caller,
        HttpRequest request,
        GuardedExports exports,
        SearchQueryParser queries,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        DemandClient(caller, request);

        var input = (await OperationInput.ReadAsync(request, cancellationToken, Lists)).Allow(Names);
        var group = request.RouteValues["id"] is string id ? FhirRequest.Key("Group", id) : (ResourceKey?)null;
        var isOfPatients = group is not null || request.Path.Value!.EndsWith("/Patient/$export", StringComparison.Ordinal);
        var patients = group is { } key ? await exports.PatientsOfAsync(caller, key, cancellationToken) : null;
        if (group is not null && patients is null)
        {
            return FhirResult.Problem(IssueCode.NotFound, $"{group} is not known.");
        }

        if (patients?.Count > MostPatients)
        {
            throw new FhirException(IssueCode.TooCostly, $"A group is exported with at most {MostPatients} patients; this one has more.");
        }

        var url = settings.PublicUrl + request.Path.Value![FhirRequest.Root.Length..] + request.QueryString.Value;
        var asked = new ExportRequest(
            url,
            isOfPatients ? "Patient" : null,
            patients,
            TypesOf(caller, input, isOfPatients),
            SinceOf(queries, input),
            FiltersOf(queries, input),
            ElementsOf(input));
        var begun = await exports.BeginAsync(caller, asked, cancellationToken);
        return FhirResult.Accepted($"{settings.PublicUrl}/{GuardedExports.Path}/{begun}");
    }

    /// <summary>Nothing is exported while somebody waits, nor for a person who signed in.</summary>
    /// <exception cref="FhirException">400 or 403.</exception>
    public static void DemandClient(Caller caller, HttpRequest request)
    {
        if (!request.Headers["Prefer"].Any(header => header?.Contains("respond-async", StringComparison.Ordinal) == true))
        {
            throw new FhirException(IssueCode.Required, "An export is made while its caller does not wait: send Prefer: respond-async.");
        }

        if (caller.IsPerson)
        {
            throw new FhirException(IssueCode.Forbidden, "An export is for a client that acts for itself (SMART Backend Services).");
        }
    }

    private static async Task<IResult> StateAsync(
        string job, Caller caller, HttpRequest request, GuardedExports exports, CancellationToken cancellationToken)
    {
        FhirRequest.RefuseParameters(request.Query.Keys);
        return await exports.StateAsync(caller, job, cancellationToken) switch
        {
            ExportState.Running running => FhirResult.Pending(running.Progress),
            ExportState.Done done => FhirResult.Of(done.Manifest),
            ExportState.Failed failed => FhirResult.Problem(IssueCode.Exception, $"The export has ended before its end: {failed.Reason}"),
            _ => Unknown,
        };
    }

    private static async Task<IResult> CancelAsync(
        string job, Caller caller, HttpRequest request, GuardedExports exports, CancellationToken cancellationToken)
    {
        FhirRequest.RefuseParameters(request.Query.Keys);
        return await exports.CancelAsync(caller, job, cancellationToken) ? FhirResult.Ended() : Unknown;
    }

    private static async Task<IResult> FileAsync(
        string job, string file, Caller caller, HttpRequest request, GuardedExports exports, CancellationToken cancellationToken)
    {
        FhirRequest.RefuseParameters(request.Query.Keys);
        return await exports.FileAsync(caller, job, file, cancellationToken) is { } found ? FhirResult.Of(found) : Unknown;
    }

    private static FhirResult Unknown => FhirResult.Problem(IssueCode.NotFound, "There is no such export.");

    private static IReadOnlyList<string> TypesOf(Caller caller, OperationInput input, bool isOfPatients)
    {
        if (input["_outputFormat"] is { } format && !Formats.Contains(format.Replace(' ', '+')))
        {
            throw new FhirException(IssueCode.NotSupported, $"The parameter _outputFormat must be one of {string.Join(", ", Formats)}.");
        }

        IEnumerable<string> all = isOfPatients ? Compartments.Types("Patient") : FhirFacts.R4.ResourceTypes.Order(StringComparer.Ordinal);
        if (input["_type"] is not { } text)
        {
            List<string> allowed = [.. all.Where(type => May(caller, type))];
            return allowed.Count > 0
                ? allowed
                : throw FhirException.InsufficientScope("The token's scopes do not allow .rs on any type.");
        }

        var types = text.Split(',').Distinct().ToList();
        if (types.Any(type => !all.Contains(type)))
        {
            throw new FhirException(
                IssueCode.Value,
                isOfPatients
                    ? "The parameter _type must name types that are in a patient's compartment, with commas between them."
                    : "The parameter _type must name resource types of R4, with commas between them.");
        }

        foreach (var type in types)
        {
            caller.Demand(type, SmartRight.Read);
            caller.Demand(type, SmartRight.Search);
        }

        return types;

        static bool May(Caller caller, string type) =>
            caller.Scopes.Allows(type, SmartRight.Read) && caller.Scopes.Allows(type, SmartRight.Search);
    }

    /// <exception cref="FhirException">400: it is no time.</exception>
    public static string? SinceOf(SearchQueryParser queries, OperationInput input)
    {
        var since = input["_since"]?.Replace(' ', '+');
        return since is null
            || queries.Parse("Patient", [KeyValuePair.Create("_lastUpdated", "ge" + since)], lenient: false, now: 0).Query is not null
            ? since
            : throw new FhirException(IssueCode.Value, "The parameter _since must be a date or a time.");
    }

    /// <summary>Each is <c>Type?criteria</c>. Commas within one are its own: what begins no type goes on with the one before.</summary>
    private static List<ExportFilter> FiltersOf(SearchQueryParser queries, OperationInput input)
    {
        var filters = new List<ExportFilter>();
        foreach (var part in input["_typeFilter"]?.Split(',') ?? [])
        {
            var (type, query) = part.Split('?', 2) is [var before, var after] ? (before, after) : (string.Empty, part);
            if (FhirFacts.R4.IsResourceType(type))
            {
                filters.Add(new(type, query));
            }
            else if (filters.Count > 0)
            {
                filters[^1] = filters[^1] with { Query = $"{filters[^1].Query},{part}" };
            }
            else
            {
                throw new FhirException(IssueCode.Value, "The parameter _typeFilter must be searches such as Condition?code=x.");
            }
        }

        if (filters.Count > MostFilters)
        {
            throw new FhirException(
                IssueCode.TooCostly, $"The parameter _typeFilter may have at most {MostFilters} searches; this one has {filters.Count}.");
        }

        foreach (var (type, query) in filters)
        {
            var pairs = FhirRequest.Pairs(query);
            SearchQueries.RefuseResults(pairs, "A _typeFilter");
            var parsed = queries.Parse(type, pairs, lenient: false, now: 0);
            if (parsed.Query is not { Criteria.Count: > 0 })
            {
                throw parsed.Issues.Count > 0
                    ? new FhirException(400, parsed.Issues)
                    : new FhirException(IssueCode.Required, "A _typeFilter has at least one criterion.");
            }
        }

        return filters;
    }

    private static IReadOnlyList<string> ElementsOf(OperationInput input)
    {
        var elements = input["_elements"]?.Split(',') ?? [];
        return elements.All(element => element.Length > 0 && element.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '.'))
            ? elements
            : throw new FhirException(IssueCode.Value, "The parameter _elements must be names of elements, with commas between them.");
    }
}
