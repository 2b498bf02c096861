using System.Text.Json.Nodes;
using Interop.Server.Calls;

namespace Interop.Server.Tests.Calls;

/// <summary>The decision table decides every combination of answers, and never sends unarmed people into what nobody knows.</summary>
public sealed class ScreeningTableTests
{
    private static readonly string[] Armed = ["co-response", "police-secondary", "police"];
    private static readonly ScreeningTable Table = ScreeningTable.From(null);

    [Theory]
    [InlineData("need=yes violence=yes self-harm=none medical=yes", "violence-and-medical", "ems co-response")]
    [InlineData("need=yes violence=yes self-harm=none medical=unknown", "violence-and-medical", "ems co-response")]
    [InlineData("need=yes violence=yes self-harm=act medical=no", "violence-and-self-harm", "ems co-response")]
    [InlineData("need=no violence=yes self-harm=none medical=no", "violence", "co-response")]
    [InlineData("need=yes violence=no self-harm=means medical=no", "self-harm-now", "ems co-response ccd")]
    [InlineData("need=yes violence=unknown self-harm=act medical=no", "self-harm-now", "ems co-response ccd")]
    [InlineData("need=yes violence=unknown self-harm=none medical=yes", "medical-and-unknown-violence", "ems co-response")]
    [InlineData("need=yes violence=no self-harm=none medical=yes", "medical", "ems crt")]
    [InlineData("need=yes violence=unknown self-harm=plan medical=unknown", "unknown-violence-and-medical", "ems co-response")]
    [InlineData("need=yes violence=unknown self-harm=none medical=no", "unknown-violence", "co-response")]
    [InlineData("need=yes violence=no self-harm=thoughts medical=unknown", "unknown-medical", "ems police-secondary")]
    [InlineData("need=yes violence=no self-harm=unknown medical=no", "unknown-self-harm", "police-secondary")]
    [InlineData("need=yes violence=no self-harm=thoughts medical=no", "self-harm-thoughts", "ccd crt")]
    [InlineData("need=yes violence=no self-harm=plan medical=no", "self-harm-thoughts", "ccd crt")]
    [InlineData(
        "need=yes violence=no self-harm=none medical=no contact.reachable=yes contact.clinician=yes contact.age=adult", "talk", "ccd")]
    [InlineData(
        "need=yes violence=no self-harm=none medical=no contact.reachable=yes contact.clinician=yes contact.age=child", "need", "crt")]
    [InlineData("need=yes violence=no self-harm=none medical=no", "need", "crt")]
    [InlineData("violence=no self-harm=none medical=no", "need", "crt")]
    [InlineData("need=no violence=no self-harm=none medical=no", "other", "police")]
    [InlineData("", "unknown-violence-and-medical", "ems co-response")]
    public void Each_rule_decides(string answers, string rule, string models)
    {
        var decided = Table.Decide(answers.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(pair => pair.Split('=')[0], pair => pair.Split('=')[1]));

        Assert.Equal((rule, models), (decided.Name, string.Join(' ', decided.Send)));
    }

    [Fact]
    public void Every_rule_is_reached_by_some_answers() =>
        Assert.Empty(Table.Rules.Except(ScreeningTable.AllAnswers().Select(Table.Decide).Distinct()));

    [Fact]
    public void Missing_and_unknown_are_the_same()
    {
        foreach (var answers in ScreeningTable.AllAnswers())
        {
            Assert.Same(
                Table.Decide(answers),
                Table.Decide(answers.Where(answer => answer.Value != "unknown").ToDictionary()));
        }
    }

    [Fact]
    public void Missing_or_unknown_on_danger_never_means_unarmed_only()
    {
        var tried = 0;
        foreach (var answers in ScreeningTable.AllAnswers().Where(answers =>
            new[] { "violence", "medical" }.Any(question => answers.GetValueOrDefault(question, "unknown") == "unknown")))
        {
            var rule = Table.Decide(answers);
            Assert.Contains(rule.Send, Armed.Contains);
            Assert.All(rule.Instead, model => Assert.Contains(model, Armed));
            tried++;
        }

        Assert.Equal(ScreeningTable.AllAnswers().Count() * 5 / 9, tried); // two questions have three answers each
    }

    [Theory]
    [InlineData("unsafe", "nobody who is armed")]
    [InlineData("open", "no rule decides")]
    [InlineData("question", "has no question")]
    [InlineData("answer", "not all the answers")]
    [InlineData("model", "response model")]
    [InlineData("twice", "one name")]
    [InlineData("text", "")]
    public void A_site_may_bring_its_own_table_but_none_that_is_not_safe(string fault, string words)
    {
        var table = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "profiles", "workflow", "screening.json")))!;
        var rules = table["rules"]!.AsArray();
        var rule = rules.Single(it => it!["rule"]!.GetValue<string>() == "unknown-violence")!;
        switch (fault)
        {
            case "unsafe": rule["send"] = new JsonArray("crt"); break;
            case "open": rules.RemoveAt(rules.Count - 1); break;
            case "question": rule["when"]!["weather"] = new JsonArray("yes"); break;
            case "answer": rule["when"]!["violence"] = new JsonArray("perhaps"); break;
            case "model": rule["send"] = new JsonArray("co-response", "army"); break;
            case "twice": rule["rule"] = "medical"; break;
        }

        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, fault == "text" ? "{" : table.ToJsonString());
            var refused = Assert.Throws<SettingsException>(() => ScreeningTable.From(path));
            Assert.Contains("Interop:ScreeningTable", refused.Message, StringComparison.Ordinal);
            Assert.Contains(words, refused.Message, StringComparison.Ordinal);

            rule["send"] = new JsonArray("police");
            File.WriteAllText(path, File.ReadAllText(Path.Combine(Repository.Root, "profiles", "workflow", "screening.json"))
                .Replace("\"version\": \"1.0.0\"", "\"version\": \"site-2\"", StringComparison.Ordinal));
            Assert.EndsWith("|site-2", ScreeningTable.From(path).Canonical, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
