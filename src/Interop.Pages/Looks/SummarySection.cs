using System.Xml;
using System.Xml.Linq;
using Hl7.Fhir.Model;

namespace Interop.Pages.Looks;

/// <summary>One section of a summary document: its title and its lines, as text.</summary>
public sealed record SummarySection(string Title, IReadOnlyList<string> Lines)
{
    /// <summary>The sections in the document's order, without the person, whom the page shows on top.</summary>
    public static IReadOnlyList<SummarySection> Of(Bundle document) =>
    [
        .. document.Entry.Select(entry => entry.Resource).OfType<Composition>().SelectMany(composition => composition.Section)
            .Where(section => section.Title != "Person")
            .Select(section => new SummarySection(section.Title ?? string.Empty, LinesOf(section.Text?.Div))),
    ];

    /// <summary>What a narrative says, without any of its markup: only text reaches a page.</summary>
    public static IReadOnlyList<string> LinesOf(string? div)
    {
        if (div is null)
        {
            return [];
        }

        try
        {
            var root = XElement.Parse(div);
            var leaves = root.DescendantsAndSelf().Where(part => part.Name.LocalName is "li" or "p" or "h1" or "td" or "div")
                .Where(part => !part.Elements().Any(inner => inner.Name.LocalName is "li" or "p" or "ul" or "div" or "table"));
            return [.. leaves.Select(part => part.Value.Trim()).Where(text => text.Length > 0)];
        }
        catch (XmlException)
        {
            return [];
        }
    }
}
