using System.Text.Json;

namespace Interop.Sharing.Policy;

/// <summary>
/// What the law of a state keeps from the parents and guardians of who is not of age (profiles/sharing/minors.json; 45 CFR 164.502(g)(3),
/// 42 CFR 2.14): of what a minor may consent to alone, she alone decides. A state that is not listed has the strictest of all rules.
/// </summary>
public sealed class MinorTable
{
    private const string Anywhere = "*";

    private readonly Dictionary<string, int> majority = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, int>> alone = new(StringComparer.Ordinal);
    private long always;

    /// <summary>The age in years at which nobody is a minor any more, and no parent speaks for one.</summary>
    /// <param name="state">ISO 3166-2 code, such as <c>US-CA</c>; null where the site names none.</param>
    public int MajorityIn(string? state) => state is not null && majority.TryGetValue(state, out var age) ? age : majority[Anywhere];

    /// <summary>The youngest age at which a minor may consent to some care alone, and so asks for her own record.</summary>
    /// <inheritdoc cref="MajorityIn"/>
    public int OwnAccessIn(string? state) => Ages(state).Values.Where(age => age > 0).Min();

    /// <summary>The labels that are not shown to those who speak for a minor of this age.</summary>
    /// <param name="age">In whole years.</param>
    /// <inheritdoc cref="MajorityIn"/>
    public long WithheldAt(int age, string? state) =>
        Ages(state).Where(rule => age >= rule.Value).Aggregate(always, (labels, rule) => labels | Labels.Parse(rule.Key)!.Value);

    internal static MinorTable Load(JsonElement json, List<string> problems)
    {
        var table = new MinorTable { always = LabelTable.LabelsOf(json.GetProperty("always"), "minors.json: always", problems) };
        foreach (var state in json.GetProperty("majority").EnumerateObject())
        {
            table.majority[state.Name] = state.Value.GetInt32();
        }

        foreach (var state in json.GetProperty("alone").EnumerateObject())
        {
            var ages = state.Value.EnumerateObject().ToDictionary(rule => rule.Name, rule => rule.Value.GetInt32(), StringComparer.Ordinal);
            problems.AddRange(ages.Keys.Where(label => Labels.Parse(label) is null)
                .Select(label => $"minors.json: {state.Name}: unknown label {label}"));
            table.alone[state.Name] = ages;
        }

        if (!table.majority.ContainsKey(Anywhere) || table.alone.Count == 0)
        {
            problems.Add("minors.json: an age of majority for states that are not listed, and the rules of one state, are missing");
        }

        return table;
    }

    private Dictionary<string, int> Ages(string? state) => state is not null && alone.TryGetValue(state, out var ages)
        ? ages
        : alone.Values.SelectMany(rules => rules)
            .GroupBy(rule => rule.Key)
            .ToDictionary(rule => rule.Key, rule => rule.Min(each => each.Value));
}
