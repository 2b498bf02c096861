using System.Text.Json;

namespace Interop.Server.Lifecycles;

/// <summary>
/// The states in which a resource has ended, and what it may still become there, type by type (<c>profiles/workflow/status-ends.json</c>):
/// what R4's state machines say, with ours. What is entered-in-error stays so, whatever its type.
/// </summary>
internal static class StatusEnds
{
    public const string Error = "entered-in-error";

    private static readonly Dictionary<string, Dictionary<string, string[]>> Table = Load();

    /// <summary>The types that have such states.</summary>
    public static IReadOnlyCollection<string> Types => Table.Keys;

    /// <summary>What a resource in this state may become besides staying so; null where the state is no end.</summary>
    public static IReadOnlyList<string>? After(string type, string status) =>
        status == Error ? [] : Table.GetValueOrDefault(type)?.GetValueOrDefault(status);

    private static Dictionary<string, Dictionary<string, string[]>> Load()
    {
        using var stream = typeof(StatusEnds).Assembly.GetManifestResourceStream("workflow/status-ends.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.EnumerateObject().ToDictionary(
            type => type.Name,
            type => type.Value.EnumerateObject().ToDictionary(
                end => end.Name, end => end.Value.EnumerateArray().Select(status => status.GetString()!).ToArray()));
    }
}
