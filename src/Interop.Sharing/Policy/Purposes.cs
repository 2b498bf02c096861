namespace Interop.Sharing.Policy;

/// <summary>Purposes of use (v3-ActReason) and which of them contain which.</summary>
public static class Purposes
{
    /// <summary>Breaking the glass (v3-ActReason).</summary>
    public const string Emergency = "BTG";

    /// <summary>Their code system.</summary>
    public const string ActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

    private static readonly Dictionary<string, string> Parents = new(StringComparer.Ordinal)
    {
        ["CLINTRL"] = "TREAT", ["COC"] = "TREAT", ["ETREAT"] = "TREAT", ["POPHLTH"] = "TREAT", ["BTG"] = "ETREAT", ["ERTREAT"] = "ETREAT",
        ["CAREMGT"] = "HOPERAT", ["HQUALIMP"] = "HOPERAT", ["HPRGRP"] = "HOPERAT", ["HCOMPL"] = "HOPERAT", ["HLEGAL"] = "HOPERAT",
        ["HOUTCOMS"] = "HOPERAT", ["PATADMIN"] = "HOPERAT", ["PATSFTY"] = "HOPERAT", ["TRAIN"] = "HOPERAT", ["RECORDMGT"] = "HOPERAT",
        ["HSYSADMIN"] = "HOPERAT", ["METAMGT"] = "HSYSADMIN", ["LABELING"] = "HSYSADMIN", ["SYSDEV"] = "HOPERAT", ["HTEST"] = "SYSDEV",
        ["HACCRED"] = "HOPERAT", ["HDIRECT"] = "HOPERAT", ["HDECD"] = "HOPERAT", ["HDM"] = "HOPERAT", ["FRAUD"] = "HOPERAT",
        ["GOV"] = "HOPERAT", ["DONAT"] = "HOPERAT", ["MEMADMIN"] = "HOPERAT", ["MILCDM"] = "HOPERAT", ["PERFMSR"] = "HOPERAT",
        ["CLMATTCH"] = "HPAYMT", ["COVAUTH"] = "HPAYMT", ["COVERAGE"] = "HPAYMT", ["REMITADV"] = "HPAYMT", ["ELIGDTRM"] = "COVERAGE",
        ["ELIGVER"] = "COVERAGE", ["ENROLLM"] = "COVERAGE", ["MILDCRG"] = "COVERAGE",
        ["BIORCH"] = "HRESCH", ["CLINTRCH"] = "HRESCH", ["DSRCH"] = "HRESCH", ["POARCH"] = "HRESCH", ["TRANSRCH"] = "HRESCH",
        ["CLINTRCHNPC"] = "CLINTRCH", ["CLINTRCHPC"] = "CLINTRCH", ["PRECLINTRCH"] = "CLINTRCH",
        ["FAMRQT"] = "PATRQT", ["PWATRNY"] = "PATRQT", ["SUPNWK"] = "PATRQT", ["DISASTER"] = "PUBHLTH", ["THREAT"] = "PUBHLTH",
    };

    private static readonly HashSet<string> Roots = new(StringComparer.Ordinal)
    {
        "TREAT", "HOPERAT", "HPAYMT", "HRESCH", "PATRQT", "PUBHLTH", "HMARKT", "OVRER", "OVRINCOMP", "OVRPJ", "OVRPS", "OVRTPS",
    };

    /// <summary>
    /// What a limited data set may be used for (45 CFR 164.514(e)(3)(i)): operations, research and public health, and what lies below.
    /// </summary>
    public static IReadOnlyList<string> OfLimitedDataSet { get; } = ["HOPERAT", "HRESCH", "PUBHLTH"];

    /// <summary>Whether a limited data set may be used for a purpose.</summary>
    public static bool IsOfLimitedDataSet(string code) => OfLimitedDataSet.Any(root => Covers(root, code));

    public static bool IsKnown(string code) => Roots.Contains(code) || Parents.ContainsKey(code);

    /// <summary>Whether a stated purpose covers one that is asked for. Treatment does not cover breaking the glass.</summary>
    public static bool Covers(string stated, string asked)
    {
        for (var code = asked; code is not null; code = Parents.GetValueOrDefault(code))
        {
            if (code == stated)
            {
                return true;
            }

            if (code == "BTG")
            {
                return false;
            }
        }

        return false;
    }
}
