namespace Interop.Server.Measures;

/// <summary>Which count of a report it is, as the database keeps whether it is masked.</summary>
/// <param name="What">A kind of cases, for how many there are; or a measure.</param>
/// <param name="Part">Empty for how many there are; else yes, no or missing.</param>
/// <param name="Kind">Code of a kind of groups; empty for all.</param>
/// <param name="Group">Code of the group; empty for all.</param>
internal readonly record struct CountName(string What, string Part, string Kind, string Group)
{
    public const string Yes = "yes";
    public const string No = "no";
    public const string Missing = "missing";

    /// <summary>Encounters after which nobody wanted to be followed up: no report tells them, and everybody subtracts.</summary>
    public const string Refused = "refused";

    public bool IsTotal => Kind.Length == 0;

    public static CountName Parse(string text) => text.Split('|', 4) is [var what, var part, var kind, var group]
        ? new(what, part, kind, group)
        : throw new FormatException("This is no count of a report.");

    public override string ToString() => $"{What}|{Part}|{Kind}|{Group}";
}

/// <summary>How many cases there are, of how many persons, and what their amounts sum to.</summary>
internal readonly record struct Counted(long Cases, long Persons, long Amount);
