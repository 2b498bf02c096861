namespace Interop.Storage.Read;

/// <summary>One case of a measure, as its month was frozen.</summary>
/// <param name="Measure">Code of the measure.</param>
/// <param name="Person">A pseudonym.</param>
/// <param name="Outcome">1 or 0; null where it is missing.</param>
/// <param name="Amount">Seconds or hundredths of money; null where the measure has none.</param>
/// <param name="Groups">A code for each of <see cref="GroupColumns"/>, in their order.</param>
public sealed record MeasureCase(string Measure, long Person, int? Outcome, long? Amount, IReadOnlyList<string> Groups)
{
    /// <summary>The kinds of groups, as columns.</summary>
    public static IReadOnlyList<string> GroupColumns { get; } =
    [
        "race", "ethnicity", "birth_sex", "gender_identity", "sexual_orientation", "age", "language", "housing", "district",
        "response_model",
    ];
}

/// <summary>How often something was, with how many persons.</summary>
/// <param name="Group">The code of the group; empty for all.</param>
/// <param name="Outcome">1 or 0; null where it is missing; <see cref="AnyOutcome"/> for all of them together.</param>
/// <param name="Persons">Not counted further than <see cref="MostPersons"/>: whether they are few is asked, and nothing else.</param>
/// <param name="Amount">The sum of the amounts.</param>
public readonly record struct MeasureCount(string Measure, string Group, int? Outcome, long Count, long Persons, long Amount)
{
    public const int AnyOutcome = -1;
    public const int MostPersons = 11;
}

/// <summary>How often an amount was there.</summary>
public readonly record struct MeasureAmount(string Group, long Amount, long Count);
