using System.Text.Json;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Outcomes;

/// <summary>
/// The facts that are owed of each finished crisis encounter, and which dispositions of dispatch state one (registry
/// EIDO-Disposition-Common of NENA-STA-021.1b): data, in <c>profiles/workflow/outcomes.json</c>.
/// </summary>
internal static class OutcomeTable
{
    /// <summary>The code system of the facts.</summary>
    public const string System = CrisisProfiles.Base + "/CodeSystem/crisis-observation";

    static OutcomeTable()
    {
        using var stream = typeof(OutcomeTable).Assembly.GetManifestResourceStream("workflow/outcomes.json")!;
        using var document = JsonDocument.Parse(stream);
        var facts = document.RootElement.Items("facts").Select(Read).ToList();
        Codes = [.. facts.Select(fact => fact.Code)];
        Stated = [.. facts.Concat(document.RootElement.Items("alsoStated").Select(Read)).Where(fact => fact.Dispositions.Count > 0)];
    }

    /// <summary>What is owed, in the order in which it is asked.</summary>
    public static IReadOnlyList<string> Codes { get; }

    /// <summary>
    /// What a disposition says by itself. Transport is not named to an emergency department, so that no code states one.
    /// </summary>
    public static IReadOnlyList<(string Code, IReadOnlyList<string> Dispositions)> Stated { get; }

    private static (string Code, IReadOnlyList<string> Dispositions) Read(JsonElement fact) =>
        (fact.Text("code")!, [.. fact.Items("dispositions").Select(code => code.GetString()!)]);
}
