using Hl7.Fhir.Model;

namespace Interop.Demo.City;

/// <summary>What is fixed about a person before chance fills in the rest.</summary>
/// <param name="Number">0 to 2 are the named persons.</param>
/// <param name="Encounters">Finished or cancelled ones in the last year.</param>
/// <param name="HasOpenIncident">An encounter is going on now.</param>
/// <param name="IsPart2Patient">recovery-clinic keeps a record.</param>
/// <param name="Consents">Null: chance decides. Otherwise exactly these.</param>
internal sealed record PersonPlan(
    int Number,
    string PatientId,
    string Given,
    string Family,
    AdministrativeGender Gender,
    string BirthDate,
    int Encounters,
    bool HasOpenIncident,
    bool IsPart2Patient,
    IReadOnlyList<ConsentKind>? Consents)
{
    private const int FirstUnnamed = 3;

    private static readonly (int Count, int Weight)[] EncounterCounts =
        [(1, 55), (2, 20), (3, 10), (4, 5), (5, 3), (6, 2), (8, 3), (12, 2)];

    public bool IsNamed => Number < FirstUnnamed;

    public string OpenIncident => $"INC-{Number:D4}-OPEN";

    /// <summary>The first encounter lies within the last two days, so that the list of follow-ups is never empty.</summary>
    public bool WasMetLately => !IsNamed && Number % 12 == 5;

    /// <summary>A person with an open case at the hospital.</summary>
    public bool HasHospitalCase => Number == 2;

    public static PersonPlan Of(Dice dice, int number, int year)
    {
        var id = dice.Uuid();
        var gender = dice.Weighted(
            [
                (AdministrativeGender.Female, 47), (AdministrativeGender.Male, 47), (AdministrativeGender.Other, 4),
                (AdministrativeGender.Unknown, 2),
            ]);
        var age = dice.Weighted(
            [(dice.Between(13, 17), 6), (dice.Between(18, 34), 38), (dice.Between(35, 64), 44), (dice.Between(65, 90), 12)]);
        var birthDate = $"{year - age:D4}-{dice.Between(1, 12):D2}-{dice.Between(1, 28):D2}";
        var (given, family) = number switch
        {
            0 => ("Alba", "Nokonsent"),
            1 => ("Bero", "Middleton-Test"),
            2 => ("Cleo", "Fullerton-Test"),
            _ => (dice.Pick(Names.Given), dice.Pick(Names.Family)),
        };

        // One person meets the team far more often than anybody else: the hot spot of every real programme.
        var encounters = number == FirstUnnamed ? 60 : number < FirstUnnamed ? 3 : dice.Weighted(EncounterCounts);
        return new(
            number,
            id,
            given,
            family,
            gender,
            number < FirstUnnamed ? $"{1980 + number}-0{4 + number}-1{number}" : birthDate,
            encounters,
            number < FirstUnnamed || dice.Chance(4),
            number < FirstUnnamed || dice.Chance(25),
            number switch
            {
                0 => [], 1 => [ConsentKind.HospitalIntermediate], 2 => [ConsentKind.HospitalFull, ConsentKind.PoliceSummary], _ => null
            });
    }
}
