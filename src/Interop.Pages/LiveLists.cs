using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Interop.Pages.Fhir;
using Interop.Pages.Looks;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Interop.Pages;

/// <summary>
/// <c>/app/live?list=NAME</c>: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that say that a list has
/// changed, and not how. It asks what the page asked, with the same person's token, from time to time (<c>Interop:Pages:NewsSeconds</c>).
/// </summary>
internal static class LiveLists
{
    // A browser asks again by itself, with a token that is good, and says what it was told last.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/app/live", Answer).RequireAuthorization(PageSession.Cookies);

    private static IResult Answer(
        HttpContext http, FhirApi api, PagesSettings settings, string? list, [FromHeader(Name = "Last-Event-ID")] string? last) =>
        QueryOf(http, list) is { } query
            ? TypedResults.ServerSentEvents(ChangesAsync(api, query, last, settings.BetweenNews, http.RequestAborted))
            : Results.NotFound();

    private static async IAsyncEnumerable<SseItem<string>> ChangesAsync(
        FhirApi api, string query, string? known, TimeSpan between, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = Environment.TickCount64;
        while (Environment.TickCount64 - start < Longest.TotalMilliseconds)
        {
            var state = await StateAsync(api, query);
            var news = known is null || state == known ? "same" : "changed";
            yield return new(news, news) { EventId = state };
            known = state;
            await Task.Delay(between, cancellationToken);
        }
    }

    /// <summary>How many there are, and when the last one changed.</summary>
    private static async Task<string> StateAsync(FhirApi api, string query)
    {
        var found = await api.SearchAsync($"{query}&_sort=-_lastUpdated&_count=1&_total=accurate&_elements=status");
        return $"{found.Total}-{found.Entry.FirstOrDefault()?.Resource?.Meta?.LastUpdated:O}";
    }

    private static string? QueryOf(HttpContext http, string? list) => list switch
    {
        "follow-ups" => "Task?code=follow-up-48h&status=requested,accepted,in-progress",
        "referrals" => $"Task?code=fulfill-referral,fulfill&owner=Organization/{PageSession.AgencyOf(http.User)}",
        "dispatch" => CallList.WatchedBy(http.User),
        "field" => CallList.Incidents,
        _ => null,
    };
}
