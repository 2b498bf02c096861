using Interop.Fhir.Schema;

namespace Interop.Server;

/// <summary>What our own profiles (the folder <c>profiles/crisis</c>) add to R4 at run time.</summary>
public static class CrisisProfiles
{
    public const string Base = "https://interop.example/fhir";

    /// <summary>R4's search parameters, and <c>Task.due</c> for the follow-up list: R4 has none on restriction.period.</summary>
    public static SearchParameterSet SearchParameters { get; } = SearchParameterSet.R4.With(
    [
        new("Task", "due", $"{Base}/SearchParameter/Task-due", SearchParameterType.Date, "Task.restriction.period.end", [], []),
    ]);
}
