using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Profiles;

/// <summary>One resource beside the rules of profiles. What a message says is out of the profile, never out of the resource.</summary>
internal sealed class ProfilePass(ProfileSet set, ReadOnlyMemory<byte> utf8, JsonTape tape, int maxIssues)
{
    private string profileName = string.Empty;

    public ProfileSet Set { get; } = set;

    public ReadOnlyMemory<byte> Utf8 { get; } = utf8;

    public JsonTape Tape { get; } = tape;

    public List<Issue> Issues { get; } = [];

    private bool IsFull => Issues.Count >= maxIssues;

    public void Resource(ProfileFacts profile)
    {
        var type = ElementPath.ResourceTypeOf(Utf8.Span, Tape.Nodes, 0)!;
        Profile(profile, new(type, 0));
    }

    public void CoreResource(FhirType type)
    {
        if (!ElementPath.ResourceTypeOf(Utf8.Span, Tape.Nodes, 0)!.Is(type.Name))
        {
            Add(0, "invalid", $"the resource must be a {type.Name}.");
        }
    }

    public void Profile(ProfileFacts profile, ElementItem item)
    {
        var before = profileName;
        profileName = profile.Name;
        if (item.Type.Is(profile.Type))
        {
            Content(Set.Rules(profile), item);
        }
        else
        {
            Add(item.Place, "invalid", $"this profile is about {profile.Type}.");
        }

        profileName = before;
    }

    /// <summary>True when an element follows a profile; nothing is reported.</summary>
    public bool Follows(ProfileFacts profile, ElementItem item)
    {
        var silent = Silent();
        silent.Profile(profile, item);
        return !silent.Issues.Any(issue => issue.Severity <= IssueSeverity.Error);
    }

    public void Misplaced(ProfileFacts extension, int node)
    {
        profileName = extension.Name;
        Add(node, "structure", "this extension is not meant for this element.");
    }

    public List<ElementItem> Children(ElementItem item, string name) => item.Children(Utf8.Span, Tape, name);

    public TapePlace Place(int node) => new(Utf8, Tape, node);

    public void Add(int node, string code, string rule, IssueSeverity severity = IssueSeverity.Error, string? child = null)
    {
        if (!IsFull)
        {
            var path = ElementPath.Of(Utf8.Span, Tape.Nodes, node);
            Issues.Add(new(severity, code, $"{profileName}: {rule}", child is null ? path : $"{path}.{child}"));
        }
    }

    private ProfilePass Silent() => new(Set, Utf8, Tape, maxIssues);

    private void Content(ElementRule rule, ElementItem item)
    {
        if (IsFull)
        {
            return;
        }

        Types(rule, item);
        if (rule.Fixed is { } fixedValue && (item.Node < 0 || !fixedValue.Same(Place(item.Node))))
        {
            Add(item.Place, "value", "the value must be the fixed one.");
        }

        if (rule.Pattern is { } pattern && (item.Node < 0 || !pattern.IsPatternOf(Place(item.Node))))
        {
            Add(item.Place, "value", "the value must have what the pattern has.");
        }

        if (rule.Binding is { } binding)
        {
            BindingCheck.Run(this, binding, item);
        }

        Constraints(rule, item);
        foreach (var child in rule.Children)
        {
            Element(child, item);
        }
    }

    private void Element(ElementRule rule, ElementItem parent)
    {
        var items = Children(parent, rule.Name);
        Cardinality(rule, parent, items.Count, rule.Name);
        foreach (var item in items)
        {
            Content(rule, item);
        }

        if (rule.Slices.Count > 0)
        {
            Slices(rule, parent, items);
        }
    }

    private void Cardinality(ElementRule rule, ElementItem parent, int count, string name)
    {
        var slice = rule.SliceName is null ? string.Empty : $" of the slice {rule.SliceName}";
        if (count < rule.Min)
        {
            Add(parent.Place, "required", rule.Min == 1 ? $"an element{slice} is mandatory here."
                : $"at least {rule.Min} elements{slice} are needed.", child: name);
        }
        else if (rule.Max is >= 0 and var most && count > most)
        {
            Add(parent.Place, "structure", most == 0 ? $"no element{slice} is allowed here."
                : $"at most {most} elements{slice} are allowed.", child: name);
        }
        else if (count == 0 && rule.IsMustSupport)
        {
            Add(parent.Place, "informational", $"an element{slice} that must be supported is absent.", IssueSeverity.Information, name);
        }
    }

    private void Types(ElementRule rule, ElementItem item)
    {
        if (rule.Types.Count == 0)
        {
            return;
        }

        // System types stand for primitives' own content, abstract types for any.
        var allowed = rule.Types.Where(type =>
            type.Code.StartsWith("http:", StringComparison.Ordinal) || type.Code is "Element" or "BackboneElement"
                || item.Type.Is(type.Code)).ToList();
        if (allowed.Count == 0)
        {
            Add(item.Place, "structure", $"the type must be {string.Join(" or ", rule.Types.Select(type => type.Code))}.");
            return;
        }

        if (item.Type.Name is "Reference" or "canonical" && allowed.All(type => type.Targets.Count > 0))
        {
            Target([.. allowed.SelectMany(type => type.Targets)], item);
        }

        // Extensions are judged by the definitions that their URLs name, wherever they stand.
        if (item.Type.Name == "Extension")
        {
            NotLoaded(allowed, item);
        }
        else if (allowed.All(type => type.Profiles.Count > 0))
        {
            Profiles([.. allowed.SelectMany(type => type.Profiles)], item);
        }
    }

