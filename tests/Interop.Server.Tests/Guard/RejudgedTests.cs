using Microsoft.Data.Sqlite;

namespace Interop.Server.Tests.Guard;

/// <summary>What decided about a resource may change later: then it is judged again, without becoming a new version.</summary>
public sealed class RejudgedTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("clinic", "sud-program"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
    ];

    [Fact]
    public async Task A_Part_2_flag_labels_what_was_there_before_it_and_its_end_frees_it()
    {
        await Server.ImportAsync(
            "clinic",
            Fixtures.Agreement("city-hospital", grantor: "clinic"),
            Fixtures.Consent("c1", "p1", "city-hospital", controller: "clinic"),
            Fixtures.Condition("before", "p1"));
        using var hospital = Server.As("hospital");
        var before = (await hospital.GetJsonAsync("Condition/before")).GetRawText();

        await Server.ImportAsync(Custodian, Fixtures.Organization("clinic", "sud-program", part2: true));
        using var labelled = await hospital.GetAsync("Condition/before");
        await labelled.OutcomeAsync(404);

        await Server.ImportAsync(Custodian, Fixtures.Organization("clinic", "sud-program"));
        Assert.Equal(before, (await hospital.GetJsonAsync("Condition/before")).GetRawText());
    }

    [Fact]
    public async Task What_other_tables_judged_is_judged_by_these_before_anything_is_served()
    {
        await Server.ImportAsync(Custodian, Fixtures.Consent("c1", "p1", "city-hospital"), Fixtures.Condition("c1", "p1", "75544000"));
        await using (var connection = new SqliteConnection($"Data Source={Server.Database}"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE resource SET labels = 0, own_labels = 0, policy_version = 'older' WHERE type = 'Condition'";
            await command.ExecuteNonQueryAsync();
        }

        using var hospital = Server.As("hospital");
        using var stale = await hospital.GetAsync("Condition/c1");
        await using var restarted = await RunningServer.StartAsync(Server.Database);
        using var later = restarted.As("hospital");
        using var judged = await later.GetAsync("Condition/c1");

        Assert.Equal((200, 404), ((int)stale.StatusCode, (int)judged.StatusCode));
    }
}
