using System.Numerics;

namespace Interop.Sharing.Policy;

/// <summary>
/// The sensitivity labels as bits of a long: v3-ActCode sensitivities, the confidentiality codes above normal, the Part 2
/// flag and two of ours. A resource is cleared when all of its bits are in the cleared mask.
/// </summary>
public static class Labels
{
    public const long None = 0;
    public const long Psy = 1L << 0;
    public const long Mh = 1L << 1;
    public const long Bh = 1L << 2;
    public const long Sud = 1L << 3;
    public const long EthUd = 1L << 4;
    public const long OpioidUd = 1L << 5;
    public const long Eth = 1L << 6;

    /// <summary>Psychotherapy notes: cleared only by an authorization that names nothing else (45 CFR 164.508(b)(3)(ii)).</summary>
    public const long PsyThpN = 1L << 7;

    /// <summary>SUD counselling notes: cleared only by a consent that names nothing else (42 CFR 2.31(b)).</summary>
    public const long SudNote = 1L << 8;
    public const long Sdv = 1L << 9;
    public const long Hiv = 1L << 10;
    public const long Std = 1L << 11;
    public const long Sex = 1L << 12;
    public const long Gdis = 1L << 13;
    public const long Sca = 1L << 14;
    public const long Vio = 1L << 15;
    public const long Taboo = 1L << 16;
    public const long Pregnant = 1L << 17;
    public const long Mst = 1L << 18;
    public const long Adol = 1L << 19;
    public const long Cogn = 1L << 20;
    public const long Dvd = 1L << 21;
    public const long EmotDis = 1L << 22;

    /// <summary>Restricted, and no sensitivity of the resource explains why.</summary>
    public const long Restricted = 1L << 23;

    /// <summary>Very restricted; also what is free text and nobody has labelled.</summary>
    public const long VeryRestricted = 1L << 24;

    /// <summary>A record of a Part 2 programme (42 CFR 2.11).</summary>
    public const long Part2 = 1L << 25;

    /// <summary>A security label that we do not know: never cleared for anyone but the custodian's privacy officer.</summary>
    public const long Unknown = 1L << 26;

    /// <summary>What a model says that a person may come to: told to a partner by a consent alone that names it.</summary>
    public const long Prediction = 1L << 27;

    /// <summary>A prediction that nobody has answered for yet: for who is to do so, and no consent opens it.</summary>
    public const long Draft = 1L << 28;

    public const long All = (1L << 29) - 1;

    /// <summary>Labels that only a consent naming them clears, never a default or a general permit; some of them none at all.</summary>
    public const long NamedOnly = PsyThpN | SudNote | Unknown | Prediction | Draft;

    /// <summary>Labels that say where a record stands, and not what kind it is: nobody names them to clear them.</summary>
    public const long Standing = Unknown | Draft;

    /// <summary>Labels that every role clears over the records of its own organisation.</summary>
    public const long Common = Vio;

    /// <summary>Everything that says something about substance use, the Part 2 flag aside.</summary>
    public const long SubstanceUse = Sud | EthUd | OpioidUd | Eth | SudNote;

    private static readonly string[] Codes =
    [
        "PSY", "MH", "BH", "SUD", "ETHUD", "OPIOIDUD", "ETH", "PSYTHPN", "SUDNOTE", "SDV", "HIV", "STD", "SEX", "GDIS", "SCA", "VIO",
        "TBOO", "PREGNANT", "MST", "ADOL", "COGN", "DVD", "EMOTDIS", "R", "V", "42CFRPart2", "UNKNOWN", "PREDICTION", "DRAFT",
    ];

    /// <summary>The bit of a code such as <c>ETHUD</c>, or null for a code that is not a label of ours.</summary>
    public static long? Parse(string code)
    {
        var index = Array.IndexOf(Codes, code);
        return index < 0 ? null : 1L << index;
    }

    /// <summary>
    /// The label and all that it subsumes: BH over mental health and substance use, SUD (and ETH, which the consent profile
    /// uses for the same) over its kinds. What SUD covers is a substance-use label; the Part 2 flag is not one of them.
    /// </summary>
    public static long WithSubsumed(long labels)
    {
        if ((labels & Bh) != 0)
        {
            labels |= Mh | Psy | PsyThpN | Sud | Cogn | Dvd | EmotDis;
        }

        return (labels & (Sud | Eth)) != 0 ? labels | Sud | Eth | EthUd | OpioidUd | SudNote : labels;
    }

    /// <summary>The codes of a mask, in the order of the bits.</summary>
    public static IReadOnlyList<string> CodesOf(long labels)
    {
        var codes = new List<string>(BitOperations.PopCount((ulong)labels));
        for (var rest = labels & All; rest != 0; rest &= rest - 1)
        {
            codes.Add(Codes[BitOperations.TrailingZeroCount(rest)]);
        }

        return codes;
    }
}
