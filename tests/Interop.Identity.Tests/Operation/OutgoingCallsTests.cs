using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Interop.Identity.Tests.Operation;

/// <summary>How server and issuer ask others: within limits, and twice only what may be asked twice.</summary>
public sealed class OutgoingCallsTests : IAsyncLifetime
{
    private const int MostBytes = 1_000;

    private readonly List<string> asked = [];
    private WebApplication other = null!;
    private ServiceProvider services = null!;

    public async Task InitializeAsync()
    {
        other = WebApplication.CreateSlimBuilder().Build();
        other.Urls.Add("http://127.0.0.1:0");
        other.Run(AnswerAsync);
        await other.StartAsync();
        // Whoever answers at all does so in time, however busy the machine; only who hangs is not waited for long.
        var parts = new ServiceCollection();
        parts.AddLogging();
        parts.AddOutgoingCalls("patient", TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1), MostBytes, isDirect: true);
        parts.AddOutgoingCalls("hasty", TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(2), MostBytes, isDirect: true);
        services = parts.BuildServiceProvider();
    }

    public async Task DisposeAsync()
    {
        await services.DisposeAsync();
        await other.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/away", HttpStatusCode.OK, 2)]
    [InlineData("GET", "/gone", HttpStatusCode.ServiceUnavailable, 2)]
    [InlineData("GET", "/wrong", HttpStatusCode.InternalServerError, 1)]
    [InlineData("GET", "/busy", HttpStatusCode.TooManyRequests, 1)]
    [InlineData("POST", "/away", HttpStatusCode.ServiceUnavailable, 1)]
    [InlineData("GET", "/elsewhere", HttpStatusCode.Redirect, 1)]
    public async Task A_GET_that_found_nobody_is_tried_once_more(string method, string path, HttpStatusCode status, int times)
    {
        using var http = Client("patient");
        using var answer = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal((status, times), (answer.StatusCode, asked.Count));
    }

    [Theory]
    [InlineData("hasty", "/hangs", 2)]
    [InlineData("patient", "/large", 1)]
    public async Task Who_hangs_or_says_too_much_is_a_failure(string name, string path, int times)
    {
        using var http = Client(name);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => http.GetStringAsync(path));

        Assert.True(OutgoingCalls.IsFailure(failure, CancellationToken.None));
        Assert.Equal(times, asked.Count);
    }

    [Fact]
    public async Task Who_gave_up_has_no_failure()
    {
        using var http = Client("patient");
        using var over = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => http.GetStringAsync("/hangs", over.Token));
        Assert.False(OutgoingCalls.IsFailure(failure, over.Token));
    }

    private HttpClient Client(string name)
    {
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(name);
        client.BaseAddress = new Uri(other.Urls.First());
        return client;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        asked.Add(context.Request.Path);
        switch (context.Request.Path.Value)
        {
            case "/away" when asked.Count > 1:
                break;
            case "/away" or "/gone":
                context.Response.StatusCode = 503;
                break;
            case "/wrong":
                context.Response.StatusCode = 500;
                break;
            case "/busy":
                context.Response.StatusCode = 429;
                break;
            case "/elsewhere":
                context.Response.Redirect("/away");
                break;
            case "/large":
                await context.Response.WriteAsync(new string('x', MostBytes + 1));
                break;
            default:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
        }
    }
}
