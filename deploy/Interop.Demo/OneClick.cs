using Interop.Identity.Accounts;
using Interop.Identity.Authorization;
using Interop.Identity.Tokens;

namespace Interop.Demo;

/// <summary>
/// What makes the demo's issuer take a button for a password: it stands before the issuer's own pipeline, in the demo's process alone. The
/// issuer's executable has nothing of it.
/// </summary>
internal sealed class OneClick : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(AnswerAsync);
        next(app);
    };

    private static async Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        var (query, services) = (http.Request.Query, http.RequestServices);
        var named = DemoPerson.All.FirstOrDefault(person => person.UserName == query["login_hint"]);
        var client = DemoPerson.Agencies.Select(agency => DemoPerson.ClientOf(agency.Organization))
            .FirstOrDefault(id => id == query["client_id"]);
        if (http.Request.Path != "/authorize" || named is null || client is null)
        {
            await next(http);
            return;
        }

        var browsers = services.GetRequiredService<Browsers>();
        var signedIn = await browsers.FindAsync(http);
        if (signedIn?.Account.UserName == named.UserName)
        {
            await next(http);
            return;
        }

        if (signedIn is not null)
        {
            await browsers.EndAsync(http, signedIn);
        }

        if (await services.GetRequiredService<AccountStore>().FindByNameAsync(named.UserName, http.RequestAborted) is not { } account)
        {
            await next(http); // the demo has only just begun
            return;
        }

        await browsers.StartAsync(http, account, "pwd");
        await services.GetRequiredService<ApprovalStore>().RememberAsync(
            account.AccountId, client, SpaceDelimited.Split(query["scope"]), http.RequestAborted);
        http.Response.Redirect($"/authorize{http.Request.QueryString}");
    }
}
