using System.Text;
using System.Text.Json;

namespace Interop.Sharing.Policy;

/// <summary>The label table: codes, instruments and security labels to label bits, by hash (profiles/sharing/labels.json).</summary>
internal sealed class LabelTable
{
    private const ulong SecuritySeed = 0x5EC;
    private static readonly LabelRule Harmless = new("meta:harmless", Labels.None);

    private readonly Dictionary<ulong, LabelRule> byCode = [];
    private readonly Dictionary<ulong, LabelRule> byCodeAlone = [];
    private readonly Dictionary<ulong, LabelRule> byPrefix = [];
    private readonly Dictionary<ulong, LabelRule> byInstrument = [];
    private readonly Dictionary<ulong, LabelRule> bySecurity = [];
    private readonly HashSet<ulong> harmlessSystems = [];
    private readonly Dictionary<ulong, ulong> aliases = [];

    private LabelTable(string version) => Version = version;

    public static LabelRule UnknownSecurity { get; } = new("meta:unknown", Labels.Unknown);

    public static LabelRule Part2Source { get; } = new("source:part2-program", Labels.Part2);

    public static LabelRule FreeText { get; } = new("text:unlabelled", Labels.VeryRestricted);

    /// <summary>It points where its labels should come from, at what is not here: nobody can say how sensitive that is.</summary>
    public static LabelRule ForeignReference { get; } = new("reference:foreign", Labels.VeryRestricted);

    /// <summary>A model made it, and nobody has said yet that it holds: any other status than those of what is final.</summary>
    public static LabelRule Draft { get; } = new("status:draft", Labels.Draft);

    /// <summary>Marks a confidentiality code that says the resource was labelled and is no more than normal.</summary>
    public static LabelRule Normal { get; } = new("meta:normal", Labels.None);

    public string Version { get; }

    public static LabelTable Load(JsonElement json, List<string> problems)
    {
        var table = new LabelTable(json.GetProperty("version").GetString()!);
        foreach (var rule in json.GetProperty("rules").EnumerateArray())
        {
            table.Add(rule, problems);
        }

        foreach (var alias in json.GetProperty("aliases").EnumerateObject())
        {
            table.aliases.Add(Hash(alias.Name), Hash(alias.Value.GetString()!));
        }

        var security = json.GetProperty("security");
        table.AddConfidentiality(security.GetProperty("confidentiality").GetString()!);
        foreach (var system in security.GetProperty("harmless").EnumerateObject())
        {
            foreach (var code in system.Value.EnumerateArray().Select(value => value.GetString()!))
            {
                if (code == "*")
                {
                    table.harmlessSystems.Add(Hash(system.Name));
                }
                else
                {
                    table.bySecurity.TryAdd(Security(system.Name, code), Harmless);
                }
            }
        }

        return table;
    }

    /// <summary>The rule for a coding anywhere in a resource, or null. A coding without a system is judged by its code alone.</summary>
    public LabelRule? OfCode(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code)
    {
        if (system.IsEmpty)
        {
            return byCodeAlone.GetValueOrDefault(ByteHash.Of(code)) ?? (code.Length > 2 ? PrefixAlone(code) : null);
        }

        var seed = ByteHash.Of(system);
        seed = aliases.GetValueOrDefault(seed, seed);
        if (byCode.TryGetValue(ByteHash.Of(code, seed), out var rule))
        {
            return rule;
        }

        return code.Length >= 3 && byPrefix.TryGetValue(ByteHash.Of(code[..3], seed), out rule) ? rule : null;
    }

    /// <summary>The rule for a questionnaire's canonical, without its version.</summary>
    public LabelRule? OfInstrument(ReadOnlySpan<byte> canonical)
    {
        var bar = canonical.IndexOf((byte)'|');
        return byInstrument.GetValueOrDefault(ByteHash.Of(bar < 0 ? canonical : canonical[..bar]));
    }

