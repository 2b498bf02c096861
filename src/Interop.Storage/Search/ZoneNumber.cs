using Interop.Sharing.Policy;

namespace Interop.Storage.Search;

/// <summary>
/// The number of a zone: what the staff of one custodian see whole. Like the number of a parameter it is made of the name; two
/// custodians that shared one would search each other's rows and still see none of them.
/// </summary>
internal static class ZoneNumber
{
    /// <summary>What every caller with an agreement reads: unlabelled directory entries, as far as they are basic.</summary>
    public const long Directory = 0;

    /// <summary>Where nobody looks: what one party alone has.</summary>
    public const long Nowhere = -1;

    /// <summary>
    /// What is deleted leaves the zone for another one, made of it, where histories look and searches do not; nowhere stays nowhere.
    /// </summary>
    public static long Left(long zone) => -2 - zone;

    /// <summary>The same of a column or an expression.</summary>
    public static Sql Left(Sql zone) => $"(-2 - {zone})";

    /// <param name="isHeld">Whether it carries a label that most roles of the custodian's own do not clear.</param>
    public static long Of(string source, bool isHeld) => ParameterNumber.Of(isHeld ? "held" : "zone", source);

    public static long Of(string source, long labels) => Of(source, (labels & Labels.NamedOnly) != 0);
}
