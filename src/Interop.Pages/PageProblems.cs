using System.Net;
using Interop.Pages.Fhir;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Interop.Pages;

/// <summary>What goes wrong becomes a page that says what happened and what to do. A log gets the kind of fault, and no content.</summary>
internal static class PageProblems
{
    public static async Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
            if (http.Response is { StatusCode: 400 or 404 or 405, HasStarted: false, ContentLength: null, ContentType: null })
            {
                await TellAsync(http, next, http.Response.StatusCode);
            }
        }
        catch (SessionEndedException)
        {
            await http.SignOutAsync(PageSession.Cookies);
            http.Response.Redirect("/app/sign-in?end=over");
        }
        catch (FhirRefusedException refused) when (!http.Response.HasStarted)
        {
            var place = PlaceOf(refused, "Interop.Pages.Pages.");
            LoggerOf(http).LogWarning("The server answered {Status} to what {Page} asked.", (int)refused.Status, place);
            await TellAsync(http, next, refused.Status switch
            {
                HttpStatusCode.NotFound or HttpStatusCode.Gone => 404,
                HttpStatusCode.Forbidden => 403,
                HttpStatusCode.TooManyRequests => 429,
                HttpStatusCode.ServiceUnavailable => 503,
                _ => 500,
            });
        }
        catch (AntiforgeryValidationException) when (!http.Response.HasStarted)
        {
            await TellAsync(http, next, 400);
        }
        catch (Exception fault) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            LoggerOf(http).LogError("A page failed: {Kind} at {Place}", fault.GetType().Name, PlaceOf(fault, "Interop."));
            await TellAsync(http, next, 500);
        }
    }

    /// <summary>Where in code of ours it was; a message might say what stood in a record.</summary>
    private static string? PlaceOf(Exception fault, string where) => new System.Diagnostics.StackTrace(fault).GetFrames()
        .Select(frame => frame.GetMethod()?.DeclaringType?.FullName)
        .FirstOrDefault(type => type?.StartsWith(where, StringComparison.Ordinal) == true);

    private static ILogger LoggerOf(HttpContext http) =>
        http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PageProblems));

    private static async Task TellAsync(HttpContext http, RequestDelegate next, int status)
    {
        http.Response.Clear();
        http.SetEndpoint(null);
        http.Request.RouteValues.Clear();
        http.Request.Method = HttpMethods.Get;
        http.Request.Path = "/app/problem";
        http.Request.QueryString = QueryString.Create("status", $"{status}");
        http.Response.StatusCode = status;
        try
        {
            await next(http);
        }
        catch (Exception) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            http.Response.Clear();
            http.Response.StatusCode = status;
            await http.Response.WriteAsync("Something went wrong. Try again in a minute.");
        }
    }
}
