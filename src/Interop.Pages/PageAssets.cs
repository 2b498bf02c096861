using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Interop.Pages;

/// <summary>The one style sheet and the one script. They are nobody's data, so a browser may keep them.</summary>
internal static class PageAssets
{
    private static readonly FrozenDictionary<string, (byte[] Content, string Type, string Tag)> All = new[]
    {
        Of("interop.css", "text/css; charset=utf-8"), Of("interop.js", "text/javascript; charset=utf-8"),
        Of("icon.svg", "image/svg+xml"),
    }.ToFrozenDictionary(asset => asset.Name, asset => (asset.Content, asset.Type, asset.Tag));

    /// <summary>With its version, so that a page never meets a style sheet of another release.</summary>
    public static string Address(string name) => $"/app/assets/{All[name].Tag}/{name}";

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/app/assets/{tag}/{name}", Answer);

    private static IResult Answer(HttpResponse response, string name)
    {
        if (!All.TryGetValue(name, out var asset))
        {
            return Results.NotFound();
        }

        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(asset.Content, asset.Type, entityTag: new EntityTagHeaderValue($"\"{asset.Tag}\""));
    }

    private static (string Name, byte[] Content, string Type, string Tag) Of(string name, string type)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream($"assets/{name}")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var content = copy.ToArray();
        return (name, content, type, Convert.ToHexStringLower(SHA256.HashData(content))[..12]);
    }
}
