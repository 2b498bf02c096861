using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Interop.Hosting;

/// <summary>
/// The <c>Origin</c> of web pages (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol), which strangers can make up.
/// </summary>
public static partial class WebOrigin
{
    /// <summary>Whether the text has the form of an origin, and so may be looked for.</summary>
    public static bool IsOne(string origin) => Shape().IsMatch(origin);

    /// <summary>
    /// Says that the answer depends on the origin, also where there is none: no cache gives one page's answer to another.
    /// </summary>
    public static void Vary(HttpContext http) => http.Response.OnStarting(() =>
    {
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        return Task.CompletedTask;
    });

    [GeneratedRegex(@"\Ahttps?://[a-z0-9.\[\]:-]{1,260}\z")]
    private static partial Regex Shape();
}
