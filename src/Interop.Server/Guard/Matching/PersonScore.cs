namespace Interop.Server.Guard.Matching;

/// <summary>
/// How well two descriptions fit one person: the weight of what agrees, of all that both say something about. The same two always score
/// the same.
/// </summary>
/// <param name="Value">0 to 1, two digits.</param>
/// <param name="Grade">Of the code system match-grade (https://hl7.org/fhir/R4/valueset-match-grade.html).</param>
internal sealed record PersonScore(decimal Value, string Grade)
{
    public const string Certain = "certain";
    public const string Probable = "probable";
    public const string Possible = "possible";
    public const string None = "certainly-not";

    // By how many persons of a city share one: an identifier none, a sex half of them.
    private const int IdentifierWeight = 10;
    private const int BirthDateWeight = 5;
    private const int FamilyWeight = 4;
    private const int GivenWeight = 3;
    private const int PhoneWeight = 3;
    private const int GenderWeight = 1;
    private const int PlaceWeight = 1;

    // Two names and a day of birth.
    private const int EnoughToBeSure = FamilyWeight + GivenWeight + BirthDateWeight;

    public static PersonScore Of(PersonDescription asked, PersonDescription known)
    {
        (int Weight, bool? Agrees)[] parts =
        [
            (IdentifierWeight, Share(asked.Identifiers, known.Identifiers)),
            (BirthDateWeight, Same(asked.BirthDate, known.BirthDate)),
            (FamilyWeight, Share(asked.Families, known.Families)),
            (GivenWeight, Share(asked.Givens, known.Givens)),
            (PhoneWeight, Share(asked.Phones, known.Phones)),
            (GenderWeight, Same(asked.Gender, known.Gender)),
            (PlaceWeight, Share(asked.Places, known.Places)),
        ];

        // Others may have numbered the person, too: identifiers that differ say little where systems do.
        if (parts[0].Agrees == false && !SystemsMeet(asked, known))
        {
            parts[0].Agrees = null;
        }

        var compared = parts.Where(part => part.Agrees is not null).Sum(part => part.Weight);
        var agreeing = parts.Where(part => part.Agrees == true).Sum(part => part.Weight);
        var value = compared == 0 ? 0 : Math.Round((decimal)agreeing / compared, 2);
        return new(value, GradeOf(value, agreeing));
    }

    private static string GradeOf(decimal value, int agreeing) =>
        value >= 0.95m && agreeing >= EnoughToBeSure ? Certain
        : value >= 0.8m && agreeing >= BirthDateWeight + GivenWeight ? Probable
        : value >= 0.5m ? Possible
        : None;

    private static bool? Share(IReadOnlyList<string> left, IReadOnlyList<string> right) =>
        left.Count == 0 || right.Count == 0 ? null : left.Any(right.Contains);

    private static bool? Same(string? left, string? right) => left is null || right is null ? null : left == right;

    private static bool SystemsMeet(PersonDescription asked, PersonDescription known) =>
        asked.Identifiers.Select(SystemOf).Intersect(known.Identifiers.Select(SystemOf)).Any();

    private static string SystemOf(string identifier) => identifier[..identifier.LastIndexOf('|')];
}
