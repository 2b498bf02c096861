using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Interop.Identity.Tests;

/// <summary>
/// A FHIR API of another process, as far as the picker asks it: two patients of one name and birth date, of whom the API shows the second
/// to nobody. It keeps the tokens that it was shown.
/// </summary>
internal sealed class FhirStandIn : IAsyncDisposable
{
    private readonly WebApplication application;

    private FhirStandIn(WebApplication application) => this.application = application;

    public string Url => application.Urls.First() + "/fhir";

    public ConcurrentQueue<(JsonWebToken Token, string Query)> Asked { get; } = [];

    public bool IsDown { get; set; }

    public static async Task<FhirStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var api = new FhirStandIn(builder.Build());
        api.application.MapPost("/fhir/{type}/_search", api.SearchAsync);
        await api.application.StartAsync();
        return api;
    }

    public async ValueTask DisposeAsync() => await application.DisposeAsync();

    private async Task<IResult> SearchAsync(string type, HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        Asked.Enqueue(
            (
                new(request.Headers.Authorization.ToString()["Bearer ".Length..]),
                type + "?" + string.Join('&', form.Select(pair => $"{pair.Key}={pair.Value}"))));
        if (IsDown)
        {
            return Results.StatusCode(503);
        }

        object? resource =
            (type, form["_id"].ToString(), form["name"].ToString(), form["birthdate"].ToString(), form["patient"].ToString()) switch
            {
                ("Patient", "p1", _, _, _) or ("Patient", "", "Lima", "1988-02-29", _) =>
                    new
                    {
                        resourceType = "Patient", id = "p1", birthDate = "1988-02-29", gender = "female",
                        name = new[] { new { family = "Lima <b>", given = new[] { "Ana" } } }
                    },
                ("Encounter", "" or "e1", _, _, "Patient/p1") =>
                    new { resourceType = "Encounter", id = "e1", status = "finished", period = new { start = "2026-11-20T10:00:00Z" } },
                _ => null,
            };
        return Results.Json(
            new { resourceType = "Bundle", type = "searchset", entry = resource is null ? [] : new[] { new { resource } } });
    }
}
