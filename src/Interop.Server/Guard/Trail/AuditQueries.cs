using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Trail;

/// <summary>A search for AuditEvents as conditions of rows of the trail. What rows can't be asked is refused by its name.</summary>
internal static class AuditQueries
{
    /// <summary>The search parameters of AuditEvent that are answered.</summary>
    public static IReadOnlyList<string> Parameters { get; } =
        ["action", "agent", "agent-organization", "date", "entity", "outcome", "patient", "purpose", "subtype", "type"];

    /// <exception cref="FhirException">400.</exception>
    public static IReadOnlyList<AuditCondition> Read(SearchQuery query, AuditReader reader, Func<string, (long, long)?> placeOf)
    {
        if (query.Includes.Count > 0)
        {
            throw Refused("_include and _revinclude", "an AuditEvent is searched alone.");
        }

        if (query.Sort.Count > 1 || query.Sort.Any(sort => sort.Parameter?.Code != "date"))
        {
            throw Refused("_sort", "AuditEvents are in order of date or of -date.");
        }

        return [.. query.Criteria.Select(criterion => Condition(criterion, reader, placeOf))];
    }

    private static AuditCondition Condition(SearchCriterion criterion, AuditReader reader, Func<string, (long, long)?> placeOf) =>
        criterion switch
        {
            IdCriterion ids => new AuditCondition.AtPlace([.. ids.Ids.Select(placeOf).Where(place => place is not null)
                .Select(place => place!.Value)]),
            LastUpdatedCriterion updated => Any(updated.Values.Select(Within)),
            ValueCriterion { Modifier: SearchModifier.None or SearchModifier.Identifier } value => Condition(value, reader),
            ValueCriterion value => throw Refused($"{value.Parameter.Code}:{value.Modifier.ToString().ToLowerInvariant()}", "not here."),
            MissingCriterion missing => throw Refused($"{missing.Parameter.Code}:missing", "not here."),
            _ => throw Refused("Chains and _has", "an AuditEvent is searched alone."),
        };

    // Of a row that is about others too, these ask for nothing that is theirs.
    private static readonly string[] OfPerson = ["agent-organization", "date", "patient", "purpose"];

    private static AuditCondition Condition(ValueCriterion criterion, AuditReader reader)
    {
        var (code, values) = (criterion.Parameter.Code, criterion.Values);
        if (reader is AuditReader.Person && !OfPerson.Contains(code))
        {
            throw Refused(code, $"who saw the own record is asked by {string.Join(", ", OfPerson)}.");
        }

        if (criterion.Modifier == SearchModifier.Identifier && code != "agent")
        {
            throw Refused($"{code}:identifier", "only agents are known by names.");
        }

        return code switch
        {
            "patient" => reader switch
            {
                AuditReader.OwnRequests => About(values),
                AuditReader.Person person => About(person, values),
                _ => new AuditCondition.About(Ids(values, "Patient")),
            },
            "agent" when criterion.Modifier == SearchModifier.Identifier =>
                new AuditCondition.ByAgent([], [.. values.OfType<TokenValue>().Select(token => token.Code).OfType<string>()]),
            "agent" => Any(
            [
                new AuditCondition.ByAgent(Ids(values, "Practitioner"), []),
                new AuditCondition.ByOrganization(Ids(values, "Organization")),
            ]),
            "agent-organization" => new AuditCondition.ByOrganization(Ids(values, "Organization")),
            "purpose" => new AuditCondition.ForPurpose(
                [.. values.OfType<TokenValue>().Where(IsReason).Select(token => token.Code).OfType<string>().DefaultIfEmpty(" ")]),
            "date" => Any(values.OfType<DateValue>().Select(Within)),
            "entity" => Any(values.OfType<ReferenceValue>().Select(value => Entity(value, reader))),
            "type" => OfKind(values, pattern => [pattern.Type]),
            "subtype" => OfKind(values, pattern => pattern.Subtype),
            "action" => OfKind(values, pattern => [("http://hl7.org/fhir/audit-event-action", pattern.Action)]),
            "outcome" => Any(values.OfType<TokenValue>().Select(token => Outcome(token, reader))),
            _ => throw Refused(code, $"AuditEvents are searched by {string.Join(", ", Parameters)}."),
        };

        AuditCondition OfKind(
            IReadOnlyList<SearchValue> asked, Func<AuditPattern, IReadOnlyList<(string System, string Code)>> codesOf) =>
            new AuditCondition.OfKind(
            [
                .. AuditPattern.All.Where(pattern => !reader.IsBlind || pattern.Kind.Class != AuditClass.Withheld)
                    .Where(pattern => codesOf(pattern).Any(own => asked.OfType<TokenValue>().Any(token => Is(token, own))))
                    .Select(pattern => pattern.Kind),
            ]);
    }

