using Interop.Prediction;
using Interop.Server.EarlyIntervention.Trial;

namespace Interop.Server.Tests.EarlyIntervention;

/// <summary>A model's file that nobody trained, for what is done with one; and the settings by which a server has it.</summary>
internal sealed class InventedModel : IDisposable
{
    public static readonly Bounds Bounds = new(0.65, 0.1, 0.1, 100, 0.25);

    private static readonly long Now = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero).ToMicroseconds();

    private readonly string folder = Directory.CreateTempSubdirectory("interop-model-").FullName;

    /// <summary>Whoever asks for one sees to its end.</summary>
    public static InventedModel Create() => new();

    public InventedModel() => File.WriteAllText(Table, """
        {"start":"2024-01","districts":["North","South"],"languages":["en","es"],"currency":"USD","costPerHour":{"crt":180},
         "funding":{"municipal":0.4,"health":0.35,"foundation":0.25}}
        """);

    public string Path => System.IO.Path.Combine(folder, "model.json");

    /// <summary>The site's file about its programme.</summary>
    public string Table => System.IO.Path.Combine(folder, "programme.json");

    public string[] Settings =>
    [
        $"--Interop:Evaluation={Table}", $"--Interop:EarlyIntervention:Model={Path}",
        "--Interop:EarlyIntervention:Contact=The programme's office, 555-0100",
    ];

    /// <summary>Scores by the encounters of 90 days alone: from one earlier encounter on it tells a navigator.</summary>
    /// <param name="misses">The share of Spanish speakers that it misses; of all it is 0.3.</param>
    /// <param name="parts">How the feature lay when the model was made.</param>
    /// <returns>The SHA-256 of the file.</returns>
    public string Write(double misses = 0.3, IReadOnlyList<int>? parts = null)
    {
        var features = RiskFeatures.Features;
        var moments = new MomentsOfTraining(Now - 1_000_000, Now, 900, 300, 250);
        var trained = new TrainedModel(
            new(-1, [.. features.Select((feature, place) => new Term(feature, place == 0 ? 0.8 : 0))]),
            Now,
            moments,
            moments,
            new(
                0.4,
                new(0.8, 0.75, 0.85),
                new(0, 1, 0.1, [new(100, 0.2, 0.2), new(5, 0.4, 0.4)]),
                new(string.Empty, string.Empty, 900, 300, 0.1, 0.3, 0.28, 0.28),
                [
                    new("language", "en", 600, 200, 0.1, 0.3, 0.28, 0.28), new("language", "es", 290, 97, 0.1, misses, 0.28, 0.28),
                    new("language", "unknown", 10, 3, null, null, null, null),
                ]),
            [.. features.Select(feature => parts ?? [.. Enumerable.Repeat(100, feature.Edges.Count + 1)])]);
        File.WriteAllBytes(Path, RiskModelFile.Write(trained, "crisis-program", "The programme's office, 555-0100", Bounds));
        return RiskModelFile.From(Path).Sha256;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
