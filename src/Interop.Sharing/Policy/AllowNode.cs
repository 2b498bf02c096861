using System.Text.Json;

namespace Interop.Sharing.Policy;

/// <summary>What a view allows of one element: alternatives, each with its condition, its children or all of it.</summary>
internal sealed class AllowNode
{
    public List<AllowAlternative> Alternatives { get; } = [];

    /// <summary>The alternative without a condition, made when first asked for.</summary>
    public AllowAlternative Plain
    {
        get
        {
            var plain = Alternatives.Find(alternative => alternative.Conditions.Count == 0);
            if (plain is null)
            {
                plain = new([]);
                Alternatives.Add(plain);
            }

            return plain;
        }
    }

    /// <summary>Adds a list of the tier table, under a condition of the type where it has one.</summary>
    public void Add(JsonElement list, IReadOnlyList<ElementCondition> typeConditions)
    {
        var target = Plain;
        if (typeConditions.Count > 0)
        {
            target = new(typeConditions);
            Alternatives.Add(target);
        }

        if (list.ValueKind == JsonValueKind.String)
        {
            target.Whole |= list.GetString() == "all";
            return;
        }

        foreach (var item in list.EnumerateArray())
        {
            target.Add(item);
        }
    }
}

/// <summary>One way in which an element is allowed; it applies when one of its conditions holds, or when it has none.</summary>
internal sealed record AllowAlternative(IReadOnlyList<ElementCondition> Conditions)
{
    public bool Whole { get; set; }

    public Dictionary<string, AllowNode> Children { get; } = new(StringComparer.Ordinal);

    public void Add(JsonElement item)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            At(item.GetString()!).Plain.Whole = true;
            return;
        }

        var node = At(item.GetProperty("path").GetString()!);
        var alternative = new AllowAlternative([ElementCondition.Read(item.GetProperty("where"))]);
        node.Alternatives.Add(alternative);
        if (item.TryGetProperty("children", out var children))
        {
            foreach (var child in children.EnumerateArray())
            {
                alternative.Add(child);
            }
        }
        else
        {
            alternative.Whole = true;
        }
    }

    private AllowNode At(string path)
    {
        var steps = path.Split('.');
        var alternative = this;
        for (var index = 0; ; index++)
        {
            if (!alternative.Children.TryGetValue(steps[index], out var node))
            {
                alternative.Children.Add(steps[index], node = new());
            }

            if (index == steps.Length - 1)
            {
                return node;
            }

            alternative = node.Plain;
        }
    }
}
