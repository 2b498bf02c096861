namespace Interop.Demo.City;

/// <summary>Names that nobody has, so that no screenshot of the demo can be taken for a person.</summary>
internal static class Names
{
    public static readonly string[] Given =
    [
        "Adonel", "Brisko", "Calinda", "Dorvin", "Elphira", "Fendrick", "Galatine", "Hestrin", "Ilvara", "Jorquil", "Kestra", "Lumbert",
        "Mirabolt", "Nandor", "Opaline", "Perrick", "Quintola", "Rosvald", "Sephora-Ann", "Tibbald", "Ulmira", "Vandric", "Wilhemma",
        "Xanthor", "Yselda", "Zebulina",
    ];

    public static readonly string[] Family =
    [
        "Anytest", "Bogusworth", "Contrivale", "Dummerly", "Exampleton", "Fictions", "Generatov", "Hypothetti", "Inventado", "Justmadeup",
        "Kunstname", "Ludomir-Test", "Mockridge", "Notareal", "Ofnowhere", "Placeholt", "Quasinger", "Randomsen", "Samplewood",
        "Testington", "Unrealov", "Virtanen-Test", "Wunschname", "Xampel", "Yesnobody", "Zufallski",
    ];

    public static readonly string[] Streets =
        ["Invention Street", "Sample Avenue", "Placeholder Lane", "Mockingbird Test Road", "Null Island Way"];

    /// <summary>Of the city; null for those of whom nobody wrote it down.</summary>
    public static readonly string?[] Districts = ["Harbor", "Northfield", "Old Town", "Harbor", null, "Millbrook", "Northfield"];

    public static readonly string[] Friends = ["Pat Standin", "Lou Stopgap", "Robin Proxy", "Sam Understudy"];
}
