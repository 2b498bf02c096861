namespace Interop.Identity.Http;

/// <summary>The pages' one style sheet.</summary>
internal static class Style
{
    private const string Text = """
        :root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif; }
        body { margin: 0; }
        main { max-width: 38rem; margin: 3rem auto; padding: 0 1rem; }
        label { display: block; margin: 1rem 0 .25rem; }
        input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; }
        button { margin: 1rem .5rem 0 0; padding: .6rem 1.2rem; font: inherit; font-weight: 600; }
        button.second { font-weight: 400; }
        :focus-visible { outline: 3px solid #1a6fd4; outline-offset: 2px; }
        .problem { border-left: .3rem solid #b3261e; padding-left: .7rem; }
        code { overflow-wrap: anywhere; }
        table { width: 100%; border-collapse: collapse; text-align: left; }
        th, td { padding: .3rem .6rem .3rem 0; }
        """;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/style.css", (HttpResponse response) =>
    {
        response.Headers.CacheControl = "public, max-age=3600";
        return Results.Text(Text, "text/css");
    });
}
