using System.Globalization;
using Interop.Fhir.FhirPath;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Profiles;

/// <summary>Reads the elements of a StructureDefinition into rules: a differential over the rules of its base, or a snapshot.</summary>
internal static class ProfileReader
{
    public static ProfileFacts Facts(TapePlace source) => new(
        source.ChildText("url"u8)!,
        source.ChildText("version"u8),
        source.ChildText("type"u8)!,
        source.ChildText("baseDefinition"u8),
        [.. Items(source, "context").Select(context => (context.ChildText("type"u8)!, context.ChildText("expression"u8)!))],
        source);

    /// <param name="part"><c>differential</c> or <c>snapshot</c>.</param>
    /// <param name="root">The rules to add to.</param>
    public static void Read(TapePlace source, string part, ElementRule root)
    {
        // Of differentials without ids: the last rule seen for each path.
        var byPath = new Dictionary<string, ElementRule>();
        foreach (var element in source.Property(part) is { } holder ? Items(holder, "element") : [])
        {
            var path = element.ChildText("path"u8)!;
            var rule = Locate(root, path, element.ChildText("id"u8), element.ChildText("sliceName"u8), byPath);
            byPath[path] = rule;
            Fill(rule, element);
        }
    }

    private static IEnumerable<TapePlace> Items(TapePlace place, string name) => place.Property(name)?.Children() ?? [];

    private static ElementRule Locate(ElementRule root, string path, string? id, string? sliceName, Dictionary<string, ElementRule> byPath)
    {
        var steps = path.Split('.');
        var ids = id?.Split('.') ?? [];
        var hasIds = ids.Length == steps.Length
            && ids.Zip(steps).All(pair => pair.First == pair.Second || pair.First.StartsWith(pair.Second + ":", StringComparison.Ordinal));
        if (!hasIds && steps.Length > 1 && byPath.TryGetValue(path[..path.LastIndexOf('.')], out var parent))
        {
            return Step(parent, path, steps[^1], sliceName);
        }

        var rule = root;
        for (var i = 1; i < steps.Length; i++)
        {
            var slice = hasIds
                ? ids[i].Length > steps[i].Length ? ids[i][(steps[i].Length + 1)..] : null
                : i == steps.Length - 1 ? sliceName : null;
            rule = Step(rule, string.Join('.', steps.Take(i + 1)), steps[i], slice);
        }

        return rule;
    }

    private static ElementRule Step(ElementRule rule, string path, string step, string? slice)
    {
        // valueQuantity is short for the slice of value[x] that has this type.
        if (FhirFacts.R4.Element(path) is { IsChoice: true } choice
            && choice.JsonNames.ToList().IndexOf(slice ?? step) is >= 0 and var variant)
        {
            var typed = rule.Child(choice.Name).Slice(slice ?? step);
            typed.Types = typed.Types.Count > 0 ? typed.Types : [new(choice.Types[variant].Code, [], [])];
            return typed;
        }

        var child = rule.Child(step.EndsWith("[x]", StringComparison.Ordinal) ? step[..^3] : step);
        return slice is null ? child : child.Slice(slice);
    }

    private static void Fill(ElementRule rule, TapePlace element)
    {
        foreach (var property in element.Children())
        {
            var name = property.Name();
            switch (name)
            {
                case "min":
                    rule.Min = int.Parse(property.Raw(), CultureInfo.InvariantCulture);
                    break;
                case "max":
                    rule.Max = int.TryParse(property.Text(), CultureInfo.InvariantCulture, out var most) ? most : -1;
                    break;
                case "type":
                    rule.Types = [.. property.Children().Select(Type)];
                    break;
                case "mustSupport":
                    rule.IsMustSupport = property.Kind == TapeKind.True;
                    break;
                case "binding" when property.ChildText("valueSet"u8) is { } valueSet:
                    rule.Binding = new(property.ChildText("strength"u8)!, valueSet);
                    break;
                case "slicing":
                    rule.Slicing = Slicing(property);
                    break;
                case "constraint":
                    rule.Constraints.AddRange(property.Children().Select(Constraint).OfType<ConstraintRule>());
                    break;
                default:
                    rule.Fixed = name.StartsWith("fixed", StringComparison.Ordinal) ? property : rule.Fixed;
                    rule.Pattern = name.StartsWith("pattern", StringComparison.Ordinal) ? property : rule.Pattern;
                    break;
            }
        }
    }

    private static TypeRule Type(TapePlace type) => new(
        type.ChildText("code"u8)!,
        [.. Items(type, "profile").Where(item => item.Kind == TapeKind.String).Select(item => item.Text())],
        [.. Items(type, "targetProfile").Where(item => item.Kind == TapeKind.String).Select(item => item.Text())]);

    private static SlicingRule Slicing(TapePlace slicing) => new(
        [.. Items(slicing, "discriminator").Select(item => new Discriminator(item.ChildText("type"u8)!, item.ChildText("path"u8)!))],
        slicing.ChildText("rules"u8) ?? "open",
        slicing.Property("ordered") is { Kind: TapeKind.True });

    // R4's own invariants are judged with its structure.
    private static ConstraintRule? Constraint(TapePlace constraint) =>
        constraint.ChildText("expression"u8) is { } expression && constraint.ChildText("key"u8) is { } key && FhirFacts.R4.Rule(key) is null
            ? new(key, constraint.ChildText("severity"u8) == "error", Compile(expression))
            : null;

    private static FhirPathExpression? Compile(string text)
    {
        try
        {
            return FhirPathExpression.Compile(text);
        }
        catch (FhirPathException)
        {
            return null;
        }
    }
}
