using System.Collections.Frozen;

namespace Interop.Fhir.FhirPath.Values;

/// <summary>
/// The units of UCUM (https://ucum.org/ucum) that FHIRPath converts here: the seven base units, those derived from them, and the customary
/// ones of clinical records. A unit that is not listed equals only itself.
/// </summary>
internal static class UnitAtoms
{
    /// <summary>Each a unit of its own: nothing converts into it.</summary>
    public static readonly FrozenSet<string> Base = new[]
    {
        "m", "s", "g", "rad", "K", "C", "cd", "mol", "[iU]", "[arb'U]", "[USP'U]", "[pH]", "bit", "[drp]", "[CFU]", "[PFU]", "[AU]",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Unit to its definition, and whether it takes prefixes.</summary>
    public static readonly FrozenDictionary<string, (decimal Factor, string Of, bool IsMetric)> Derived = new (
        string Unit, decimal Factor, string Of, bool IsMetric)[]
    {
        ("10*", 10m, "1", false), ("10^", 10m, "1", false), ("[pi]", 3.1415926535897932384626433833m, "1", false), ("%", 0.01m, "1", false),
        ("[ppth]", 0.001m, "1", false), ("[ppm]", 0.000001m, "1", false), ("[ppb]", 0.000000001m, "1", false), ("sr", 1m, "rad2", true),
        ("min", 60m, "s", false), ("h", 3600m, "s", false), ("d", 86400m, "s", false), ("wk", 604800m, "s", false), (
            "a", 31557600m, "s", false),
        ("mo", 2629800m, "s", false), ("a_j", 31557600m, "s", false), ("mo_j", 2629800m, "s", false),
        ("L", 0.001m, "m3", true), ("l", 0.001m, "m3", true), ("ar", 100m, "m2", true), ("t", 1000000m, "g", true), (
            "u", 1.66053906660e-24m, "g", true),
        ("Hz", 1m, "s-1", true), ("N", 1000m, "g.m.s-2", true), ("Pa", 1000m, "g.m-1.s-2", true), ("J", 1000m, "g.m2.s-2", true),
        ("W", 1000m, "g.m2.s-3", true), ("A", 1m, "C.s-1", true), ("V", 1000m, "g.m2.s-2.C-1", true), ("Ohm", 1000m, "g.m2.s-1.C-2", true),
        ("S", 0.001m, "g-1.m-2.s.C2", true), ("F", 0.001m, "g-1.m-2.s2.C2", true), ("Wb", 1000m, "g.m2.s-1.C-1", true),
        ("T", 1000m, "g.s-1.C-1", true), ("H", 1000m, "g.m2.C-2", true), ("lm", 1m, "cd.rad2", true), ("lx", 1m, "cd.rad2.m-2", true),
        ("Bq", 1m, "s-1", true), ("Gy", 1m, "m2.s-2", true), ("Sv", 1m, "m2.s-2", true), ("kat", 1m, "mol.s-1", true),
        ("eq", 1m, "mol", true), ("osm", 1m, "mol", true), ("U", 0.000001m, "mol.min-1", true), ("bar", 100000m, "Pa", true),
        ("atm", 101325m, "Pa", false), ("m[Hg]", 133322m, "Pa", true), ("m[H2O]", 9806.65m, "Pa", true), (
            "[psi]", 6894.757293168m, "Pa", false),
        ("cal", 4.184m, "J", true), ("[Cal]", 4184m, "J", false), ("deg", 0.0174532925199432957692369077m, "rad", false),
        ("[in_i]", 0.0254m, "m", false), ("[ft_i]", 0.3048m, "m", false), ("[yd_i]", 0.9144m, "m", false), (
            "[mi_i]", 1609.344m, "m", false),
        ("[gr]", 0.06479891m, "g", false), ("[oz_av]", 28.349523125m, "g", false), ("[lb_av]", 453.59237m, "g", false),
        ("[stone_av]", 6350.29318m, "g", false), ("[gal_us]", 0.003785411784m, "m3", false), ("[qt_us]", 0.000946352946m, "m3", false),
        ("[pt_us]", 0.000473176473m, "m3", false), ("[cup_us]", 0.0002365882365m, "m3", false), (
            "[foz_us]", 0.0000295735295625m, "m3", false),
        (
            "[tbs_us]",
            0.00001478676478125m,
            "m3",
            false), ("[tsp_us]", 0.00000492892159375m, "m3", false), ("[IU]", 1m, "[iU]", true), ("By", 8m, "bit", true),
        ("[degF]", 0.5555555555555555555555555556m, "K", false), ("Cel", 1m, "K", true),
    }.ToFrozenDictionary(row => row.Unit, row => (row.Factor, row.Of, row.IsMetric), StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, decimal> Prefixes = new Dictionary<string, decimal>
    {
        ["Y"] = 1e24m, ["Z"] = 1e21m, ["E"] = 1e18m, ["P"] = 1e15m, ["T"] = 1e12m, ["G"] = 1e9m, ["M"] = 1e6m, ["k"] = 1e3m, ["h"] = 1e2m,
        ["da"] = 10m,
        ["d"] = 0.1m, ["c"] = 0.01m, ["m"] = 1e-3m, ["u"] = 1e-6m, ["n"] = 1e-9m, ["p"] = 1e-12m, ["f"] = 1e-15m, ["a"] = 1e-18m,
        ["z"] = 1e-21m, ["y"] = 1e-24m,
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
