namespace Interop.Demo;

/// <summary>A browser client of another origin: one static page, which signs a person in at the issuer and asks the API.</summary>
internal static class DemoPage
{
    public static WebApplication Build(DemoAddresses addresses, LoopbackPort port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(addresses.Page);
        port.HandTo(builder.Services);
        var application = builder.Build();
        var policy = $"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {addresses.Issuer} {addresses.Url(0)}";
        application.Use((http, next) =>
        {
            http.Response.Headers.ContentSecurityPolicy = policy;
            return next(http);
        });
        application.MapGet("/", () => Results.Text(Content("index.html"), "text/html; charset=utf-8"));
        application.MapGet("/page.css", () => Results.Text(Content("page.css"), "text/css"));
        application.MapGet("/page.js", () => Results.Text(Content("page.js"), "text/javascript"));
        application.MapGet("/follow-ups.mjs", () => Results.Text(Content("follow-ups.mjs"), "text/javascript"));
        application.MapGet("/settings.json", () => Results.Json(new { fhir = addresses.Fhir, clientId = "demo-page" }));
        return application;
    }

    private static string Content(string name)
    {
        using var reader = new StreamReader(typeof(DemoPage).Assembly.GetManifestResourceStream($"page/{name}")!);
        return reader.ReadToEnd();
    }
}
