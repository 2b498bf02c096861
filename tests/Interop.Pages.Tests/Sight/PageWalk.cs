using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Interop.Pages.Tests.Sight;

/// <summary>Pages as they are sent, one after the other, and all that stands in one.</summary>
internal static partial class PageWalk
{
    private const int PagesOfAShape = 3;

    /// <summary>The places, what they lead to, and so on: a few pages of each shape of address.</summary>
    /// <param name="page">Of a browser in which somebody is signed in.</param>
    /// <param name="address">Of the server.</param>
    public static async IAsyncEnumerable<(string Path, string Html)> WalkAsync(IPage page, string address, string[] starts)
    {
        var (waiting, seen, shapes) = (new Queue<string>(starts), new HashSet<string>(starts), new Dictionary<string, int>());
        while (waiting.TryDequeue(out var path))
        {
            var answer = await page.Context.APIRequest.GetAsync(address + path);
            Assert.True(answer.Ok, $"{path} {answer.Status}");
            var html = await answer.TextAsync();
            yield return (path, html);
            foreach (var link in Links().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)).Where(seen.Add))
            {
                var shape = LookTests.ShapeOf(link);
                shapes[shape] = shapes.GetValueOrDefault(shape) + 1;
                if (shapes[shape] <= PagesOfAShape)
                {
                    waiting.Enqueue(link);
                }
            }
        }
    }

    /// <summary>Every text and every value of an attribute, a line each: also what is folded up, hidden, or meant for a script.</summary>
    public static Task<string> TextAsync(IPage page, string html) => page.EvaluateAsync<string>(
        """
        html => {
            const lines = [];
            const walk = node => {
                if (node.nodeType === 3) { lines.push(node.data); }
                for (const attribute of node.attributes ?? []) { lines.push(attribute.value); }
                for (const child of node.childNodes) { walk(child); }
            };
            walk(new DOMParser().parseFromString(html, 'text/html').documentElement);
            return lines.map(line => line.replace(/\s+/g, ' ').trim()).filter(line => line).join('\n');
        }
        """,
        html);

    [GeneratedRegex("<a [^>]*href=\"(/app[^\"]*)\"")]
    private static partial Regex Links();
}
