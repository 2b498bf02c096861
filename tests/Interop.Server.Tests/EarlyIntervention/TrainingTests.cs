using System.Reflection;
using System.Text.RegularExpressions;
using Interop.Prediction;
using Interop.Server.EarlyIntervention.Trial;
using Interop.Server.Tests.Commands;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Interop.Server.Tests.EarlyIntervention;

/// <summary>
/// A model is made of the site's own history: it finds what is there, says where nothing is, and stops where it fails a group.
/// </summary>
public sealed partial class TrainingTests : IDisposable
{
    private const string Custodian = "crisis-program";

    private readonly InventedModel model = new();

    // A server that is asked about the model owes no reports of the three years from which it was made.
    private readonly InventedModel recent = InventedModel.OfThisMonth();

    private string[] Served => [.. model.Settings, $"--Interop:Evaluation={recent.Table}"];

    public void Dispose()
    {
        model.Dispose();
        recent.Dispose();
    }

    [Fact]
    public async Task The_verb_trains_tries_and_writes_a_model_that_can_be_accepted()
    {
        await using var city = await CityAsync(Pattern.Persistent, persons: 240);
        var settings = Environment();

        var off = await Verb.RunAsync("train-risk-model", "--database", city.Setting);
        Assert.Equal(2, off.Status);
        Assert.Contains("Early intervention is off here", off.Text, StringComparison.Ordinal);

        var (status, text) = await Verb.RunAsync(settings, "train-risk-model", "--share", "0.3", "--database", city.Setting);
        Assert.True(status == 0, text);
        Assert.Contains("2024-06 read, ", text, StringComparison.Ordinal);
        Assert.InRange(double.Parse(AucIn().Match(text).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), 0.7, 0.95);
        Assert.Contains("group language es ", text, StringComparison.Ordinal);
        Assert.Contains("too-few age ", text, StringComparison.Ordinal);
        Assert.Equal(10, TenthsIn().Count(text));
        var file = RiskModelFile.From(model.Path);
        Assert.Contains($"sha256 {file.Sha256}", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(model.Path));
        }

        var again = await Verb.RunAsync(settings, "train-risk-model", "--database", city.Setting);
        Assert.Contains("--replace overwrites it", again.Text, StringComparison.Ordinal);

