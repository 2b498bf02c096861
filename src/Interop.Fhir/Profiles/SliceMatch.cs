namespace Interop.Fhir.Profiles;

/// <summary>Which slice an element belongs to (https://hl7.org/fhir/R4/profiling.html#discriminator).</summary>
internal static class SliceMatch
{
    /// <summary>The slicing that needs no words: extensions by their URL, choices by their type. Null for other elements.</summary>
    public static SlicingRule? Implied(ElementRule rule) =>
        rule.Name is "extension" or "modifierExtension" ? new([new("value", "url")], "open", false)
        : rule.Slices.All(slice => slice.Types.Count > 0) ? new([new("type", "$this")], "open", false)
        : null;

    /// <summary>Null where the slice does not say what tells it from others, or says it in a way that is not supported.</summary>
    public static bool? IsIn(ProfilePass pass, SlicingRule slicing, ElementRule slice, ElementItem item)
    {
        bool? result = true;
        foreach (var discriminator in slicing.Discriminators)
        {
            var holds = Holds(pass, discriminator, slice, item);
            if (holds == false)
            {
                return false;
            }

            result = holds is null ? null : result;
        }

        return result;
    }

    private static bool? Holds(ProfilePass pass, Discriminator discriminator, ElementRule slice, ElementItem item)
    {
        var steps = Steps(discriminator.Path);
        if (steps is null)
        {
            return null;
        }

        if (discriminator.Type is "value" or "pattern")
        {
            return steps is ["url"] && ExtensionUrl(slice) is { } url
                ? item.Node >= 0 && pass.Place(item.Node).ChildText("url"u8) == url
                : Says(pass, slice, [item], steps);
        }

        var items = new List<ElementItem> { item };
        var rule = (ElementRule?)slice;
        foreach (var step in steps)
        {
            rule = rule?.Children.Find(child => child.Name == step);
            items = [.. items.SelectMany(each => pass.Children(each, step))];
        }

        return (discriminator.Type, rule) switch
        {
            ("exists", { Max: 0 }) => items.Count == 0,
            ("exists", { Min: > 0 }) => items.Count > 0,
            ("type", { Types.Count: > 0 }) => items.Any(each => rule.Types.Any(type => each.Type.Is(type.Code))),
            ("profile", { Types.Count: > 0 }) => Profile(pass, rule, items),
            _ => null,
        };
    }

    private static bool? Profile(ProfilePass pass, ElementRule rule, List<ElementItem> items)
    {
        var profiles = rule.Types.SelectMany(type => type.Profiles).Select(pass.Set.Find).ToList();
        return profiles.Count == 0 || profiles.Contains(null) ? null
            : items.Any(item => profiles.Any(profile => pass.Follows(profile!, item)));
    }

    private static string? ExtensionUrl(ElementRule slice) =>
        slice.Types is [{ Code: "Extension", Profiles: [var url] }] ? url.Split('|')[0] : null;

    /// <summary>Whether one of the items has the values that a rule fixes at the end of the path, on the way there or below.</summary>
    private static bool? Says(ProfilePass pass, ElementRule rule, List<ElementItem> items, IReadOnlyList<string> steps)
    {
        if ((rule.Fixed ?? rule.Pattern) is { } expected)
        {
            return items.Any(item =>
                item.Node >= 0
                    && (rule.Fixed is null ? expected.IsPatternOf(pass.Place(item.Node)) : expected.Same(pass.Place(item.Node))));
        }

        if (steps.Count > 0)
        {
            var next = items.SelectMany(item => pass.Children(item, steps[0])).ToList();
            var child = rule.Children.Find(candidate => candidate.Name == steps[0]);
            return child is null ? null
                : Says(pass, child.Slices.Count == 1 && Nothing(child) ? child.Slices[0] : child, next, [.. steps.Skip(1)]);
        }

        if (rule.Binding is { Strength: "required" } binding)
        {
            var members = items.Where(item => item.Node >= 0).Select(item => BindingCheck.IsMember(pass, binding.ValueSet, item)?.IsMember)
                .ToList();
            return members.Contains(true) ? true : members.Contains(null) ? null : false;
        }

        bool? result = null;
        foreach (var child in rule.Children.Concat(rule.Children.SelectMany(child => child.Slices)))
        {
            var holds = Says(pass, child, [.. items.SelectMany(item => pass.Children(item, child.Name))], []);
            if (holds == false)
            {
                return false;
            }

            result = holds ?? result;
        }

        return result;
    }

    private static bool Nothing(ElementRule rule) => rule.Fixed is null && rule.Pattern is null && rule.Children.Count == 0;

    /// <summary>The element names of a discriminator's path; null for functions, resolve() above all: other resources are not at
    /// hand.</summary>
    private static string[]? Steps(string path)
    {
        var steps = path.Split('.')
            .Where(step => step != "$this" && !(step.StartsWith("ofType(", StringComparison.Ordinal) && step.EndsWith(')'))).ToArray();
        return steps.Any(step => step.Contains('(', StringComparison.Ordinal)) ? null
            : [.. steps.Select(step => step.EndsWith("[x]", StringComparison.Ordinal) ? step[..^3] : step)];
    }
}