    /// <summary>The rule for a security label of the resource; one that is not known is a label of its own that nobody clears.</summary>
    public LabelRule OfSecurity(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code)
    {
        var seed = ByteHash.Of(system);
        return bySecurity.GetValueOrDefault(ByteHash.Of(code, seed ^ SecuritySeed))
            ?? (harmlessSystems.Contains(seed) ? Harmless : UnknownSecurity);
    }

    private LabelRule? PrefixAlone(ReadOnlySpan<byte> code) =>
        char.IsAsciiLetterUpper((char)code[0]) && char.IsAsciiDigit((char)code[1])
            ? byCodeAlone.GetValueOrDefault(ByteHash.Of(code[..3], 1))
            : null;

    private void Add(JsonElement json, List<string> problems)
    {
        var id = json.GetProperty("id").GetString()!;
        var sameAsCode = json.TryGetProperty("sameAsCode", out var same) && same.GetBoolean();
        var labels = sameAsCode ? 0 : LabelsOf(json.GetProperty("labels"), $"labels.json: rule {id}", problems);
        if (json.TryGetProperty("instruments", out var instruments))
        {
            foreach (var instrument in Texts(instruments))
            {
                byInstrument.TryAdd(Hash(instrument), new($"{id}:{instrument}", labels));
            }

            return;
        }

        var system = json.GetProperty("system").GetString()!;
        foreach (var code in json.TryGetProperty("codes", out var codes) ? Texts(codes) : [])
        {
            var bits = sameAsCode ? Labels.Parse(code) ?? 0 : labels;
            if (bits == 0)
            {
                problems.Add($"labels.json: rule {id}: {code} is not a label");
            }

            var rule = new LabelRule($"{id}:{code}", bits);
            Merge(byCode, ByteHash.Of(Encoding.UTF8.GetBytes(code), Hash(system)), rule);
            Merge(byCodeAlone, Hash(code), rule);
            if (sameAsCode)
            {
                bySecurity[Security(system, code)] = new($"meta:{code}", bits);
            }
        }

        foreach (var prefix in json.TryGetProperty("prefixes", out var prefixes) ? Texts(prefixes) : [])
        {
            if (prefix.Length != 3)
            {
                problems.Add($"labels.json: rule {id}: the category {prefix} does not have three characters");
            }

            var rule = new LabelRule($"{id}:{prefix}", labels);
            Merge(byPrefix, ByteHash.Of(Encoding.UTF8.GetBytes(prefix), Hash(system)), rule);
            Merge(byCodeAlone, ByteHash.Of(Encoding.UTF8.GetBytes(prefix), 1), rule);
        }
    }

    private void AddConfidentiality(string system)
    {
        foreach (var code in (string[])["U", "L", "M", "N"])
        {
            bySecurity[Security(system, code)] = Normal;
        }

        bySecurity[Security(system, "R")] = new("meta:R", Labels.Restricted);
        bySecurity[Security(system, "V")] = new("meta:V", Labels.VeryRestricted);
    }

    private static void Merge(Dictionary<ulong, LabelRule> rules, ulong key, LabelRule rule)
    {
        if (!rules.TryAdd(key, rule))
        {
            rules[key] = new($"{rules[key].Id}+{rule.Id}", rules[key].Labels | rule.Labels);
        }
    }

    internal static long LabelsOf(JsonElement codes, string where, List<string> problems)
    {
        var labels = 0L;
        foreach (var code in Texts(codes))
        {
            if (Labels.Parse(code) is { } bit)
            {
                labels |= bit;
            }
            else
            {
                problems.Add($"{where}: {code} is not a label");
            }
        }

        return labels;
    }

    private static IEnumerable<string> Texts(JsonElement array) => array.EnumerateArray().Select(value => value.GetString()!);

    private static ulong Hash(string text) => ByteHash.Of(Encoding.UTF8.GetBytes(text));

    private static ulong Security(string system, string code) => ByteHash.Of(Encoding.UTF8.GetBytes(code), Hash(system) ^ SecuritySeed);
}

/// <summary>Why a resource carries a label.</summary>
internal sealed record LabelRule(string Id, long Labels);
