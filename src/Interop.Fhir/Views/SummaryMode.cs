namespace Interop.Fhir.Views;

/// <summary>The values of <c>_summary</c> that concern a resource (https://hl7.org/fhir/R4/search.html#summary); <c>count</c> concerns the
/// Bundle.</summary>
public enum SummaryMode
{
    /// <summary>The whole resource.</summary>
    False,

    /// <summary>The elements that R4 marks as summary.</summary>
    True,

    /// <summary>id, meta, text and what is mandatory.</summary>
    Text,

    /// <summary>Everything but the text.</summary>
    Data,
}
