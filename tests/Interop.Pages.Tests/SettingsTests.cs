using Interop.Server;

namespace Interop.Pages.Tests;

/// <summary>Settings that would let somebody in, or nobody, stop the process with a sentence.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("interop-settings-").FullName;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("one-click sign-in outside of the demo", "Visitors:0:UserName=x", "the demo's alone")]
    [InlineData("no client", "SessionHours=8", "Agencies:0 is missing")]
    [InlineData("no key", "Agencies:0:Organization=a Agencies:0:Name=A Agencies:0:ClientId=c", "Key is missing")]
    [InlineData("no client id", "Key=k Agencies:0:Organization=a Agencies:0:Name=A", "ClientId is missing")]
    [InlineData(
        "a session without end", "Key=k Agencies:0:Organization=a Agencies:0:Name=A Agencies:0:ClientId=c SessionHours=99", "1 to 24")]
    [InlineData(
        "a district twice", "Key=k Agencies:0:Organization=a Agencies:0:Name=A Agencies:0:ClientId=c Map:0=Bay,Bay", "each district once")]
    public void A_wrong_setting_is_refused(string why, string settings, string sentence)
    {
        var refused = Assert.Throws<SettingsException>(() => InteropServer.Build(
            [
                $"--Interop:Database=sqlite:{Path.Combine(folder, "interop.db")}",
                "--Interop:Issuers:0:Authority=http://127.0.0.1:1", "--Interop:Issuers:0:Audience=x", "--Interop:Issuers:0:Agencies:0=*",
                .. settings.Split(' ').Select(setting => $"--Interop:Pages:{setting}"),
            ],
            PagesServices.RefuseVisitors));

        Assert.True(refused.Message.Contains(sentence, StringComparison.Ordinal), $"{why}: {refused.Message}");
    }

    [Theory]
    [InlineData("2026-11-29T10:00:00Z", "2026-11-29T19:00:00Z")] // the next shift's end comes first
    [InlineData("2026-11-29T18:59:00Z", "2026-11-29T19:00:00Z")]
    [InlineData("2026-11-29T19:00:00Z", "2026-11-30T07:00:00Z")]
    public void A_session_ends_with_the_shift(string now, string end)
    {
        var settings = new PagesSettings("https://x.example/fhir", "https://issuer.example", [])
        {
            Key = "k", ShiftEnds = [new(7, 0), new(19, 0)],
        };

        Assert.Equal(DateTimeOffset.Parse(end, null), Sessions.SessionEnd.Of(settings, DateTimeOffset.Parse(now, null)));
    }
}
