using Interop.Fhir.Views;
using Interop.Sharing.Redaction;

namespace Interop.Server.Http;

/// <summary>
/// Which part of each resource a client wants: <c>_elements</c> and <c>_summary</c> (https://hl7.org/fhir/R4/search.html#elements).
/// </summary>
internal sealed record ViewRequest(IReadOnlyCollection<string> Elements, SummaryMode Summary)
{
    /// <param name="others">The parameters that are none of this; <c>_summary=count</c> is the search's own.</param>
    /// <exception cref="FhirException">400: an unknown mode, or both parameters at once.</exception>
    public static ViewRequest Take(IEnumerable<KeyValuePair<string, string>> parameters, out List<KeyValuePair<string, string>> others)
    {
        var elements = new List<string>();
        var summary = SummaryMode.False;
        others = [];
        foreach (var pair in parameters)
        {
            switch (pair.Key)
            {
                case "_elements":
                    elements.AddRange(pair.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                    break;
                case "_summary" when pair.Value != "count":
                    summary = ResourceViews.Mode(pair.Value)
                        ?? throw new FhirException(IssueCode.Value, "_summary is one of true, text, data, count, false.");
                    break;
                default:
                    others.Add(pair);
                    break;
            }
        }

        return elements.Count == 0 || summary == SummaryMode.False
            ? new(elements, summary)
            : throw new FhirException(IssueCode.Value, "_elements and _summary exclude each other.");
    }

    /// <summary>The same of a request that looks at its other parameters itself.</summary>
    public static ViewRequest Of(HttpRequest request) => Take(Pairs(request.Query), out _);

    /// <summary>The same of a request that takes nothing else.</summary>
    /// <exception cref="FhirException">As <see cref="Take"/>, or 400 with the parameter that would have no effect.</exception>
    public static ViewRequest Only(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var view = Take(parameters, out var others);
        FhirRequest.RefuseParameters(others.Select(pair => pair.Key));
        return view;
    }

    public static IEnumerable<KeyValuePair<string, string>> Pairs(IQueryCollection query) =>
        query.SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? string.Empty)));

    public Disclosure Of(Disclosure disclosure) => Elements.Count > 0 ? disclosure.WithElements(Elements) : disclosure.WithSummary(Summary);
}
