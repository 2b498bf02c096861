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

    /// <summary>Of what all staff see who see their custodian's record: it carries no label that is cleared by name alone.</summary>
    public static long Of(string source) => ParameterNumber.Of("zone", source);

    public static long Of(string source, long labels) => (labels & Labels.NamedOnly) switch
    {
        Labels.None => Of(source),
        Labels.Prediction => Foretold(source),
        Labels.Draft or (Labels.Prediction | Labels.Draft) => Drafted(source),
        _ => Held(source),
    };

    /// <summary>All of a custodian's that who clears these labels may enter.</summary>
    public static IEnumerable<long> Entered(string source, long cleared)
    {
        yield return Of(source);
        if ((cleared & Labels.Prediction) != 0)
        {
            yield return Foretold(source);
        }

        if ((cleared & Labels.Draft) != 0)
        {
            yield return Drafted(source);
        }

        if ((cleared & Labels.NamedOnly & ~(Labels.Prediction | Labels.Draft)) != 0)
        {
            yield return Held(source);
        }
    }

    private static long Foretold(string source) => ParameterNumber.Of("foretold", source);

    private static long Drafted(string source) => ParameterNumber.Of("drafted", source);

    private static long Held(string source) => ParameterNumber.Of("held", source);
}
