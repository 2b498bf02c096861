using System.Text;
using Interop.Fhir.Validation;
using Interop.Server.Authoring;
using Interop.Server.Dispatch;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Tests.Dispatch;

/// <summary>The 476 messages of 120 real incidents that lie beside the repository.</summary>
public sealed class LaneCountyTests
{
    private const string Messages = "data/eido/eido_from_lane_county.ndjson";

    private static readonly IncidentContext Context = new(
        "crisis-program",
        Encoding.UTF8.GetBytes("another secret"),
        new Dictionary<string, string> { ["psap.alpha.example.gov"] = "dispatch-center", ["crisis.alpha.example.gov"] = "crisis-program" });

    [SharedFact(Messages)]
    public void All_messages_give_120_incidents_with_one_encounter_each()
    {
        var messages = Load();
        var incidents = messages.GroupBy(message => message.Incident).Select(group => Incident.Map([.. group], Context)).ToArray();

        Assert.Equal(476, messages.Count);
        Assert.Equal(120, incidents.Length);
        Assert.All(incidents, resources => Assert.Single(resources, resource => resource.Key.Type == "Encounter"));
        Assert.Equal(incidents.Sum(it => it.Count), incidents.SelectMany(it => it).Select(it => it.Key).Distinct().Count());
    }

    [SharedFact(Messages)]
    public void Reversed_shuffled_and_repeated_messages_give_the_same_bytes()
    {
        var messages = Load();
        var random = new Random(7);
        foreach (var incident in messages.GroupBy(message => message.Incident))
        {
            var inOrder = Text(Incident.Map([.. incident], Context));
            EidoMessage[] repeated = [.. incident, .. incident];
            random.Shuffle(repeated);

            Assert.Equal(inOrder, Text(Incident.Map([.. incident.Reverse()], Context)));
            Assert.Equal(inOrder, Text(Incident.Map(repeated, Context)));
        }
    }

    [SharedFact(Messages)]
    public void A_message_more_never_takes_a_resource_away()
    {
        var messages = Load();
        foreach (var incident in messages.GroupBy(message => message.Incident))
        {
            var all = incident.ToArray();
            var whole = Incident.Map(all, Context).Select(resource => resource.Key).ToHashSet();
            for (var subset = 1; subset < 1 << all.Length; subset++)
            {
                var part = all.Where((_, index) => (subset & (1 << index)) != 0).ToArray();

                Assert.Subset(whole, Incident.Map(part, Context).Select(resource => resource.Key).ToHashSet());
            }
        }
    }

    [SharedFact(Messages)]
    public void Every_resource_is_valid()
    {
        var messages = Load();
        var mapped = messages.GroupBy(message => message.Incident).SelectMany(group => Incident.Map([.. group], Context));

        Assert.All(mapped, resource => Assert.Empty(ResourceValidator.Validate(resource.Json)));
    }

    [SharedFact(Messages)]
    public void Nothing_in_them_is_refused_unknown_or_dangling()
    {
        var messages = Load();
        Assert.All(messages, message => Assert.Empty(EidoReview.Of(message.Raw)));
    }

    private static List<EidoMessage> Load() =>
        [.. File.ReadLines(Repository.Shared(Messages)).Select(line => EidoSamples.Parsed(Encoding.UTF8.GetBytes(line)))];

    private static string Text(IEnumerable<MappedResource> resources) =>
        string.Join('\n', resources.Select(resource => $"{resource.Key} {Encoding.UTF8.GetString(resource.Json)}"));
}
