using Interop.Demo;

namespace Interop.Server.Tests.Guard;

/// <summary>A token that may update but not read is refused without a word about what is stored.</summary>
public sealed class UnreadableTaskTests : SceneTests
{
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private static readonly string[] Statuses =
        ["draft", "requested", "received", "accepted", "in-progress", "on-hold", "rejected", "completed", "failed", "cancelled"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Referral("sr1", "p1"),
        .. Statuses.Select(status => Fixtures.ReferralTask(status, "p1", "sr1", status)),
    ];

    [Theory]
    [InlineData("system/Task.u")]
    [InlineData("system/Task.u system/Task.r?status=nothing-like-it")]
    [InlineData("system/Task.cud system/Patient.rs")]
    public async Task A_refusal_is_the_same_whatever_the_Task_is(string scope)
    {
        using var reader = Server.As(Hospital);
        using var writer = Server.As(Hospital with { Scope = scope });
        var refusals = new HashSet<string>();
        foreach (var stored in Statuses)
        {
            var task = await reader.GetJsonAsync($"Task/{stored}");
            var tag = $"W/\"{task.GetProperty("meta").GetProperty("versionId").GetString()}\"";
            foreach (var wrong in new[] { "\"draft\"", "\"entered-in-error\"", $"\"{stored}\",\"description\":\"changed\"" })
            {
                var sent = task.GetRawText().Replace($"\"status\":\"{stored}\"", $"\"status\":{wrong}", StringComparison.Ordinal);
                using var refused = await writer.PutFhirAsync($"Task/{stored}", sent, tag);
                if (refused.IsSuccessStatusCode)
                {
                    continue; // to leave it as it is
                }

                var text = await refused.Content.ReadAsStringAsync();
                Assert.DoesNotContain("'", text, StringComparison.Ordinal);
                refusals.Add($"{(int)refused.StatusCode} {text}");
            }
        }

        Assert.StartsWith("422", Assert.Single(refusals), StringComparison.Ordinal);
    }
}
