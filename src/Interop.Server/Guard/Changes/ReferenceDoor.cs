using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Fhir.Schema;
using Interop.Fhir.Search;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;

namespace Interop.Server.Guard.Changes;

/// <summary>
/// The one door through which references get into the store: whatever form they came in, they stand there as <c>Type/id</c>, and where
/// sharing must know what they point at, they point at something that is known. Everything behind it reads that form only.
/// </summary>
/// <param name="foreseen">Takes the rows of what conditions and identifiers looked for.</param>
internal sealed class ReferenceDoor(
    GuardedTransaction transaction, SharingPolicy policy, ServiceBases bases, Conditions conditions, ForeseenConditions foreseen)
{
    // Each is a search while all other writers wait.
    private const int MostSearches = 50;

    private readonly Dictionary<(string Type, string Query), List<ResourceKey>> found = [];
    private readonly HashSet<(string Type, string Query)> searched = [];

    /// <summary>What conditions and identifiers found: the answer tells of it.</summary>
    public List<ResourceKey> Matched { get; } = [];

    /// <summary>Whether the normal form of some of its references depends on what is stored.</summary>
    public static bool Looks(byte[] body) => ResourceReferences.Of(body).Places.Any(place =>
        place.Literal is null or ['#', ..] || place.Literal.Contains('?', StringComparison.Ordinal));

    /// <summary>The body with its references in normal form, or why they can't be.</summary>
    /// <param name="entry">FHIRPath of the resource in a transaction, which resolves conditional references; the names of its entries
    /// have been replaced.</param>
    public (byte[] Body, WriteResult.Refused? Refused) Normal(string type, byte[] body, string? entry = null)
    {
        var references = ResourceReferences.Of(body);
        var issues = new List<Issue>();
        if (type == "Consent" && !references.Places.Any(place => place is { Container: null, Element: "patient" }))
        {
            // R4 lets it say so by name alone, or not at all: then it would be stored, and deny nothing to anybody.
            issues.Add(new(IssueSeverity.Error, "required", "A consent must say whose it is: sharing goes by it.", "Consent.patient"));
        }

        var addresses = new Dictionary<ReferencePlace, string>();
        foreach (var place in references.Places)
        {
            var need = policy.NeedOf(type, place);
            var (address, rule) = place.Literal is { } literal
                ? Literal(type, references, place, literal, need, entry)
                : Logical(place, need, entry);
            if (rule is not null)
            {
                issues.Add(new(IssueSeverity.Error, "business-rule", rule, place.Expression));
            }
            else if (address is not null && address != place.Literal)
            {
                addresses.Add(place, address);
            }
        }

        return issues.Count > 0 ? (body, new(422, issues)) : (addresses.Count == 0 ? body : references.Rewrite(addresses), null);
    }

    /// <summary>What was found may be more by now.</summary>
    public void Forget() => found.Clear();

    /// <summary>What a condition finds for the caller, two at most.</summary>
    public List<ResourceKey> Match(string type, string condition, string path)
    {
        if (found.TryGetValue((type, condition), out var known))
        {
            return known;
        }

        if (!MaySearch(type))
        {
            throw FhirException.InsufficientScope(
                $"A condition is a search. {transaction.Caller.Scopes.Objection(type, SmartRight.Search)}", path);
        }

        try
        {
            List<ResourceKey> matches = [.. conditions.Matches(transaction, type, condition, foreseen).Select(match => match.Key)];
            Matched.AddRange(matches);
            if (!transaction.Caller.IsOperator)
            {
                // One lookup, however often it stands there, until something more is there; an import finds what it has just brought.
                found[(type, condition)] = matches;
            }

            return matches;
        }
        catch (FhirException refused)
        {
            throw refused.At(path);
        }
    }

    private (string? Address, string? Rule) Literal(
        string type, ResourceReferences references, ReferencePlace place, string literal, ReferenceNeed need, string? entry)
    {
        var mustKnow = need is ReferenceNeed.Party or ReferenceNeed.Target;
        return bases.Read(literal) switch
        {
            ReferenceReading.Local local => Local(type, place, local),
            ReferenceReading.Fragment { Id: var id } => Fragment(references, place, id, need, entry),
            ReferenceReading.Urn => (null, "The reference names no entry of the Bundle that it came in."),
            ReferenceReading.Conditional condition when entry is not null => Conditional(type, place, condition, entry),
            ReferenceReading.Conditional => (null, "A conditional reference is resolved in a transaction only."),
            ReferenceReading.Foreign when mustKnow =>
                (null, "The reference must point at a resource of this server: sharing goes by it."),
            ReferenceReading.Foreign => (null, null),
            _ => (null, "The reference can't be read: it is Type/id, the address of a resource, or the #id of a contained one."),
        };
    }

    private static (string? Address, string? Rule) Local(string type, ReferencePlace place, ReferenceReading.Local local) =>
        !place.Allows(local.Key.Type) ? (null, $"This reference may point at {string.Join(", ", place.Targets)} only.")
        : type == "Provenance" && local.Version is { } version ? ($"{local.Key}/_history/{version}", null) // it is about versions
        : (local.Key.ToString(), null);

    private (string? Address, string? Rule) Conditional(
        string type, ReferencePlace place, ReferenceReading.Conditional condition, string entry)
    {
        const string rule = "A conditional reference must match exactly one resource.";
        var matches = Match(condition.Type, condition.Query, entry);
        return matches.Count switch
        {
            1 => Local(type, place, new(matches[0], null)),
            0 => throw new UnresolvedConditionException(new(IssueCode.NotFound.With(412), rule, entry)),
            _ => throw new FhirException(IssueCode.MultipleMatches, rule, entry),
        };
    }

    /// <summary>A reference by identifier: where sharing has to know, it becomes the one resource that has it.</summary>
    private (string? Address, string? Rule) Logical(ReferencePlace place, ReferenceNeed need, string? entry)
    {
        if (need == ReferenceNeed.None)
        {
            return (null, null);
        }

        var types = place.Type is { } stated ? [stated] : IsAny(place) ? Readable(need) : place.Targets;
        var mustKnow = need is ReferenceNeed.Party or ReferenceNeed.Target;
        var path = PathOf(entry, place);
        var key = OnlyOne([place.Identifier!], [.. types.Where(place.Allows)], mustKnow, path);
        return key is null && mustKnow
            ? (null, "The identifier must be that of exactly one resource that is known here: sharing goes by it.")
            : (key?.ToString(), null);
    }

    /// <summary>
    /// A contained resource stands for the one that has its identifier. Labels pass through it; so do parties where it is, say, a role.
    /// </summary>
    private (string? Address, string? Rule) Fragment(
        ResourceReferences references, ReferencePlace place, string id, ReferenceNeed need, string? entry)
    {
        if (need == ReferenceNeed.None || references.Contained.FirstOrDefault(contained => contained.Id == id) is not { } contained)
        {
            return (null, need == ReferenceNeed.Target ? "A resource can't point at itself here." : null);
        }

        var types = place.Allows(contained.Type) ? [contained.Type] : (IReadOnlyList<string>)[];
        var path = PathOf(entry, place);
        if (contained.Identifiers.Count > 0 && OnlyOne(contained.Identifiers, types, need == ReferenceNeed.Target, path) is { } key)
        {
            return (key.ToString(), null);
        }

        // A person or an organisation must be one that is known; anything else may lead to those.
        var leads = contained.Type is not ("Patient" or "Organization") && references.Places.Any(inner =>
            inner.Container == id && inner.Literal is { } literal
            && bases.Read(literal) is ReferenceReading.Local);
        return (null, need == ReferenceNeed.Target && !leads
            ? "The contained resource names nothing that is known here: sharing goes by it."
            : null);
    }

    /// <summary>
    /// The one resource of these types that has one of these identifiers and that the caller's own searches would find.
    /// </summary>
    /// <exception cref="FhirException">403: it must be known, and the scopes let the caller search none of the types.</exception>
    private ResourceKey? OnlyOne(IReadOnlyList<IdentifierText> identifiers, IReadOnlyList<string> types, bool mustKnow, string path)
    {
        var candidates = types
            .Where(type => FhirFacts.R4.IsResourceType(type) && SearchParameterSet.R4.Find(type, "identifier") is not null)
            .ToList();
        var searchable = candidates.Where(MaySearch).ToList();
        if (mustKnow && candidates.Count > 0 && searchable.Count == 0)
        {
            throw FhirException.InsufficientScope(
                $"A reference by identifier is a search. {transaction.Caller.Scopes.Objection(candidates[0], SmartRight.Search)}", path);
        }

        var matches = searchable
            .SelectMany(type => identifiers.SelectMany(identifier => MatchCounted(type, QueryFor(identifier), path)))
            .Distinct()
            .ToList();
        return matches.Count == 1 ? matches[0] : null;
    }

    private List<ResourceKey> MatchCounted(string type, string query, string path)
    {
        var isNew = !transaction.Caller.IsOperator && !foreseen.IsForeseen(type, query) && searched.Add((type, query));
        return !isNew || searched.Count <= MostSearches
            ? Match(type, query, path)
            : throw new FhirException(
                IssueCode.TooCostly,
                $"One write may name what takes {MostSearches} searches by identifier; refer to the others by address.",
                path);
    }

    private static bool IsAny(ReferencePlace place) => place.Targets.Count == 0 || place.Targets.Contains("Resource");

    // An identifier that may be anything's would be a hundred searches; where sharing reads such a place, it looks for the patient.
    private static IReadOnlyList<string> Readable(ReferenceNeed need) => need == ReferenceNeed.Target ? ["Patient"] : [];

    private static string QueryFor(IdentifierText identifier)
    {
        var token = $"{SearchText.Escape(identifier.System ?? string.Empty)}|{SearchText.Escape(identifier.Value)}";
        return $"identifier={Uri.EscapeDataString(token)}";
    }

    /// <summary>Where a reference stands, in the transaction that it came in or alone.</summary>
    private static string PathOf(string? entry, ReferencePlace place)
    {
        var dot = place.Expression.IndexOf('.', StringComparison.Ordinal);
        return entry is null ? place.Expression : dot < 0 ? entry : entry + place.Expression[dot..];
    }

    private bool MaySearch(string type) => transaction.Caller.IsOperator || transaction.Caller.Scopes.Allows(type, SmartRight.Search);

    /// <summary>References of stored and checked resources are in normal form; those to nothing that is visible are refused.</summary>
    /// <remarks>A reference to what the caller can't see is answered like one to nothing.</remarks>
    public WriteResult.Refused? Unknown(Sight sight, ResourceKey self, byte[] body, IReadOnlySet<ResourceKey>? alsoKnown = null)
    {
        var references = ResourceReferences.Of(body).Places
            .Select(place => (place.Expression, place.Target))
            .Where(item => item.Target is { } target && target != self && alsoKnown?.Contains(target) != true)
            .Select(item => (item.Expression, Target: item.Target!.Value))
            .ToList();
        if (references.Count == 0)
        {
            return null;
        }

        var visible = transaction.Rows.Visible([.. references.Select(item => item.Target).Distinct()], sight.ForReferences());
        var unknown = references.Where(item => !visible.Contains(item.Target))
            .Select(
                item => new Issue(IssueSeverity.Error, "not-found", "The reference points at nothing that is known here.", item.Expression))
            .ToList();
        return unknown.Count == 0 ? null : new(422, unknown);
    }
}

/// <summary>What a conditional reference names is not there; another entry of the transaction may bring it.</summary>
internal sealed class UnresolvedConditionException(FhirException refusal) : Exception
{
    public FhirException Refusal { get; } = refusal;
}
