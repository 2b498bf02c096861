namespace Interop.Fhir.Terminology;

/// <summary>Whether a code is in a value set: yes, no, or unknown because something is not loaded.</summary>
/// <param name="IsMember">Null for unknown.</param>
/// <param name="Missing">Canonical URL of what would have to be loaded to know.</param>
public readonly record struct Membership(bool? IsMember, string? Missing)
{
    public static Membership Yes { get; } = new(true, null);

    public static Membership No { get; } = new(false, null);

    public static Membership Of(bool isMember) => isMember ? Yes : No;

    public static Membership Unknown(string missing) => new(null, missing);

    internal Membership And(Func<Membership> other) => IsMember switch
    {
        false => this,
        true => other(),
        _ => other() is { IsMember: false } no ? no : this,
    };

    internal Membership Or(Func<Membership> other) => IsMember switch
    {
        true => this,
        false => other(),
        _ => other() is { IsMember: true } yes ? yes : this,
    };

    internal Membership Not() => this with { IsMember = !IsMember };
}