        // A server takes it, and where the site has other bounds by now, not any more.
        await using var server = await RunningServer.StartAsync(city.Setting["sqlite:".Length..], city.Clock, [.. Served, .. Wide]);
        using var adam = Client(server, "agency-administrator");
        var accept = $$"""
            {"resourceType":"Parameters","parameter":[{"name":"sha256","valueString":"{{file.Sha256}}"},
            {"name":"untold","valueBoolean":true}]}
            """;
        using var accepted = await adam.PostFhirAsync("RiskAssessment/$accept-model", accept);
        Assert.True(accepted.IsSuccessStatusCode, await accepted.Content.ReadAsStringAsync());
        await server.DisposeAsync();
        await using var strict = await RunningServer.StartAsync(
            city.Setting["sqlite:".Length..],
            city.Clock,
            [.. Served, .. Wide, "--Interop:EarlyIntervention:MinimumAuc=0.99"]);
        using var later = Client(strict, "agency-administrator");
        Assert.Equal("retired", (await later.GetJsonAsync("RiskAssessment/$model-card")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Where_nothing_is_to_be_found_the_model_says_so_and_can_not_be_turned_on()
    {
        var trained = await TrainedAsync(Pattern.Random, persons: 120);

        Assert.Equal(0.5, trained.Validation.Ranking.Auc!.Value, 0.06);
        Assert.Contains("it tells too little, or no more than chance", trained.Validation.Breaches(InventedModel.Bounds));
    }

    [Fact]
    public async Task A_model_that_fails_a_group_can_not_be_turned_on()
    {
        var trained = await TrainedAsync(Pattern.Unfair, persons: 200);
        Assert.Contains(
            trained.Validation.Breaches(InventedModel.Bounds with { Least = 40 }),
            breach => breach.StartsWith("language es: ", StringComparison.Ordinal));

        var hash = model.Write(misses: 0.9);
        await using var server = await RunningServer.StartAsync(settings: Served);
        await server.ImportAsync(Custodian, Fixtures.Organization(Custodian, "crisis-program"));
        using var adam = Client(server, "agency-administrator");
        using var refused = await adam.PostFhirAsync("RiskAssessment/$accept-model", $$"""
            {"resourceType":"Parameters","parameter":[{"name":"sha256","valueString":"{{hash}}"},{"name":"untold","valueBoolean":true}]}
            """);
        var why = (await refused.OutcomeAsync(422)).GetProperty("diagnostics").GetString();
        Assert.Contains("language es: misses", why, StringComparison.Ordinal);
    }

    /// <summary>Nobody's race, sex, tongue or street is in a score: two cities that differ in nothing else have one model.</summary>
    [Fact]
    public async Task What_people_are_changes_no_score()
    {
        var one = await MomentsAsync(InventedHistory.Of(4, 60, Pattern.Persistent));
        var other = await MomentsAsync([.. InventedHistory.Of(4, 60, Pattern.Persistent).Select(Disguised)]);

        Assert.NotEqual(one.Select(moment => string.Join('|', moment.Groups)), other.Select(moment => string.Join('|', moment.Groups)));
        Assert.Equal(one.Select(moment => string.Join('|', moment.Values)), other.Select(moment => string.Join('|', moment.Values)));
        Assert.DoesNotContain(RiskFeatures.All, feature => Protected().IsMatch($"{feature.Feature.Code} {feature.Words} {feature.Source}"));
        Assert.DoesNotContain(RiskFeatures.All, feature => feature.Source.Contains("Patient.", StringComparison.Ordinal));
        Assert.All(RiskFeatures.All, feature => Assert.NotEmpty(feature.Source));
    }

    /// <summary>Every value at one moment, reckoned by hand, and only of what was known then.</summary>
    [Fact]
    public async Task Features_are_of_what_was_known_at_the_moment()
    {
        static DateTimeOffset On(int month, int day) => new(2025, month, day, 8, 0, 0, TimeSpan.Zero);
        var moments = await MomentsAsync([
            Fixtures.Patient("ana"),
            .. InventedHistory.Visit("old", "ana", On(1, 1).AddYears(-1)), .. InventedHistory.Visit("one", "ana", On(3, 1)),
            .. InventedHistory.Visit("two", "ana", On(5, 1)), .. InventedHistory.Visit("now", "ana", On(6, 30)),
            .. InventedHistory.Visit("next", "ana", On(9, 10)),
            InventedHistory.Fact("one", "ana", "ed-transport", true), InventedHistory.Fact("now", "ana", "ed-transport", true),
            InventedHistory.Fact("old", "ana", "ed-transport", true), InventedHistory.Fact("two", "ana", "ed-transport", false),
            Task("f-one", "follow-up-48h", "failed", On(3, 5), "one"), Task("f-two", "follow-up-48h", "failed", On(7, 5), "two"),
            Task("r-one", "fulfill-referral", "rejected", On(6, 1)), Task("r-two", "fulfill-referral", "rejected", On(7, 1)),
            Task("r-ok", "fulfill-referral", "completed", On(6, 1)),
        ]);

        var now = Assert.Single(moments, moment => moment.Encounter == "now");
        Assert.Equal([1, 2, 2, 1, 1, 1], now.Values.Select(value => Math.Round(value, 6)));
        Assert.True(now.Sample.Outcome); // 72 days later
        var next = Assert.Single(moments, moment => moment.Encounter == "next");
        Assert.Equal([1, 3, 2.4, 2, 2, 2], next.Values.Select(value => Math.Round(value, 6)));
        Assert.False(next.Sample.Outcome);
    }

    [Fact]
    public async Task Turned_on_without_a_file_or_without_groups_the_server_says_what_is_missing()
    {
        var noFile = await Assert.ThrowsAsync<SettingsException>(() => RunningServer.StartAsync(settings: [.. model.Settings]));
        Assert.Contains("train-risk-model makes it", noFile.Message, StringComparison.Ordinal);
        var noGroups = await Assert.ThrowsAsync<SettingsException>(() => RunningServer.StartAsync(settings: [.. model.Settings.Skip(1)]));
        Assert.Contains("needs Interop:Evaluation", noGroups.Message, StringComparison.Ordinal);
        var noModel = await Assert.ThrowsAsync<SettingsException>(() => RunningServer.StartAsync(settings: [model.Settings[2]]));
        Assert.Contains("EarlyIntervention:Model is missing", noModel.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(model.Path, "{}");
        var other = await Assert.ThrowsAsync<SettingsException>(() => RunningServer.StartAsync(settings: [.. model.Settings]));
        Assert.Contains("is no model of this server's features", other.Message, StringComparison.Ordinal);

        await using var off = await RunningServer.StartAsync();
        Assert.DoesNotContain(off.Endpoints, endpoint => endpoint.DisplayName?.Contains("-model", StringComparison.Ordinal) == true);
        using var navigator = off.As("navigator");
        Assert.Equal(404, (int)(await navigator.GetAsync(new Uri("RiskAssessment/$model-card", UriKind.Relative))).StatusCode);
    }

    /// <summary>To score takes no library: only what trains knows of one.</summary>
    [Fact]
    public void Only_the_training_knows_the_library()
    {
        Assert.DoesNotContain(
            typeof(InteropServer).Assembly.GetReferencedAssemblies(),
            name => name.Name!.StartsWith("Microsoft.ML", StringComparison.Ordinal));
        var users = typeof(RiskModel).Assembly.GetTypes()
            .Where(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Any(method => method.GetMethodBody()?.LocalVariables.Any(local =>
                    local.LocalType.FullName?.Contains("Microsoft.ML", StringComparison.Ordinal) == true) == true))
            .Select(type => type.Name);
        Assert.Equal([nameof(Training)], users);
    }

    private static string[] Wide =>
    [
        "--Interop:EarlyIntervention:ErrorDifference=0.4", "--Interop:EarlyIntervention:CalibrationDifference=0.4",
        "--Interop:EarlyIntervention:StratumMinimum=100",
    ];

    private static async Task<RunningServer> CityAsync(Pattern pattern, int persons)
    {
        var server = await RunningServer.StartAsync();
        await server.ImportAsync(
            Custodian, [Fixtures.Organization(Custodian, "crisis-program"), .. InventedHistory.Of(3, persons, pattern)]);
        return server;
    }

    private async Task<TrainedModel> TrainedAsync(Pattern pattern, int persons)
    {
        await using var city = await CityAsync(pattern, persons);
        await using var parts = Parts(city);
        var training = parts.GetRequiredService<ModelTraining>();
        return training.Train(await training.MomentsAsync((_, _) => { }, CancellationToken.None), share: 0.4);
    }

    private async Task<IReadOnlyList<Moment>> MomentsAsync(string[] resources)
    {
        await using var server = await RunningServer.StartAsync();
        await server.ImportAsync(Custodian, [Fixtures.Organization(Custodian, "crisis-program"), .. resources]);
        await using var parts = Parts(server);
        return await parts.GetRequiredService<ModelTraining>().MomentsAsync((_, _) => { }, CancellationToken.None);
    }

    /// <summary>The parts of a server that is turned on, over the database of another.</summary>
    private ServiceProvider Parts(RunningServer server)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection(model.Settings.Concat(Wide).Append($"--Interop:Database={server.Setting}")
                .Select(setting => setting[2..].Split('=', 2))
                .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
            .Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(server.Clock);
        services.AddInteropServer(Settings.InteropSettings.From(settings));
        return services.BuildServiceProvider();
    }

    private Dictionary<string, string> Environment() => model.Settings.Concat(Wide)
        .Select(setting => setting[2..].Split('=', 2))
        .ToDictionary(pair => pair[0].Replace(":", "__", StringComparison.Ordinal), pair => pair[1]);

    private static HttpClient Client(RunningServer server, string role) => server.As(
        new Demo.DemoCaller("adam", Custodian, ["HOPERAT"], [role], "user/*.cruds"),
        ("sub", "person-adam"), ("fhirUser", "Practitioner/adam"));

    /// <summary>The same person, who is somebody else by all that is protected.</summary>
    private static string Disguised(string resource) => resource
        .Replace("2106-3", "2028-9", StringComparison.Ordinal).Replace("2186-5", "2135-2", StringComparison.Ordinal)
        .Replace("\"F\"", "\"M\"", StringComparison.Ordinal).Replace("\"es\"", "\"en\"", StringComparison.Ordinal)
        .Replace("North", "South", StringComparison.Ordinal).Replace("-05-01\"", "-06-01\"", StringComparison.Ordinal);

    private static string Task(string id, string code, string status, DateTimeOffset changed, string? encounter = null) => $$"""
        {"resourceType":"Task","id":"{{id}}","status":"{{status}}","intent":"order","code":{"coding":[
        {"system":"{{Fixtures.Base}}/CodeSystem/crisis-task","code":"{{code}}"}]},"for":{"reference":"Patient/ana"},
        {{(encounter is null ? "" : $"\"encounter\":{{\"reference\":\"Encounter/{encounter}\"}},")}}
        "authoredOn":"{{InventedHistory.Text(changed.AddDays(-3))}}","lastModified":"{{InventedHistory.Text(changed)}}",
        "requester":{"reference":"Organization/crisis-program"},"owner":{"reference":"Organization/crisis-program"} }
        """;

    [GeneratedRegex("race|ethnic|sex|gender|orientation|language|communication|address|district|birth|age\\b", RegexOptions.IgnoreCase)]
    private static partial Regex Protected();

    [GeneratedRegex("^auc ([0-9.]+) ", RegexOptions.Multiline)]
    private static partial Regex AucIn();

    [GeneratedRegex("^tenth ", RegexOptions.Multiline)]
    private static partial Regex TenthsIn();
}