    private void NotLoaded(List<TypeRule> allowed, ElementItem item)
    {
        foreach (var url in allowed.SelectMany(type => type.Profiles)
            .Where(url => Set.Find(url) is null && ProfileSet.CoreType(url) is null))
        {
            Add(item.Place, "incomplete", $"the extension definition {url} is not loaded: not checked.", IssueSeverity.Warning);
        }
    }

    private void Profiles(IReadOnlyList<string> urls, ElementItem item)
    {
        var loaded = urls.Select(Set.Find).OfType<ProfileFacts>().ToList();
        if (urls.Any(url => ProfileSet.CoreType(url) is not null) || loaded.Any(profile => Follows(profile, item)))
        {
            return;
        }

        if (loaded.Count < urls.Count)
        {
            Add(item.Place, "incomplete", $"one of the profiles {string.Join(", ", urls)} is not loaded: not checked.",
                IssueSeverity.Warning);
        }
        else if (loaded.Count == 1)
        {
            Profile(loaded[0], item);
        }
        else
        {
            Add(item.Place, "invalid", $"the value must follow one of {string.Join(", ", urls)}.");
        }
    }

    private void Target(IReadOnlyList<string> targets, ElementItem item)
    {
        var types = targets.Select(url => ProfileSet.CoreType(url)?.Name ?? Set.Find(url)?.Type).ToList();
        if (types.Contains(null) || types.Contains("Resource") || ReferenceTarget.TypeOf(this, item) is not { } actual)
        {
            return;
        }

        if (!types.Contains(actual))
        {
            Add(item.Place, "value", $"this reference may point at {string.Join(", ", types.Distinct())} only.");
        }
    }

    private void Constraints(ElementRule rule, ElementItem item)
    {
        foreach (var constraint in rule.Constraints)
        {
            if (Holds(constraint, item) is not { } holds)
            {
                Add(item.Place, "incomplete", $"{constraint.Key} could not be evaluated.", IssueSeverity.Warning);
            }
            else if (!holds)
            {
                var severity = constraint.IsError ? IssueSeverity.Error : IssueSeverity.Warning;
                Add(item.Place, "invariant", $"{constraint.Key} does not hold.", severity);
            }
        }
    }

    /// <summary>Null where the expression can't be evaluated.</summary>
    private bool? Holds(ConstraintRule constraint, ElementItem item)
    {
        if (constraint.Expression is null)
        {
            return null;
        }

        try
        {
            var focus = new PathItem(item.Type, item.Node, item.Twin);
            var evaluation = new Evaluation(Utf8, Tape) { Start = focus };
            var results = new List<PathItem>();
            constraint.Expression.Root.Evaluate(evaluation, focus, results);

            // As with R4's own invariants, only what is decidedly false breaks one.
            return results is not [var only] || evaluation.Scalar(only) is not false;
        }
        catch (FhirPathException)
        {
            return null;
        }
    }

    private void Slices(ElementRule rule, ElementItem parent, List<ElementItem> items)
    {
        var slicing = rule.Slicing ?? SliceMatch.Implied(rule);
        if (slicing is null || slicing.Discriminators.Count == 0)
        {
            Add(parent.Place, "incomplete", "the slices have no discriminator: not checked.", IssueSeverity.Information, rule.Name);
            return;
        }

        var counts = new int[rule.Slices.Count];
        var last = 0;
        var sawOther = false;
        foreach (var item in items)
        {
            var index = -1;
            var untold = -1;
            for (var i = 0; i < rule.Slices.Count && index < 0; i++)
            {
                var isIn = SliceMatch.IsIn(this, slicing, rule.Slices[i], item);
                index = isIn == true ? i : -1;
                untold = isIn is null ? i : untold;
            }

            if (index < 0 && untold >= 0)
            {
                var slice = rule.Slices[untold].SliceName;
                Add(parent.Place, "incomplete", $"what is in the slice {slice} can't be told: not checked.", IssueSeverity.Warning,
                    rule.Name);
                return;
            }

            if (index < 0)
            {
                sawOther = true;
                if (slicing.Rules == "closed")
                {
                    Add(item.Place, "structure", "the element is in none of the slices that are allowed.");
                }

                continue;
            }

            if ((slicing.IsOrdered && index < last) || (slicing.Rules == "openAtEnd" && sawOther))
            {
                Add(item.Place, "structure", "the slices must come in their order, before anything else.");
            }

            last = index;
            counts[index]++;
            Content(rule.Slices[index], item);
        }

        for (var i = 0; i < counts.Length; i++)
        {
            Cardinality(rule.Slices[i], parent, counts[i], rule.Name);
        }
    }
}