    /// <summary>Whom else a row is about that is about her too, it does not tell her.</summary>
    private static AuditCondition About(AuditReader.Person person, IReadOnlyList<SearchValue> values) =>
        Ids(values, "Patient").Contains(person.Patient) ? new AuditCondition.About([person.Patient]) : new AuditCondition.OfKind([]);

    /// <summary>Rows that tell a partner of these patients: see <see cref="AuditReader.PatientsOf"/>.</summary>
    private static AuditCondition.All About(IReadOnlyList<SearchValue> values) => new(
    [
        new AuditCondition.About(Ids(values, "Patient")),
        new AuditCondition.Ending(["permit"]),
        new AuditCondition.NotAt(AuditTrail.Summary),
    ]);

    private static AuditCondition Entity(ReferenceValue value, AuditReader reader)
    {
        if (value is not { Type: { } type, Id: { } id })
        {
            throw Refused("entity", "it must be Type/id.");
        }

        var naming = new AuditCondition.Naming([$"{type}/{id}"]);
        return type == "Patient"
            ? new AuditCondition.Any([naming, reader.IsBlind ? About([value]) : new AuditCondition.About([id])])
            : naming;
    }

    /// <summary>0 what was given, 8 what was withheld because of whom it is about, 4 the rest.</summary>
    private static AuditCondition Outcome(TokenValue token, AuditReader reader)
    {
        const string system = "http://terminology.hl7.org/CodeSystem/audit-event-outcome";
        var withheld = new AuditCondition.OfKind([new(AuditClass.Withheld, [])]);
        var refused = new AuditCondition.Ending(["permit"], Not: true);
        var nothing = new AuditCondition.OfKind([]);
        return !Is(token, (system, token.Code ?? string.Empty)) ? nothing : token.Code switch
        {
            "0" => new AuditCondition.Ending(["permit"]),
            "4" when reader.IsBlind => refused,
            "4" => new AuditCondition.All([refused, new AuditCondition.NotOfKind(withheld.Kinds[0])]),
            "8" when !reader.IsBlind => withheld,
            _ => nothing,
        };
    }

    private static AuditCondition Within(DateValue value) => value.Prefix switch
    {
        SearchPrefix.Equal or SearchPrefix.Approximately => new AuditCondition.Within(value.Low, value.High),
        SearchPrefix.NotEqual => new AuditCondition.Any(
        [
            new AuditCondition.Within(long.MinValue, value.Low - 1), new AuditCondition.Within(value.High + 1, long.MaxValue),
        ]),
        SearchPrefix.GreaterThan or SearchPrefix.StartsAfter => new AuditCondition.Within(value.High + 1, long.MaxValue),
        SearchPrefix.GreaterOrEqual => new AuditCondition.Within(value.Low, long.MaxValue),
        SearchPrefix.LessThan or SearchPrefix.EndsBefore => new AuditCondition.Within(long.MinValue, value.Low - 1),
        _ => new AuditCondition.Within(long.MinValue, value.High),
    };

    private static AuditCondition Any(IEnumerable<AuditCondition> conditions) =>
        conditions.ToList() is [var one] ? one : new AuditCondition.Any([.. conditions]);

    private static IReadOnlyList<string> Ids(IReadOnlyList<SearchValue> values, string type) =>
    [
        .. values.OfType<ReferenceValue>().Where(value => value.Type is null || value.Type == type).Select(value => value.Id)
            .OfType<string>(),
    ];

    private static bool IsReason(TokenValue token) => token.System is null or "http://terminology.hl7.org/CodeSystem/v3-ActReason";

    private static bool Is(TokenValue token, (string System, string Code) own) =>
        (token.System is null || token.System == own.System) && (token.Code is null || token.Code == own.Code);

    private static FhirException Refused(string name, string why) => new(IssueCode.NotSupported, $"{name} is not supported: {why}");
}
